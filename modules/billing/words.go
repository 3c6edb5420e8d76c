package billing

import (
	"strings"

	"github.com/shopspring/decimal"
)

// InWords writes an amount as printed documents carry it (legend 1000): "SON: CIENTO DIEZ CON 00/100 SOLES", in
// capitals without accents. Amounts are not negative and under a million of millions.
func InWords(amount decimal.Decimal, currency Currency) string {
	amount = cents(amount)
	whole := amount.Truncate(0)
	fraction := amount.Sub(whole).Shift(2)
	return "SON: " + wordsOf(whole.IntPart()) + " CON " + twoDigits(fraction.IntPart()) + "/100 " + currency.legend()
}

// legend is the currency's name in the legend.
func (c Currency) legend() string {
	if c.code() == Dollars {
		return "DOLARES AMERICANOS"
	}
	return "SOLES"
}

func twoDigits(n int64) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

// wordsOf spells a whole number; the last "uno" stays whole ("VEINTIUNO"), since no noun follows.
func wordsOf(n int64) string {
	if n == 0 {
		return "CERO"
	}
	var words []string
	if millions := n / 1_000_000; millions == 1 {
		words = append(words, "UN MILLON")
	} else if millions > 1 {
		words = append(words, shortened(thousands(millions))+" MILLONES")
	}
	if rest := n % 1_000_000; rest > 0 {
		words = append(words, thousands(rest))
	}
	return strings.Join(words, " ")
}

// thousands spells 1 to 999,999.
func thousands(n int64) string {
	var words []string
	if t := n / 1000; t == 1 {
		words = append(words, "MIL")
	} else if t > 1 {
		words = append(words, shortened(hundreds(t))+" MIL")
	}
	if rest := n % 1000; rest > 0 {
		words = append(words, hundreds(rest))
	}
	return strings.Join(words, " ")
}

// shortened drops the last letter of "uno" before MIL and MILLONES: "VEINTIUN MIL".
func shortened(words string) string {
	if strings.HasSuffix(words, "UNO") {
		return strings.TrimSuffix(words, "O")
	}
	return words
}

// hundreds spells 1 to 999.
func hundreds(n int64) string {
	if n == 100 {
		return "CIEN"
	}
	names := [...]string{"", "CIENTO", "DOSCIENTOS", "TRESCIENTOS", "CUATROCIENTOS", "QUINIENTOS", "SEISCIENTOS", "SETECIENTOS", "OCHOCIENTOS", "NOVECIENTOS"}
	if n%100 == 0 {
		return names[n/100]
	}
	return strings.TrimSpace(names[n/100] + " " + tens(n%100))
}

// tens spells 1 to 99.
func tens(n int64) string {
	small := [...]string{
		"", "UNO", "DOS", "TRES", "CUATRO", "CINCO", "SEIS", "SIETE", "OCHO", "NUEVE", "DIEZ", "ONCE", "DOCE", "TRECE", "CATORCE", "QUINCE",
		"DIECISEIS", "DIECISIETE", "DIECIOCHO", "DIECINUEVE", "VEINTE", "VEINTIUNO", "VEINTIDOS", "VEINTITRES", "VEINTICUATRO", "VEINTICINCO",
		"VEINTISEIS", "VEINTISIETE", "VEINTIOCHO", "VEINTINUEVE",
	}
	if n < int64(len(small)) {
		return small[n]
	}
	names := [...]string{"", "", "", "TREINTA", "CUARENTA", "CINCUENTA", "SESENTA", "SETENTA", "OCHENTA", "NOVENTA"}
	if n%10 == 0 {
		return names[n/10]
	}
	return names[n/10] + " Y " + small[n%10]
}
