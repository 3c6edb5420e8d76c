package views

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FullName writes surnames first, as lists in Peru do: "Huamán Ponce, Edith Maribel".
func FullName(given, paternal, maternal string) string {
	surnames := strings.Join(strings.Fields(paternal+" "+maternal), " ")
	given = strings.Join(strings.Fields(given), " ")
	switch {
	case surnames == "":
		return given
	case given == "":
		return surnames
	}
	return surnames + ", " + given
}

// InitialsOf takes two letters: of "Huamán Ponce, Edith" HE, of "Yesenia Rojas" YR.
func InitialsOf(name string) string {
	surnames, given, listed := strings.Cut(name, ",")
	if listed {
		return firstLetter(surnames) + firstLetter(given)
	}
	words := strings.Fields(withoutTitle(name))
	switch len(words) {
	case 0:
		return ""
	case 1:
		return firstLetter(words[0])
	}
	return firstLetter(words[0]) + firstLetter(words[1])
}

// withoutTitle drops "Dra.", "Obst.", "Lic." before a name.
func withoutTitle(name string) string {
	words := strings.Fields(name)
	if len(words) > 1 && strings.HasSuffix(words[0], ".") {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// Phone writes a Peruvian mobile in threes, "962 555 014", with or without +51
// in front; anything else stays as it is.
func Phone(number string) string {
	digits := strings.TrimPrefix(strings.ReplaceAll(number, " ", ""), "+51")
	if len(digits) != 9 || strings.Trim(digits, "0123456789") != "" {
		return number
	}
	return digits[:3] + " " + digits[3:6] + " " + digits[6:]
}

func firstLetter(word string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(word))
	if r == utf8.RuneError {
		return ""
	}
	return string(unicode.ToUpper(r))
}

func upperFirst(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

func lowerFirst(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToLower(r)) + text[size:]
}
