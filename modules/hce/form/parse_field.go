package form

import (
	"slices"
	"strconv"
	"strings"

	"hampi/modules/hce/form/formula"
)

// asking is a field with the place where it was read, for the formulas that name it.
type asking struct {
	field    *Field
	node     *node
	at       place
	compute  *pending // of a computed field
	visiting bool     // its formula is being read: whoever asks now goes in a circle
}

// belongs says for which kinds of fields a member makes sense.
var belongs = map[string][]Type{
	"unit": {Number, Integer, Pressure, Computed}, "min": {Number, Integer, Date, Pressure}, "max": {Number, Integer, Date, Pressure},
	"soft_min": {Number, Integer, Date, Pressure}, "soft_max": {Number, Integer, Date, Pressure}, "diastolic": {Pressure},
	"decimals": {Number, Computed}, "options": {Choice, Choices}, "rows": {Long}, "compute": {Computed},
	"required": {Text, Long, Number, Integer, Date, Choice, Choices, YesNo, Pressure, Duration},
	"loinc":    {Number, Integer, Pressure, Computed}, "ucum": {Number, Integer, Pressure, Computed},
}

// field reads a field. Its formulas are read when all fields are known.
func (r *reader) field(n *node, section string) *Field {
	f := &Field{}
	at := place{section, keyOf(n)}
	known := make([]Type, len(types))
	for i, t := range types {
		known[i] = t.Type
	}
	r.object(n, at, map[string]func(*node){
		"key":       r.slug(&f.Key, at, keyJoint, "«key» lleva letras minúsculas sin tilde, cifras y «_»"),
		"label":     r.words(&f.Label, at, longTitle),
		"type":      oneOf(r, &f.Type, at, known...),
		"unit":      r.words(&f.Unit, at, longUnit),
		"min":       r.limit(&f.Min, at, false),
		"max":       r.limit(&f.Max, at, false),
		"soft_min":  r.limit(&f.SoftMin, at, true),
		"soft_max":  r.limit(&f.SoftMax, at, true),
		"diastolic": func(n *node) { f.Diastolic = r.diastolic(n, at) },
		"decimals":  r.whole(&f.Decimals, at, 0, 6),
		"options": func(n *node) {
			r.list(n, at, mostOptions, func(n *node) { f.Options = append(f.Options, r.option(n, at)) })
		},
		"required": r.flag(&f.Required, at),
		"show_if":  r.formula(at, func(read formula.Formula) { f.ShowIf = read }, formula.Bool),
		"compute":  r.computed(f, at),
		"help":     r.words(&f.Help, at, longHelp),
		"rows":     r.whole(&f.Rows, at, 1, 20),
		"loinc":    r.loinc(&f.LOINC, at),
		"ucum":     r.words(&f.UCUM, at, longUnit),
	})
	r.needs(n, at, "key", "type")
	r.check(f, n, at)
	r.keep(f, n, at)
	return f
}

// check objects to what does not fit together in one field.
func (r *reader) check(f *Field, n *node, at place) {
	if f.Type == "" {
		return // said already
	}
	for _, m := range n.members {
		if kinds := belongs[m.name]; kinds != nil && !slices.Contains(kinds, f.Type) {
			r.problem(m.value, at, "«"+m.name+"» no sirve en un campo de "+f.Type.Words())
		}
	}
	switch {
	case f.Type == Note && f.Label == "" && f.Help == "":
		r.needs(n, at, "label")
	case f.Type != Note:
		r.needs(n, at, "label")
	}
	switch f.Type {
	case Choice, Choices:
		r.needs(n, at, "options")
		r.checkOptions(f, n.member("options"), at)
	case Computed:
		r.needs(n, at, "compute")
	case Number:
		r.checkDecimals(f, n, at)
	}
	r.checkRange(f.limits(), n, at)
	if f.Diastolic != nil {
		r.checkRange(*f.Diastolic, n.member("diastolic"), at)
	}
}

// usualDecimals is how many decimals a number has whose template does not say.
const usualDecimals = 2

func (r *reader) checkDecimals(f *Field, n *node, at place) {
	switch said := n.member("decimals"); {
	case said == nil:
		f.Decimals = usualDecimals
	case f.Decimals == 0:
		r.problem(said, at, "un número sin decimales es de la clase integer")
	}
}

func (r *reader) checkOptions(f *Field, list *node, at place) {
	values, labels := map[string]bool{}, map[string]bool{}
	for i, o := range f.Options {
		switch item := list.items[i]; {
		case o.Value == "": // said already
		case values[o.Value]:
			r.problem(item, at, "la opción «"+o.Value+"» está dos veces")
		case labels[o.Label]:
			r.problem(item, at, "dos opciones se leen «"+o.Label+"»")
		}
		values[o.Value], labels[o.Label] = true, true
	}
}

// checkRange objects to limits that leave nothing between them. Formulas are compared when a note is checked.
func (r *reader) checkRange(limits Range, n *node, at place) {
	ordered := func(low, high Limit, name, says string) bool {
		if low.number == nil || high.number == nil || !low.number.GreaterThan(*high.number) {
			return true
		}
		r.problem(n.member(name), at, says)
		return false
	}
	if !ordered(limits.Min, limits.Max, "min", "el mínimo es mayor que el máximo") {
		return
	}
	ordered(limits.SoftMin, limits.SoftMax, "soft_min", "el mínimo usual es mayor que el máximo usual")
	ordered(limits.Min, limits.SoftMin, "soft_min", "el mínimo usual queda por debajo del mínimo")
	ordered(limits.SoftMax, limits.Max, "soft_max", "el máximo usual pasa del máximo")
}

// diastolic reads the limits of a pressure's second value.
func (r *reader) diastolic(n *node, at place) *Range {
	limits := &Range{}
	r.object(n, at, map[string]func(*node){
		"min":      r.limit(&limits.Min, at, false),
		"max":      r.limit(&limits.Max, at, false),
		"soft_min": r.limit(&limits.SoftMin, at, true),
		"soft_max": r.limit(&limits.SoftMax, at, true),
	})
	return limits
}

// option reads {"value": …, "label": …} or a text that is both.
func (r *reader) option(n *node, at place) (o Option) {
	if n.open != '{' {
		r.words(&o.Value, at, longOption)(n)
		o.Label = o.Value
		return o
	}
	r.object(n, at, map[string]func(*node){
		"value": r.words(&o.Value, at, longOption),
		"label": r.words(&o.Label, at, longOption),
	})
	r.needs(n, at, "value", "label")
	return o
}

// loinc takes a LOINC code whose check digit is right.
func (r *reader) loinc(into *string, at place) func(*node) {
	return func(n *node) {
		code, _ := n.leaf.(string)
		if !checksUp(code) {
			r.problem(n, at, "«"+code+"» no es un código LOINC: su último dígito no corresponde")
			return
		}
		*into = code
	}
}

// checksUp verifies the form of a LOINC code, 8310-5, and its check digit (mod 10, Luhn).
func checksUp(code string) bool {
	number, check, _ := strings.Cut(code, "-")
	digits, sum := number+check, 0
	if len(number) > 7 || len(check) != 1 || !isDigits(number) || !isDigits(check) {
		return false
	}
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// keep remembers a field for the formulas; its key is its own in the whole template, not only in its section.
func (r *reader) keep(f *Field, n *node, at place) {
	switch {
	case f.Key == "":
		return // said already
	case r.fields[f.Key] != nil:
		line, _ := lineColumn(r.text, r.fields[f.Key].node.at)
		r.problem(n, at, "la clave «"+f.Key+"» ya es de otro campo, en la línea "+strconv.Itoa(line))
		return
	case formula.Reserved(f.Key) || contextKinds[f.Key].Kind != formula.Empty:
		r.problem(n, at, "«"+f.Key+"» es una palabra de las fórmulas; elija otra clave")
		return
	}
	r.fields[f.Key] = &asking{field: f, node: n, at: at}
}
