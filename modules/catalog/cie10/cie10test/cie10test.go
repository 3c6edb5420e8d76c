//go:build !js

// Package cie10test measures how well the search finds what doctors type, for its specs and for the bench.
package cie10test

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hampi/modules/catalog/cie10"
)

//go:embed testdata
var files embed.FS

// The lists: the search is tuned on Tuning, Rare, Everyday and Drawn; of the others only the score is looked at. Tuning and
// Sealed are halves of one list of what is common; Rare, Drawn, Random and Fresh hold codes that a die chose, common or not;
// Everyday and Daily are what a day of these clinics types; Blind and Last (by a die) were written when all
// tuning was done.
const (
	Tuning   = "afinar.tsv"
	Rare     = "afinar-larga.tsv"
	Everyday = "afinar-diarias.tsv"
	Drawn    = "afinar-azar.tsv"
	Sealed   = "sellado.tsv"
	Random   = "azar.tsv"
	Fresh    = "nuevas.tsv"
	Daily    = "diarias.tsv"
	Blind    = "ciegas.tsv"
	Last     = "ciegas-azar.tsv"
)

// Query is what somebody types and what answers it.
type Query struct {
	Typed     string
	Expected  []string // "W54.*" stands for any ending
	Specialty string
}

// Queries reads a list.
func Queries(list string) ([]Query, error) {
	text, err := files.ReadFile("testdata/" + list)
	if err != nil {
		return nil, fmt.Errorf("read the queries: %w", err)
	}
	var queries []Query
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("the queries have a line of %d fields: %q", len(f), line)
		}
		queries = append(queries, Query{f[0], strings.Split(f[1], "|"), f[2]})
	}
	return queries, nil
}

// Answers reports whether a code is one of the expected.
func (q Query) Answers(code string) bool {
	return slices.ContainsFunc(q.Expected, func(e string) bool {
		prefix, open := strings.CutSuffix(e, "*")
		return code == e || open && strings.HasPrefix(code, prefix)
	})
}

// Score is how a table did over a list.
type Score struct {
	Queries, First, Five int
	Times                []time.Duration // of each search, sorted
	Missed               []string        // not among the first five, and what came instead
}

// Top1 and Top5 are shares of the whole.
func (s Score) Top1() float64 { return float64(s.First) / float64(s.Queries) }

// Top5 is the share whose answer is among the first five.
func (s Score) Top5() float64 { return float64(s.Five) / float64(s.Queries) }

// P95 is the time within which 95 of 100 searches end.
func (s Score) P95() time.Duration { return s.Times[len(s.Times)*95/100] }

// Measure searches each query as somebody without any habit would.
func Measure(c *cie10.CIE10, queries []Query) Score {
	s := Score{Queries: len(queries)}
	for _, q := range queries {
		began := time.Now()
		found := c.Search(q.Typed, cie10.Preference{Specialty: q.Specialty}, 12)
		s.Times = append(s.Times, time.Since(began))
		at := slices.IndexFunc(found, func(code cie10.Code) bool { return q.Answers(code.Code) })
		if at == 0 {
			s.First++
		}
		if 0 <= at && at < 5 {
			s.Five++
		}
		if at != 0 {
			s.Missed = append(s.Missed, fmt.Sprintf("%s → %v, place %d: %s", q.Typed, q.Expected, at+1, begin(found)))
		}
	}
	slices.Sort(s.Times)
	return s
}

func begin(found []cie10.Code) string {
	var words []string
	for _, c := range found[:min(3, len(found))] {
		words = append(words, c.Code+" "+c.Title)
	}
	return strings.Join(words, " | ")
}

// BuiltIn is the table that go generate made, read from its file.
func BuiltIn(file string) (cie10.Table, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return cie10.Table{}, fmt.Errorf("run go generate ./modules/catalog first: %w", err)
	}
	return cie10.ParseTable(string(text))
}

// PeruvianFile is where the richer table lies that a clinic may load: shared/data/cie10/cie10-peru.csv beside the
// project or above it. It is no part of the program; "" where it is not at hand.
func PeruvianFile() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		file := filepath.Join(dir, "shared", "data", "cie10", "cie10-peru.csv")
		if _, missing := os.Stat(file); missing == nil {
			return file
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

// Peruvian is that table, with the words of the built-in one; false where its file is not at hand.
func Peruvian(words cie10.Table) (cie10.Table, bool, error) {
	file := PeruvianFile()
	if file == "" {
		return cie10.Table{}, false, nil
	}
	source, err := os.Open(file)
	if err != nil {
		return cie10.Table{}, false, err
	}
	defer source.Close() //nolint:errcheck // read only
	read, err := cie10.ReadTable(source, cie10.Peru, words)
	if err != nil {
		return cie10.Table{}, false, fmt.Errorf("read %s: %w", file, err)
	}
	words.Entries = read.Entries
	return words, true, nil
}
