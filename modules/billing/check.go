package billing

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// Lengths of a document's texts, by NubeFact.
const (
	mostLines            = 200
	longestRemarks       = 1000
	longestPurchaseOrder = 20
	longestPaidWith      = 250
)

// Problems checks all a document says before it is queued, so that no number is spent on what SUNAT would refuse.
// Fields are named as in the API ("items.0.quantity", "customer.document_number"). Original is what a note amends, nil
// for other documents; today is the day in Lima.
func (c Content) Problems(kind Kind, original *Original, today agenda.Date) fault.Problems {
	problems := fault.Problems{}
	if kind.SunatCode() == "" {
		problems.Add("kind", "Elija boleta, factura, nota de crédito o nota de débito.")
		return problems
	}
	if c.hugeProblems(problems); len(problems) > 0 {
		return problems // nothing can be computed
	}
	c.moneyProblems(kind, problems)
	c.lineProblems(problems)
	problems.Add("issued_on", c.dateProblem(today))
	c.noteProblems(kind, original, problems)
	c.advanceProblems(kind, problems)
	for field, sentence := range c.Customer.Problems(c.amended(kind), c.InSoles(c.Sold().Total)) {
		problems.Add(field, sentence)
	}
	c.creditProblems(kind, original, problems)
	c.detractionProblems(kind, problems)
	c.textProblems(problems)
	return problems
}

// Problems checks a document with its name.
func (d Document) Problems(original *Original, today agenda.Date) fault.Problems {
	problems := d.Content.Problems(d.Kind, original, today)
	d.Name.problems(d.amended(d.Kind), problems)
	return problems
}

// hugeProblems finds amounts that are too long to compute with.
func (c Content) hugeProblems(problems fault.Problems) {
	check := func(field string, amounts ...decimal.Decimal) {
		if slices.ContainsFunc(amounts, endless) {
			problems.Add(field, "El importe es demasiado largo.")
		}
	}
	check("exchange_rate", c.ExchangeRate)
	check("igv_percent", c.IGVPercent)
	for i, l := range c.Lines {
		check(LineField(i, "quantity"), l.Quantity)
		check(LineField(i, "unit_price"), l.UnitPrice)
		check(LineField(i, "discount"), l.Discount)
	}
	for _, d := range c.Deductions {
		check("deductions", d.Amount)
	}
	if c.Credit != nil {
		check("credit.paid_at_once", c.Credit.PaidAtOnce)
		for _, q := range c.Credit.Instalments {
			check("credit", q.Amount)
		}
	}
	if c.Detraction != nil {
		check("detraction", c.Detraction.Percent, c.Detraction.Amount)
	}
}

// priceless reports whether the document moves dates alone, with all amounts zero.
func (c Content) priceless() bool {
	return c.Amends != nil && c.Amends.Reason == NewDates && c.Credit != nil
}

func (c Content) moneyProblems(kind Kind, problems fault.Problems) {
	switch c.Currency.code() {
	case Soles:
		if !c.ExchangeRate.IsZero() {
			problems.Add("exchange_rate", "En soles no va tipo de cambio.")
		}
	case Dollars:
		if !c.ExchangeRate.IsPositive() || hasMoreDecimals(c.ExchangeRate, 3) || c.ExchangeRate.GreaterThanOrEqual(decimal.NewFromInt(10)) {
			problems.Add("exchange_rate", "Falta el tipo de cambio venta del día, con hasta tres decimales, como 3.421.")
		}
	default:
		problems.Add("currency", "Elija soles o dólares.")
	}
	if !kind.IsNote() && !c.IGVPercent.Equal(IGVOn(c.IssuedOn)) {
		problems.Add("igv_percent", "El IGV de esa fecha es de "+IGVOn(c.IssuedOn).String()+" %.")
	}
}

func (c Content) lineProblems(problems fault.Problems) {
	if len(c.Lines) == 0 {
		problems.Add("items", "Falta lo que se cobra.")
		return
	}
	if len(c.Lines) > mostLines {
		problems.Add("items", "Un comprobante lleva hasta "+strconv.Itoa(mostLines)+" líneas.")
		return
	}
	before := len(problems)
	for i, l := range c.Lines {
		l.problems(i, c, problems)
	}
	if len(problems) == before && c.Totals().Total.GreaterThan(highestTotal) {
		problems.Add("items", "El total es demasiado grande.")
	}
}

// dateProblem: never in the future, and while SUNAT still takes it.
func (c Content) dateProblem(today agenda.Date) string {
	switch {
	case c.IssuedOn.IsZero():
		return "Falta la fecha de emisión."
	case today.Before(c.IssuedOn):
		return "La fecha de emisión no va en el futuro."
	case SendBy(c.IssuedOn).Before(today):
		return "Con fecha " + day(c.IssuedOn) + " SUNAT ya no lo recibe. Póngale la fecha de hoy."
	}
	return ""
}

// creditProblems: only facturas are paid in instalments that SUNAT hears of, and notes that give them new dates.
func (c Content) creditProblems(kind Kind, original *Original, problems fault.Problems) {
	newDates := kind == CreditNote && c.Amends != nil && c.Amends.Reason == NewDates
	switch {
	case c.Credit == nil && newDates:
		problems.Add("credit", "Faltan las cuotas nuevas.")
	case c.Credit == nil:
	case newDates && original != nil:
		sum := decimal.Zero
		for _, q := range c.Credit.Instalments {
			sum = sum.Add(q.Amount)
		}
		c.Credit.problems(c.IssuedOn, c.Currency, decimal.Min(sum, original.Pending()), problems)
	case kind == Factura:
		c.Credit.problems(c.IssuedOn, c.Currency, c.Pending(), problems)
		if !c.Pending().IsPositive() {
			problems.Add("credit.paid_at_once", "No queda nada al crédito; quite las cuotas.")
		}
	default:
		problems.Add("credit", "Solo una factura va al crédito con cuotas.")
	}
}

func (c Content) textProblems(problems fault.Problems) {
	problems.Add("purchase_order", textProblem(c.PurchaseOrder, 0, longestPurchaseOrder, ""))
	problems.Add("paid_with", textProblem(c.PaidWith, 0, longestPaidWith, ""))
	problems.Add("remarks", textProblem(strings.ReplaceAll(c.Remarks, "\n", " "), 0, longestRemarks, ""))
	if !slices.Contains([]Paper{"", A4, Ticket}, c.Paper) {
		problems.Add("paper", "Elija A4 o ticket.")
	}
}

// Doubts are sentences about what is allowed and deserves a second look before the document is sent; nobody is stopped.
func (c Content) Doubts(kind Kind) []string {
	var doubts []string
	if d, applies := DetractionFor(kind, c, OtherServices); applies && c.Detraction == nil {
		doubts = append(doubts, "Es una factura de servicios de más de S/ 700.00: suele llevar detracción, "+Soles.Money(d.Amount)+". ¿Emitir sin detracción?")
	}
	if c.amended(kind) == Boleta && c.Customer.DocumentType == RUC {
		doubts = append(doubts, "El cliente tiene RUC. Una boleta no se cambia después por factura. ¿Emitir boleta?")
	}
	if c.Customer.DocumentType == CE && len(c.Customer.DocumentNumber) != 9 {
		doubts = append(doubts, "El carné de extranjería suele tener 9 caracteres; aquí hay "+strconv.Itoa(len(c.Customer.DocumentNumber))+". ¿Es correcto?")
	}
	return doubts
}
