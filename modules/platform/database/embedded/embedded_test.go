//go:build !js

package embedded

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The embedded server", func() {
	var folder string
	BeforeEach(func() {
		var err error
		folder, err = filepath.EvalSymlinks(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
	})

	It("makes a cluster and answers", aMinute, func(ctx SpecContext) {
		s := start(ctx, folder)
		Expect(s.Owned()).To(BeTrue())
		Expect(s.Host()).To(Equal("127.0.0.1"))
		Expect(ask(ctx, s, "show server_version")).To(HavePrefix("18."))
		for name, value := range map[string]string{
			"data_checksums": "on", "server_encoding": "UTF8", "timezone": "UTC",
			"listen_addresses": "127.0.0.1", "unix_socket_directories": "",
			"log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0",
			"log_error_verbosity": "terse", "password_encryption": "scram-sha-256",
		} {
			Expect(ask(ctx, s, "show "+name)).To(Equal(value), name)
		}
		Expect(ask(ctx, s, "select datlocale || ' ' || datlocprovider::text from pg_database where datname = 'template1'")).To(Equal("C.UTF-8 b"))
		Expect(ask(ctx, s, "select string_agg(distinct auth_method, ' ') from pg_hba_file_rules")).To(Equal("scram-sha-256"))
		Expect(ask(ctx, s, "select lower('ÁRBOL ÑANDÚ')")).To(Equal("árbol ñandú"))
	})

	It("has the extensions the product uses", aMinute, func(ctx SpecContext) {
		s := start(ctx, folder)
		for _, name := range []string{"btree_gist", "unaccent", "pg_trgm", "pgcrypto", "citext"} {
			do(ctx, s, "create extension "+name)
		}
		Expect(ask(ctx, s, "select unaccent('camión')")).To(Equal("camion"))
	})

	It("keeps its data, password and port over a stop", aMinute, func(ctx SpecContext) {
		first := start(ctx, folder)
		do(ctx, first, "create table kept as select 'x' as what")
		Expect(first.Stop(ctx)).To(Succeed())
		Expect(running(folder)).To(BeFalse())
		Expect(first.Stop(ctx)).To(Succeed(), "a second stop does nothing")

		began := time.Now()
		second := start(ctx, folder)
		Expect(time.Since(began)).To(BeNumerically("<", 1500*time.Millisecond))
		AddReportEntry("start with data", time.Since(began).String())
		Expect(second.URL("postgres")).To(Equal(first.URL("postgres")))
		Expect(ask(ctx, second, "select what from kept")).To(Equal("x"))
	})

	It("keeps the password for the owner's eyes", aMinute, func(ctx SpecContext) {
		start(ctx, folder)
		info, err := os.Stat(filepath.Join(folder, "postgres.password"))
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode().Perm()).To(Equal(os.FileMode(0o600)))
	})

	It("lives in a path with spaces below a folder closed to others", aMinute, func(ctx SpecContext) {
		closed := filepath.Join(folder, "solo mío [1]")
		Expect(os.Mkdir(closed, 0o700)).To(Succeed())
		s := start(ctx, filepath.Join(closed, "mis datos"))
		Expect(ask(ctx, s, "select 'sí'")).To(Equal("sí"))
	})

	It("takes another port when somebody has its own", aMinute, func(ctx SpecContext) {
		first := start(ctx, folder)
		Expect(first.Stop(ctx)).To(Succeed())
		taken, err := net.Listen("tcp4", net.JoinHostPort(Host, strconv.Itoa(first.Port())))
		Expect(err).NotTo(HaveOccurred())
		defer taken.Close()

		second := start(ctx, folder)
		Expect(second.Port()).NotTo(Equal(first.Port()))
		Expect(ask(ctx, second, "select 'x'")).To(Equal("x"))
	})

	It("says what to do when nothing is installed", func(ctx SpecContext) {
		_, err := Start(ctx, Options{DataDir: folder, Packages: []string{folder}})
		Expect(err).To(MatchError(ContainSubstring("run `make`")))
	})

	It("does not invent a password for data that have one", aMinute, func(ctx SpecContext) {
		Expect(start(ctx, folder).Stop(ctx)).To(Succeed())
		Expect(os.Remove(filepath.Join(folder, "postgres.password"))).To(Succeed())
		_, err := Start(ctx, options(folder))
		Expect(err).To(MatchError(ContainSubstring("postgres.password is missing")))
	})

	It("ends with the server's own words when it cannot start", aMinute, func(ctx SpecContext) {
		Expect(start(ctx, folder).Stop(ctx)).To(Succeed())
		broken := filepath.Join(folder, "postgres", "postgresql.conf")
		Expect(os.WriteFile(broken, []byte("no_such_setting = 1\n"), 0o600)).To(Succeed())
		_, err := Start(ctx, options(folder))
		Expect(err).To(MatchError(And(ContainSubstring("postgresql.conf"), ContainSubstring("postgres.log"))))
	})

	It("refuses data of another PostgreSQL version", aMinute, func(ctx SpecContext) {
		Expect(start(ctx, folder).Stop(ctx)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(folder, "postgres", "PG_VERSION"), []byte("9\n"), 0o600)).To(Succeed())
		_, err := Start(ctx, options(folder))
		Expect(err).To(MatchError(And(ContainSubstring("made by PostgreSQL 9"), ContainSubstring("18"))))
	})

	It("clears what a cut-short initdb left", aMinute, func(ctx SpecContext) {
		leftover := filepath.Join(folder, "postgres.new-1", "cluster")
		Expect(os.MkdirAll(leftover, 0o700)).To(Succeed())
		start(ctx, folder)
		Expect(leftover).NotTo(BeADirectory())
	})
})

var _ = Describe("Several programs on one data folder", func() {
	var folder string
	BeforeEach(func() {
		var err error
		folder, err = filepath.EvalSymlinks(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
	})

	It("takes over the server of a program that was killed, and stops it", aMinute, func(ctx SpecContext) {
		other := runProgram(folder)
		port, owned := other.ready()
		Expect(owned).To(BeTrue())
		other.kill()
		Expect(running(folder)).To(BeTrue())

		s := start(ctx, folder)
		Expect(s.Port()).To(Equal(port))
		Expect(s.Owned()).To(BeTrue())
		Expect(ask(ctx, s, "select 'x'")).To(Equal("x"))
		Expect(s.Stop(ctx)).To(Succeed())
		Expect(running(folder)).To(BeFalse())
	})

	It("shares a living program's server and leaves it running", aMinute, func(ctx SpecContext) {
		other := runProgram(folder)
		port, _ := other.ready()
		s := start(ctx, folder)
		Expect(s.Port()).To(Equal(port))
		Expect(s.Owned()).To(BeFalse())
		Expect(s.Stop(ctx)).To(Succeed())
		Expect(running(folder)).To(BeTrue())

		other.end()
		Expect(running(folder)).To(BeFalse())
	})

	It("stops the server with the last who uses it, not with the one who started it", aMinute, func(ctx SpecContext) {
		command := runProgram(folder)
		command.ready()
		serve := start(ctx, folder)
		command.end()
		Expect(ask(ctx, serve, "select 'x'")).To(Equal("x"))
		Expect(serve.Stop(ctx)).To(Succeed())
		Expect(running(folder)).To(BeFalse())
	})

	It("starts one server for two who come at the same moment", aMinute, func(ctx SpecContext) {
		one, two := runProgram(folder), runProgram(folder)
		portOne, ownedOne := one.ready()
		portTwo, ownedTwo := two.ready()
		Expect(portOne).To(Equal(portTwo))
		Expect(ownedOne).NotTo(Equal(ownedTwo))
		one.end()
		Expect(running(folder)).To(BeTrue())
		two.end()
		Expect(running(folder)).To(BeFalse())
	})

	It("starts over a crash's file whose process number another program has now", aMinute, func(ctx SpecContext) {
		Expect(start(ctx, folder).Stop(ctx)).To(Succeed())
		stranger := exec.Command("sleep", "60")
		Expect(stranger.Start()).To(Succeed())
		defer func() { stranger.Process.Kill(); stranger.Wait() }()
		leaveFile(folder, stranger.Process.Pid)

		s := start(ctx, folder)
		Expect(ask(ctx, s, "select 'x'")).To(Equal("x"))
		Expect(alive(stranger.Process.Pid)).To(BeTrue())
	})

	It("starts over a crash's file whose process is gone", aMinute, func(ctx SpecContext) {
		Expect(start(ctx, folder).Stop(ctx)).To(Succeed())
		gone := exec.Command("true")
		Expect(gone.Run()).To(Succeed())
		leaveFile(folder, gone.Process.Pid)
		Expect(ask(ctx, start(ctx, folder), "select 'x'")).To(Equal("x"))
	})

	It("does not take the server of another folder for its own", aMinute, func(ctx SpecContext) {
		theirs := filepath.Join(folder, "theirs")
		mine := filepath.Join(folder, "mine")
		Expect(start(ctx, mine).Stop(ctx)).To(Succeed())
		other := start(ctx, theirs)
		leaveFile(mine, other.running.pid)

		s := start(ctx, mine)
		Expect(ask(ctx, s, "show data_directory")).To(Equal(filepath.Join(mine, "postgres")))
		Expect(ask(ctx, other, "select 'x'")).To(Equal("x"))
	})

	It("recovers when server and program were killed", aMinute, func(ctx SpecContext) {
		s := start(ctx, folder)
		do(ctx, s, "create table kept as select 'x' as what")
		do(ctx, s, "checkpoint")
		Expect(kill(s)).To(Succeed())
		Eventually(s.running.exited).Should(BeClosed())
		Expect(s.Stop(ctx)).To(Succeed(), "it is gone already")

		Expect(ask(ctx, start(ctx, folder), "select what from kept")).To(Equal("x"))
	})
})

// leaveFile writes the file of a server that ended without removing it.
func leaveFile(folder string, pid int) {
	lines := []string{strconv.Itoa(pid), filepath.Join(folder, "postgres"), "1700000000", "1", "", Host, "  1  1", "ready   ", ""}
	Expect(os.WriteFile(filepath.Join(folder, "postgres", "postmaster.pid"), []byte(strings.Join(lines, "\n")), 0o600)).To(Succeed())
}

func kill(s *Server) error {
	process, err := os.FindProcess(s.running.pid)
	if err != nil {
		return err
	}
	return process.Kill()
}
