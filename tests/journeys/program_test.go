package journeys_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/network"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

// Program is bin/hampi running in a folder of its own.
type Program struct {
	URL     string
	DataDir string
	zone    zone                              // of its first clinic
	always  string                            // the professional who attends at any hour
	known   map[string][]*network.CookieParam // cookies of people who came in already: their other windows start signed in
	env     []string
	command *exec.Cmd
	done    chan error
	log     journal
}

var answersAt = regexp.MustCompile(`Hampi answers at (\S+)`)

const startLimit = 120 * time.Second

// makeDemo lets a program fill its clinics and gives its data folder, which goes with the suite.
func makeDemo() string {
	GinkgoHelper()
	p := newProgram()
	p.Start()
	p.Stop()
	return p.DataDir
}

// StartDemo runs the demonstration in a data folder of its own; it ends with the suite.
func StartDemo() *Program {
	GinkgoHelper()
	p := newProgram()
	Expect(exec.Command("cp", "-Rp", demonstration+"/.", p.DataDir).Run()).To(Succeed())
	p.Start()
	DeferCleanup(func() {
		if p.command != nil {
			p.Stop()
		}
	})
	return p
}

func newProgram() *Program {
	GinkgoHelper()
	dir, err := dbtest.Scratch("hampi-journey-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	return &Program{DataDir: dir, zone: lima, known: map[string][]*network.CookieParam{}, env: []string{"HAMPI_ENV=demo", "HAMPI_DATA_DIR=" + dir, "HAMPI_ADDR=127.0.0.1:0",
		"HAMPI_RATE_LIMIT=100000", "HAMPI_RATE_LIMIT_ANON=100000", "HAMPI_LOG_LEVEL=info"}}
}

// Start runs the program, at the address it had before if it ran already.
func (p *Program) Start() {
	GinkgoHelper()
	built := cmp.Or(os.Getenv("HAMPI_TEST_PROGRAM"), filepath.Join(dbtest.Root(), "bin", "hampi"))
	p.command = exec.Command(built, "serve") //nolint:gosec // the program under test
	p.command.Dir = dbtest.Root()
	p.command.Env = append(append(os.Environ(), p.env...), p.sameAddress()...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := p.command.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	errors, err := p.command.StderrPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(p.command.Start()).To(Succeed(), "run `make build` first")
	found := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(errors); lines.Scan(); {
			p.log.take(lines.Text())
		}
	}()
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			p.log.take(lines.Text())
			if m := answersAt.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	p.done = make(chan error, 1)
	go func() { p.done <- p.command.Wait() }()
	select {
	case p.URL = <-found:
	case err := <-p.done:
		Fail(fmt.Sprintf("the program ended before it answered: %v", err))
	case <-time.After(startLimit):
		Fail("the program does not answer")
	}
	Eventually(p.ready).WithTimeout(startLimit).Should(Equal(http.StatusOK))
}

func (p *Program) sameAddress() []string {
	if p.URL == "" {
		return nil
	}
	return []string{"HAMPI_ADDR=" + regexp.MustCompile(`^http://`).ReplaceAllString(p.URL, "")}
}

func (p *Program) ready() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/readyz", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

// Stop ends the program as Ctrl-C does and waits for it.
func (p *Program) Stop() { p.end(syscall.SIGINT) }

// Kill ends the program as a power cut does.
func (p *Program) Kill() { p.end(syscall.SIGKILL) }

func (p *Program) end(signal syscall.Signal) {
	GinkgoHelper()
	Expect(p.command.Process.Signal(signal)).To(Succeed())
	Eventually(p.done).WithTimeout(startLimit).Should(Receive())
	p.command = nil
}

// journal is what the program writes down.
type journal struct {
	mu       sync.Mutex
	failures []string
}

var failed = regexp.MustCompile(`"level":"ERROR"|"status":5\d\d|panic`)

// take keeps a line: failures for the specs, all but the routine for whoever reads a failed spec.
func (j *journal) take(line string) {
	if !strings.Contains(line, `"level":"INFO"`) {
		fmt.Fprintln(GinkgoWriter, line)
	}
	if failed.MatchString(line) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.failures = append(j.failures, line)
	}
}

// Failures are the errors that the program wrote down and its answers of 500 and above; reading forgets them.
func (p *Program) Failures() []string {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	found := p.log.failures
	p.log.failures = nil
	return found
}
