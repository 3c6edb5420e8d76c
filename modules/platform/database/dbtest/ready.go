//go:build !js

package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/migrations"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/embedded"
)

// A suite begins with a copy of a cluster that holds the migrated template: to make and migrate one takes seconds, to copy it
// a fraction of one. It lies in bin/specs under a name that follows from all it is made of.
const (
	passwordsFile = "passwords.json" // of the logins, beside the cluster; written last
	unused        = 24 * time.Hour   // after which another version's is swept away
)

// made are the folders and files, from the project's root, that decide what the template holds.
func made() []string {
	return []string{"migrations", "modules/platform/database", "go.sum", "static/package-lock.json"}
}

// ready is the folder of a stopped cluster with the template, made when there is none yet.
func ready(ctx context.Context) (string, error) {
	home := filepath.Join(Root(), "bin", "specs")
	name, err := fingerprint()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(home, name)
	if _, err := os.Stat(filepath.Join(folder, passwordsFile)); err == nil {
		return folder, nil
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of the specs' template: %w", err)
	}
	sweep(home)
	grows, err := os.MkdirTemp(home, "grows-")
	if err != nil {
		return "", fmt.Errorf("make the specs' template: %w", err)
	}
	defer os.RemoveAll(grows) //nolint:errcheck // nothing is left there when all went well
	if err := grow(ctx, grows); err != nil {
		return "", err
	}
	err = os.Rename(grows, folder)
	if _, there := os.Stat(filepath.Join(folder, passwordsFile)); there == nil {
		return folder, nil // ours, or that of a suite that was quicker
	}
	return "", fmt.Errorf("give the specs' template its name: %w", err)
}

// grow makes a cluster where databases are made, migrates the template in it, and keeps it stopped in a folder.
func grow(ctx context.Context, folder string) error {
	dir, err := Scratch("hampi-template-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // as far as it goes
	passwords := map[string]string{}
	for _, role := range []string{"hampi_owner", "hampi_app", "hampi_system", "hampi_sealer", "hampi_backup"} {
		passwords[role] = uuid.NewString()
	}
	server, err := embedded.Start(ctx, options(dir))
	if err != nil {
		return err
	}
	err = migrate(ctx, server, passwords)
	if err := errors.Join(err, server.Stop(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	if err := copyTree(folder, dir); err != nil {
		return err
	}
	text, err := json.Marshal(passwords)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, passwordsFile), text, 0o600)
}

func migrate(ctx context.Context, server *embedded.Server, passwords map[string]string) error {
	logins, err := database.Provision(ctx, server.URL("postgres"), template, passwords)
	if err != nil {
		return err
	}
	return migrations.Run(ctx, logins)
}

func options(dir string) embedded.Options {
	return embedded.Options{DataDir: dir, Packages: []string{nodeModules()}, Fast: true}
}

// fingerprint follows from everything that decides what the template holds: the files as they are, and the steps as they were
// built into these specs, which are older where somebody changed files while specs ran.
func fingerprint() (string, error) {
	sum := sha256.New()
	add := func(from fs.FS, part string) error {
		return fs.WalkDir(from, part, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(from, path)
			fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		})
	}
	errs := []error{add(migrations.Files(), ".")}
	for _, part := range made() {
		errs = append(errs, add(os.DirFS(Root()), part))
	}
	if err := errors.Join(errs...); err != nil {
		return "", fmt.Errorf("read what the specs' template is made of: %w", err)
	}
	return runtime.GOOS + "-" + runtime.GOARCH + "-" + hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// sweep removes what other versions left and nobody uses any more.
func sweep(home string) {
	entries, _ := os.ReadDir(home)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > unused {
			os.RemoveAll(filepath.Join(home, e.Name())) //nolint:errcheck // as far as it goes
		}
	}
}

// copyTree copies the cluster and its password, with their rights: PostgreSQL takes no folder that others may read. What a
// server wrote about its last run stays behind.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if first, _, _ := strings.Cut(filepath.ToSlash(name), "/"); first != "." && first != "postgres" && first != "postgres.password" {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			if err := os.MkdirAll(filepath.Join(to, name), 0o700); err != nil {
				return err
			}
			return os.Chmod(filepath.Join(to, name), info.Mode().Perm())
		}
		return copyFile(filepath.Join(to, name), path, info.Mode().Perm())
	})
}

// copyFile lets the system copy, where it can without reading.
func copyFile(to, from string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
