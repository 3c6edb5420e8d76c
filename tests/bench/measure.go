//go:build !js

package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"
)

// times are durations of one kind, sorted.
type times []time.Duration

func (t times) at(share float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	return t[min(len(t)-1, int(share*float64(len(t))))]
}

// result is what was measured for one line in one clinic.
type result struct {
	line
	page, bare times
	statements int // sent to the database by the clinics' login for one request, begin and commit included
	bytes      int // of the last answer
}

const (
	warmUp    = 40
	bareInput = 40 // requests whose statements are sent again bare
	bareTimes = 5
)

// measure runs every line in the large and in the small clinic.
func (h *house) measure(ctx context.Context, o options) (report, error) {
	program, err := h.build()
	if err != nil {
		return report{}, err
	}
	all := clinics()
	r := report{large: map[string]result{}, small: map[string]result{}}
	for i, c := range all[:2] {
		lines, err := h.lines(ctx, program, c)
		if err != nil {
			return r, err
		}
		for _, l := range lines {
			if !strings.Contains(l.name, o.only) {
				continue
			}
			if o.plans {
				if err := h.plans(ctx, l); err != nil {
					return r, err
				}
				continue
			}
			found, err := h.one(ctx, l, o.rounds)
			if err != nil {
				return r, fmt.Errorf("%s, clinic %s: %w", l.name, c.slug, err)
			}
			say("%-8s %-28s p50 %6s  p95 %6s  SQL %6s", c.slug, l.name, ms(found.page.at(0.5)), ms(found.page.at(0.95)), ms(found.bare.at(0.5)))
			if i == 0 {
				r.order = append(r.order, l.name)
				r.large[l.name] = found
			} else {
				r.small[l.name] = found
			}
		}
		if o.plans {
			return r, nil
		}
	}
	runtime.ReadMemStats(&r.memory)
	r.program = program
	return r, nil
}

func (h *house) one(ctx context.Context, l line, rounds int) (result, error) {
	found := result{line: l}
	for n := range warmUp {
		if _, _, err := l.ask(n); err != nil {
			return found, err
		}
	}
	runtime.GC()
	for n := range rounds {
		took, bytes, err := l.ask(warmUp + n)
		if err != nil {
			return found, err
		}
		found.page, found.bytes = append(found.page, took), bytes
	}
	slices.Sort(found.page)
	var err error
	found.bare, found.statements, err = h.bare(ctx, l, warmUp+rounds)
	slices.Sort(found.bare)
	return found, err
}

// ask makes the nth request and tells how long the program took, answer included.
func (l line) ask(n int) (time.Duration, int, error) {
	r := l.request(n)
	began := time.Now()
	answer := l.desk.send(r)
	took := time.Since(began)
	want := l.status
	if want == 0 {
		want = http.StatusOK
	}
	if answer.Code != want {
		body := answer.Body.String()
		return took, 0, fmt.Errorf("%s %s: status %d instead of %d %s\n%s", r.Method, r.URL.Path, answer.Code, want, answer.Header().Get("Location"), body[:min(len(body), 3000)])
	}
	return took, answer.Body.Len(), nil
}

// bare times the statements of some requests without the program around them.
func (h *house) bare(ctx context.Context, l line, from int) (times, int, error) {
	var kept [][]statement
	for n := range bareInput {
		sent, err := h.trace.during(func() error { _, _, err := l.ask(from + n); return err })
		if err != nil {
			return nil, 0, err
		}
		kept = append(kept, sent)
	}
	conn, err := h.db.Pool().Acquire(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Release()
	var found times
	most := 0
	for round := range bareTimes {
		if l.clear != nil {
			if err := l.clear(ctx); err != nil {
				return nil, 0, err
			}
		}
		for _, sent := range kept {
			took, err := replay(ctx, conn, sent)
			if err != nil {
				return nil, 0, err
			}
			if most = max(most, len(sent)); round > 0 { // the first round prepares the statements
				found = append(found, took)
			}
		}
	}
	if l.clear != nil {
		err = l.clear(ctx)
	}
	return found, most, err
}

// plans prints how the database carries out each statement of the slowest of some requests.
func (h *house) plans(ctx context.Context, l line) error {
	var slowest []statement
	var longest time.Duration
	for n := range warmUp + bareInput {
		var took time.Duration
		sent, err := h.trace.during(func() (err error) { took, _, err = l.ask(n); return err })
		if err != nil {
			return err
		}
		if took > longest && n > warmUp/2 {
			slowest, longest = sent, took
		}
	}
	if l.clear != nil {
		if err := l.clear(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("\n==== %s: %d statements, %s ms\n", l.name, len(slowest), ms(longest))
	conn, err := h.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explain(ctx, conn, slowest)
}
