//go:build unix

package process_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

// startLimit is how long a start may take before something is wrong.
const startLimit = 60 * time.Second

// installation is a built program with the folder it is started in and the settings it is given.
type installation struct {
	binary, folder string
	settings       []string
	as             *syscall.Credential // nil: as whoever runs the specs
}

// install takes bin/hampi as it was built.
func install(settings ...string) installation {
	GinkgoHelper()
	binary := filepath.Join(dbtest.Root(), "bin", "hampi")
	Expect(binary).To(BeAnExistingFile(), "run `make build` first")
	return installation{binary: binary, folder: dbtest.Root(), settings: settings}
}

// with are the same program with further settings; the last of one name counts.
func (i installation) with(settings ...string) installation {
	i.settings = append(append([]string{}, i.settings...), settings...)
	return i
}

func (i installation) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, i.binary, args...)
	command.Dir = i.folder
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + i.folder, "TMPDIR=" + os.TempDir(), "HAMPI_LOG_LEVEL=warn"}, i.settings...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: i.as}
	return command
}

// outcome is how a command ended.
type outcome struct {
	Code     int
	Out, Err string
}

// run carries out a command to its end; input is what it reads.
func (i installation) run(input string, args ...string) outcome {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	command := i.command(ctx, args...)
	var out, problems bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &out, &problems
	err := command.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		Fail(err.Error())
	}
	fmt.Fprintf(GinkgoWriter, "hampi %s: exit %d\n%s%s", strings.Join(args, " "), command.ProcessState.ExitCode(), out.String(), problems.String())
	return outcome{command.ProcessState.ExitCode(), out.String(), problems.String()}
}

// serving is a program that answers.
type serving struct {
	URL     string
	Took    time.Duration
	command *exec.Cmd
	ended   chan struct{}
	result  error
	said    *said
}

// said collects what a program prints while it runs.
type said struct {
	sync.Mutex
	text strings.Builder
}

func (s *said) line(text string) {
	s.Lock()
	defer s.Unlock()
	s.text.WriteString(text + "\n")
}

func (s *said) String() string {
	s.Lock()
	defer s.Unlock()
	return s.text.String()
}

var answersAt = regexp.MustCompile(`Hampi answers at (\S+)`)

// serve starts the program and waits until it is ready. It ends with the spec at the latest.
func (i installation) serve() *serving {
	GinkgoHelper()
	s := i.begin()
	DeferCleanup(s.stop)
	return s
}

// begin is serve for a program that outlives the spec; whoever calls it ends it.
func (i installation) begin() *serving {
	GinkgoHelper()
	s := &serving{command: i.command(context.Background(), "serve"), ended: make(chan struct{}), said: &said{}}
	s.command.Stderr = GinkgoWriter
	out, err := s.command.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	began := time.Now()
	Expect(s.command.Start()).To(Succeed())
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			s.said.line(lines.Text())
		}
		s.result = s.command.Wait()
		close(s.ended)
	}()
	defer func() {
		if s.Took == 0 {
			s.stop() // it never became ready
		}
	}()
	Eventually(s.answers).WithTimeout(startLimit).WithPolling(20 * time.Millisecond).Should(BeTrue())
	Eventually(s.ready).WithTimeout(startLimit).WithPolling(20 * time.Millisecond).Should(Equal(http.StatusOK))
	s.Took = time.Since(began)
	return s
}

// answers reports whether the program has said where it is.
func (s *serving) answers() (bool, error) {
	if found := answersAt.FindStringSubmatch(s.said.String()); found != nil {
		s.URL = found[1]
		return true, nil
	}
	select {
	case <-s.ended:
		return false, StopTrying("the program ended before it answered").Wrap(s.result)
	default:
		return false, nil
	}
}

func (s *serving) ready() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

// end sends a signal and waits; what it returns is how the program ended.
func (s *serving) end(signal syscall.Signal) error {
	GinkgoHelper()
	_ = s.command.Process.Signal(signal) // it may have ended by itself
	Eventually(s.ended).WithTimeout(startLimit).Should(BeClosed())
	return s.result
}

func (s *serving) stop() { _ = s.end(syscall.SIGINT) }

// postmaster is the process number and port of the PostgreSQL of a data folder; 0 for none.
func postmaster(dataDir string) (pid, port int) {
	text, err := os.ReadFile(filepath.Join(dataDir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0, 0
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 4 {
		return 0, 0
	}
	pid, _ = strconv.Atoi(lines[0])
	port, _ = strconv.Atoi(lines[3])
	return pid, port
}

// gone reports whether no process has this number, or only one that waits to be forgotten.
func gone(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil {
		return errors.Is(err, syscall.ESRCH)
	}
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(state, []byte(") Z "))
}

// login is the address of the embedded database for one of its roles.
func login(dataDir, role string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join(dataDir, "secrets.json"))
	Expect(err).NotTo(HaveOccurred())
	var secrets struct{ Passwords map[string]string }
	Expect(json.Unmarshal(text, &secrets)).To(Succeed())
	_, port := postmaster(dataDir)
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, secrets.Passwords[role]), Host: "127.0.0.1:" + strconv.Itoa(port), Path: "/hampi"}
	return u.String()
}

// as connects to the embedded database as one of its roles, for the rest of the spec.
func as(ctx context.Context, dataDir, role string) *pgx.Conn {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, login(dataDir, role))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// folder is a new data folder of the spec's; it goes when the spec (or container) ends, and with it a PostgreSQL that
// a failing program left behind.
func folder(name string) string {
	GinkgoHelper()
	above, err := dbtest.Scratch("hampi-process-")
	Expect(err).NotTo(HaveOccurred())
	data := filepath.Join(above, name)
	DeferCleanup(func() error {
		if pid, _ := postmaster(data); pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGQUIT)
		}
		return os.RemoveAll(above)
	})
	return data
}
