//go:build !js

package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// turn is how long the browser runs and stands in one go, together.
const turn = 20 * time.Millisecond

// slowed runs f while every process of the browser may work only a part of the time: DevTools' own throttling leaves
// service workers alone. Elsewhere than on Linux nothing is measured.
func (b *browser) slowed(ctx context.Context, f func() ([]figure, error)) ([]figure, error) {
	if runtime.GOOS != "linux" {
		return nil, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.hold(ctx)
	}()
	found, err := f()
	cancel()
	<-ended
	return found, err
}

// hold lets the browser's processes run at every slowed-th tick and stand at the others, until ctx ends.
func (b *browser) hold(ctx context.Context) {
	ticks := time.NewTicker(turn / slowed)
	defer ticks.Stop()
	processes := b.processes()
	defer func() { send(processes, syscall.SIGCONT) }()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		switch {
		case n%(slowed*25) == 0: // new ones come: a worker that was stopped starts in another
			processes = b.processes()
			send(processes, syscall.SIGCONT)
		case n%slowed == 0:
			send(processes, syscall.SIGCONT)
		case n%slowed == 1:
			send(processes, syscall.SIGSTOP)
		}
	}
}

func send(processes []int, s syscall.Signal) {
	for _, pid := range processes {
		_ = syscall.Kill(pid, s) // one that has ended needs none
	}
}

// processes are the browser that was opened on this profile and all that it started.
func (b *browser) processes() []int {
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	parents := map[int]int{}
	var ours []int
	for _, path := range entries {
		pid, parent, ok := processIn(path)
		if !ok {
			continue
		}
		parents[pid] = parent
		command, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err == nil && strings.Contains(string(command), "--user-data-dir="+b.profile) {
			ours = append(ours, pid)
		}
	}
	for grown := true; grown; {
		grown = false
		for pid, parent := range parents {
			if !slices.Contains(ours, pid) && slices.Contains(ours, parent) {
				ours, grown = append(ours, pid), true
			}
		}
	}
	return ours
}

// processIn reads a process and its parent: "123 (name with ) inside) S 1 …".
func processIn(path string) (pid, parent int, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, false
	}
	end := strings.LastIndexByte(string(text), ')')
	if end < 0 {
		return 0, 0, false
	}
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) < 2 {
		return 0, 0, false
	}
	pid, err = strconv.Atoi(filepath.Base(filepath.Dir(path)))
	if err != nil {
		return 0, 0, false
	}
	parent, err = strconv.Atoi(fields[1])
	return pid, parent, err == nil
}
