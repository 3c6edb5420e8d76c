package config_test

import (
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/config"
)

func TestConfig(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "config")
}

// load reads settings as they stand in the environment, with a data folder of the spec's own.
func load(settings ...string) (config.Config, string, error) {
	GinkgoHelper()
	dir := filepath.Join(GinkgoT().TempDir(), "datos de la clínica")
	c, err := config.Load(append([]string{"PATH=/bin", "HAMPI_DATA_DIR=" + dir}, settings...))
	return c, dir, err
}

// production are the settings without which it refuses.
func production(more ...string) []string {
	return append([]string{"HAMPI_ENV=production", "HAMPI_MASTER_KEY=x", "HAMPI_JWT_KEY=y", "HAMPI_PUBLIC_URL=https://clinica.pe"}, more...)
}

var _ = Describe("settings", func() {
	It("have defaults, and ignore what is not Hampi's", func() {
		c, dir, err := load("HAMPI_ENV=demo", "DATABASE_URL=postgres://elsewhere")
		Expect(err).NotTo(HaveOccurred())
		Expect(c.DataDir).To(Equal(dir))
		Expect(c.Embedded()).To(BeTrue())
		Expect(c.AllInOne()).To(BeTrue())
		Expect(c.RateLimit).To(Equal(600))
		Expect(c.FilesDir).To(Equal(filepath.Join(dir, "files")))
	})

	DescribeTable("are refused in one line that names the setting", func(want string, settings ...string) {
		_, _, err := load(settings...)
		Expect(err).To(MatchError(ContainSubstring(want)))
		Expect(err.Error()).NotTo(ContainSubstring("\n"))
	},
		Entry("unknown", "HAMPI_PROT is not a setting", "HAMPI_ENV=demo", "HAMPI_PROT=80"),
		Entry("two unknown", "HAMPI_A, HAMPI_B is not", "HAMPI_ENV=demo", "HAMPI_B=", "HAMPI_A=1"),
		Entry("no such purpose", "HAMPI_ENV is \"prod\"", "HAMPI_ENV=prod"),
		Entry("words for a number", "HAMPI_RATE_LIMIT", "HAMPI_ENV=demo", "HAMPI_RATE_LIMIT=many"),
		Entry("no requests at all", "HAMPI_RATE_LIMIT", "HAMPI_ENV=demo", "HAMPI_RATE_LIMIT=0"),
		Entry("two wrong at once", "HAMPI_SMTP_PORT", "HAMPI_ENV=demo", "HAMPI_RATE_LIMIT=many", "HAMPI_SMTP_PORT=mail"),
		Entry("no network", "HAMPI_TRUSTED_PROXIES", "HAMPI_ENV=demo", "HAMPI_TRUSTED_PROXIES=10.0.0.0/99"),
		Entry("no level of log", "HAMPI_LOG_LEVEL", "HAMPI_ENV=demo", "HAMPI_LOG_LEVEL=loud"),
		Entry("an address with a path", "HAMPI_PUBLIC_URL", "HAMPI_ENV=demo", "HAMPI_PUBLIC_URL=https://clinica.pe/hampi"),
		Entry("a certificate without its key", "HAMPI_TLS_KEY", "HAMPI_ENV=demo", "HAMPI_TLS_CERT=cert.pem"),
		Entry("one login alone", "HAMPI_SYSTEM_DATABASE_URL", "HAMPI_ENV=demo", "HAMPI_DATABASE_URL=postgres://hampi_app@db/hampi"),
		Entry("a bucket without its address", "HAMPI_S3_ENDPOINT", "HAMPI_ENV=demo", "HAMPI_S3_BUCKET=hampi"),
		Entry("production without keys", "HAMPI_MASTER_KEY", "HAMPI_ENV=production"),
		Entry("production without saying so", "HAMPI_MASTER_KEY"),
		Entry("production without an address", "HAMPI_PUBLIC_URL", "HAMPI_ENV=production", "HAMPI_MASTER_KEY=x", "HAMPI_JWT_KEY=y"),
	)

	It("take one address for a network", func() {
		c, _, err := load("HAMPI_ENV=demo", "HAMPI_TRUSTED_PROXIES=10.0.0.7, 192.168.0.0/16")
		Expect(err).NotTo(HaveOccurred())
		Expect(c.TrustedProxies).To(HaveLen(2))
		Expect(c.TrustedProxies[0].String()).To(Equal("10.0.0.7/32"))
	})

	It("remember what a data folder was made for, so that later commands need not be told", func() {
		c, dir, err := load("HAMPI_ENV=demo")
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Remember()).To(Succeed())
		again, err := config.Load([]string{"HAMPI_DATA_DIR=" + dir})
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Env).To(Equal(config.Demo))
	})

	It("keep production out of a folder that a demonstration made", func() {
		c, dir, err := load("HAMPI_ENV=demo")
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Remember()).To(Succeed())
		_, err = config.Load(production("HAMPI_DATA_DIR=" + dir))
		Expect(err).To(MatchError(ContainSubstring("made by demo")))
	})

	It("leave no mark for production", func() {
		c, dir, err := load(production()...)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Remember()).To(Succeed())
		Expect(dir).NotTo(BeADirectory())
	})

	It("are listed in .env.example (go run ./config/example > .env.example)", func() {
		kept, err := os.ReadFile(filepath.Join("..", ".env.example"))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(kept)).To(Equal(config.Example()))
	})
})

var _ = Describe("the data folder's secrets", func() {
	It("are made once, for the owner of the folder alone", func() {
		c, dir, err := load("HAMPI_ENV=demo")
		Expect(err).NotTo(HaveOccurred())
		first, err := c.OwnSecrets()
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Passwords).To(HaveLen(5))
		second, err := c.OwnSecrets()
		Expect(err).NotTo(HaveOccurred())
		Expect(second).To(Equal(first))
		file, err := os.Stat(filepath.Join(dir, "secrets.json"))
		Expect(err).NotTo(HaveOccurred())
		Expect(file.Mode().Perm()).To(Equal(os.FileMode(0o600)))
		master, jwt, err := c.Keys()
		Expect(err).NotTo(HaveOccurred())
		Expect(master).NotTo(BeEmpty())
		Expect(jwt.N.BitLen()).To(BeNumerically(">=", 3072))
	})

	It("hold no keys in production, which takes them from its settings", func() {
		c, _, err := load(production()...)
		Expect(err).NotTo(HaveOccurred())
		own, err := c.OwnSecrets()
		Expect(err).NotTo(HaveOccurred())
		Expect(own.MasterKey).To(BeEmpty())
		Expect(own.JWTKey).To(BeEmpty())
		_, _, err = c.Keys()
		Expect(err).To(MatchError(ContainSubstring("HAMPI_JWT_KEY")))
	})

	It("say what to do when they are damaged", func() {
		c, dir, err := load("HAMPI_ENV=demo")
		Expect(err).NotTo(HaveOccurred())
		Expect(os.MkdirAll(dir, 0o700)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(dir, "secrets.json"), []byte("{"), 0o600)).To(Succeed())
		_, err = c.OwnSecrets()
		Expect(err).To(MatchError(ContainSubstring("restore it from a copy")))
	})
})
