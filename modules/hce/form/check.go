package form

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"hampi/modules/hce/form/formula"
	"hampi/modules/platform/fault"
)

const (
	longLine = 300    // letters of a line
	longText = 20_000 // letters of a paragraph
	longSpan = 999    // the most of a unit of time

	longAction = 500 // letters of what was done about a critical answer
)

// Doubt is an answer that is possible and improbable: somebody has to look at it again.
type Doubt struct {
	Key       string
	Name      string // of the input
	Question  string // Temperatura 41.8 °C. ¿Es correcta?
	Confirmed string // what a hidden input named ConfirmedName carries once it is confirmed
}

// Check looks at the answers of a note before it is signed.
//
// Problems, under the names of the inputs, refuse it: something required is missing, an answer is not of its kind, an
// option is none of the field's, a figure is impossible, a systolic pressure not above the diastolic. Doubts are
// improbable figures that nobody confirmed yet. What is not shown is not looked at.
func Check(t Template, values Values, ctx Context) (fault.Problems, []Doubt) {
	c := checker{scope: newScope(t, values, ctx), problems: fault.Problems{}}
	for _, f := range t.fields() {
		if f.asked() && c.scope.shows(f) {
			c.field(f, values[f.Key])
		}
	}
	for key := range values {
		if _, ok := c.scope.fields[key]; !ok && key != confirmedKey && key != actionsKey {
			c.problems.Add(Name(key), "La plantilla no tiene este dato.")
		}
	}
	for _, f := range t.fields() {
		if n := utf8.RuneCountInString(values.Action(f.Key)); n > longAction {
			c.problems.Add(ActionName(f.Key), "El texto tiene "+strconv.Itoa(n)+" letras; caben "+strconv.Itoa(longAction)+".")
		}
	}
	return c.problems, c.doubts
}

type checker struct {
	scope    *scope
	problems fault.Problems
	doubts   []Doubt
}

func (c *checker) refuse(f Field, message string) { c.problems.Add(Name(f.Key), message) }

// shapes are the shapes that answers of a kind have.
var shapes = map[Type]Shape{
	Text: Plain, Long: Plain, Number: Plain, Integer: Plain, Date: Plain, Choice: Plain, Choices: Several, YesNo: Truth, Pressure: Pair, Duration: Span,
}

func (c *checker) field(f Field, v Value) {
	switch {
	case !v.Is():
		if f.Required {
			c.refuse(f, "Falta este dato.")
		}
	case v.Shape != shapes[f.Type]:
		c.refuse(f, unreadable(f))
	default:
		c.answer(f, v)
	}
}

func (c *checker) answer(f Field, v Value) {
	switch f.Type {
	case Text, Long:
		c.text(f, v.Text)
	case Number, Integer:
		c.figure(f, v)
	case Date:
		c.day(f, v)
	case Choice:
		c.options(f, []string{v.Text})
	case Choices:
		c.options(f, v.List)
	case Pressure:
		c.pressure(f, v)
	case Duration:
		c.span(f, v)
	}
}

func (c *checker) text(f Field, text string) {
	most := longLine
	if f.Type == Long {
		most = longText
	}
	if n := utf8.RuneCountInString(text); n > most {
		c.refuse(f, "El texto tiene "+strconv.Itoa(n)+" letras; caben "+strconv.Itoa(most)+".")
	}
	if clean(text, f.Type == Long) != text {
		c.refuse(f, "El texto tiene signos que no se ven o espacios al borde.")
	}
}

func (c *checker) options(f Field, chosen []string) {
	seen := map[string]bool{}
	for _, value := range chosen {
		if _, ok := f.option(value); !ok || seen[value] {
			c.refuse(f, "Elija una de las opciones.")
		}
		seen[value] = true
	}
}

func (c *checker) figure(f Field, v Value) {
	d, ok := readDecimal(v.Text)
	if !ok {
		c.refuse(f, unreadable(f))
		return
	}
	if f.Type == Integer && !d.IsInteger() {
		c.refuse(f, "Se espera un número entero"+inUnit(f)+".")
	} else if !d.Equal(d.Round(int32(f.Decimals))) && f.Type == Number {
		c.refuse(f, "Se admiten hasta "+plural(f.Decimals, "decimal", "decimales")+".")
	}
	if c.possible(f, f.limits(), d, withUnit(f, v.Text)) {
		c.probable(f, v, []part{{f.limits(), d}})
	}
}

// part is one of the figures of an answer with what it may be.
type part struct {
	limits Range
	figure decimal.Decimal
}

// possible refuses a figure beyond its hard limits.
func (c *checker) possible(f Field, limits Range, d decimal.Decimal, what string) bool {
	low, hasLow := limits.Min.of(c.scope.lookup)
	high, hasHigh := limits.Max.of(c.scope.lookup)
	if (!hasLow || d.GreaterThanOrEqual(low)) && (!hasHigh || d.LessThanOrEqual(high)) {
		return true
	}
	between := "desde " + low.String()
	switch {
	case hasLow && hasHigh:
		between = "de " + low.String() + " a " + high.String()
	case hasHigh:
		between = "hasta " + high.String()
	}
	c.refuse(f, what+" no es posible; se admite "+withUnit(f, between)+".")
	return false
}

// probable asks about an answer one of whose figures is beyond its soft limits, unless it was confirmed.
func (c *checker) probable(f Field, v Value, parts []part) {
	for _, p := range parts {
		low, hasLow := p.limits.SoftMin.of(c.scope.lookup)
		high, hasHigh := p.limits.SoftMax.of(c.scope.lookup)
		if (!hasLow || p.figure.GreaterThanOrEqual(low)) && (!hasHigh || p.figure.LessThanOrEqual(high)) {
			continue
		}
		text := shown(f, v)
		if !c.scope.values.confirms(f.Key, text) {
			c.doubts = append(c.doubts, Doubt{
				Key: f.Key, Name: Name(f.Key), Confirmed: confirmation(f.Key, text),
				Question: f.Label + " " + withUnit(f, text) + ". ¿Es " + correct(f.Label) + "?",
			})
		}
		return
	}
}

// day compares a date with limits that are days from the day of the note.
func (c *checker) day(f Field, v Value) {
	day, err := time.Parse(time.DateOnly, v.Text)
	if err != nil {
		c.refuse(f, unreadable(f))
		return
	}
	today := formula.OfDate(c.scope.ctx.Today)
	if today.Kind == formula.Empty {
		return
	}
	from := decimal.NewFromInt(int64(day.Sub(today.Date) / (24 * time.Hour)))
	low, hasLow := f.Min.of(c.scope.lookup)
	high, hasHigh := f.Max.of(c.scope.lookup)
	switch {
	case hasHigh && from.GreaterThan(high):
		c.refuse(f, "Se admite hasta el "+onDay(today.Date, high)+".")
	case hasLow && from.LessThan(low):
		c.refuse(f, "Se admite desde el "+onDay(today.Date, low)+".")
	default:
		c.probable(f, v, []part{{f.limits(), from}})
	}
}

func onDay(today time.Time, days decimal.Decimal) string {
	return today.AddDate(0, 0, int(days.IntPart())).Format("02/01/2006")
}

// The limits of a pressure whose template gives none (hce-norms §6, mmHg).
var (
	systolicLimits  = Range{Min: LimitOf(decimal.NewFromInt(30)), Max: LimitOf(decimal.NewFromInt(300))}
	diastolicLimits = Range{Min: LimitOf(decimal.NewFromInt(20)), Max: LimitOf(decimal.NewFromInt(200))}
)

func (c *checker) pressure(f Field, v Value) {
	systolic := part{f.limits().or(systolicLimits), decimal.NewFromInt(int64(v.Systolic))}
	diastolic := part{diastolicLimits, decimal.NewFromInt(int64(v.Diastolic))}
	if f.Diastolic != nil {
		diastolic.limits = f.Diastolic.or(diastolicLimits)
	}
	switch {
	case !c.possible(f, systolic.limits, systolic.figure, "Una sistólica de "+systolic.figure.String()):
	case !c.possible(f, diastolic.limits, diastolic.figure, "Una diastólica de "+diastolic.figure.String()):
	case v.Systolic <= v.Diastolic:
		c.refuse(f, "La sistólica ("+strconv.Itoa(v.Systolic)+") tiene que ser mayor que la diastólica ("+strconv.Itoa(v.Diastolic)+").")
	default:
		c.probable(f, v, []part{systolic, diastolic})
	}
}

// or takes hard limits from others where the template gives none.
func (r Range) or(others Range) Range {
	if r.Min.IsZero() {
		r.Min = others.Min
	}
	if r.Max.IsZero() {
		r.Max = others.Max
	}
	return r
}

func (c *checker) span(f Field, v Value) {
	amount, ok := readDecimal(v.Amount)
	known := false
	for _, u := range spanUnits {
		known = known || u.Value == v.Unit
	}
	switch {
	case !ok || !known:
		c.refuse(f, unreadable(f))
	case !amount.IsPositive() || amount.GreaterThan(decimal.NewFromInt(longSpan)):
		c.refuse(f, "Se admite más de 0 y hasta "+strconv.Itoa(longSpan)+".")
	case !amount.Equal(amount.Round(1)):
		c.refuse(f, "Se admite hasta 1 decimal.")
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
