package prescribing

import "strings"

var (
	small = []string{"cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce",
		"quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro",
		"veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"}
	tens     = []string{"", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"}
	hundreds = []string{"", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos", "ochocientos", "novecientos"}
)

// inLetters writes a whole number of things, 0 to 9,999: "veintiún frascos", "veintiuna tabletas".
func inLetters(n int, feminine bool) string {
	words := thousands(n)
	if feminine {
		words = strings.ReplaceAll(words, "cientos", "cientas")
		words = strings.ReplaceAll(words, "quinientos", "quinientas")
	}
	last, one := strings.CutSuffix(words, "uno")
	switch {
	case !one:
		return words
	case feminine:
		return last + "una"
	case strings.HasSuffix(last, "veinti"):
		return last + "ún"
	}
	return last + "un"
}

func thousands(n int) string {
	switch {
	case n < 1000:
		return belowThousand(n)
	case n < 2000:
		return strings.TrimSpace("mil " + restOf(n%1000))
	}
	return strings.TrimSpace(belowThousand(n/1000) + " mil " + restOf(n%1000))
}

func restOf(n int) string {
	if n == 0 {
		return ""
	}
	return belowThousand(n)
}

func belowThousand(n int) string {
	switch {
	case n < 30:
		return small[n]
	case n < 100 && n%10 == 0:
		return tens[n/10]
	case n < 100:
		return tens[n/10] + " y " + small[n%10]
	case n == 100:
		return "cien"
	}
	return strings.TrimSpace(hundreds[n/100] + " " + restOf(n%100))
}
