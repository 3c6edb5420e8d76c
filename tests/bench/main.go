//go:build !js

// Command bench measures the server's own time over a large clinic and a small one, how fast the program starts, takes
// lists in and serves devices, and how fast a browser answers without it. It asserts nothing: it prints a table to read.
//
// The data are invented, loaded once into a data folder of their own, and kept between runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
	_ "time/tzdata" // the clinics' zone exists on any machine
)

type options struct {
	dataDir  string
	rebuild  bool
	loadOnly bool
	plans    bool
	rounds   int
	only     string
	profile  string
	program  string
}

func main() {
	var o options
	flag.StringVar(&o.dataDir, "data", "data/bench", "folder of the database that is measured")
	flag.BoolVar(&o.rebuild, "rebuild", os.Getenv("BENCH_REBUILD") != "", "load the data again (also BENCH_REBUILD=1)")
	flag.BoolVar(&o.loadOnly, "load", false, "load the data and measure nothing")
	flag.BoolVar(&o.plans, "plans", false, "print the plan of every statement behind each page")
	flag.IntVar(&o.rounds, "n", 240, "requests measured for each line")
	flag.StringVar(&o.only, "only", "", "measure the lines whose name contains this, or one part: import, sync, drain, books, paper, start, cie10, sizes, browser")
	flag.StringVar(&o.profile, "cpu", "", "write where the program spends its time to this file")
	flag.StringVar(&o.program, "program", "bin/hampi", "the built program, for its start-up time; empty: not measured")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	h, err := enter(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := h.leave(); err == nil {
			err = closeErr
		}
	}()
	if err := h.fill(ctx, o.rebuild); err != nil {
		return err
	}
	if o.loadOnly {
		return nil
	}
	stop, err := profile(o.profile)
	if err != nil {
		return err
	}
	report, err := h.measure(ctx, o)
	stop()
	if err != nil {
		return err
	}
	report.print(os.Stdout)
	if o.plans {
		return nil
	}
	return h.parts(ctx, os.Stdout, o, report.program)
}

// parts are the measurements beside the table; the last ones need the data folder for the built program.
func (h *house) parts(ctx context.Context, to io.Writer, o options, program http.Handler) error {
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"import", func() error { return h.measureImport(ctx, to, program) }},
		{"sync", func() error { return h.measureSync(ctx, to, program) }},
		{"drain", func() error { return h.measureDrain(ctx, to) }},
		{"books", func() error { return h.measureBooks(ctx, to, program) }},
		{"paper", func() error { return errors.Join(measurePaper(to), h.measureCopy(ctx, to)) }},
		{"leave", h.leave},
		{"start", func() error { return measureStart(ctx, to, o) }},
		{"cie10", func() error { return measureCodes(to) }},
		{"sizes", func() error { return weighAssets(to) }},
		{"browser", func() error { return measureBrowser(ctx, to, o) }},
	} {
		if part.name != "leave" && o.only != "" && o.only != part.name {
			continue
		}
		if err := part.measure(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// profile samples the processor until stop.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = file.Close() }, nil
}
