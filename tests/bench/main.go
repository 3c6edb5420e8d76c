//go:build !js

// Command bench measures the server's own time over a large clinic and a small one, and how fast the program starts
// and takes lists in. It asserts nothing: it prints a table to read.
//
// The data are invented, loaded once into a data folder of their own, and kept between runs.
package main

import (
	"context"
	"flag"
	"fmt"
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
	flag.StringVar(&o.only, "only", "", "measure the lines whose name contains this")
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
	if o.only != "" || o.plans {
		return nil
	}
	if err := h.measureImport(ctx, os.Stdout, report.program); err != nil {
		return err
	}
	if err := h.leave(); err != nil {
		return err
	}
	return measureProgram(ctx, os.Stdout, o)
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
