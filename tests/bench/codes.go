//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"hampi/modules/catalog"
	"hampi/modules/catalog/cie10"
	"hampi/modules/catalog/cie10/cie10test"
)

const (
	codesTarget       = 15 * time.Millisecond
	deviceCodesTarget = 30 * time.Millisecond
	firstTarget       = 0.80
	fiveTarget        = 0.95
)

// codesLine is a diagnosis looked up as a note asks for it.
func codesLine(d *desk) (line, error) {
	queries, err := cie10test.Queries(cie10test.Sealed)
	return line{name: "search: diagnosis", target: codesTarget, desk: d, request: func(n int) *http.Request {
		q := queries[n%len(queries)]
		return fragment(post("/diagnosticos/buscar", url.Values{"q": {q.Typed}, "specialty": {q.Specialty}}), "/agenda")
	}}, err
}

// measureCodes tells how well and how fast diagnoses are found, in the program's table and, where its file is at hand,
// in the Peruvian one.
func measureCodes(to io.Writer) error {
	own, err := catalog.BuiltIn{}.Newer(context.Background(), "")
	if err != nil {
		return err
	}
	tables := []struct {
		name  string
		table cie10.Table
	}{{"built in", own.Table}}
	peruvian, there, err := cie10test.Peruvian(own.Table)
	if err != nil {
		return err
	}
	if there {
		tables = append(tables, struct {
			name  string
			table cie10.Table
		}{"Peruvian", peruvian})
	}
	fmt.Fprintf(to, "\nDiagnoses found by what doctors type%s. The lists: cie10test/README.md. Target: %.0f %% first, %.0f %% among five, on every list.\n",
		busyness(), 100*firstTarget, 100*fiveTarget)
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "table\tlist\tqueries\tfirst\tamong 5\tp50 ms\tp95 ms\t\t")
	for _, source := range tables {
		index := cie10.New(source.table)
		for _, list := range codeLists() {
			queries, err := cie10test.Queries(list.file)
			if err != nil {
				return err
			}
			cie10test.Measure(index, queries) // warm
			s := cie10test.Measure(index, queries)
			missed := s.Top1() < firstTarget || s.Top5() < fiveTarget
			fmt.Fprintf(t, "%s\t%s\t%d\t%.1f %%\t%.1f %%\t%.2f\t%.2f\t%s\t\n", source.name, list.name, s.Queries, 100*s.Top1(), 100*s.Top5(),
				float64(times(s.Times).at(0.5).Microseconds())/1000, float64(s.P95().Microseconds())/1000, missedIf(missed))
		}
	}
	return t.Flush()
}

// queryList is a list of queries by its file and by what it is.
type queryList struct{ file, name string }

func codeLists() []queryList {
	return []queryList{
		{cie10test.Tuning, "tuned on"}, {cie10test.Sealed, "sealed"}, {cie10test.Random, "chosen by a die"}, {cie10test.Fresh, "by another die, sealed"},
		{cie10test.Daily, "of a day, sealed"}, {cie10test.Blind, "written after tuning"}, {cie10test.Last, "so too, by a die"},
	}
}
