package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// identities lists as whom PostgreSQL may run, best first. Who is not root runs it as
// oneself. Root runs it as the owner of an existing cluster; as root's own files in a
// user namespace where the process sees itself as somebody else; or, where the kernel
// refuses namespaces, as another user who gets the cluster.
func identities(folder string) []identity {
	if os.Geteuid() != 0 {
		return []identity{{attributes: detached()}}
	}
	if o := ownerOf(folder); o.uid != 0 {
		return asUser(o, "")
	}
	return append(inNamespaces(), asServiceUser()...)
}

// detached gives the process a session of its own: Ctrl-C and the end of a terminal
// are for us, and we stop the server in order.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// inNamespaces: first with everybody mapped and the right to pass any folder, so that
// the cluster may lie below folders of other users as root's things may; then, where
// less is allowed, with root alone.
func inNamespaces() []identity {
	uid, gid := standIn()
	wide := detached()
	wide.Cloneflags = unix.CLONE_NEWUSER
	wide.UidMappings = swapped(uid, "/proc/self/uid_map")
	wide.GidMappings = swapped(gid, "/proc/self/gid_map")
	wide.AmbientCaps = []uintptr{unix.CAP_DAC_READ_SEARCH}

	narrow := detached()
	narrow.Cloneflags = unix.CLONE_NEWUSER
	narrow.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: 0, Size: 1}}
	narrow.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: 0, Size: 1}}
	return []identity{{attributes: wide}, {attributes: narrow}}
}

// standIn is the number root has inside the namespace. It must be a known user's:
// initdb looks up the name.
func standIn() (uid, gid int) {
	for _, name := range []string{"nobody", "daemon", "bin"} {
		if u, err := user.Lookup(name); err == nil {
			if o := numbers(u); o.uid > 0 && o.gid > 0 {
				return o.uid, o.gid
			}
		}
	}
	return 1000, 1000
}

func numbers(u *user.User) owner {
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return owner{uid, gid}
}

// swapped maps every number of the first range to itself, except root and the stand-in,
// who change places.
func swapped(stand int, table string) []syscall.SysProcIDMap {
	first, outside, size := 0, 0, 0
	text, _ := os.ReadFile(table)
	fmt.Sscan(string(text), &first, &outside, &size)
	if first != 0 || size <= stand {
		return []syscall.SysProcIDMap{{ContainerID: stand, HostID: 0, Size: 1}}
	}
	maps := []syscall.SysProcIDMap{
		{ContainerID: stand, HostID: 0, Size: 1},
		{ContainerID: 0, HostID: stand, Size: 1},
		{ContainerID: 1, HostID: 1, Size: stand - 1},
		{ContainerID: stand + 1, HostID: stand + 1, Size: size - stand - 1},
	}
	return slices.DeleteFunc(maps, func(m syscall.SysProcIDMap) bool { return m.Size <= 0 })
}

// asServiceUser gives the cluster to the machine's user for databases, or to nobody.
func asServiceUser() []identity {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		return asUser(numbers(u), fmt.Sprintf("PostgreSQL runs as the user %s, who now owns its data: root may not run it and the kernel refuses a user namespace", name))
	}
	return nil
}

// asUser: with the right to pass folders closed to that user, in the smallest form
// that this machine grants, or without it.
func asUser(o owner, notice string) []identity {
	var found []identity
	for _, rights := range [][]uintptr{{unix.CAP_DAC_READ_SEARCH}, {unix.CAP_DAC_OVERRIDE}, nil} {
		attributes := detached()
		attributes.Credential = &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
		attributes.AmbientCaps = rights
		found = append(found, identity{attributes: attributes, owner: &o, shell: true, notice: notice})
	}
	return found
}

// ownerOf returns root for a folder that does not exist yet.
func ownerOf(folder string) owner {
	info, err := os.Stat(folder)
	if err != nil {
		return owner{}
	}
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner{}
	}
	return owner{int(status.Uid), int(status.Gid)}
}

func remedy() string {
	if os.Geteuid() == 0 {
		return "start hampi as a user who is not root"
	}
	return "remove static/node_modules and run `make`; Alpine and other systems without glibc need a server of their own in HAMPI_DATABASE_URL"
}

// serves reports whether the process is the living server of this folder, which is
// where a server always works. A process we may not look into is judged by its command.
func serves(pid int, folder string) bool {
	if pid <= 0 {
		return false
	}
	process := filepath.Join("/proc", strconv.Itoa(pid))
	there, err := os.Stat(filepath.Join(process, "cwd"))
	if errors.Is(err, fs.ErrPermission) {
		return commandNames(process, folder)
	}
	if err != nil {
		return false
	}
	here, err := os.Stat(folder)
	return err == nil && os.SameFile(there, here) && filepath.Base(command(process)[0]) == "postgres"
}

func commandNames(process, folder string) bool {
	words := command(process)
	return filepath.Base(words[0]) == "postgres" && slices.Contains(words, folder)
}

// command is never empty; a process that is gone has an empty first word.
func command(process string) []string {
	line, _ := os.ReadFile(filepath.Join(process, "cmdline"))
	return strings.Split(string(line), "\x00")
}
