// Package textfold makes written words comparable: "Ñahui", "ñahui" and "NAHUI" are one word, and a slip of the
// fingers is a small distance.
//
// It holds its own small table of Latin letters, so that the browser build searches exactly as the server does.
package textfold

import (
	"strings"
	"unicode"
)

// Fold is s in lower case and without accents; ñ becomes n. Folding twice changes nothing more. What is shown to
// people is never folded.
func Fold(s string) string { return strings.Map(foldRune, s) }

// Words are the folded words of s: runs of letters and digits, in their order.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Begin reports whether every typed word begins one of words; both are folded. Nothing typed matches everything.
func Begin(typed, words []string) bool {
	for _, t := range typed {
		if !beginsOne(t, words) {
			return false
		}
	}
	return true
}

func beginsOne(typed string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(w, typed) {
			return true
		}
	}
	return false
}

// foldRune is the plain letter of r, or -1 for an accent that stands alone.
func foldRune(r rune) rune {
	if r < unicode.MaxASCII {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}
	if unicode.Is(unicode.Mn, r) {
		return -1
	}
	return plain(unicode.ToLower(r))
}

// plain strips the accent of the Latin letters that names in Peru carry; other letters stay.
func plain(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ä', 'ã', 'å', 'ā', 'ă', 'ą', 'ª':
		return 'a'
	case 'ç', 'ć', 'ĉ', 'ċ', 'č':
		return 'c'
	case 'ď', 'đ', 'ð':
		return 'd'
	case 'é', 'è', 'ê', 'ë', 'ē', 'ĕ', 'ė', 'ę', 'ě', 'ẽ':
		return 'e'
	case 'ĝ', 'ğ', 'ġ', 'ģ':
		return 'g'
	case 'ĥ', 'ħ':
		return 'h'
	case 'í', 'ì', 'î', 'ï', 'ĩ', 'ī', 'ĭ', 'į', 'ı':
		return 'i'
	case 'ĵ':
		return 'j'
	case 'ķ':
		return 'k'
	case 'ĺ', 'ļ', 'ľ', 'ŀ', 'ł':
		return 'l'
	case 'ñ', 'ń', 'ņ', 'ň':
		return 'n'
	case 'ó', 'ò', 'ô', 'ö', 'õ', 'ø', 'ō', 'ŏ', 'ő', 'º':
		return 'o'
	case 'ŕ', 'ŗ', 'ř':
		return 'r'
	case 'ś', 'ŝ', 'ş', 'š', 'ș':
		return 's'
	case 'ţ', 'ť', 'ŧ', 'ț':
		return 't'
	case 'ú', 'ù', 'û', 'ü', 'ũ', 'ū', 'ŭ', 'ů', 'ű', 'ų':
		return 'u'
	case 'ŵ':
		return 'w'
	case 'ý', 'ÿ', 'ŷ', 'ỳ', 'ỹ':
		return 'y'
	case 'ź', 'ż', 'ž':
		return 'z'
	}
	return r
}
