//go:build !js

package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// cluster is a data folder together with the programs that serve it.
type cluster struct {
	data     string // absolute, links resolved
	programs programs
	fast     bool
}

func (c cluster) file(name string) string { return filepath.Join(c.data, name) }

// folder is what PostgreSQL calls its data directory.
func (c cluster) folder() string { return c.file("postgres") }

func (c cluster) exists() bool {
	_, err := os.Stat(filepath.Join(c.folder(), "PG_VERSION"))
	return err == nil
}

// readPassword returns the administrator's password. Before there is a cluster it is
// made here, so that no cluster ever exists without it.
func (c cluster) readPassword() (string, error) {
	name := c.file("postgres.password")
	kept, err := os.ReadFile(name)
	if password := strings.TrimSpace(string(kept)); err == nil && password != "" {
		return password, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("cannot read the data in %s, run as the user who owns it: %w", c.data, err)
	}
	if c.exists() {
		return "", fmt.Errorf("the file %s is missing: put it back from a copy, the data beside it cannot be opened without it", name)
	}
	password := rand.Text()
	return password, writeFile(name, password+"\n", 0o600)
}

// writeFile replaces a file as a whole: a reader sees the old text or the new.
func writeFile(name, text string, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".new-*")
	if err != nil {
		return fmt.Errorf("cannot write in the data folder, run as the user who owns it: %w", err)
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// make creates the cluster when there is none. It grows under another name and gets its
// own when complete, so a start that is cut short leaves no half of a cluster.
func (c cluster) make(ctx context.Context, who identity, password string) error {
	if c.exists() {
		return errors.Join(c.fits(who.version), who.own(c.folder()))
	}
	if entries, err := os.ReadDir(c.folder()); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s holds something that is not a PostgreSQL cluster: move it away", c.folder())
	}
	c.sweep()

	grows, err := os.MkdirTemp(c.data, "postgres.new-")
	if err != nil {
		return fmt.Errorf("cannot write in the data folder, run as the user who owns it: %w", err)
	}
	defer os.RemoveAll(grows) // nothing is left there when all went well
	whole := filepath.Join(grows, "cluster")
	if err := c.initialise(ctx, who, grows, whole, password); err != nil {
		return err
	}
	os.Remove(c.folder()) // an empty folder somebody prepared
	if err := os.Rename(whole, c.folder()); err != nil {
		return fmt.Errorf("give the new cluster its name: %w", err)
	}
	return syncFolder(c.data)
}

// fits refuses data that another major version made.
func (c cluster) fits(version string) error {
	text, err := os.ReadFile(filepath.Join(c.folder(), "PG_VERSION"))
	if err != nil {
		return fmt.Errorf("cannot read the data in %s, run as the user who owns it: %w", c.data, err)
	}
	made := strings.TrimSpace(string(text))
	if !strings.Contains(version, " "+made+".") && !strings.HasSuffix(version, " "+made) {
		return fmt.Errorf("the data in %s were made by PostgreSQL %s and this is %s: use the hampi that made them, or another data folder", c.data, made, version)
	}
	return nil
}

// sweep removes what starts that were cut short left behind.
func (c cluster) sweep() {
	leftovers, _ := filepath.Glob(filepath.Join(escapeGlob(c.data), "postgres.new-*"))
	for _, l := range leftovers {
		os.RemoveAll(l)
	}
}

// escapeGlob takes the meaning from the characters that are special in a pattern.
func escapeGlob(path string) string {
	if os.PathSeparator == '\\' {
		return path // the backslash separates there and cannot escape
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// initialise runs initdb in a folder of its own, with the password beside the cluster.
func (c cluster) initialise(ctx context.Context, who identity, grows, whole, password string) error {
	secret := filepath.Join(grows, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the password for initdb: %w", err)
	}
	if err := os.Mkdir(whole, 0o700); err != nil {
		return fmt.Errorf("make the cluster's folder: %w", err)
	}
	if err := who.own(grows); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, c.programs.path("initdb"), c.initOptions(secret, whole)...)
	cmd.Dir = grows
	who.dress(cmd)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("PostgreSQL could not make its cluster in %s: %s: %w", c.folder(), lastWords(string(said)), err)
	}
	return nil
}

func (c cluster) initOptions(secret, folder string) []string {
	options := []string{
		"--pgdata=" + folder,
		"--username=" + Administrator,
		"--pwfile=" + secret,
		"--auth=scram-sha-256",
		"--encoding=UTF8",
		// The same order and the same upper and lower case on every machine.
		"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
		"--data-checksums",
		"--no-instructions",
		// Starting values; the machine's owner may change them in postgresql.conf.
		"--set=shared_buffers=256MB",
		"--set=effective_cache_size=1GB",
		"--set=maintenance_work_mem=128MB",
		"--set=random_page_cost=1.1",
		"--set=max_wal_size=2GB",
		"--set=jit=off",
	}
	if c.fast {
		options = append(options, "--no-sync")
	}
	return options
}

// settings hold for every start, whatever the configuration files say.
func (c cluster) settings(port int) []string {
	settings := []string{
		"listen_addresses=" + Host,
		fmt.Sprintf("port=%d", port),
		"unix_socket_directories=", // paths of sockets end at 107 bytes
		"ssl=off",
		"password_encryption=scram-sha-256",
		"timezone=UTC",
		"log_timezone=UTC",
		// What people typed is not for the log: neither parameters nor the values
		// that the detail of a refused row names.
		"log_parameter_max_length=0",
		"log_parameter_max_length_on_error=0",
		"log_error_verbosity=terse",
		"log_destination=stderr",
		"logging_collector=off",
	}
	if c.fast {
		return append(settings,
			"max_connections=300", // suites run side by side, each with its pools
			"fsync=off", "full_page_writes=off", "synchronous_commit=off",
			"wal_level=minimal", "max_wal_senders=0", "max_wal_size=512MB", "checkpoint_timeout=1h",
			"shared_buffers=64MB", "io_method=sync", "autovacuum=off",
			"scram_iterations=1") // every spec logs in anew, with every login
	}
	return append(settings, "max_connections=100")
}

// lastWords picks the line of a program's output that says why it ended.
func lastWords(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if _, why, ok := strings.Cut(lines[i], "FATAL:"); ok {
			return strings.TrimSpace(why)
		}
		if _, why, ok := strings.Cut(lines[i], "error: "); ok {
			return strings.TrimSpace(why)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
