//go:build !js

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// measureProgram starts the built program over the same data and weighs it and what browsers fetch.
func measureProgram(ctx context.Context, to io.Writer, o options) error {
	if err := measureStart(ctx, to, o); err != nil {
		return err
	}
	return weighAssets(to)
}

const (
	startLimit = 60 * time.Second
	knocks     = 300
)

var answersAt = regexp.MustCompile(`Hampi answers at (\S+)`)

// measureStart is the time from the command to the first answer, PostgreSQL included, and the memory afterwards.
func measureStart(ctx context.Context, to io.Writer, o options) error {
	if _, err := os.Stat(o.program); o.program == "" || errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(to, "Start-up time: not measured without the built program (make build).")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	command := exec.CommandContext(ctx, o.program, "serve")
	command.Env = append(os.Environ(), "HAMPI_ENV=development", "HAMPI_DATA_DIR="+o.dataDir, "HAMPI_ADDR=127.0.0.1:0", "HAMPI_LOG_LEVEL=warn",
		"HAMPI_RATE_LIMIT_ANON=1000000")
	command.Stderr = os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGINT) }
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", o.program, err)
	}
	err = whenReady(out, func(address string) error {
		if err := ready(ctx, address); err != nil {
			return err
		}
		took := time.Since(began)
		for range knocks {
			if err := knock(ctx, address+"/ingresar"); err != nil {
				return err
			}
		}
		fmt.Fprintf(to, "Start of %s with these data, PostgreSQL included: %.1f s. Target: under 3 s. Memory after %d pages: %s.\n",
			o.program, took.Seconds(), knocks, residentMemory(command.Process.Pid))
		return nil
	})
	return errors.Join(err, command.Process.Signal(syscall.SIGINT), command.Wait())
}

func whenReady(out io.Reader, do func(address string) error) error {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := answersAt.FindStringSubmatch(lines.Text()); m != nil {
			return do(m[1])
		}
	}
	return errors.New("the program ended before it answered")
}

// ready asks until the program answers that it is.
func ready(ctx context.Context, address string) error {
	for {
		err := knock(ctx, address+"/readyz")
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

func knock(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", address, answer.StatusCode)
	}
	return nil
}

// residentMemory is known on Linux alone.
func residentMemory(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "unknown here"
	}
	for _, line := range strings.Split(string(text), "\n") {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			return strings.TrimSpace(value)
		}
	}
	return "unknown here"
}

// weighAssets adds up what a browser fetches at the first visit, as it travels.
func weighAssets(to io.Writer) error {
	text, err := os.ReadFile(filepath.Join("static", "dist", "assets.json"))
	if err != nil {
		return fmt.Errorf("find what was built (make build): %w", err)
	}
	var assets map[string]struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(text, &assets); err != nil {
		return fmt.Errorf("read assets.json: %w", err)
	}
	size := func(name string) int64 {
		info, err := os.Stat(filepath.Join("static", "dist", strings.TrimPrefix(assets[name].URL, "/static/")+".br"))
		if err != nil {
			return 0
		}
		return info.Size()
	}
	js, css := size("app.js")+size("tema.js"), size("app.css")
	fmt.Fprintf(to, "First visit, brotli: scripts %.1f kB + style %.1f kB = %.1f kB. Target: 60 kB. App for the browser: %.2f MB of 3 MB.\n",
		float64(js)/1000, float64(css)/1000, float64(js+css)/1000, float64(size("app.wasm"))/1e6)
	return nil
}
