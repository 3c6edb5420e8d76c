package accounts

import (
	"slices"
	"strconv"
	"strings"
)

// rucWeights multiply the first ten digits of a RUC (SUNAT).
var rucWeights = [10]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}

// rucPrefixes say whose it is: 10, 15, 16, 17 persons, 20 companies.
var rucPrefixes = []string{"10", "15", "16", "17", "20"}

// NormalizeRUC drops what people write between the digits.
func NormalizeRUC(typed string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.\t\u00a0", r) {
			return -1
		}
		return r
	}, typed)
}

// RUCProblem says what is wrong with a RUC, in words for the field; "" when nothing is.
func RUCProblem(typed string) string {
	ruc := NormalizeRUC(typed)
	switch {
	case ruc == "":
		return "Falta el RUC."
	case strings.Trim(ruc, "0123456789") != "":
		return "El RUC lleva solo números."
	case len(ruc) != 11:
		return "El RUC tiene 11 dígitos; aquí hay " + strconv.Itoa(len(ruc)) + "."
	case !slices.Contains(rucPrefixes, ruc[:2]):
		return "Un RUC empieza con 10, 15, 16, 17 o 20."
	case ruc[10] != rucCheckDigit(ruc[:10]):
		return "El último dígito no corresponde a los demás. Revise el RUC."
	}
	return ""
}

// rucCheckDigit computes the eleventh digit from the first ten: 11 less the remainder by 11, where 10 is written 0
// and 11 is written 1.
func rucCheckDigit(ten string) byte {
	sum := 0
	for i, weight := range rucWeights {
		sum += int(ten[i]-'0') * weight
	}
	return byte('0' + (11-sum%11)%10)
}
