package observation

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/platform/sorting"
)

// Problem is what a form says of a value.
type Problem struct {
	Code    string // whose field it stands beside
	Refused bool   // it cannot be; otherwise somebody may say that it is right
	Words   string
}

// Problems are all objections to a set, those that refuse first, then in the order of the form. What is computed from
// the others (mean pressure, body mass index) is worked out here and never objected to as typed.
func Problems(set Set, s Subject) []Problem {
	whole := set.WithComputed()
	var found []Problem
	for _, code := range whole.codes() {
		if p, bad := problem(code, whole[code], s); bad {
			found = append(found, p)
		}
	}
	found = append(found, together(whole)...)
	sorting.By(found, func(a, b Problem) int { return rank(a) - rank(b) })
	return found
}

func rank(p Problem) int {
	if p.Refused {
		return 0
	}
	return 1
}

// codes are those of a set: the vital signs as the form has them, then the others by code.
func (set Set) codes() []string {
	var codes, others []string
	for _, kind := range Vitals() {
		if _, there := set[kind.Code]; there {
			codes = append(codes, kind.Code)
		}
	}
	for code := range set {
		if !slices.Contains(codes, code) {
			others = append(others, code)
		}
	}
	slices.Sort(others)
	return append(codes, others...)
}

// problem is what is wrong with one value by itself.
func problem(code string, v Value, s Subject) (Problem, bool) {
	kind, known := KindOf(code)
	b, bounded := kind.bound(v)
	switch {
	case !known:
		return Problem{Code: code, Refused: true, Words: "El código " + code + " no está en la lista."}, true
	case bounded:
		return boundProblem(kind, b, limitsOf(code, s))
	case !v.Number.Valid:
		return wordsProblem(kind, v.Text)
	case len(kind.Choices) > 0:
		return Problem{Code: code, Refused: true, Words: kind.Name + ": elija " + alternatives(kind.Choices) + "."}, true
	}
	value := v.Number.Decimal
	limits := limitsOf(code, s)
	if outside(value, limits.refuseBelow, limits.refuseAbove) != 0 {
		return Problem{Code: code, Refused: true, Words: kind.refusal(value, limits)}, true
	}
	if outside(value, limits.askBelow, limits.askAbove) != 0 {
		return Problem{Code: code, Words: kind.Name + " " + kind.Words(v) + ". ¿Es correcto este valor?"}, true
	}
	return Problem{}, false
}

// boundProblem refuses a bound beyond which nothing can be: "<0", ">100 %". What is improbable is not asked, for nobody
// knows the value.
func boundProblem(kind Kind, b Bound, limits limitsAt) (Problem, bool) {
	if outside(b.Edge, limits.refuseBelow, limits.refuseAbove) == 0 && b.outside(limits.refuseBelow, limits.refuseAbove) == 0 {
		return Problem{}, false
	}
	return Problem{Code: kind.Code, Refused: true, Words: kind.Name + ": no puede ser " + b.String() + " " + kind.Unit() + "."}, true
}

func wordsProblem(kind Kind, text string) (Problem, bool) {
	known := len(kind.Choices) == 0 || slices.ContainsFunc(kind.Choices, func(c string) bool { return c == text })
	switch {
	case strings.TrimSpace(text) == "":
		return Problem{Code: kind.Code, Refused: true, Words: "Falta el resultado de " + lower(kind.Name) + "."}, true
	case kind.Type == catalog.Quantity:
		return Problem{Code: kind.Code, Refused: true, Words: kind.Name + ": se espera un número."}, true
	case !known:
		return Problem{Code: kind.Code, Refused: true, Words: kind.Name + ": elija " + alternatives(kind.Choices) + "."}, true
	}
	return Problem{}, false
}

// refusal says what is expected and what is there.
func (k Kind) refusal(value decimal.Decimal, limits limitsAt) string {
	expected := "como máximo " + limits.refuseAbove.Decimal.String()
	switch {
	case limits.refuseBelow.Valid && limits.refuseAbove.Valid:
		expected = "va de " + limits.refuseBelow.Decimal.String() + " a " + limits.refuseAbove.Decimal.String()
	case limits.refuseBelow.Valid:
		expected = "como mínimo " + limits.refuseBelow.Decimal.String()
	}
	return strings.TrimSpace(k.Name+": "+expected+" "+k.Unit()) + "; aquí hay " + value.String() + "."
}

// together is what only two values side by side show.
func together(set Set) []Problem {
	var found []Problem
	systolic, diastolic := set.number(Systolic), set.number(Diastolic)
	if systolic.Valid && diastolic.Valid {
		found = append(found, pressureProblems(systolic.Decimal, diastolic.Decimal)...)
	}
	if part, whole := set.number("1968-7"), set.number("1975-2"); part.Valid && whole.Valid && part.Decimal.GreaterThan(whole.Decimal) {
		found = append(found, Problem{Code: "1968-7", Refused: true, Words: "La bilirrubina directa es mayor que la total."})
	}
	if part, whole := set.number("2085-9"), set.number("2093-3"); part.Valid && whole.Valid && part.Decimal.GreaterThan(whole.Decimal) {
		found = append(found, Problem{Code: "2085-9", Refused: true, Words: "El colesterol HDL es mayor que el total."})
	}
	return found
}

// closest is the pulse pressure below which a form asks; ours.
const closest = 10

func pressureProblems(systolic, diastolic decimal.Decimal) []Problem {
	written := systolic.String() + "/" + diastolic.String()
	switch {
	case !systolic.GreaterThan(diastolic):
		return []Problem{{Code: Systolic, Refused: true, Words: "La sistólica es mayor que la diastólica; aquí hay " + written + "."}}
	case systolic.Sub(diastolic).LessThan(decimal.NewFromInt(closest)):
		return []Problem{{Code: Systolic, Words: "Presión arterial " + written + " mmHg. ¿Es correcto este valor?"}}
	}
	return nil
}

// limitsAt are the limits of a code for somebody.
type limitsAt struct{ askBelow, askAbove, refuseBelow, refuseAbove decimal.NullDecimal }

func limitsOf(code string, s Subject) limitsAt {
	limits := lawOfNumbers(code)
	for _, row := range limitTable {
		if row.code == code && row.fits(s.Age) {
			limits = limitsAt{number(row.askBelow), number(row.askAbove), number(row.refuseBelow), number(row.refuseAbove)}
			break
		}
	}
	switch code {
	case Saturation, ArterialOxygen:
		limits.askBelow = number(oxygenAt(s.Altitude).ask) // at 4,000 m ninety is good
	case Weight:
		limits.askBelow, limits.askAbove = growth(s.Age, func(g growthRow) (int64, int64) { return g.lightest, g.heaviest }, -2)
	case Height:
		limits.askBelow, limits.askAbove = growth(s.Age, func(g growthRow) (int64, int64) { return g.shortest, g.tallest }, -1)
	}
	return limits
}

// lawOfNumbers holds for everything that is measured: nothing is negative, and no part is more than the whole.
func lawOfNumbers(code string) limitsAt {
	limits := limitsAt{refuseBelow: number("0")}
	if kind, _ := KindOf(code); kind.UCUM == "%" {
		limits.refuseAbove = number("100")
	}
	return limits
}

func (r limitRow) fits(age Age) bool {
	if r.everyAge {
		return true
	}
	if r.toDays == 0 {
		return !age.Known || age.Days >= 13*year
	}
	return age.Known && age.Days >= r.fromDays && age.Days < r.toDays
}

// growth takes two ends of the growth table at an age, in proportion between its rows; a grown-up's when it is unknown.
func growth(age Age, ends func(growthRow) (int64, int64), exponent int32) (low, high decimal.NullDecimal) {
	days := growthTable[len(growthTable)-1].days
	if age.Known {
		days = min(days, age.Days)
	}
	i := slices.IndexFunc(growthTable, func(g growthRow) bool { return g.days >= days })
	after, before := growthTable[i], growthTable[max(i-1, 0)]
	lowAfter, highAfter := ends(after)
	lowBefore, highBefore := ends(before)
	between := func(from, to int64) decimal.NullDecimal {
		if after.days == before.days {
			return decimal.NewNullDecimal(decimal.New(to, exponent))
		}
		passed := (to - from) * int64(days-before.days) / int64(after.days-before.days)
		return decimal.NewNullDecimal(decimal.New(from+passed, exponent))
	}
	return between(lowBefore, lowAfter), between(highBefore, highAfter)
}

func alternatives(choices []string) string {
	last := len(choices) - 1
	return strings.Join(choices[:last], ", ") + " o " + choices[last]
}

// lower is a name inside a sentence; sets of capitals stay.
func lower(name string) string {
	first, rest, _ := strings.Cut(name, " ")
	if strings.ToUpper(first) != first {
		first = strings.ToLower(first)
	}
	return strings.TrimSpace(first + " " + rest)
}
