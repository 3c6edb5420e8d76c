//go:build !js

package billing

import (
	"strconv"
	"strings"
	"time"

	"hampi/modules/agenda"
	"hampi/views"
)

// printed is a document as it stands on paper, at the desk and as a file: what a printed representation has to show
// (Reglamento de Comprobantes de Pago, R.S. 097-2012/SUNAT), in words.
type printed struct {
	Entry
	Issuer   issuer
	Original *Entry // of a note
	Payments []Paid
	Proof    Proof
	Zone     *time.Location
}

// issuer is whose document it is.
type issuer struct {
	Name, LegalName, RUC       string
	FiscalAddress, SiteAddress string
	Phone                      string
	DetractionAccount          string // at the Banco de la Nación
	Logo                       bool
}

// named is the head: the legal name beside the one people know.
func (i issuer) lines() []string {
	var lines []string
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+text)
		}
	}
	if i.LegalName != i.Name {
		add("", i.LegalName)
	}
	add("", i.FiscalAddress)
	if i.SiteAddress != i.FiscalAddress {
		add("Establecimiento: ", i.SiteAddress)
	}
	add("Tel. ", i.Phone)
	return lines
}

// fact is one thing with its name.
type fact struct{ Label, Value string }

// withValue leaves out what has none.
func withValue(all ...fact) []fact {
	var list []fact
	for _, f := range all {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

// dated is the day of issue, with the hour when it was that day.
func (p printed) dated() string {
	at := p.IssuedAt.In(p.Zone)
	if agenda.DateOf(at, p.Zone) != p.Content.IssuedOn {
		return day(p.Content.IssuedOn)
	}
	return day(p.Content.IssuedOn) + " " + views.Clock(at)
}

// customer is who it is for.
func (p printed) customer() []fact {
	c := p.Customer
	return withValue(fact{"Cliente", c.Name}, fact{paperLabel(c.DocumentType), c.DocumentNumber}, fact{"Dirección", c.Address})
}

func paperLabel(t DocumentType) string {
	if t == NoPaper {
		return "Documento"
	}
	return t.Label()
}

// terms are when and how it was issued and is paid.
func (p printed) terms() []fact {
	due := ""
	if !p.DueOn().IsZero() {
		due = day(p.DueOn())
	}
	return withValue(
		fact{"Emisión", p.dated()}, fact{"Vencimiento", due}, fact{"Moneda", strings.ToUpper(p.Currency.Words())}, fact{"Tipo de cambio", p.rate()},
		fact{"Orden de compra", p.PurchaseOrder}, fact{"Forma de pago", p.form()}, fact{"Medio de pago", p.PaidWith}, fact{"Observaciones", p.Remarks},
	)
}

func (p printed) rate() string {
	if p.ExchangeRate.IsZero() {
		return ""
	}
	return p.ExchangeRate.String()
}

func (p printed) form() string {
	switch {
	case p.Kind.IsNote() && p.Credit == nil:
		return ""
	case p.Credit != nil:
		return "Crédito"
	}
	return "Contado"
}

// amended is what a note modifies, and why.
func (p printed) amended() []fact {
	if p.Amends == nil {
		return nil
	}
	what := p.Amends.Document.Kind.Label() + " " + p.Amends.Document.String()
	if p.Original != nil {
		what += " del " + day(p.Original.Content.IssuedOn)
	}
	return []fact{{"Modifica", what}, {"Motivo", string(p.Amends.Reason) + " " + p.Amends.Reason.Label(p.Kind)}, {"Sustento", p.Amends.Text}}
}

// printedLine is a line in words.
type printedLine struct{ Quantity, Unit, Code, Description, Note, Price, Amount string }

func (p printed) lines() []printedLine {
	list := make([]printedLine, 0, len(p.Lines))
	for _, l := range p.Lines {
		a := l.Amounts(p.IGVPercent)
		line := printedLine{
			Quantity: l.Quantity.String(), Unit: l.Unit, Code: l.Code, Description: l.Description,
			Price: l.UnitPrice.StringFixed(2), Amount: a.Total.StringFixed(2),
		}
		var notes []string
		if l.IGVType == Free {
			notes, line.Amount = append(notes, "Gratuito; valor referencial "+p.Currency.Money(a.Total)), "0.00"
		} else if l.IGVType != Taxed {
			notes = append(notes, l.IGVType.Label())
		}
		if !l.Discount.IsZero() {
			notes = append(notes, "Descuento "+p.Currency.Money(l.Discount))
		}
		line.Note = strings.Join(notes, " · ")
		list = append(list, line)
	}
	return list
}

// sums are what it comes to; the last one is the total.
func (p printed) sums() []fact {
	t := p.Totals()
	var list []fact
	add := func(label string, amount interface {
		IsZero() bool
		StringFixed(int32) string
	}) {
		if !amount.IsZero() {
			list = append(list, fact{label, amount.StringFixed(2)})
		}
	}
	for _, d := range p.Deductions {
		list = append(list, fact{"Anticipo " + d.Document.String(), "-" + d.Amount.StringFixed(2)})
	}
	add("Op. gravada", t.Taxable)
	add("Op. exonerada", t.Exempt)
	add("Op. inafecta", t.Unaffected)
	add("Op. gratuita", t.Free)
	add("Descuentos (sin IGV)", t.DiscountValue)
	add("IGV "+p.IGVPercent.String()+" %", t.IGV)
	return append(list, fact{"Importe total", p.Currency.Money(t.Total)})
}

// instalments are how a document on credit is paid.
func (p printed) instalments() []fact {
	if p.Credit == nil {
		return nil
	}
	list := []fact{{"Pendiente de pago", p.Currency.Money(p.Pending())}}
	for i, q := range p.Credit.Instalments {
		list = append(list, fact{"Cuota " + strconv.Itoa(i+1) + ", vence " + day(q.DueOn), p.Currency.Money(q.Amount)})
	}
	return list
}

// paid are the payments that were taken for it, with the change of cash.
func (p printed) paid() []fact {
	var list []fact
	for _, t := range p.Payments {
		label := paymentLabel(t)
		if t.Reference != "" {
			label += ", op. " + t.Reference
		}
		list = append(list, fact{label, t.Amount.StringFixed(2)})
		if change := t.Change(); change.IsPositive() {
			list = append(list, fact{"Recibido " + t.Received.StringFixed(2) + ", vuelto", change.StringFixed(2)})
		}
	}
	return list
}

// legends are the sentences that the law wants below the amounts (SUNAT's catalogue 52).
func (p printed) legends() []string {
	t := p.Totals()
	list := []string{InWords(t.Total, p.Currency)}
	if t.Free.IsPositive() {
		list = append(list, "TRANSFERENCIA GRATUITA DE UN BIEN Y/O SERVICIO PRESTADO GRATUITAMENTE")
	}
	if p.Amazon {
		list = append(list, "BIENES TRANSFERIDOS EN LA AMAZONÍA REGIÓN SELVA PARA SER CONSUMIDOS EN LA MISMA",
			"SERVICIOS PRESTADOS EN LA AMAZONÍA REGIÓN SELVA PARA SER CONSUMIDOS EN LA MISMA")
	}
	if d := p.Detraction; d != nil {
		words := "OPERACIÓN SUJETA AL SISTEMA DE PAGO DE OBLIGACIONES TRIBUTARIAS CON EL GOBIERNO CENTRAL. Código " + d.Code + ", detracción " + d.Percent.String() + " %, " + Soles.Money(d.Amount)
		if p.Issuer.DetractionAccount != "" {
			words += ", cuenta del Banco de la Nación " + p.Issuer.DetractionAccount
		}
		list = append(list, words)
	}
	return list
}

// stands says in large letters that it is worth nothing, or not yet; "" of one to hand over. A document on its way is
// handed over: the customer's copy is valid while SUNAT has not answered.
func (p printed) stands() string {
	switch p.State.Status {
	case Rejected:
		return "RECHAZADA POR SUNAT: SIN VALOR"
	case Voided:
		return "ANULADA"
	case ToCorrect:
		return "POR CORREGIR: NO SE ENTREGA"
	}
	return ""
}

// qr is the text of the code: as the service has it, else as SUNAT wants it.
func (p printed) qr() string {
	if p.Proof.QR != "" {
		return p.Proof.QR
	}
	return QRText(p.Issuer.RUC, p.Document(), p.Proof.Hash)
}

// representation says what the paper is, and where the document itself is found.
func (p printed) representation() []string {
	list := []string{"Representación impresa de la " + strings.ToLower(p.Kind.Title()) + "."}
	if p.Proof.Hash != "" {
		list = append(list, "Resumen: "+p.Proof.Hash)
	}
	if p.Proof.Page != "" {
		return append(list, "Consulte el documento en "+p.Proof.Page)
	}
	return append(list, "Consulte su validez en www.sunat.gob.pe")
}

// fileName is what its file is called: RUC, kind, series and number, as SUNAT names its files.
func (p printed) fileName(extension string) string {
	return p.Issuer.RUC + "-" + p.Kind.SunatCode() + "-" + p.Name.Short() + "." + extension
}

// roll is how much of a roll of 80 mm it takes, in millimetres: one of the lengths that the page's style knows.
func (p printed) roll() string {
	text := func(words string, each int) int { return 1 + len(words)/each }
	rows := 14 + len(p.sums()) + len(p.instalments()) + len(p.paid()) + 2*len(p.legends())
	for _, l := range p.lines() {
		rows += text(l.Description, 34) + 1
		if l.Note != "" {
			rows++
		}
	}
	for _, f := range append(append(p.customer(), p.terms()...), p.amended()...) {
		rows += text(f.Value, 30)
	}
	need := 62 + rows*9/2 // the code and the head, and four and a half for each row
	for _, length := range []int{120, 150, 180, 210, 240, 270, 300, 400, 600} {
		if need <= length {
			return "rollo-" + strconv.Itoa(length)
		}
	}
	return "rollo-600"
}
