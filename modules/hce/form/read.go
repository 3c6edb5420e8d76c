package form

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"hampi/modules/platform/fault"
)

// Read takes the answers of a note out of a sent form. What is written in another way is put into one: "36,5" is 36.5,
// "240188" a day, "14892" a pressure of 148/92. What cannot be read is kept as it was typed, and its problem stands
// under the name of its input; Check finds it again, so that a draft may hold it.
func Read(t Template, in url.Values, ctx Context) (Values, fault.Problems) {
	values, problems := Values{}, fault.Problems{}
	for _, f := range t.fields() {
		if !f.asked() {
			continue
		}
		if v := readField(f, in, ctx); v.Is() {
			values[f.Key] = v
			if v.Shape == Typed {
				problems.Add(Name(f.Key), unreadable(f))
			}
		}
	}
	if list := readConfirmed(t, in[ConfirmedName]); len(list) > 0 {
		values[confirmedKey] = OfList(list...)
	}
	if list := readActions(t, in); len(list) > 0 {
		values[actionsKey] = OfList(list...)
	}
	return values, problems
}

// readActions keeps what was done about critical answers, in the order of the template.
func readActions(t Template, in url.Values) (list []string) {
	for _, f := range t.fields() {
		if text := clean(in.Get(ActionName(f.Key)), false); f.asked() && text != "" {
			list = append(list, f.Key+"="+text)
		}
	}
	return list
}

func readField(f Field, in url.Values, ctx Context) Value {
	text := clean(in.Get(Name(f.Key)), f.Type == Long)
	switch {
	case f.Type == Choices:
		return readChoices(f, in[Name(f.Key)])
	case text == "":
		return Value{}
	}
	switch f.Type {
	case Number, Integer:
		return inCentimetres(f, readNumber(text))
	case Date:
		return readDay(text, ctx.Today)
	case Choice:
		if _, ok := f.option(text); !ok {
			return typed(text)
		}
	case YesNo:
		return readYesNo(text)
	case Pressure:
		return readPressure(text)
	case Duration:
		return readSpan(text, in.Get(UnitName(f.Key)))
	}
	return OfText(text)
}

// clean trims a text, gives it one kind of line break and takes out what is not seen; one line has no breaks at all.
func clean(text string, lines bool) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines, r == '\t' && lines:
			return r
		case r == '\n', r == '\t', r == '\r':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}

// readChoices keeps the options in the order of the template, each once, and whatever else was sent behind them.
func readChoices(f Field, sent []string) Value {
	var list, others []string
	chosen := map[string]bool{}
	for _, value := range sent {
		value = clean(value, false)
		if _, known := f.option(value); !known && value != "" && !chosen[value] {
			others = append(others, value)
		}
		chosen[value] = true
	}
	for _, o := range f.Options {
		if chosen[o.Value] {
			list = append(list, o.Value)
		}
	}
	return OfList(append(list, others...)...)
}

// readNumber reads a figure as people type it; a comma with one or two digits behind it is a decimal one (UX §5).
func readNumber(text string) Value {
	figure := strings.ReplaceAll(strings.ReplaceAll(text, " ", ""), "−", "-")
	sign := ""
	if strings.HasPrefix(figure, "-") {
		sign = "-"
	}
	if strings.HasPrefix(figure, "-") || strings.HasPrefix(figure, "+") {
		figure = figure[1:]
	}
	whole, fraction, _ := strings.Cut(figure, ".")
	if before, after, comma := strings.Cut(figure, ","); comma && len(after) <= 2 && isDigits(after) {
		whole, fraction = before, after
	} else if comma {
		whole = withoutThousands(whole)
	}
	if whole+fraction == "" || whole != "" && !isDigits(whole) || fraction != "" && !isDigits(fraction) {
		return typed(text)
	}
	d, ok := readDecimal(sign + "0" + whole + "." + fraction + "0")
	if !ok {
		return typed(text)
	}
	return OfText(d.String())
}

// bodyHeight is the LOINC code of a person's height, which people say in metres.
const bodyHeight = "8302-2"

// inCentimetres is a height that was typed in metres, 1.70, as the field asks for it: 170. What is no height, or would be
// none in centimetres either, stays as it was typed.
func inCentimetres(f Field, v Value) Value {
	d, ok := readDecimal(v.Text)
	if f.LOINC != bodyHeight || f.Unit != "cm" || v.Shape != Plain || !ok || f.Min.number == nil || f.Max.number == nil || !d.LessThan(*f.Min.number) {
		return v
	}
	d = d.Shift(2)
	if d.LessThan(*f.Min.number) || d.GreaterThan(*f.Max.number) {
		return v
	}
	return OfText(d.String())
}

// withoutThousands drops commas that stand before groups of three digits; where one stands elsewhere they stay.
func withoutThousands(whole string) string {
	groups := strings.Split(whole, ",")
	for i, group := range groups {
		if len(group) == 0 || len(group) > 3 || i > 0 && len(group) < 3 {
			return whole
		}
	}
	return strings.Join(groups, "")
}

func readYesNo(text string) Value {
	switch text {
	case "si", "no":
		return OfTruth(text == "si")
	}
	return typed(text)
}

func readPressure(text string) Value {
	groups := figures(strings.TrimSpace(strings.TrimSuffix(strings.ToLower(text), "mmhg")), " /-")
	if len(groups) == 1 { // 14892, 180110, 9060
		joined := groups[0]
		cut := min(3, len(joined)/2)
		if len(joined) == 5 {
			cut = 3
		}
		groups = []string{joined[:cut], joined[cut:]}
	}
	if len(groups) != 2 || !isPressure(groups[0]) || !isPressure(groups[1]) {
		return typed(text)
	}
	systolic, _ := strconv.Atoi(groups[0])
	diastolic, _ := strconv.Atoi(groups[1])
	return OfPressure(systolic, diastolic)
}

func isPressure(digits string) bool {
	return len(digits) >= 2 && len(digits) <= 3 && digits[0] != '0'
}

// figures are the runs of digits in a text that begins and ends with one and has nothing but joints between them.
func figures(text, joints string) []string {
	joint := func(r rune) bool { return strings.ContainsRune(joints, r) }
	groups := strings.FieldsFunc(text, joint)
	if !isDigits(strings.Join(groups, "")) || strings.Trim(text, joints) != text {
		return nil
	}
	return groups
}

func readSpan(text, unit string) Value {
	amount := readNumber(text)
	for _, u := range spanUnits {
		if u.Value == unit && amount.Shape == Plain {
			return OfSpan(amount.Text, unit)
		}
	}
	return typed(text)
}

// readDay reads 24/11/2026, 241126, 24-11-26 and 2026-11-24.
func readDay(text string, today time.Time) Value {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return OfText(text)
	}
	parts := figures(text, "/. -")
	if len(parts) == 1 && (len(text) == 6 || len(text) == 8) {
		parts = []string{text[:2], text[2:4], text[4:]}
	}
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 2 && len(parts[2]) != 4 {
		return typed(text)
	}
	d, _ := strconv.Atoi(parts[0])
	month, _ := strconv.Atoi(parts[1])
	year, _ := strconv.Atoi(parts[2])
	if len(parts[2]) == 2 {
		year = century(year, today)
	}
	day := time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC)
	if day.Day() != d || int(day.Month()) != month || year < 1850 {
		return typed(text)
	}
	return OfText(day.Format(time.DateOnly))
}

// century completes a year of two digits: the latest that is not more than ten years ahead.
func century(year int, today time.Time) int {
	year += 2000
	if year > today.Year()+10 {
		year -= 100
	}
	return year
}

// readConfirmed keeps confirmations of fields that exist, each once.
func readConfirmed(t Template, sent []string) (list []string) {
	seen := map[string]bool{}
	for _, c := range sent {
		c = clean(c, false)
		key, _, _ := strings.Cut(c, "=")
		if _, ok := t.Field(key); ok && !seen[c] {
			list = append(list, c)
		}
		seen[c] = true
	}
	return list
}

// unreadable says what a field expects.
func unreadable(f Field) string {
	switch f.Type {
	case Number, Integer:
		return "Se espera un número" + inUnit(f) + "."
	case Date:
		return "Se espera día, mes y año de un día que existe: 24/11/2026 o 241126."
	case Pressure:
		return "Se esperan dos números: 120/80."
	case Duration:
		return "Se espera un número y su unidad: 3 días."
	}
	return "Elija una de las opciones."
}

func inUnit(f Field) string {
	if f.Unit == "" {
		return ""
	}
	return " en " + f.Unit
}
