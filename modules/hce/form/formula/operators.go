package formula

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// places is how many decimals a result keeps before anybody rounds it.
const places = 16

// largest is where numbers end: nothing in a clinic is larger, and a product of products would grow without end.
var largest = decimal.New(1, 18)

// infix joins two pieces by an operator, if their kinds let it.
func infix(t token, left, right *node) (*node, error) {
	operator := t.operator()
	n := &node{letter: t.letter, args: []*node{left, right}}
	switch operator {
	case "and", "or":
		if left.kind != Bool || right.kind != Bool {
			return nil, &Error{t.letter, "«" + t.text + "» une dos sí o no, y aquí hay " + words[left.kind] + " y " + words[right.kind]}
		}
		n.kind, n.do = Bool, logic(operator)
	case "+", "-", "*", "/":
		if n.kind, n.do = arithmetic(operator, left.kind, right.kind); n.do == nil {
			return nil, &Error{t.letter, "«" + t.text + "» no sirve entre " + words[left.kind] + " y " + words[right.kind]}
		}
	default:
		if problem := comparable(operator, left, right); problem != "" {
			return nil, &Error{t.letter, problem}
		}
		n.kind, n.do = Bool, comparison(operator)
	}
	return n, nil
}

// comparable says why two pieces cannot be compared; "" when they can.
func comparable(operator string, left, right *node) string {
	if left.kind != right.kind || left.kind == List || left.kind == Empty {
		return "no se compara " + words[left.kind] + " con " + words[right.kind]
	}
	if left.kind != Number && left.kind != Date && operator != "=" && operator != "!=" {
		return "con " + words[left.kind] + " solo se pregunta si es igual o distinto"
	}
	if problem := optionProblem(left, right); problem != "" {
		return problem
	}
	return optionProblem(right, left)
}

// optionProblem refuses a text that the field can never be.
func optionProblem(field, literal *node) string {
	if field.options == nil || !literal.literal || slices.Contains(field.options, literal.value.Text) {
		return ""
	}
	return "«" + field.name + "» no tiene la opción «" + literal.value.Text + "»"
}

type action = func(args []Value, lookup Lookup) Value

func logic(operator string) action {
	return func(args []Value, _ Lookup) Value {
		if operator == "and" {
			return OfBool(args[0].Bool && args[1].Bool)
		}
		return OfBool(args[0].Bool || args[1].Bool)
	}
}

func not(args []Value, _ Lookup) Value { return OfBool(!args[0].Bool) }

func negate(args []Value, _ Lookup) Value {
	if args[0].Kind == Empty {
		return Value{}
	}
	return OfNumber(args[0].Number.Neg())
}

// arithmetic is what an operator does with two kinds; nil when it does nothing with them.
func arithmetic(operator string, left, right Kind) (Kind, action) {
	switch {
	case left == Number && right == Number:
		return Number, answered(func(a, b Value) Value { return sum(operator, a.Number, b.Number) })
	case left == Date && right == Number && (operator == "+" || operator == "-"):
		return Date, answered(func(a, b Value) Value {
			if operator == "-" {
				b.Number = b.Number.Neg()
			}
			return addDays(a.Date, b.Number)
		})
	case left == Date && right == Date && operator == "-":
		return Number, answered(func(a, b Value) Value { return OfInt(daysBetween(b.Date, a.Date)) })
	}
	return Empty, nil
}

// answered is an action on two values that is Empty unless both are there.
func answered(do func(a, b Value) Value) action {
	return func(args []Value, _ Lookup) Value {
		if args[0].Kind == Empty || args[1].Kind == Empty {
			return Value{}
		}
		return do(args[0], args[1])
	}
}

func sum(operator string, a, b decimal.Decimal) Value {
	switch operator {
	case "+":
		return bounded(a.Add(b))
	case "-":
		return bounded(a.Sub(b))
	case "*":
		return bounded(a.Mul(b))
	}
	if b.IsZero() {
		return Value{}
	}
	return bounded(a.DivRound(b, places))
}

// bounded keeps a result within what can be reckoned on with; beyond it there is none.
func bounded(d decimal.Decimal) Value {
	if d.Abs().GreaterThan(largest) {
		return Value{}
	}
	return OfNumber(d.Round(places))
}

// earliest and latest are the days a reckoned date may fall on.
var earliest, latest = time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

func addDays(day time.Time, days decimal.Decimal) Value {
	if days.Abs().GreaterThan(decimal.NewFromInt(200_000)) {
		return Value{}
	}
	sum := day.AddDate(0, 0, int(days.IntPart()))
	if sum.Before(earliest) || sum.After(latest) {
		return Value{}
	}
	return OfDate(sum)
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }

func comparison(operator string) action {
	return func(args []Value, _ Lookup) Value {
		if args[0].Kind == Empty || args[1].Kind == Empty {
			return OfBool(false)
		}
		return OfBool(holds(operator, compare(args[0], args[1])))
	}
}

func holds(operator string, order int) bool {
	switch operator {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// compare orders two values of one kind.
func compare(a, b Value) int {
	switch a.Kind {
	case Number:
		return a.Number.Cmp(b.Number)
	case Date:
		return a.Date.Compare(b.Date)
	case Bool:
		if a.Bool == b.Bool {
			return 0
		}
		return 1
	}
	return strings.Compare(a.Text, b.Text)
}
