//go:build !js

package nubefact

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/platform/textfold"
)

// pointer leads from a word of NubeFact's complaint to the field of the document that a person looks at.
type pointer struct{ word, field string }

// pointers are tried in this order. They only help the eye: nothing is decided by them.
func pointers() []pointer {
	return []pointer{
		{"cliente_numero_de_documento", "customer.document_number"}, {"cliente_tipo_de_documento", "customer.document_type"},
		{"cliente_denominacion", "customer.name"}, {"cliente_direccion", "customer.address"},
		{"documento_que_se_modifica", "amends.document"}, {"tipo_de_nota", "amends.reason"},
		{"venta_al_credito", "credit"}, {"cuota", "credit"}, {"detraccion", "detraction"},
		{"fecha", "issued_on"}, {"fuera de plazo", "issued_on"}, {"fuera del plazo", "issued_on"},
		{"serie", "series"}, {"numero de documento", "customer.document_number"}, {"numero", "number"}, {"moneda", "currency"}, {"tipo_de_cambio", "exchange_rate"},
		{"ruc", "customer.document_number"}, {"dni", "customer.document_number"}, {"cliente", "customer.name"}, {"direccion", "customer.address"},
		{"observaciones", "remarks"}, {"orden_compra", "purchase_order"}, {"motivo", "reason"},
	}
}

// itemWords are complaints about a line; what else they say is found in the line's own words.
var itemWords = regexp.MustCompile(`(?:item|linea)\D{0,6}(\d+)`)

func itemPointers() []pointer {
	return []pointer{
		{"cantidad", "quantity"}, {"descripcion", "description"}, {"descuento", "discount"}, {"unidad", "unit"}, {"tipo_de_igv", "igv_type"}, {"codigo", "code"},
	}
}

// fieldIn guesses which field a complaint is about; "" when it names none.
func fieldIn(complaint string) string {
	words := textfold.Fold(complaint)
	if at := itemWords.FindStringSubmatch(words); at != nil {
		place, _ := strconv.Atoi(at[1])
		return billing.LineField(max(place-1, 0), pointed(words, itemPointers(), "unit_price"))
	}
	if strings.Contains(words, "total") || strings.Contains(words, "items") {
		return pointed(words, pointers()[:9], "items")
	}
	return pointed(words, pointers(), "")
}

func pointed(words string, list []pointer, otherwise string) string {
	for _, p := range list {
		if strings.Contains(words, p.word) {
			return p.field
		}
	}
	return otherwise
}

// held reads what the service holds out of its QR text, the only place of an answer where it says so:
// "20000000001 | 03 | B001 | 000001 | 26.02 | 170.55 | 20/11/2026 | 1 | 45678912 | <hash> |". Nil for another text.
func held(qr string) *billing.Held {
	parts := strings.Split(qr, "|")
	if len(parts) < 9 {
		return nil
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	number, err := strconv.ParseInt(parts[3], 10, 64)
	igv, err2 := decimal.NewFromString(parts[4])
	total, err3 := decimal.NewFromString(parts[5])
	day, ok := readDay(parts[6])
	if err != nil || err2 != nil || err3 != nil || !ok {
		return nil
	}
	return &billing.Held{
		Kind: parts[1], Series: parts[2], Number: number, IGV: igv, Total: total, IssuedOn: day, DocumentType: parts[7], DocumentNumber: parts[8],
	}
}

func readDay(text string) (agenda.Date, bool) {
	for _, layout := range []string{"02/01/2006", "02-01-2006", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return agenda.DateOf(t, time.UTC), true
		}
	}
	return agenda.Date{}, false
}
