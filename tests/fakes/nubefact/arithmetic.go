package nubefact

import "math/big"

// Everything is computed again with exact fractions from what was sent.

func rat(text string) *big.Rat {
	r, _ := new(big.Rat).SetString(text)
	return r
}

func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }

// toCents rounds to two decimals, halves up; amounts are not negative.
func toCents(r *big.Rat) *big.Rat {
	scaled := add(mul(r, rat("100")), rat("1/2"))
	return new(big.Rat).SetFrac(new(big.Int).Div(scaled.Num(), scaled.Denom()), big.NewInt(100))
}

// apart reports whether two amounts are further apart than allowed.
func apart(a, b, allowed *big.Rat) bool { return new(big.Rat).Abs(sub(a, b)).Cmp(allowed) > 0 }

func money(r *big.Rat) string { return r.FloatString(2) }

// line is an item as it was sent.
type line struct {
	object
	unit               string
	kind               int64 // tipo_de_igv
	quantity           *big.Rat
	value, price       *big.Rat // of one unit, without and with IGV
	discount           *big.Rat // of the line, without IGV
	subtotal, igv, sum *big.Rat
	advance            bool
}

// group is where a line's value goes.
type group int

const (
	taxed group = iota
	exempt
	unaffected
	free
	elsewhere
)

// groupOf is the manual's table of tipo_de_igv; 16 (export) and what is not in it have no place in a clinic.
func groupOf(kind int64) group {
	switch kind {
	case 1:
		return taxed
	case 8:
		return exempt
	case 9:
		return unaffected
	case 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 17, 20:
		return free
	}
	return elsewhere
}

// check computes the line again. The tolerance is a cent; when strict there is none where the rules leave no choice,
// which is for whole quantities.
func (l line) check(percent *big.Rat) {
	tolerance := rat("0.01")
	if l.strict {
		tolerance = new(big.Rat)
	}
	rate := mul(percent, rat("1/100"))
	if groupOf(l.kind) != taxed {
		rate = new(big.Rat)
	}
	withTax := add(rat("1"), rate)
	if apart(sub(toCents(mul(l.value, l.quantity)), l.discount), l.subtotal, tolerance) {
		l.complain(21, "el subtotal %s no es valor_unitario x cantidad - descuento", money(l.subtotal))
	}
	if add(l.subtotal, l.igv).Cmp(l.sum) != 0 {
		l.complain(21, "el total %s no es subtotal + igv", money(l.sum))
	}
	l.checkTax(mul(l.subtotal, rate))
	l.checkPrice(withTax)
}

// checkTax: the tax is the rate of the subtotal, or what is left of a price that includes it, which is never further
// from it than 0.0059.
func (l line) checkTax(due *big.Rat) {
	allowed := rat("0.01")
	if l.strict {
		allowed = rat("0.0059")
	}
	if due.Sign() == 0 {
		allowed = new(big.Rat)
	}
	if apart(l.igv, due, allowed) {
		l.complain(21, "el igv %s no corresponde al subtotal %s", money(l.igv), money(l.subtotal))
	}
}

// checkPrice: price × quantity, less the discount with its tax, is the total; and the value is the price without tax.
func (l line) checkPrice(withTax *big.Rat) {
	gross := mul(l.price, l.quantity)
	if apart(sub(gross, mul(l.discount, withTax)), l.sum, rat("0.02")) {
		l.complain(21, "el total %s no corresponde a precio_unitario x cantidad", money(l.sum))
	}
	if apart(mul(mul(l.value, withTax), l.quantity), gross, rat("0.02")) {
		l.complain(21, "valor_unitario y precio_unitario no se corresponden")
	}
	if !l.strict || !l.quantity.IsInt() {
		return
	}
	if l.discount.Sign() == 0 && toCents(gross).Cmp(l.sum) != 0 {
		l.complain(21, "el total %s no es precio_unitario x cantidad, %s", money(l.sum), money(gross))
	}
	if apart(mul(l.value, withTax), l.price, rat("0.0000000001")) {
		l.complain(21, "valor_unitario no es precio_unitario sin IGV con 10 decimales")
	}
}

// header is the sum of a document's lines, as the manual derives it: ordinary lines − advances − discount of all.
type header struct {
	values    [elsewhere]*big.Rat
	igv       *big.Rat
	discounts *big.Rat
	advances  *big.Rat
}

func sumOf(lines []line) header {
	h := header{igv: new(big.Rat), discounts: new(big.Rat), advances: new(big.Rat)}
	for g := range h.values {
		h.values[g] = new(big.Rat)
	}
	for _, l := range lines {
		g := groupOf(l.kind)
		if g == elsewhere {
			continue
		}
		value, igv := l.subtotal, l.igv
		if l.advance {
			h.advances = add(h.advances, value)
			value, igv = new(big.Rat).Neg(value), new(big.Rat).Neg(igv)
		}
		h.values[g], h.igv, h.discounts = add(h.values[g], value), add(h.igv, igv), add(h.discounts, l.discount)
	}
	return h
}

// check compares the sums with what the header says, to the cent, and returns the document's total and tax.
func (h header) check(o object, percent *big.Rat) (total, igv *big.Rat) {
	global := o.amount("descuento_global", false, 2)
	charges := o.amount("total_otros_cargos", false, 2)
	igv = h.igv
	if global.Sign() > 0 {
		h.values[taxed] = sub(h.values[taxed], global)
		igv = toCents(mul(h.values[taxed], mul(percent, rat("1/100"))))
	}
	total = add(add(add(h.values[taxed], h.values[exempt]), add(h.values[unaffected], igv)), charges)
	for _, sum := range []struct {
		name string
		due  *big.Rat
	}{
		{"total_gravada", h.values[taxed]}, {"total_exonerada", h.values[exempt]}, {"total_inafecta", h.values[unaffected]}, {"total_gratuita", h.values[free]},
		{"total_igv", igv}, {"total_descuento", add(h.discounts, global)}, {"total_anticipo", h.advances}, {"total", total},
	} {
		if sent := o.amount(sum.name, sum.name == "total", 2); sent.Cmp(sum.due) != 0 {
			o.complain(21, "%s es %s y la suma de los items da %s", sum.name, money(sent), money(sum.due))
		}
	}
	return total, igv
}
