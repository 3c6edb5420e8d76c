package formula

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// function is what a formula may call. form is how it is written, for whoever wrote it otherwise.
type function struct {
	least, most int
	form        string
	kinds       func(args []*node) (Kind, string)
	does        action
}

const many = 20 // arguments of min, max, sum, text

// today is the name by which a formula knows the day of the note.
const today = "hoy"

// longestText is the most letters that a computed text has.
const longestText = 500

var functions = map[string]function{
	"if":        {2, 3, "if(condición, entonces, si no)", ifKinds, choose},
	"min":       {1, many, "min(número, número, …)", numbers, extreme(-1)},
	"max":       {1, many, "max(número, número, …)", numbers, extreme(1)},
	"sum":       {1, many, "sum(número, número, …)", numbers, total},
	"round":     {1, 2, "round(número, decimales de 0 a 6)", roundKinds, round},
	"int":       {1, 1, "int(número)", numbers, wholePart},
	"abs":       {1, 1, "abs(número)", numbers, absolute},
	"age":       {1, 1, "age(fecha de nacimiento)", datesTo(Number), age},
	"days":      {2, 2, "days(desde, hasta)", datesTo(Number), answered(func(a, b Value) Value { return OfInt(daysBetween(a.Date, b.Date)) })},
	"weeks":     {2, 2, "weeks(desde, hasta)", datesTo(Number), answered(func(a, b Value) Value { return OfInt(weeksBetween(a.Date, b.Date)) })},
	"gestation": {2, 2, "gestation(fecha de la última regla, día)", datesTo(Text), answered(gestation)},
	"empty":     {1, 1, "empty(campo)", func([]*node) (Kind, string) { return Bool, "" }, empty},
	"has":       {2, 2, "has(campo de varias opciones, \"opción\")", hasKinds, has},
	"text":      {1, many, "text(campo, \"texto\", …)", textKinds, text},
}

// spellings are the Spanish names.
var spellings = map[string]string{
	"si": "if", "suma": "sum", "redondear": "round", "entero": "int", "edad": "age", "dias": "days", "semanas": "weeks",
	"gestacion": "gestation", "vacio": "empty", "tiene": "has", "texto": "text",
}

func spelling(name string) string {
	if english, ok := spellings[name]; ok {
		return english
	}
	return name
}

func numbers(args []*node) (Kind, string) {
	for _, arg := range args {
		if arg.kind != Number {
			return Empty, "se esperan números y hay " + words[arg.kind]
		}
	}
	return Number, ""
}

func roundKinds(args []*node) (Kind, string) {
	if len(args) == 2 && (!args[1].literal || !args[1].value.Number.IsInteger() || args[1].value.Number.GreaterThan(decimal.NewFromInt(6))) {
		return Empty, "los decimales son un número escrito, de 0 a 6"
	}
	return numbers(args)
}

func datesTo(result Kind) func(args []*node) (Kind, string) {
	return func(args []*node) (Kind, string) {
		for _, arg := range args {
			if arg.kind != Date {
				return Empty, "se esperan fechas y hay " + words[arg.kind]
			}
		}
		return result, ""
	}
}

func ifKinds(args []*node) (Kind, string) {
	if args[0].kind != Bool {
		return Empty, "la condición es un sí o no, y aquí hay " + words[args[0].kind]
	}
	if len(args) == 3 && args[1].kind != args[2].kind {
		return Empty, "los dos resultados son de la misma clase, y aquí hay " + words[args[1].kind] + " y " + words[args[2].kind]
	}
	return args[1].kind, ""
}

func hasKinds(args []*node) (Kind, string) {
	if args[0].kind != List || args[1].kind != Text {
		return Empty, "se esperan una lista y un texto, y hay " + words[args[0].kind] + " y " + words[args[1].kind]
	}
	return Bool, optionProblem(args[0], args[1])
}

func textKinds(args []*node) (Kind, string) {
	for _, arg := range args {
		if arg.kind == List || arg.kind == Bool {
			return Empty, "no se escribe " + words[arg.kind]
		}
	}
	return Text, ""
}

func choose(args []Value, _ Lookup) Value {
	switch {
	case args[0].Bool:
		return args[1]
	case len(args) == 3:
		return args[2]
	}
	return Value{}
}

// extreme is the largest (sign 1) or smallest (-1) of the numbers that are there.
func extreme(sign int) action {
	return func(args []Value, _ Lookup) (found Value) {
		for _, arg := range args {
			if arg.Kind == Number && (found.Kind == Empty || arg.Number.Cmp(found.Number)*sign > 0) {
				found = arg
			}
		}
		return found
	}
}

// total adds the numbers that are there.
func total(args []Value, _ Lookup) (found Value) {
	for _, arg := range args {
		if arg.Kind == Number {
			found.Kind = Number
			found.Number = found.Number.Add(arg.Number)
		}
	}
	if found.Kind == Empty {
		return found
	}
	return bounded(found.Number)
}

// round rounds halves away from zero.
func round(args []Value, _ Lookup) Value {
	if args[0].Kind == Empty {
		return Value{}
	}
	digits := int32(0)
	if len(args) == 2 {
		digits = int32(args[1].Number.IntPart())
	}
	return OfNumber(args[0].Number.Round(digits))
}

func wholePart(args []Value, _ Lookup) Value {
	if args[0].Kind == Empty {
		return Value{}
	}
	return OfNumber(args[0].Number.Truncate(0))
}

func absolute(args []Value, _ Lookup) Value {
	if args[0].Kind == Empty {
		return Value{}
	}
	return OfNumber(args[0].Number.Abs())
}

// age is completed years on the day of the note.
func age(args []Value, lookup Lookup) Value {
	now := lookup(today)
	if args[0].Kind == Empty || now.Kind != Date || now.Date.Before(args[0].Date) {
		return Value{}
	}
	return OfInt(Years(args[0].Date, now.Date))
}

// Years counts completed years between two calendar days; who was born on 29 February has a birthday on 1 March.
func Years(from, to time.Time) int {
	years := to.Year() - from.Year()
	if to.Month() < from.Month() || to.Month() == from.Month() && to.Day() < from.Day() {
		years--
	}
	return years
}

// Months counts completed months between two calendar days.
func Months(from, to time.Time) int {
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if to.Day() < from.Day() {
		months--
	}
	return months
}

// weeksBetween counts completed weeks.
func weeksBetween(from, to time.Time) int { return daysBetween(from, to) / 7 }

// gestation writes weeks and days: "28+3". A day before the first has none.
func gestation(from, to Value) Value {
	days := daysBetween(from.Date, to.Date)
	if days < 0 {
		return Value{}
	}
	return OfText(strconv.Itoa(days/7) + "+" + strconv.Itoa(days%7))
}

func empty(args []Value, _ Lookup) Value { return OfBool(args[0].Kind == Empty) }

func has(args []Value, _ Lookup) Value {
	for _, one := range args[0].List {
		if args[1].Kind == Text && one == args[1].Text {
			return OfBool(true)
		}
	}
	return OfBool(false)
}

// text writes its parts one after the other; it is Empty when one of them is.
func text(args []Value, _ Lookup) Value {
	var b strings.Builder
	for _, arg := range args {
		if arg.Kind == Empty || b.Len() > longestText {
			return Value{}
		}
		b.WriteString(arg.String())
	}
	return OfText(b.String())
}

// String is the value as text: "36.5", "24/01/1988".
func (v Value) String() string {
	switch v.Kind {
	case Number:
		return v.Number.String()
	case Date:
		return v.Date.Format("02/01/2006")
	case Bool:
		if v.Bool {
			return "sí"
		}
		return "no"
	case List:
		return strings.Join(v.List, ", ")
	}
	return v.Text
}
