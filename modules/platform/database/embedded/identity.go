//go:build !js

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// identity is as whom PostgreSQL runs: it refuses to be root.
type identity struct {
	attributes *syscall.SysProcAttr
	owner      *owner // who must own the cluster; nil leaves it as it is
	shell      bool   // its rights to pass closed folders begin only with the first program
	notice     string // what the person in front should know; mostly nothing
	version    string // of the programs, as they say it: postgres (PostgreSQL) 18.4
}

// owner of files, in this machine's numbers.
type owner struct{ uid, gid int }

// dress sets everything about a PostgreSQL process that does not depend on its task:
// identity, a process group of its own, and an environment that settles the language
// and carries none of our secrets. The task is complete before.
func (i identity) dress(cmd *exec.Cmd) {
	if i.shell {
		cmd.Args = append([]string{"sh", "-c", `cd "$0" && exec "$@"`, cmd.Dir, cmd.Path}, cmd.Args[1:]...)
		cmd.Path, cmd.Dir = "/bin/sh", "/"
	}
	cmd.SysProcAttr = i.attributes
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
}

// own hands a folder with all that is in it to the identity, when it is not theirs.
func (i identity) own(folder string) error {
	if i.owner == nil {
		return nil
	}
	return filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Lchown(path, i.owner.uid, i.owner.gid)
		}
		if err != nil {
			return fmt.Errorf("hand the data of PostgreSQL to its user: %w", err)
		}
		return nil
	})
}

// choose returns the first identity as which the programs run and reach the data folder.
func (c cluster) choose(ctx context.Context, offers []identity) (identity, error) {
	var failed error
	for _, who := range offers {
		cmd := exec.CommandContext(ctx, c.programs.path("postgres"), "--version")
		cmd.Dir = c.data
		who.dress(cmd)
		said, err := cmd.CombinedOutput()
		if err == nil {
			who.version = strings.TrimSpace(string(said))
			return who, nil
		}
		failed = fmt.Errorf("%w: %s", err, lastWords(string(said)))
	}
	if failed == nil {
		failed = errors.New("it refuses to be root")
	}
	return identity{}, fmt.Errorf("PostgreSQL does not run as this user, %s: %w", remedy(), failed)
}
