package form

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/hce/form/formula"
	"hampi/modules/hce/observation"
)

// Context is what a note knows without asking: whose it is and of which day. What is not known stays zero.
type Context struct {
	Today    time.Time // the day of the note in the clinic's zone
	Birth    time.Time
	Sex      string // "F", "M" or ""
	Pregnant *bool
	Altitude *int // metres above the sea of the site: what saturation is usual depends on it
}

// contextKinds are the names by which formulas ask for it.
var contextKinds = map[string]formula.Name{
	"hoy":        {Kind: formula.Date},
	"nacimiento": {Kind: formula.Date},
	"edad_dias":  {Kind: formula.Number},
	"edad_meses": {Kind: formula.Number},
	"edad_anios": {Kind: formula.Number},
	"sexo":       {Kind: formula.Text, Options: []string{"F", "M"}},
	"embarazo":   {Kind: formula.Bool},
	"altitud":    {Kind: formula.Number},
	"spo2_usual": {Kind: formula.Number}, // saturation below which somebody looks again, by the altitude
}

func (c Context) value(name string) formula.Value {
	switch name {
	case "hoy":
		return formula.OfDate(c.Today)
	case "nacimiento":
		return formula.OfDate(c.Birth)
	case "edad_dias", "edad_meses", "edad_anios":
		return c.age(name)
	case "sexo":
		return formula.OfText(c.Sex)
	case "embarazo":
		if c.Pregnant != nil {
			return formula.OfBool(*c.Pregnant)
		}
	case "spo2_usual":
		return formula.OfNumber(observation.AskedOxygen(c.Altitude))
	case "altitud":
		if c.Altitude != nil {
			return formula.OfInt(*c.Altitude)
		}
	}
	return formula.Value{}
}

func (c Context) age(name string) formula.Value {
	birth, today := formula.OfDate(c.Birth), formula.OfDate(c.Today)
	if birth.Kind == formula.Empty || today.Kind == formula.Empty || today.Date.Before(birth.Date) {
		return formula.Value{}
	}
	switch name {
	case "edad_dias":
		return formula.OfInt(int(today.Date.Sub(birth.Date) / (24 * time.Hour)))
	case "edad_meses":
		return formula.OfInt(formula.Months(birth.Date, today.Date))
	}
	return formula.OfInt(formula.Years(birth.Date, today.Date))
}

// fieldKinds are what fields are in formulas. A pressure and a duration as a whole can only be asked for being there;
// their parts are numbers.
var fieldKinds = map[Type]formula.Name{
	Text: {Kind: formula.Text}, Long: {Kind: formula.Text}, Choice: {Kind: formula.Text}, Choices: {Kind: formula.List}, YesNo: {Kind: formula.Bool},
	Number: {Kind: formula.Number}, Integer: {Kind: formula.Number}, Date: {Kind: formula.Date}, Pressure: {Kind: formula.Text}, Duration: {Kind: formula.Text},
}

// partKinds are the parts of fields that formulas may name: pa.sistolica, tiempo.dias.
var partKinds = map[Type]map[string]formula.Name{
	Pressure: {"sistolica": {Kind: formula.Number}, "diastolica": {Kind: formula.Number}},
	Duration: {"dias": {Kind: formula.Number}},
}

// scope is a note while it is looked at: it finds what formulas name, each only once.
type scope struct {
	fields map[string]Field
	values Values
	ctx    Context
	shown  map[string]bool
	known  map[string]formula.Value // results of computed fields
}

func newScope(t Template, values Values, ctx Context) *scope {
	s := &scope{fields: map[string]Field{}, values: values, ctx: ctx, shown: map[string]bool{}, known: map[string]formula.Value{}}
	for _, f := range t.fields() {
		s.fields[f.Key] = f
	}
	return s
}

// lookup finds a value for a formula. What is not shown is not answered.
func (s *scope) lookup(name string) formula.Value {
	if _, ok := contextKinds[name]; ok {
		return s.ctx.value(name)
	}
	key, part, _ := strings.Cut(name, ".")
	f, ok := s.fields[key]
	if !ok || !s.shows(f) {
		return formula.Value{}
	}
	if f.Type == Computed {
		return s.computed(f)
	}
	return inFormula(f, s.values[key], part)
}

// shows reports whether the field is asked now.
func (s *scope) shows(f Field) bool {
	if !f.ShowIf.Is() {
		return true
	}
	shown, known := s.shown[f.Key]
	if !known {
		s.shown[f.Key] = false // for a circle, which Parse refuses
		shown = f.ShowIf.Of(s.lookup).Bool
		s.shown[f.Key] = shown
	}
	return shown
}

// computed is the result of a computed field, rounded to its decimals.
func (s *scope) computed(f Field) formula.Value {
	v, known := s.known[f.Key]
	if !known {
		s.known[f.Key] = formula.Value{}
		v = f.Compute.Of(s.lookup)
		if v.Kind == formula.Number && f.Decimals > 0 {
			v.Number = v.Number.Round(int32(f.Decimals))
		}
		s.known[f.Key] = v
	}
	return v
}

// inFormula is an answer, or a part of it, as a formula sees it.
func inFormula(f Field, v Value, part string) formula.Value {
	switch {
	case f.Type == Pressure && v.Shape == Pair && part != "" && v.Systolic <= v.Diastolic:
		return formula.Value{} // nothing is reckoned from what cannot be
	case f.Type == Pressure && v.Shape == Pair:
		switch part {
		case "sistolica":
			return formula.OfInt(v.Systolic)
		case "diastolica":
			return formula.OfInt(v.Diastolic)
		}
		return formula.OfText(shown(f, v))
	case f.Type == Duration && v.Shape == Span:
		if part == "dias" {
			return spanDays(v)
		}
		return formula.OfText(shown(f, v))
	case f.Type == YesNo && v.Shape == Truth:
		return formula.OfBool(v.Yes)
	case f.Type == Choices && v.Shape == Several:
		return formula.OfList(v.List)
	case v.Shape == Plain:
		return plainInFormula(f.Type, v.Text)
	}
	return formula.Value{}
}

func plainInFormula(t Type, text string) formula.Value {
	switch t {
	case Number, Integer:
		if d, ok := readDecimal(text); ok {
			return formula.OfNumber(d)
		}
		return formula.Value{}
	case Date:
		day, _ := time.Parse(time.DateOnly, text)
		return formula.OfDate(day)
	}
	return formula.OfText(text)
}

// spanUnits are the units of a length of time, in days (a month of 30, a year of 365: people say them roughly).
var spanUnits = []struct {
	Value, One, Many string
	hours            int64
}{
	{"hora", "hora", "horas", 1}, {"dia", "día", "días", 24}, {"semana", "semana", "semanas", 7 * 24}, {"mes", "mes", "meses", 30 * 24}, {"anio", "año", "años", 365 * 24},
}

func spanDays(v Value) formula.Value {
	amount, ok := readDecimal(v.Amount)
	for _, u := range spanUnits {
		if ok && u.Value == v.Unit {
			return formula.OfNumber(amount.Mul(decimal.NewFromInt(u.hours)).DivRound(decimal.NewFromInt(24), 4))
		}
	}
	return formula.Value{}
}
