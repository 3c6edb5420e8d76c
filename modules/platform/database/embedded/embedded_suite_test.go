//go:build !js

package embedded

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// actAsProgram names the data folder in the environment of a copy of this test binary
// that plays another hampi.
const actAsProgram = "EMBEDDED_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if folder := os.Getenv(actAsProgram); folder != "" {
		playProgram(folder)
		return
	}
	os.Exit(m.Run())
}

func TestEmbedded(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Embedded PostgreSQL")
}

// playProgram starts the server, says how, and ends in order when its input ends.
func playProgram(folder string) {
	s, err := Start(context.Background(), options(folder))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("ready", s.Port(), s.Owned())
	io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(context.Background()); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// program is another hampi on the same data folder.
type program struct {
	cmd   *exec.Cmd
	input io.Closer
	said  *bufio.Reader
}

func runProgram(folder string) *program {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), actAsProgram+"="+folder)
	input, err := cmd.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	output, err := cmd.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	cmd.Stderr = GinkgoWriter
	Expect(cmd.Start()).To(Succeed())
	return &program{cmd, input, bufio.NewReader(output)}
}

// ready waits for the program's server.
func (p *program) ready() (port int, owned bool) {
	line, err := p.said.ReadString('\n')
	Expect(err).NotTo(HaveOccurred())
	words := strings.Fields(line)
	Expect(words).To(HaveLen(3), line)
	port, err = strconv.Atoi(words[1])
	Expect(err).NotTo(HaveOccurred())
	return port, words[2] == "true"
}

func (p *program) kill() {
	Expect(p.cmd.Process.Kill()).To(Succeed())
	p.cmd.Wait()
}

func (p *program) end() {
	Expect(p.input.Close()).To(Succeed())
	Expect(p.cmd.Wait()).To(Succeed())
}

func options(folder string) Options {
	return Options{
		DataDir:  folder,
		Packages: []string{filepath.Join("..", "..", "..", "..", "static", "node_modules")},
		Fast:     true,
	}
}

// start stops the server again when the spec ends.
func start(ctx context.Context, folder string) *Server {
	GinkgoHelper()
	s, err := Start(ctx, options(folder))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(s.Stop(ctx)).To(Succeed()) })
	return s
}

// ask runs one statement and reads one text.
func ask(ctx context.Context, s *Server, sql string) (answer string) {
	GinkgoHelper()
	db := connect(ctx, s)
	defer db.Close(ctx)
	Expect(db.QueryRow(ctx, sql).Scan(&answer)).To(Succeed())
	return answer
}

func do(ctx context.Context, s *Server, sql string) {
	GinkgoHelper()
	db := connect(ctx, s)
	defer db.Close(ctx)
	_, err := db.Exec(ctx, sql)
	Expect(err).NotTo(HaveOccurred())
}

func connect(ctx context.Context, s *Server) *pgx.Conn {
	GinkgoHelper()
	db, err := pgx.Connect(ctx, s.URL("postgres"))
	Expect(err).NotTo(HaveOccurred())
	return db
}

// running reports whether a server of the folder lives.
func running(folder string) bool {
	c := cluster{data: folder}
	p, err := c.readPostmaster()
	return err == nil && serves(p.pid, c.folder())
}

const aMinute = SpecTimeout(time.Minute)
