package cie10

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"
)

// Words reads the terms, synonyms and equivalent words that are kept beside this package, as a table without entries.
func Words(files fs.FS) (t Table, err error) {
	terms, err := fs.ReadFile(files, "terminos.tsv")
	if err != nil {
		return t, fmt.Errorf("read the terms: %w", err)
	}
	if t.Terms, err = termsOf(string(terms)); err != nil {
		return t, err
	}
	synonyms, err := fs.ReadFile(files, "sinonimos-clinicos.csv")
	if err != nil {
		return t, fmt.Errorf("read the synonyms: %w", err)
	}
	if t.Synonyms, err = synonymsOf(string(synonyms)); err != nil {
		return t, err
	}
	alike, err := fs.ReadFile(files, "equivalentes.txt")
	if err != nil {
		return t, fmt.Errorf("read the words that are alike: %w", err)
	}
	for line := range strings.Lines(string(alike)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			t.Alike = append(t.Alike, line)
		}
	}
	return t, nil
}

func termsOf(text string) (terms []Term, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := fieldsOf(line)
		codes := strings.Fields(f[0])
		for _, code := range codes {
			if dotted, ok := Dotted(code); !ok || dotted != code {
				return nil, fmt.Errorf("the terms name %q, which is no code", code)
			}
		}
		for words := range strings.SplitSeq(f[1], "|") {
			terms = append(terms, Term{Codes: codes, Words: strings.TrimSpace(words), Specialty: f[2]})
		}
	}
	return terms, nil
}

func synonymsOf(text string) ([]Synonym, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the synonyms: %w", err)
	}
	var synonyms []Synonym
	for _, row := range rows[1:] {
		synonyms = append(synonyms, Synonym{Typed: row[0], Meant: row[1]})
	}
	return synonyms, nil
}
