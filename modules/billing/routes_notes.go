//go:build !js

package billing

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// creditNote takes back a document: all that is left of it, or amounts of its lines.
func (h screens) creditNote(c echo.Context) error {
	id, f, err := h.form(c, "nota")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	note, err := formID(f.ID)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	amounts := f.amounts(len(e.Lines), problems)
	if f.Code == "" {
		problems.Add("razon", "Elija el motivo de SUNAT.")
	}
	if len(problems) > 0 {
		return h.showDocument(c, http.StatusUnprocessableEntity, f, problems)
	}
	entry, err := h.Notes.Credit(ctx, NoteWish{ID: note, Of: id, Reason: Reason(f.Code), Text: f.Reason, Amounts: amounts})
	return h.done(c, entry.ID, f, err, "Nota de crédito en cola", amountPairs(len(e.Lines))...)
}

// debitNote adds an amount to a document.
func (h screens) debitNote(c echo.Context) error {
	id, f, err := h.form(c, "debito")
	if err != nil {
		return err
	}
	note, err := formID(f.ID)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	amount := soles(f.Amount, "importe", problems)
	if f.Code == "" {
		problems.Add("razon", "Elija el motivo de SUNAT.")
	}
	if len(problems) > 0 {
		return h.showDocument(c, http.StatusUnprocessableEntity, f, problems)
	}
	way := IGVType(f.IGV)
	if f.IGV == "" {
		way = e.ways()[0]
	}
	line := Line{Description: Reason(f.Code).Label(DebitNote), Unit: UnitService, Quantity: decimal.NewFromInt(1), UnitPrice: amount, IGVType: way}
	entry, err := h.Notes.Debit(ctx, NoteWish{ID: note, Of: id, Reason: Reason(f.Code), Text: f.Reason, Lines: []Line{line}})
	return h.done(c, entry.ID, f, err, "Nota de débito en cola", "amends.text", "motivo", "amends.reason", "razon", "amends.document", "",
		LineField(0, "unit_price"), "importe", LineField(0, "igv_type"), "igv", "items", "importe")
}

// correct says something else, with today's day, under the number of a document that nobody holds: who it is for, what
// its lines are called, how they are counted and stand to the tax, and when it is paid. What it comes to stays.
func (h screens) correct(c echo.Context) error {
	id, f, err := h.form(c, "correccion")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	content := f.corrected(e, Today(h.Now()), problems)
	if len(problems) > 0 {
		return h.showDocument(c, http.StatusUnprocessableEntity, f, problems)
	}
	_, err = h.Emission.Correct(ctx, id, f.Seen, content)
	return h.done(c, id, f, err, "Corregido y en cola otra vez", append(customerPairs(), "exchange_rate", "cambio", "amends.text", "motivo")...)
}

// corrected is what the document would say as typed; problems are about what cannot be read.
func (f documentForm) corrected(e Entry, today agenda.Date, problems fault.Problems) Content {
	c := e.Content
	c.IssuedOn = today
	c.Customer = Customer{DocumentType: DocumentType(f.DocType), DocumentNumber: f.DocNo, Name: f.Name, Address: f.Address}.Tidy()
	c.Lines = make([]Line, len(e.Lines))
	for i, l := range e.Lines {
		l.Description = strings.Join(strings.Fields(f.lineAt("linea_texto", i, l.Description)), " ")
		way := IGVType(f.lineAt("linea_igv", i, string(l.IGVType)))
		if (way == Free) != (l.IGVType == Free) {
			problems.Add(LineField(i, "igv_type"), "Lo cobrado no pasa a gratuito, ni al revés.")
		}
		l.Unit, l.IGVType = f.lineAt("linea_unidad", i, l.Unit), way
		c.Lines[i] = l
	}
	c.ExchangeRate = f.rate(c, problems)
	if c.Amends != nil {
		amends := *c.Amends
		amends.Text = firstText(strings.Join(strings.Fields(f.Reason), " "), amends.Text)
		c.Amends = &amends
	}
	if d := c.Detraction; d != nil {
		c.Detraction = nil
		if needed, applies := DetractionFor(e.Kind, c, d.Code); applies {
			c.Detraction = &needed
		}
	}
	c.Credit = f.instalments(c.Credit, problems)
	return c
}

// lineAt is what was typed for a line; what the form does not have stays.
func (f documentForm) lineAt(field string, place int, now string) string {
	if list := f.Typed[field]; place < len(list) {
		return strings.TrimSpace(list[place])
	}
	return now
}

// instalments are those of a document with the days that were typed.
func (f documentForm) instalments(now *Credit, problems fault.Problems) *Credit {
	if now == nil {
		return nil
	}
	credit := Credit{PaidAtOnce: now.PaidAtOnce}
	for i, q := range now.Instalments {
		if typed := f.lineAt("cuota_vence", i, q.DueOn.String()); typed != q.DueOn.String() {
			due, ok := agenda.ParseDate(typed)
			if !ok {
				problems.Add("credit.instalments."+strconv.Itoa(i)+".due_on", "Falta la fecha de la cuota.")
			}
			q.DueOn = due
		}
		credit.Instalments = append(credit.Instalments, q)
	}
	return &credit
}

// rate is the exchange rate that was typed; without one, that of the document.
func (f documentForm) rate(c Content, problems fault.Problems) decimal.Decimal {
	if c.Currency.code() != Dollars || f.Rate == "" {
		return c.ExchangeRate
	}
	rate, ok := ParseAmount(strings.ReplaceAll(strings.TrimSpace(f.Rate), ",", "."))
	if !ok {
		problems.Add("cambio", "Escriba el tipo de cambio, como 3.421.")
	}
	return rate
}
