//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// alive reports whether there is any process with this number.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// interrupt asks the server for a fast shutdown.
func interrupt(_ context.Context, pid int, _ cluster) error {
	return syscall.Kill(pid, syscall.SIGINT)
}

// lock is a lock on a file that ends with the process that holds it.
type lock struct{ file *os.File }

// release unlocks before it closes: a program being started at this moment may hold a
// copy of the open file until it runs.
func (l *lock) release() {
	_ = flock(l.file, syscall.LOCK_UN)
	l.file.Close()
}

// tryLock returns nil and no error when somebody else holds the lock.
func tryLock(name string) (*lock, error) {
	f, err := openLock(name)
	if err != nil {
		return nil, err
	}
	err = flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &lock{f}, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock %s: %w", name, err)
}

// joinUsers takes a share of the lock and reports whether it is the only one. Callers
// hold the start lock, so nobody joins between the two questions.
func joinUsers(name string) (l *lock, alone bool, err error) {
	f, err := openLock(name)
	if err != nil {
		return nil, false, err
	}
	alone = flock(f, syscall.LOCK_EX|syscall.LOCK_NB) == nil
	if err := flock(f, syscall.LOCK_SH); err != nil {
		f.Close()
		return nil, false, fmt.Errorf("lock %s: %w", name, err)
	}
	return &lock{f}, alone, nil
}

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// syncFolder makes a rename in the folder outlive a power cut.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
