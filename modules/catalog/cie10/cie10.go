// Package cie10 is the catalogue of diagnoses (CIE-10) and how a doctor finds one in it: by code, words in any order,
// beginnings of words, slips of the fingers, abbreviations and lay words; and what a diagnosis written in a note may
// be coded as. It is pure and lies in memory: the server and the browser search alike.
package cie10

import (
	"strings"
)

// Sex is whom a diagnosis can be given to.
type Sex string

// The sexes a code may be kept to.
const (
	AnySex Sex = ""
	Female Sex = "F"
	Male   Sex = "M"
)

// Code is one entry of the catalogue.
type Code struct {
	Code     string // dotted: "I10", "K02.1", "J45.91"
	Title    string
	Sex      Sex
	Asterisk bool // a manifestation: never the first diagnosis of an attention
	Heading  bool // it is divided into finer codes, and one of those is meant
	Retired  bool // no longer in the table; older records keep it
}

// Selectable reports whether a diagnosis may be noted under the code today.
func (c Code) Selectable() bool { return !c.Heading && !c.Retired }

// written reports whether a code without its dot has the form of one: a letter, two digits, and up to three signs more,
// the first of which is a digit or X.
func written(s string) bool {
	const digits, letters = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	signs := []string{letters, digits, digits, digits + "X", digits + letters, digits + letters}
	if len(s) < 3 || len(s) > len(signs) {
		return false
	}
	for i := range len(s) {
		if strings.IndexByte(signs[i], s[i]) < 0 {
			return false
		}
	}
	return true
}

// Dotted is a code as it is kept, for one written with or without dot, in small letters, or filled up with an X as
// MINSA's forms do ("I10X"); false for what is no code at all.
func Dotted(typed string) (string, bool) {
	s := strings.ToUpper(strings.TrimSpace(typed))
	if i := strings.IndexByte(s, '.'); i >= 0 && i != 3 {
		return "", false
	}
	s = strings.Replace(s, ".", "", 1)
	if !written(s) {
		return "", false
	}
	s = strings.TrimRight(s[:3]+strings.TrimRight(s[3:], "X"), ".")
	if len(s) == 3 {
		return s, true
	}
	return s[:3] + "." + s[3:], true
}

// Category is the three signs that a code begins with.
func Category(code string) string { return code[:min(len(code), 3)] }

// span is a run of categories or of codes, both ends included; ends are compared by their beginnings.
type span struct{ from, to string }

func (s span) holds(code string) bool {
	return cut(code, len(s.from)) >= s.from && cut(code, len(s.to)) <= s.to
}

func cut(s string, n int) string { return s[:min(len(s), n)] }

func within(code string, spans []span) bool {
	for _, s := range spans {
		if s.holds(code) {
			return true
		}
	}
	return false
}

// spansOf reads "A34 C51-C58 Z30.1": single codes and runs.
func spansOf(text string) []span {
	var spans []span
	for _, word := range strings.Fields(text) {
		from, to, isRun := strings.Cut(word, "-")
		if !isRun {
			to = from
		}
		spans = append(spans, span{from, to})
	}
	return spans
}

// Rules are what the classification itself says of codes, whatever table they come from.
type Rules struct{ female, male, asterisk []span }

// NewRules are those of WHO's volume 2 (§3.1.3, codes kept to one sex; §3.1.3, asterisk categories).
func NewRules() Rules {
	return Rules{
		female: spansOf(`A34 B37.3 C51-C58 C79.6 D06 D07.0-D07.3 D25-D28 D39 E28 E89.4 F52.5 F53 I86.3 L29.2 L70.5 M80.0-M80.1
			M81.0-M81.1 M83.0 N70-N98 N99.2-N99.3 O00-O99 P54.6 Q50-Q52 R87 S31.4 S37.4-S37.6 T19.2-T19.3 T83.3 Y76 Z01.4 Z12.4
			Z30.1 Z30.3 Z30.5 Z31.1-Z31.2 Z32-Z36 Z39 Z43.7 Z87.5 Z97.5`),
		male: spansOf(`B26.0 C60-C63 D07.4-D07.6 D17.6 D29 D40 E29 E89.5 F52.4 I86.1 L29.1 N40-N51 Q53-Q55 R86 S31.2-S31.3 Z12.5`),
		asterisk: spansOf(`D63 D77 E35 E90 F00 F02 G01 G02 G05 G07 G13 G22 G26 G32 G46 G53 G55 G59 G63 G73 G94 G99 H03 H06 H13
			H19 H22 H28 H32 H36 H42 H45 H48 H58 H62 H67 H75 H82 H94 I32 I39 I41 I43 I52 I68 I79 I98 J17 J91 J99 K23 K67 K77 K87 K93
			L14 L45 L54 L62 L86 L99 M01 M03 M07 M09 M14 M36 M49 M63 M68 M73 M82 M90 N08 N16 N22 N29 N33 N37 N51 N74 N77 P75`),
	}
}

// Sex is whom the classification keeps a code to.
func (r Rules) Sex(code string) Sex {
	switch {
	case within(code, r.female):
		return Female
	case within(code, r.male):
		return Male
	}
	return AnySex
}

// Asterisk reports whether the code names a manifestation of something else that stands before it.
func (r Rules) Asterisk(code string) bool { return within(code, r.asterisk) }
