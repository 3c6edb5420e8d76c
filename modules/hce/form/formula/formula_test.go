package formula_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/hce/form/formula"
)

var today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// world is what the formulas of these specs know: a woman of 34 years, weighed and measured, pregnant since 8 May.
var world = map[string]formula.Value{
	"peso": formula.OfNumber(decimal.RequireFromString("68.4")), "talla": formula.OfInt(156), "hoy": formula.OfDate(today),
	"sexo": formula.OfText("F"), "nacimiento": formula.OfDate(time.Date(1992, 11, 25, 0, 0, 0, 0, time.UTC)), "fuma": formula.OfBool(false),
	"fum": formula.OfDate(time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC)), "signos": formula.OfList([]string{"fiebre", "tos"}), "cero": formula.OfInt(0),
	"tenth": formula.OfNumber(decimal.RequireFromString("0.1")),
}

var kinds = map[string]formula.Name{"nada": {Kind: formula.Number}, "nadie": {Kind: formula.Bool}, "nunca": {Kind: formula.Date}, "sinlista": {Kind: formula.List}}

func names(name string) (formula.Name, bool) {
	if n, ok := kinds[name]; ok {
		return n, true
	}
	v, ok := world[name]
	n := formula.Name{Kind: v.Kind}
	switch name {
	case "sexo":
		n.Options = []string{"F", "M"}
	case "signos":
		n.Options = []string{"fiebre", "tos", "disnea"}
	}
	return n, ok
}

func lookup(name string) formula.Value { return world[name] }

func TestFormulasAreReckoned(t *testing.T) {
	for text, want := range map[string]string{
		`round(peso / (talla / 100 * talla / 100), 1)`: "28.1", `redondear(peso, 0)`: "68", `1 + 2 * 3 - 4 / 2`: "5", `-(2 + 1) * 2`: "-6", `-2 - -3`: "1",
		`tenth + tenth + tenth = 0.3`: "sí", `10 - 4 - 3`: "3", `round(2.5)`: "3", `round(-2.5)`: "-3", `int(7.9)`: "7", `abs(-3)`: "3",
		`sexo = "F" and edad(nacimiento) >= 12`: "sí", `age(nacimiento)`: "33", `no fuma`: "sí", `not fuma = true`: "sí", `fuma o peso > 60 y talla < 100`: "no",
		`gestation(fum, hoy)`: "28+4", `weeks(fum, hoy)`: "28", `dias(fum, hoy)`: "200", `hoy - fum`: "200", `fum + 280`: "12/02/2027", `hoy - 1 < hoy`: "sí",
		`if(peso > 60, "mayor", "menor")`: "mayor", `si(fuma, 1, 2)`: "2", `if(fuma, 1)`: "", `min(3, nada, 2)`: "2", `max(3, nada)`: "3", `sum(1, nada, 2)`: "3",
		`has(signos, "tos")`: "sí", `tiene(signos, 'disnea')`: "no", `text("G", 2, " P", 1001)`: "G2 P1001", `texto("G", nada)`: "", `text(fum)`: "08/05/2026",
		// Nobody answered: sums are empty, comparisons are false, and one can ask.
		`nada + 1`: "", `-nada`: "", `nada > 1`: "no", `nada != 1`: "no", `empty(nada)`: "sí", `vacio(peso)`: "no", `nadie`: "", `not nadie`: "sí", `age(nunca)`: "", `nunca + 1`: "",
		`has(sinlista, "x")`: "no", `sum(nada)`: "", `gestation(hoy, fum)`: "", `age(hoy + 9)`: "",
		// What has no result has none, rather than a failure or a number without end.
		`1 / cero`: "", `1000000000 * 1000000000 * 1000000000`: "", `hoy + 100000000`: "", `hoy + 90000`: "", `1 / 3 * 3`: "0.9999999999999999",
		`peso = 68.40`: "sí", `peso <> 68.4`: "no", `sexo == 'M'`: "no", `true or false and false`: "sí",
	} {
		f, err := formula.Parse(text, names)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.Of(lookup).String(); got != want {
			t.Errorf("%s = %q, want %q", text, got, want)
		}
	}
}

func TestAWrongFormulaSaysWhatAndWhere(t *testing.T) {
	for _, c := range []struct {
		text   string
		letter int
		says   string
	}{
		{``, 1, "termina"}, {`peso +`, 7, "termina"}, {`peso * tala`, 8, "no existe «tala»"}, {`(peso`, 1, "paréntesis"}, {`peso)`, 5, "sobra"}, {`min(peso`, 4, "paréntesis"},
		{`peso = "F"`, 6, "no se compara un número con un texto"}, {`sexo = "X"`, 6, "no tiene la opción «X»"}, {`has(signos, "gripe")`, 1, "no tiene la opción «gripe»"},
		{`sexo < "M"`, 6, "igual o distinto"}, {`signos = signos`, 8, "lista"}, {`peso and fuma`, 6, "«and» une"}, {`not peso`, 1, "sí o no"}, {`-sexo`, 1, "signo menos"},
		{`peso + sexo`, 6, "no sirve entre un número y un texto"}, {`if(peso, 1, 2)`, 1, "condición"}, {`if(fuma, 1, "a")`, 1, "misma clase"}, {`round(peso, talla)`, 1, "decimales"},
		{`round(peso, -1)`, 1, "decimales"}, {`round(peso, 7)`, 1, "decimales"}, {`age(peso)`, 1, "fechas"}, {`age()`, 1, "se escribe así"}, {`min()`, 1, "se escribe así"}, {`text(signos)`, 1, "una lista"},
		{`peso # 2`, 6, "no se entiende «#»"}, {`sexo = "F`, 8, "comillas"}, {`1.2.3`, 1, "no es un número"}, {`1.`, 1, "no es un número"}, {`1234567890123456789`, 1, "no es un número"},
		{`1 < 2 < 3`, 7, "no se compara"}, {`1 2`, 3, "sobra"}, {`exec(1)`, 1, "no existe «exec»"}, {`ñandú`, 1, "no existe «ñandú»"}, {`* 2`, 1, "no se espera"}, {`min(1 2)`, 4, "paréntesis"},
		{strings.Repeat("(", 60) + "1", 41, "demasiados"}, {strings.Repeat("1", 501), 1, "500 letras"}, {"\"\xff\"", 1, "dañadas"}, {`hoy * 2`, 5, "no sirve"}, {`2 - hoy`, 3, "no sirve"},
	} {
		_, err := formula.Parse(c.text, names)
		var where *formula.Error
		if !errors.As(err, &where) || where.Letter != c.letter || !strings.Contains(where.Message, c.says) {
			t.Errorf("%q: %+v, want letter %d and %q", c.text, where, c.letter, c.says)
		}
	}
}

func TestAFormulaKnowsItsNamesAndKind(t *testing.T) {
	f, err := formula.Parse(`if(fuma, peso, talla + peso)`, names)
	if err != nil || strings.Join(f.Names(), " ") != "fuma peso talla" || f.Kind() != formula.Number || !f.Is() {
		t.Errorf("%v %v %v", f.Names(), f.Kind(), err)
	}
	var none formula.Formula
	if none.Is() || none.Names() != nil || none.Of(lookup).Kind != formula.Empty || none.Kind() != formula.Empty {
		t.Error("no formula is something")
	}
	for _, word := range []string{"si", "y", "not", "edad", "round", "true"} {
		if !formula.Reserved(word) {
			t.Errorf("%s may be the name of a field", word)
		}
	}
	if formula.Reserved("peso") {
		t.Error("peso is reserved")
	}
}

// A value of another kind than the formula was read for counts as not answered.
func TestAnUnexpectedValueIsNoAnswer(t *testing.T) {
	f, err := formula.Parse(`peso + 1`, names)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Of(func(string) formula.Value { return formula.OfText("mucho") }); got.Kind != formula.Empty {
		t.Errorf("%v", got)
	}
}

var pieces = []string{"peso", "talla", "sexo", "hoy", "fum", "fuma", "signos", "nada", "nunca", "cero", "1", "0.5", "99999999999999", `"F"`, `"tos"`, "+", "-", "*", "/", "=", "<", ">=", "!=", "(", ")", ",",
	"and", "or", "not", "if(", "min(", "max(", "sum(", "round(", "int(", "age(", "days(", "weeks(", "gestation(", "empty(", "has(", "text(", "true", "%", "ñ"}

// Whatever is typed, reading ends with a formula or an error that names a letter of it, and reckoning ends.
func TestNoTextBreaksTheReader(t *testing.T) {
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 14).Draw(t, "pieces"), " ")
		if tries(t, text) {
			read++
		}
	})
	if read == 0 {
		t.Error("not one formula was whole: the property tried nothing")
	}
	rapid.Check(t, func(t *rapid.T) { tries(t, rapid.String().Draw(t, "text")) })
}

func tries(t interface{ Fatalf(string, ...any) }, text string) bool {
	f, err := formula.Parse(text, names)
	if err != nil {
		var where *formula.Error
		if !errors.As(err, &where) || where.Letter < 1 || where.Letter > len([]rune(text))+1 || where.Message == "" {
			t.Fatalf("%q: %+v", text, err)
		}
		return false
	}
	if got := f.Of(lookup); got.Kind != formula.Empty && got.Kind != f.Kind() {
		t.Fatalf("%q promised %d and gave %d", text, f.Kind(), got.Kind)
	}
	f.Of(func(string) formula.Value { return formula.Value{} })
	return true
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`round(peso / (talla / 100 * talla / 100), 1)`, `si(vacio(nada), "a", 'b')`, `((1`, `hoy - fum > 3 y no fuma`, "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { tries(t, text) })
}
