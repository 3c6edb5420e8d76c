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

const (
	startLimit = 60 * time.Second
	knocks     = 300
	wasmTarget = 3_000_000 // bytes, as it travels
)

var answersAt = regexp.MustCompile(`Hampi answers at (\S+)`)

// running is the built program over the data of the measurement.
type running struct {
	address string
	took    time.Duration // from the command to the first answer
	command *exec.Cmd
}

// missing tells that there is no built program to measure.
func (o options) missing() bool {
	_, err := os.Stat(o.program)
	return o.program == "" || errors.Is(err, os.ErrNotExist)
}

// startProgram runs it until stop; nobody else may hold the data folder.
func startProgram(ctx context.Context, o options) (r *running, err error) {
	command := exec.CommandContext(ctx, o.program, "serve")
	command.Env = append(os.Environ(), "HAMPI_ENV=development", "HAMPI_DATA_DIR="+o.dataDir, "HAMPI_ADDR=127.0.0.1:0", "HAMPI_LOG_LEVEL=warn",
		"HAMPI_RATE_LIMIT=1000000", "HAMPI_RATE_LIMIT_ANON=1000000")
	command.Stderr = os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGINT) }
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r = &running{command: command}
	began := time.Now()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.program, err)
	}
	if r.address, err = addressIn(out); err == nil {
		err = ready(ctx, r.address)
	}
	if err != nil {
		return nil, errors.Join(err, r.stop())
	}
	r.took = time.Since(began)
	return r, nil
}

// addressIn reads where the program answers, and lets it say on what it likes.
func addressIn(out io.Reader) (string, error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := answersAt.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, out) //nolint:errcheck // it ends with the program
			return m[1], nil
		}
	}
	return "", errors.New("the program ended before it answered")
}

// stop ends the program as Ctrl-C does.
func (r *running) stop() error {
	return errors.Join(r.command.Process.Signal(syscall.SIGINT), r.command.Wait())
}

// measureStart is the time from the command to the first answer, PostgreSQL included, and the memory afterwards.
func measureStart(ctx context.Context, to io.Writer, o options) (err error) {
	if o.missing() {
		fmt.Fprintln(to, "Start-up time: not measured without the built program (make build).")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	program, err := startProgram(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	for range knocks {
		if err := knock(ctx, program.address+"/ingresar"); err != nil {
			return err
		}
	}
	fmt.Fprintf(to, "Start of %s with these data, PostgreSQL included: %.1f s. Target: under 3 s. Memory after %d pages: %s.\n",
		o.program, program.took.Seconds(), knocks, residentMemory(program.command.Process.Pid))
	return nil
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
	fmt.Fprintf(to, "First visit, brotli: scripts %.1f kB + style %.1f kB = %.1f kB. Target: 60 kB. App for the browser: %.2f MB. Target: 3 MB%s.\n",
		float64(js)/1000, float64(css)/1000, float64(js+css)/1000, float64(size("app.wasm"))/1e6, missedIf(size("app.wasm") > wasmTarget))
	return nil
}
