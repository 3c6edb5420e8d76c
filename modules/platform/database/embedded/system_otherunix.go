//go:build unix && !linux

package embedded

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// identities: oneself. Root is refused by PostgreSQL and told so.
func identities(string) []identity {
	if os.Geteuid() == 0 {
		return nil
	}
	return []identity{{attributes: &syscall.SysProcAttr{Setsid: true}}}
}

func remedy() string {
	if os.Geteuid() == 0 {
		return "start hampi as a user who is not root"
	}
	return "remove static/node_modules and run `make`"
}

// serves judges the process by its command, which names the folder.
func serves(pid int, folder string) bool {
	if pid <= 0 {
		return false
	}
	line, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), "postgres -D "+folder+" ")
}
