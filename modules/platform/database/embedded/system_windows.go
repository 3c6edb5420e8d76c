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

	"golang.org/x/sys/windows"
)

// identities: oneself, in a process group of its own. PostgreSQL refuses administrators.
func identities(string) []identity {
	return []identity{{attributes: &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}}}
}

func remedy() string {
	return "start hampi as a user who is not an administrator; if that does not help remove static/node_modules and run make"
}

// serves: the process lives and is a PostgreSQL. Whose it is is asked over its port.
func serves(pid int, _ string) bool { return alive(pid) && imageName(pid) == "postgres.exe" }

// imageName is the file name a process was started from.
func imageName(pid int) string {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return ""
	}
	defer windows.CloseHandle(process)
	name := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(name))
	if err := windows.QueryFullProcessImageName(process, 0, &name[0], &size); err != nil {
		return ""
	}
	return strings.ToLower(filepath.Base(windows.UTF16ToString(name[:size])))
}

func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED)
	}
	defer windows.CloseHandle(process)
	state, err := windows.WaitForSingleObject(process, 0)
	return err == nil && state == uint32(windows.WAIT_TIMEOUT)
}

// interrupt asks for a fast shutdown through pg_ctl: Windows has no signals.
func interrupt(ctx context.Context, _ int, c cluster) error {
	cmd := exec.CommandContext(ctx, c.programs.path("pg_ctl"), "stop", "-D", c.folder(), "-m", "fast", "-W")
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// lock is a lock on a file that ends with the process that holds it.
type lock struct{ file *os.File }

func (l *lock) release() { l.file.Close() }

func tryLock(name string) (*lock, error) {
	f, err := openLock(name)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK); err == nil {
		return &lock{f}, nil
	} else if f.Close(); !errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return nil, nil
}

// joinUsers takes a share of the lock and reports whether it is the only one.
func joinUsers(name string) (l *lock, alone bool, err error) {
	f, err := openLock(name)
	if err != nil {
		return nil, false, err
	}
	if alone = lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK) == nil; alone {
		err = windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &windows.Overlapped{})
	}
	if err == nil {
		err = lockFile(f, 0)
	}
	if err != nil {
		f.Close()
		return nil, false, fmt.Errorf("lock %s: %w", name, err)
	}
	return &lock{f}, alone, nil
}

func lockFile(f *os.File, how uint32) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
}

func syncFolder(string) error { return nil } // Windows does not sync folders
