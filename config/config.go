//go:build !js

// Package config is every setting of Hampi: its environment variable, type, default and what it is for.
// Nothing else reads the environment.
package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Env is what the program is run for.
type Env string

const (
	Demo        Env = "demo"        // invented clinics, well-known passwords, everything in one process
	Development Env = "development" // an empty database, everything in one process
	Production  Env = "production"  // real people; refuses well-known secrets
)

// Config holds the settings. The doc tag becomes .env.example.
type Config struct {
	Env       Env    `env:"HAMPI_ENV" doc:"demo | development | production. Unset means production, except on a data folder that demo or development made."`
	Addr      string `env:"HAMPI_ADDR" doc:"Address to listen on. Unset: 127.0.0.1:8080 or the next free port in demo and development, :8080 in production."`
	PublicURL string `env:"HAMPI_PUBLIC_URL" doc:"How people reach the program, e.g. https://clinica.pe. https makes cookies Secure with the __Host- prefix and sends HSTS."`

	TrustedProxies []netip.Prefix `env:"HAMPI_TRUSTED_PROXIES" doc:"Networks of the balancers whose X-Forwarded-For is believed, comma separated, e.g. 10.0.0.0/8."`
	TLSCert        string         `env:"HAMPI_TLS_CERT" doc:"Certificate file, if the program speaks TLS itself."`
	TLSKey         string         `env:"HAMPI_TLS_KEY" doc:"Key file that belongs to HAMPI_TLS_CERT."`

	DatabaseURL        string `env:"HAMPI_DATABASE_URL" doc:"PostgreSQL as hampi_app. Empty: the embedded server in HAMPI_DATA_DIR, which makes all logins itself."`
	SystemDatabaseURL  string `env:"HAMPI_SYSTEM_DATABASE_URL" doc:"The same database as hampi_system: accounts before a clinic is known."`
	SealerDatabaseURL  string `env:"HAMPI_SEALER_DATABASE_URL" doc:"The same database as hampi_sealer: seals the audit chain. Needed by the worker."`
	BackupDatabaseURL  string `env:"HAMPI_BACKUP_DATABASE_URL" doc:"The same database as hampi_backup. Read by migrate alone, to create the login."`
	OwnerDatabaseURL   string `env:"HAMPI_OWNER_DATABASE_URL" doc:"The same database as its owner (CREATEROLE). Used by migrate alone, which creates the other logins."`
	DatabaseConnection int32  `env:"HAMPI_DATABASE_CONNECTIONS" envDefault:"20" doc:"Most connections of each login and process."`

	DataDir     string `env:"HAMPI_DATA_DIR" envDefault:"./data" doc:"Folder for the embedded database, its secrets, files and mail that is not sent."`
	MetricsAddr string `env:"HAMPI_METRICS_ADDR" doc:"Address for Prometheus metrics, never the public one, e.g. 127.0.0.1:9090. Empty: none."`
	LogLevel    string `env:"HAMPI_LOG_LEVEL" envDefault:"info" doc:"debug | info | warn | error."`

	RateLimit     int `env:"HAMPI_RATE_LIMIT" envDefault:"600" doc:"Requests a minute for each person."`
	RateLimitAnon int `env:"HAMPI_RATE_LIMIT_ANON" envDefault:"100" doc:"Requests a minute for each address without a log-in."`

	ClientUnregister bool `env:"HAMPI_CLIENT_UNREGISTER" envDefault:"false" doc:"true tells every browser to give up the app that it keeps for working offline. What people entered stays. For emergencies."`

	MasterKey         string   `env:"HAMPI_MASTER_KEY" doc:"32 random bytes in base64 that wrap all keysets (openssl rand -base64 32). Keep a copy apart from the database."`
	PreviousMasterKey []string `env:"HAMPI_PREVIOUS_MASTER_KEYS" doc:"Former master keys that may still wrap a keyset, comma separated."`
	JWTKey            string   `env:"HAMPI_JWT_KEY" doc:"RSA private key (PEM, or a file path) that signs API tokens."`

	FilesDir    string `env:"HAMPI_FILES_DIR" doc:"Folder for photos and documents, encrypted. Empty: files in HAMPI_DATA_DIR. Several machines need HAMPI_S3_BUCKET instead."`
	S3Bucket    string `env:"HAMPI_S3_BUCKET" doc:"Bucket for photos and documents, encrypted, in place of HAMPI_FILES_DIR. Made beforehand, closed to the public, for this installation alone: what its database does not name is removed."`
	S3Endpoint  string `env:"HAMPI_S3_ENDPOINT" doc:"Address of the S3 store, e.g. https://s3.sa-east-1.amazonaws.com."`
	S3Region    string `env:"HAMPI_S3_REGION" doc:"Its region, where it has any."`
	S3AccessKey string `env:"HAMPI_S3_ACCESS_KEY" doc:"Login at the S3 store."`
	S3SecretKey string `env:"HAMPI_S3_SECRET_KEY" doc:"Password at the S3 store."`

	SMTPHost     string `env:"HAMPI_SMTP_HOST" doc:"Mail server. Empty: letters land as files in HAMPI_DATA_DIR/mail."`
	SMTPPort     int    `env:"HAMPI_SMTP_PORT" envDefault:"587" doc:"Its port; 465 speaks TLS from the first byte."`
	SMTPUser     string `env:"HAMPI_SMTP_USER" doc:"Login at the mail server."`
	SMTPPassword string `env:"HAMPI_SMTP_PASSWORD" doc:"Password at the mail server."`
	MailFrom     string `env:"HAMPI_MAIL_FROM" envDefault:"Hampi <hampi@localhost>" doc:"Sender of letters."`
}

// Secure reports whether people reach the program over https.
func (c Config) Secure() bool { return strings.HasPrefix(c.PublicURL, "https://") }

// Embedded reports whether the program runs its own PostgreSQL.
func (c Config) Embedded() bool { return c.DatabaseURL == "" }

// AllInOne reports whether serve also runs the worker and the stand-ins of outside services.
func (c Config) AllInOne() bool { return c.Env == Demo || c.Env == Development }

// Load reads the environment (and .env beside the program's folder, which never overrides it) and refuses what it
// does not know. Each refusal is one line that says what to do.
func Load(environ []string) (Config, error) {
	values := map[string]string{}
	if err := readDotEnv(values); err != nil {
		return Config{}, err
	}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		values[name] = value
	}
	if err := refuseUnknown(values); err != nil {
		return Config{}, err
	}
	c, err := env.ParseAsWithOptions[Config](env.Options{Environment: values, FuncMap: parsers()})
	if err != nil {
		return Config{}, explain(err)
	}
	if c.DataDir, err = filepath.Abs(c.DataDir); err != nil {
		return Config{}, fmt.Errorf("HAMPI_DATA_DIR cannot be resolved: %w", err)
	}
	if err := c.resolveFiles(); err != nil {
		return Config{}, err
	}
	if err := c.resolveEnv(); err != nil {
		return Config{}, err
	}
	return c, c.check()
}

// parsers read what the library cannot: it asks the type itself first, and a network would refuse a single address.
func parsers() map[reflect.Type]env.ParserFunc {
	return map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[[]netip.Prefix](): func(v string) (any, error) {
			var networks []netip.Prefix
			for _, one := range strings.Split(v, ",") {
				network, err := readNetwork(strings.TrimSpace(one))
				if err != nil {
					return nil, err
				}
				networks = append(networks, network)
			}
			return networks, nil
		},
	}
}

func readNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

func explain(err error) error {
	message := strings.TrimPrefix(err.Error(), "env: ")
	for name, field := range fieldsByVariable() {
		message = strings.ReplaceAll(message, fmt.Sprintf("parse error on field %q", field.Name), name+" has the wrong form")
	}
	return fmt.Errorf("settings: %s; .env.example says what each one takes", strings.ReplaceAll(message, "\n", " "))
}

func fieldsByVariable() map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		fields[f.Tag.Get("env")] = f
	}
	return fields
}

func refuseUnknown(values map[string]string) error {
	known := fieldsByVariable()
	var unknown []string
	for name := range values {
		if _, ok := known[name]; !ok && strings.HasPrefix(name, "HAMPI_") && !strings.HasPrefix(name, "HAMPI_TEST_") {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	sort.Strings(unknown)
	return fmt.Errorf("settings: %s is not a setting of Hampi; .env.example lists them all", strings.Join(unknown, ", "))
}

func readDotEnv(values map[string]string) error {
	text, err := os.ReadFile(".env")
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settings: .env cannot be read: %w", err)
	}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("settings: line %d of .env is not NAME=value", n+1)
		}
		values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return nil
}

// resolveFiles names the folder for photos and documents.
func (c *Config) resolveFiles() (err error) {
	if c.FilesDir == "" {
		c.FilesDir = filepath.Join(c.DataDir, "files")
	}
	if c.FilesDir, err = filepath.Abs(c.FilesDir); err != nil {
		return fmt.Errorf("HAMPI_FILES_DIR cannot be resolved: %w", err)
	}
	return nil
}

// markFile in the data folder remembers that demo or development made it.
const markFile = "hampi-env"

func (c *Config) resolveEnv() error {
	if c.Env == "" {
		mark, err := os.ReadFile(filepath.Join(c.DataDir, markFile))
		switch {
		case err == nil:
			c.Env = Env(strings.TrimSpace(string(mark)))
		case os.IsNotExist(err):
			c.Env = Production
		default:
			return fmt.Errorf("settings: %s cannot be read: %w", filepath.Join(c.DataDir, markFile), err)
		}
	}
	switch c.Env {
	case Demo, Development, Production:
		return nil
	}
	return fmt.Errorf("settings: HAMPI_ENV is %q; it takes demo, development or production", c.Env)
}

// Remember marks the data folder as made by demo or development, so that later commands need no HAMPI_ENV.
func (c Config) Remember() error {
	if c.Env == Production || !c.Embedded() {
		return nil
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return os.WriteFile(filepath.Join(c.DataDir, markFile), []byte(c.Env+"\n"), 0o600)
}

func (c Config) check() error {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("settings: HAMPI_PUBLIC_URL is %q; write http(s)://host without a path", c.PublicURL)
		}
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("settings: HAMPI_TLS_CERT and HAMPI_TLS_KEY go together; set both or neither")
	}
	if !c.Embedded() && c.SystemDatabaseURL == "" {
		return fmt.Errorf("settings: HAMPI_DATABASE_URL needs HAMPI_SYSTEM_DATABASE_URL beside it (the login hampi_system)")
	}
	if c.S3Bucket != "" && (c.S3Endpoint == "" || c.S3AccessKey == "" || c.S3SecretKey == "") {
		return fmt.Errorf("settings: HAMPI_S3_BUCKET needs HAMPI_S3_ENDPOINT, HAMPI_S3_ACCESS_KEY and HAMPI_S3_SECRET_KEY beside it")
	}
	if c.RateLimit < 1 || c.RateLimitAnon < 1 {
		return fmt.Errorf("settings: HAMPI_RATE_LIMIT and HAMPI_RATE_LIMIT_ANON take requests a minute, at least 1")
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("settings: HAMPI_LOG_LEVEL is %q; it takes debug, info, warn or error", c.LogLevel)
	}
	return c.checkProduction()
}

func (c Config) checkProduction() error {
	if c.Env != Production {
		return nil
	}
	if mark, err := os.ReadFile(filepath.Join(c.DataDir, markFile)); err == nil {
		return fmt.Errorf("settings: the data folder was made by %s; production needs a folder of its own in HAMPI_DATA_DIR", strings.TrimSpace(string(mark)))
	}
	if c.MasterKey == "" || c.JWTKey == "" {
		return fmt.Errorf("settings: production needs HAMPI_MASTER_KEY (openssl rand -base64 32) and HAMPI_JWT_KEY (openssl genrsa 3072)")
	}
	if c.PublicURL == "" {
		return fmt.Errorf("settings: production needs HAMPI_PUBLIC_URL, such as https://clinica.pe, for its links and cookies")
	}
	return nil
}

// Example writes .env.example from the settings' own tags.
func Example() string {
	var b strings.Builder
	b.WriteString("# Settings of Hampi. Every one is optional unless it says otherwise; an unknown HAMPI_ name is refused.\n")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		fmt.Fprintf(&b, "\n# %s\n# %s=%s\n", f.Tag.Get("doc"), f.Tag.Get("env"), f.Tag.Get("envDefault"))
	}
	return b.String()
}
