//go:build !js

package main

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// accents gives words of the trade their accents back: the package was written in capitals once and lost nearly all.
type accents struct{ known map[string]string } // plain word → written word

// newAccents learns the words that stand accented in some of the titles, and those of its own list.
func newAccents(titles []string) accents {
	a := accents{known: map[string]string{}}
	for _, title := range titles {
		for _, word := range letters.FindAllString(title, -1) {
			lower := strings.ToLower(word)
			if plain := unaccented(lower); plain != lower {
				a.known[plain] = lower
			}
		}
	}
	for _, word := range strings.Fields(irregular) {
		a.known[unaccented(word)] = word
	}
	for _, word := range strings.Fields(withTilde) {
		a.known[strings.ReplaceAll(word, "ñ", "n")] = word
	}
	for _, word := range strings.Fields(unstressed) {
		a.known[word] = word
	}
	for _, word := range strings.Fields(names) {
		a.known[strings.ToLower(unaccented(word))] = word
	}
	return a
}

var letters = regexp.MustCompile(`\p{L}+`)

// kinds are letters that tell one kind from another: hepatitis B.
var kinds = regexp.MustCompile(`(?i)\b(?:vitamina|hepatitis|tipo|grupo|influenza|paratifoidea|inmunoglobulina) [a-hk-z]\b`)

// repair is a title as it ought to be written.
func (a accents) repair(title string) string {
	title = kinds.ReplaceAllStringFunc(letters.ReplaceAllStringFunc(title, a.word), func(found string) string {
		return found[:len(found)-1] + strings.ToUpper(found[len(found)-1:])
	})
	first, size := utf8.DecodeRuneInString(title)
	return string(unicode.ToUpper(first)) + title[size:]
}

func (a accents) word(word string) string {
	if utf8.RuneCountInString(word) < 3 || unaccented(word) != word {
		return word
	}
	lower := strings.ToLower(word)
	right, known := a.known[lower]
	if !known {
		right = bySuffix(lower)
	}
	if first, size := utf8.DecodeRuneInString(right); unicode.IsUpper(rune(word[0])) {
		return string(unicode.ToUpper(first)) + right[size:]
	}
	return right
}

// suffixes are endings that carry an accent wherever they stand; the longest first.
var suffixes = [][2]string{
	{"ciones", "ciones"}, {"siones", "siones"}, {"cion", "ción"}, {"sion", "sión"}, {"xion", "xión"}, {"tion", "tión"},
	{"logia", "logía"}, {"logias", "logías"}, {"grafia", "grafía"}, {"grafias", "grafías"}, {"tomia", "tomía"}, {"tomias", "tomías"},
	{"patia", "patía"}, {"patias", "patías"}, {"metria", "metría"}, {"tropia", "tropía"}, {"opia", "opía"}, {"fonia", "fonía"}, {"monia", "monía"},
	{"monias", "monías"}, {"tonia", "tonía"}, {"geria", "gería"}, {"melia", "melia"}, {"aneo", "áneo"}, {"anea", "ánea"}, {"aneos", "áneos"},
	{"aneas", "áneas"}, {"oideo", "oideo"}, {"oidea", "oidea"}, {"oideos", "oideos"}, {"oideas", "oideas"}, {"ideo", "ídeo"}, {"idea", "ídea"}, {"ideos", "ídeos"}, {"ideas", "ídeas"}, {"iaco", "íaco"}, {"iaca", "íaca"}, {"iacos", "íacos"}, {"iacas", "íacas"},
	{"lisis", "*lisis"}, {"ico", "*ico"}, {"ica", "*ica"}, {"icos", "*icos"}, {"icas", "*icas"}, {"culo", "*culo"}, {"cula", "*cula"}, {"culos", "*culos"}, {"culas", "*culas"},
	{"geno", "*geno"}, {"gena", "*gena"}, {"genos", "*genos"}, {"genas", "*genas"},
}

// bySuffix accents a word by its ending; "*" in a replacement stands for the vowel before it.
func bySuffix(word string) string {
	for _, s := range suffixes {
		stem, ends := strings.CutSuffix(word, s[0])
		if !ends || len(stem) < 2 {
			continue
		}
		after, vowel := strings.CutPrefix(s[1], "*")
		if vowel && strings.HasPrefix(after, "i") && strings.Contains("aeo", stem[len(stem)-1:]) {
			return word // a diphthong with the ending: mosaico
		}
		if vowel {
			return stressLastVowel(stem) + after
		}
		return stem + s[1]
	}
	return word
}

var acute = map[byte]string{'a': "á", 'e': "é", 'i': "í", 'o': "ó", 'u': "ú"}

// stressLastVowel puts the accent on the last vowel of a stem, on the strong one of two.
func stressLastVowel(stem string) string {
	i := strings.LastIndexAny(stem, "aeiou")
	if i < 0 {
		return stem
	}
	if i > 0 && strings.IndexByte("iu", stem[i]) >= 0 && strings.IndexByte("aeo", stem[i-1]) >= 0 {
		i--
	}
	return stem[:i] + acute[stem[i]] + stem[i+1:]
}

var plainLetters = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "è", "e", "ç", "c", "ö", "o", "Á", "A", "É", "E", "Í", "I", "Ó", "O", "Ú", "U")

// unaccented keeps ñ, which is a letter of its own.
func unaccented(word string) string { return plainLetters.Replace(word) }
