//go:build !js

package dbtest

import (
	"os"
	"syscall"
)

// Linux keeps this folder in memory. Copying a database there takes a tenth of what it takes on a disk.
const inMemory, roomWanted = "/dev/shm", 6 << 30

// Scratch makes a folder for a suite's databases and browsers: in memory where the machine has such a place with room,
// otherwise where temporary files go. Who asks removes it.
func Scratch(pattern string) (string, error) {
	if hasRoom(inMemory) {
		if dir, err := os.MkdirTemp(inMemory, pattern); err == nil {
			return dir, nil
		}
	}
	return os.MkdirTemp("", pattern)
}

func hasRoom(dir string) bool {
	var disk syscall.Statfs_t
	if syscall.Statfs(dir, &disk) != nil {
		return false
	}
	return disk.Bavail*uint64(disk.Bsize) >= roomWanted //nolint:gosec // a size of blocks is never negative
}
