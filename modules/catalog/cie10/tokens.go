package cie10

import (
	"strings"

	"hampi/modules/platform/textfold"
)

// In these lists each word has a blank on either side, at the ends of lines too. empty words join others and mean nothing.
const empty = ` a al ante de del desde durante e el en entre es esta este la las lo los o para por que se sobre su sus u un una uno y ya me le al `

// slight words hardly count; "con" and "sin", which divide K04.6 from K04.7, a little more.
const slight = ` con sin no tip tipo otr otra otro especificad especificar especificacion clasificad clasificada debid contr contra parte 
	 sitio siti mencion caus causa form forma inespecific grad grado presenci presencia derech izquierd bilateral ambo amba 
	 der izq od oi ao unilateral lado pza pz post pos tras mas paciente muy poco `

// qualifiers say how, how much and how long: they divide the codes of a disease and never outweigh its name.
const qualifiers = ` leve moderad sever grav grave intens agud cronic subagud recurrent recidivant recidivad persistent total parcial complet incomplet 
	 superior inferior anterior posterior central lateral medial nasal temporal intern extern general generalizad localizad difus multipl inicial incipient 
	 avanzad precoz tardi recient antigu nocturn simple complicad controlad descompensad infectad asociad secundari primari idiopatic adquirid congenit 
	 operad tratamient estadi clas fase trimestr seman mes mese dia `

// What slight words count, of a content word's 3 to 10.
const (
	slightWeight   = 0.3
	dividingWeight = 1.5
)

// tokens are the stems of the words of a text, without the empty ones.
func tokens(text string) []string {
	words := textfold.Words(text)
	kept := words[:0]
	for _, w := range words {
		if !strings.Contains(empty, " "+w+" ") || len(words) == 1 {
			kept = append(kept, stem(w))
		}
	}
	return kept
}

// stem is a folded word without plural and gender: crónicas, crónico and crónica are one. Roman figures are figures.
func stem(w string) string {
	switch w {
	case "i":
		return "1"
	case "ii":
		return "2"
	case "iii":
		return "3"
	case "iv":
		return "4"
	case "parte", "partes":
		return "parte" // a childbirth's "part" is no part
	}
	w = strings.Replace(w, "transtorn", "trastorn", 1)
	if strings.HasPrefix(w, "pseud") || strings.HasPrefix(w, "psic") {
		w = w[1:] // people write it without
	}
	if rest, after := strings.CutPrefix(w, "post"); after && len(rest) > 3 && !strings.ContainsRune("aeiou", rune(rest[0])) {
		w = "pos" + rest // postparto and posparto
	}
	return ending(w)
}

// ending is a word without what tells plural and gender.
func ending(w string) string {
	if len(w) > 4 {
		w = strings.TrimSuffix(w, "s")
	}
	if len(w) > 4 {
		w = strings.TrimRight(w, "aeo")
	}
	return w
}

// isFigure reports whether a stem is a number: a grade, a stage, a type. It tells little by itself.
func isFigure(stem string) bool { return strings.Trim(stem, "0123456789") == "" }

// figureWeight is the most that a number counts.
const figureWeight = 2.5

// weightOfSlight is what a slight word counts.
func weightOfSlight(stem string) float32 {
	if stem == "con" || stem == "sin" {
		return dividingWeight
	}
	return slightWeight
}

// qualifierWeight is the most that a qualifier counts.
const qualifierWeight = 3.5

// isQualifier reports whether a stem is one of the qualifiers.
func isQualifier(stem string) bool { return strings.Contains(qualifiers, " "+stem+" ") }

// isSlight reports whether a stem is one of the slight words.
func isSlight(stem string) bool { return strings.Contains(slight, " "+stem+" ") }

// sounds is how a word sounds in Peru, in which the usual misspellings meet: bronkitis, hemorrajia, varises, yaga.
func sounds(w string) string {
	b := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		next := byte(0)
		if i+1 < len(w) {
			next = w[i+1]
		}
		soft := next == 'e' || next == 'i'
		switch c := w[i]; {
		case c == 'h' && !(i > 0 && w[i-1] == 'c'):
		case c == 'q' && next == 'u':
			b = append(b, 'k')
			i++
		case c == 'c' && soft, c == 'z', c == 'x':
			b = append(b, 's')
		case c == 'c' && next != 'h':
			b = append(b, 'k')
		case c == 'g' && soft:
			b = append(b, 'j')
		case c == 'v':
			b = append(b, 'b')
		case c == 'l' && next == 'l':
			b = append(b, 'y')
			i++
		case c == 'p' && next == 'h':
			b = append(b, 'f')
			i++
		case c == 'n' && (next == 'b' || next == 'v' || next == 'p'):
			b = append(b, 'm')
		case len(b) > 0 && b[len(b)-1] == c && c != 'c':
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// plain is a title without its mention of complications that there are none of, and whether it is the code for when
// nothing more is known.
func plain(title string) (string, bool) {
	folded := textfold.Fold(title)
	for _, ending := range []string{"sin mencion de complicacion", "sin complicacion"} {
		if i := strings.Index(folded, ending); i > 0 && strings.TrimRight(folded[i+len(ending):], "es") == "" {
			return folded[:i], true
		}
	}
	for _, words := range []string{"no especificad", "sin otra especificacion", "sin especificacion", "no especifico"} {
		if strings.Contains(folded, words) {
			return folded, true
		}
	}
	return folded, false
}
