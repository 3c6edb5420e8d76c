package pii

import (
	"slices"
	"strings"
	"unicode"
)

// DocumentDNI is the kind of document that has a rule of its own in NormalizeDocument.
const DocumentDNI = "DNI"

// NormalizeDocument writes a document number in the one way it is compared: letters
// and digits only, in capitals. A DNI loses the check digit printed behind a dash.
//
// It judges nothing and adds nothing: a DNI with a digit missing stays one digit short,
// for the form to refuse.
func NormalizeDocument(kind, number string) string {
	number = strings.TrimSpace(number)
	if strings.EqualFold(strings.TrimSpace(kind), DocumentDNI) {
		number = withoutCheckDigit(number)
	}
	return strings.Map(documentRune, number)
}

// withoutCheckDigit cuts the "-9" of "12345678-9".
func withoutCheckDigit(dni string) string {
	digits, check, found := strings.Cut(dni, "-")
	digits, check = strings.TrimSpace(digits), strings.TrimSpace(check)
	if found && len(digits) == 8 && allDigits(digits) && len(check) == 1 {
		return digits
	}
	return dni
}

func documentRune(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return unicode.ToUpper(r)
	}
	return -1
}

// NormalizeEmail writes an e-mail address in the one way it is compared.
func NormalizeEmail(typed string) string {
	return strings.ToLower(strings.TrimSpace(typed))
}

// NormalizePhonePE writes a telephone number as E.164 ("+51987654321"); false if it
// cannot be one. Without a country it is Peruvian: a mobile of nine digits that begins
// with 9, a landline with its area code, or the seven digits of Lima and Callao.
// With "+" or "00" it is any country's number of 8 to 15 digits.
func NormalizePhonePE(typed string) (string, bool) {
	number := strings.Map(phoneRune, strings.TrimSpace(typed))
	if rest, found := strings.CutPrefix(number, "00"); found {
		number = "+" + rest
	}
	if rest, found := strings.CutPrefix(number, "+51"); found {
		return peruvian(rest)
	}
	if rest, found := strings.CutPrefix(number, "+"); found {
		return foreign(rest)
	}
	if rest, found := strings.CutPrefix(number, "51"); found && len(rest) >= 8 {
		return peruvian(rest) // the country without its "+"; Puno's "51" has six digits behind it
	}
	return peruvian(number)
}

// foreign accepts what may be a number of any country, by its length alone.
func foreign(number string) (string, bool) {
	if !allDigits(number) || number[0] == '0' || len(number) < 8 || len(number) > 15 {
		return "", false
	}
	return "+" + number, true
}

// peruvian completes a number that has lost its country code.
func peruvian(number string) (string, bool) {
	number = strings.TrimPrefix(number, "0") // dialled before an area code
	switch {
	case !allDigits(number):
		return "", false
	case len(number) == 9 && number[0] == '9':
		return "+51" + number, true
	case len(number) == 8 && knownArea(number):
		return "+51" + number, true
	case len(number) == 7 && limaSubscriber(number):
		return "+511" + number, true
	}
	return "", false
}

// knownArea reports whether eight digits begin with the code of Lima or of a region.
func knownArea(number string) bool {
	if number[0] == '1' {
		return limaSubscriber(number[1:])
	}
	regions := []string{
		"41", "42", "43", "44", "51", "52", "53", "54", "56",
		"61", "62", "63", "64", "65", "66", "67", "72", "73", "74", "76", "82", "83", "84",
	}
	return slices.Contains(regions, number[:2])
}

// limaSubscriber reports whether seven digits may be a line of Lima: none begins with 0, 1, 8 or 9.
func limaSubscriber(number string) bool { return number[0] >= '2' && number[0] <= '7' }

// phoneRune drops what people write between digits.
func phoneRune(r rune) rune {
	if unicode.IsSpace(r) || strings.ContainsRune("-–.()/", r) {
		return -1
	}
	return r
}

func allDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
