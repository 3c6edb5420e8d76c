//go:build !js

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// report is everything that was measured in this process.
type report struct {
	order        []string
	large, small map[string]result
	memory       runtime.MemStats
	program      http.Handler
}

func (r report) print(to io.Writer) {
	if len(r.order) == 0 {
		return
	}
	fmt.Fprintf(to, "\nServer time of a request in ms, one at a time%s; SQL is its statements of the clinics' login in one round trip.\n", busyness())
	fmt.Fprintf(to, "Large: 100,000 patients, 200,000 of 1,000,000 appointments. Small: 1,000 patients; the same full day.\n\n")
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tlarge p10\tp50\tp95\tmax\tSQL p50\tp95\tpage/SQL\tsent\tsmall p50\tp95\tgrowth\tkB\ttarget\t\t")
	missed := 0
	for _, name := range r.order {
		l, s := r.large[name], r.small[name]
		target, verdict := "–", ""
		if l.target > 0 {
			target, verdict = ms(l.target), "ok"
			if l.page.at(0.95) > l.target {
				verdict, missed = "MISSED", missed+1
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\t%s\t\n", name, ms(l.page.at(0.1)), ms(l.page.at(0.5)), ms(l.page.at(0.95)), ms(l.page.at(1)),
			ms(l.bare.at(0.5)), ms(l.bare.at(0.95)), ratio(l.page.at(0.5), l.bare.at(0.5)), l.statements,
			ms(s.page.at(0.5)), ms(s.page.at(0.95)), ratio(l.page.at(0.5), s.page.at(0.5)), l.bytes/1000, target, verdict)
	}
	_ = t.Flush() // the writer is the terminal
	fmt.Fprintf(to, "\n%d of the targets missed. Go heap after the requests: %d MB.\n", missed, r.memory.HeapInuse>>20)
}

// busyness tells how busy the machine is, by which the times are to be read; known on Linux alone.
func busyness() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	one, _, _ := strings.Cut(string(text), " ")
	return fmt.Sprintf(", %d processors with %s at work or waiting", runtime.NumCPU(), one)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

func ratio(a, b time.Duration) string {
	if b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", float64(a)/float64(b))
}

// verdict says what was asked for and whether it was reached.
func verdict(took, target time.Duration) string {
	limit := fmt.Sprintf("Target: %g s", target.Seconds())
	if target < time.Second {
		limit = fmt.Sprintf("Target: %d ms", target.Milliseconds())
	}
	return limit + missedIf(took > target) + "."
}

func missedIf(missed bool) string {
	if missed {
		return ", MISSED"
	}
	return ""
}
