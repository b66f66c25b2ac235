package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFullDisk is a node whose disk fills up. First there is too little room for more pieces: it refuses what others store, says
// why, and goes on proving what it has. Then there is none at all: it claims and proves nothing, says so, and still serves what
// nobody else has. With room again it goes on as before. Others pay for none of it.
func TestFullDisk(t *testing.T) {
	n := newStorageNet(t, 4)
	small := n.onSmallDisk("node0", "112m")
	first, second := n.file("first.bin", 4_000_000, 30), n.file("second.bin", 8_000_000, 31)
	n.ok(n.client("put", "first.bin", "--profile", "tiny")...)
	n.until("all four are its holders", func() bool { return n.count(1, "HELD") == 4 })
	bonds := n.bonds(4)

	small.fill(32 << 20)
	n.ok(n.client("put", "second.bin", "--profile", "tiny", "--epochs", "2000")...) // for so long that another deal is opened
	small.says("no room for the piece: put piece: extend volume 1: disk is full")
	require.Equal(t, 3, n.count(2, "HELD"), "%v", n.statuses(2))
	n.ok(n.client("get", "second.bin", "--out", "second.out")...)
	require.Equal(t, second, n.read("second.out"))
	n.until("its time is over", func() bool { return n.count(2, "UNASSIGNED") == 1 })
	n.until("every index of the first proven by its holder", func() bool { return n.allProven(1) })
	require.Equal(t, bonds, n.bonds(4))

	small.fill(0)
	two, three := n.kills("node2"), n.kills("node3")
	n.ok(n.client("get", "first.bin", "--out", "first.out")...)
	require.Equal(t, first, n.read("first.out"), "half of it is on the full disk alone")
	n.joins(two.Home)
	n.joins(three.Home)
	small.says("the disk is full: the node gives what it has, and can claim and prove nothing until there is room")
	require.True(t, small.node.runs())
	require.Less(t, small.free(), int64(1<<20))

	small.clear()
	small.says("there is room on the disk: the node runs again")
	small.says(`msg="on chain" post=claim/`)
	small.says(`msg="on chain" post=proof/`)
	n.until("every index of the first proven by its holder", func() bool { return n.allProven(1) })
	require.Equal(t, small.others(bonds), small.others(n.bonds(4)))
}

// smallDisk is a node that runs on a file system of its own, which nobody else sees and which ends with the process.
type smallDisk struct {
	*storageNet
	node process
	home string // as the process sees it
	log  *said
	seen int // bytes of the log that were looked at
}

// says waits until the log says something after what was waited for before.
func (d *smallDisk) says(text string) {
	d.t.Helper()
	d.until(text, func() bool {
		i := strings.Index(d.log.String()[d.seen:], text)
		if i >= 0 {
			d.seen += i + len(text)
		}
		return i >= 0
	})
}

// onSmallDisk starts a node of the devnet again with its home on a file system of that size.
func (n *storageNet) onSmallDisk(name, size string) *smallDisk {
	n.t.Helper()
	d := &smallDisk{storageNet: n, log: new(said), home: filepath.Join(filepath.Dir(n.home), "small")}
	require.NoError(n.t, os.Mkdir(d.home, 0o700))
	// A file system that is mounted in a namespace of the process is gone with it, however it ends. That it shares no mounts with
	// ours any more is what Unshareflags sees to.
	script := `mount -t tmpfs -o size=` + size + ` tmpfs "$1" && cp -a "$2/." "$1" && shift 2 && exec "$@"`
	cmd := exec.Command("sh", append([]string{"-c", script, "sh", d.home, n.kills(name).Home, n.mesh}, n.joinOf(d.home)...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 { // who is not root may mount where it is called so
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: gid, Size: 1}}
	}
	run := n.runs(cmd, d.log, d.log)
	n.takesPart(d.log)
	d.node = process{Name: name, Home: d.home, PID: run.cmd.Process.Pid}
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(n.t, err)
	require.NotContains(n.t, string(mounts), d.home, "it would be left behind")
	return d
}

// others returns what is said of the other nodes.
func (d *smallDisk) others(bonds [][3]string) [][3]string {
	d.t.Helper()
	var number int
	_, err := fmt.Sscanf(d.log.String(), "Node %d of", &number)
	require.NoError(d.t, err)
	return slices.Delete(bonds, number-1, number)
}

// path returns where others find a file of the node's disk.
func (d *smallDisk) path(name string) string {
	return filepath.Join("/proc", itoa(d.node.PID), "root", d.home, name)
}

// free returns how many bytes of the disk are free.
func (d *smallDisk) free() int64 {
	d.t.Helper()
	var s syscall.Statfs_t
	require.NoError(d.t, syscall.Statfs(d.path(""), &s))
	return int64(s.Bavail) * s.Bsize
}

// fill writes a file that leaves so many bytes free.
func (d *smallDisk) fill(left int64) {
	d.t.Helper()
	f, err := os.OpenFile(d.path("filler"), os.O_WRONLY|os.O_CREATE, 0o600)
	require.NoError(d.t, err)
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	require.NoError(d.t, err)
	require.NoError(d.t, syscall.Fallocate(int(f.Fd()), 0, info.Size(), d.free()-left))
}

// clear removes the file.
func (d *smallDisk) clear() {
	d.t.Helper()
	require.NoError(d.t, os.Remove(d.path("filler")))
}
