package observation

import (
	"slices"

	"github.com/shopspring/decimal"

	"hampi/modules/platform/textfold"
)

// Flag is how a value stands to its range, in HL7's letters.
type Flag string

// The flags. NoFlag: no range is known. Abnormal is for words.
const (
	NoFlag       Flag = ""
	Normal       Flag = "N"
	Low          Flag = "L"
	High         Flag = "H"
	CriticalLow  Flag = "LL"
	CriticalHigh Flag = "HH"
	Abnormal     Flag = "A"
)

// Label is the flag in words.
func (f Flag) Label() string {
	switch f {
	case Normal:
		return "Normal"
	case Low:
		return "Bajo"
	case High:
		return "Alto"
	case CriticalLow:
		return "Bajo, crítico"
	case CriticalHigh:
		return "Alto, crítico"
	case Abnormal:
		return "Anormal"
	}
	return ""
}

// Judgement is what the rules say of one value.
type Judgement struct {
	Flag  Flag
	Range Range
	// Alarm asks that the value be marked. A flag without it is out of the usual and no more.
	Alarm bool
	// Critical is why somebody has to acknowledge the value; empty when nobody has to.
	Critical string
}

// Judge says how a value stands. A range that the laboratory printed (lab) wins over ours; without one, pass nil.
func Judge(code string, v Value, s Subject, lab *Range) Judgement {
	j := Judgement{Range: RangeOf(code, s)}
	if lab != nil && lab.Known() {
		j.Range = *lab
	}
	if b, is := kindOf(code).bound(v); is {
		return judgeBound(code, b, s, j.Range)
	}
	if !v.Number.Valid {
		return judgeWords(code, v.Text)
	}
	value := v.Number.Decimal
	j.Flag = flagOf(value, j.Range)
	j.Alarm = outside(value, j.Range.AlarmBelow, j.Range.AlarmAbove) != 0
	if why, side := Critical(code, value, s); side != 0 {
		j.Critical, j.Alarm, j.Flag = why, true, CriticalHigh
		if side < 0 {
			j.Flag = CriticalLow
		}
	}
	return j
}

func kindOf(code string) Kind {
	kind, _ := KindOf(code)
	return kind
}

func flagOf(value decimal.Decimal, r Range) Flag {
	if !r.Known() {
		return NoFlag
	}
	switch outside(value, r.Low, r.High) {
	case -1:
		return Low
	case 1:
		return High
	}
	return Normal
}

// judgeWords marks the answers that mean that something was found. A pregnancy is no illness, and words that are not
// from the list are for a person to read.
func judgeWords(code, text string) Judgement {
	kind := kindOf(code)
	switch {
	case len(kind.Choices) != 3 || code == "2106-3" || code == "2118-8":
		return Judgement{}
	case same(text, kind.Choices[0]):
		return Judgement{Flag: Normal}
	case slices.ContainsFunc(kind.Choices[1:], func(choice string) bool { return same(text, choice) }):
		return Judgement{Flag: Abnormal, Alarm: true}
	}
	return Judgement{}
}

func same(a, b string) bool {
	return slices.Equal(textfold.Words(a), textfold.Words(b))
}
