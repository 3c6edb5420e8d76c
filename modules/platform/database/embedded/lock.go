//go:build !js

package embedded

import (
	"context"
	"fmt"
	"os"
)

// waitForLock returns when the lock is ours or the context ends.
func waitForLock(ctx context.Context, name string) (*lock, error) {
	for {
		l, err := tryLock(name)
		if l != nil || err != nil {
			return l, err
		}
		if err := rest(ctx); err != nil {
			return nil, err
		}
	}
}

func openLock(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write in the data folder, run as the user who owns it: %w", err)
	}
	return f, nil
}
