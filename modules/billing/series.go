package billing

import (
	"fmt"
	"regexp"
	"strconv"

	"hampi/modules/platform/fault"
)

// HighestNumber is the last number of a series (eight digits).
const HighestNumber = 99_999_999

var seriesForm = regexp.MustCompile(`^[FB][A-Z0-9]{3}$`)

// SeriesLetter is what series of documents begin with: F for facturas and their notes, B for boletas and theirs. A
// note's amended kind is the kind of the document that it amends (SUNAT 2116).
func SeriesLetter(kind, amended Kind) string {
	if kind.IsNote() {
		kind = amended
	}
	if kind == Factura {
		return "F"
	}
	return "B"
}

// SeriesProblem says what is wrong with a series for documents of a kind; amended is for notes alone.
func SeriesProblem(series string, kind, amended Kind) string {
	letter := SeriesLetter(kind, amended)
	switch {
	case len(series) != 4:
		return "La serie tiene 4 caracteres; aquí hay " + strconv.Itoa(len(series)) + "."
	case !seriesForm.MatchString(series):
		return "La serie empieza con F o B y sigue con tres letras mayúsculas o cifras, como " + letter + "001."
	case series[:1] != letter && kind.IsNote():
		return "La nota de una " + amended.word() + " va en una serie que empieza con " + letter + "."
	case series[:1] != letter:
		return "La serie de una " + kind.word() + " empieza con " + letter + "."
	}
	return ""
}

// word is the kind within a sentence.
func (k Kind) word() string {
	switch k {
	case Factura:
		return "factura"
	case CreditNote:
		return "nota de crédito"
	case DebitNote:
		return "nota de débito"
	}
	return "boleta"
}

// problems checks the name of a document.
func (n Name) problems(amended Kind, problems fault.Problems) {
	problems.Add("series", SeriesProblem(n.Series, n.Kind, amended))
	if n.Number < 1 || n.Number > HighestNumber {
		problems.Add("number", "El número va de 1 a 99999999.")
	}
}

var receiptForm = regexp.MustCompile(`^R(\d{2,4})-(\d{6,9})$`)

// Receipt numbers of devices and of their receipts; a device's is given at its registration, from 1 on.
const (
	serverDevice   = 0 // receipts made on the server: R00-000001
	highestDevice  = 9999
	highestReceipt = 999_999_999
)

// ReceiptNumber is what a preliminary receipt is called: the device's number in the clinic, then the device's own
// counter, so that two devices without connection never give the same one: "R02-000118".
func ReceiptNumber(device, n int) string { return fmt.Sprintf("R%02d-%06d", device, n) }

// ParseReceiptNumber reads what ReceiptNumber wrote.
func ParseReceiptNumber(text string) (device, n int, ok bool) {
	parts := receiptForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, 0, false
	}
	device, _ = strconv.Atoi(parts[1])
	n, _ = strconv.Atoi(parts[2])
	if device > highestDevice || n < 1 || n > highestReceipt {
		return 0, 0, false
	}
	return device, n, ReceiptNumber(device, n) == text
}
