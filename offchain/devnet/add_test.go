package devnet_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// added is a process that behaves as its arguments say and is useful when it has said "ready".
func (x tools) added(name string, args ...string) devnet.Added {
	return devnet.Added{
		Name: name, Home: filepath.Join(x.dir, name), Command: append([]string{filepath.Join(x.dir, "added")}, args...),
		Ready: func(line []byte) bool { return string(line) == "ready\n" },
	}
}

// running is a devnet in a directory that its starter has left to itself; it is ended with the test.
func running(t *testing.T, x tools) string {
	t.Helper()
	dir := t.TempDir()
	d, err := devnet.Up(t.Context(), x.config(dir))
	require.NoError(t, err)
	require.NoError(t, d.Detach())
	t.Cleanup(func() {
		_, err := devnet.Down(dir, false, 5*time.Second)
		require.NoError(t, err)
	})
	return dir
}

// attach takes a devnet with that deadline for what is added.
func attach(t *testing.T, dir string, ready time.Duration) *devnet.Devnet {
	t.Helper()
	d, err := devnet.Attach(dir, ready, 5*time.Second)
	require.NoError(t, err)
	return d
}

func TestAttach(t *testing.T) {
	x := newTools(t)
	_, err := devnet.Attach(t.TempDir(), time.Second, time.Second)
	require.ErrorIs(t, err, devnet.ErrNone, "there was never one")

	dir := running(t, x)
	first := attach(t, dir, time.Second)
	require.Equal(t, []string{"validator0", "faucet"}, recorded(t, dir))
	_, err = devnet.Attach(dir, time.Second, time.Second)
	require.ErrorIs(t, err, devnet.ErrRunning, "one command at a time")
	require.NoError(t, first.Close(), "it has started nothing and ends nothing")
	require.Len(t, first.State().Running(), 2)

	_, err = devnet.Down(dir, false, 5*time.Second)
	require.NoError(t, err)
	for range 2 {
		_, err = devnet.Attach(dir, time.Second, time.Second)
		require.ErrorIs(t, err, devnet.ErrNone, "and the directory is given back")
	}
}

func TestAdd(t *testing.T) {
	x := newTools(t)
	dir := running(t, x)
	d := attach(t, dir, 20*time.Second)
	require.NoError(t, d.Add(t.Context(), []devnet.Added{x.added("a", "say", "hello", "ready", ""), x.added("b", "say", "ready", "")}))
	require.Equal(t, []string{"validator0", "faucet", "a", "b"}, recorded(t, dir))
	before := d.State()
	require.Len(t, before.Running(), 4)
	require.Equal(t, filepath.Join(x.dir, "a"), before.Processes[2].Home)

	require.NoError(t, d.Add(t.Context(), []devnet.Added{x.added("a", "die"), x.added("c", "say", "ready", "")}), "a is there already")
	require.Equal(t, before.Processes[2], d.State().Processes[2], "and was left alone")
	require.NoError(t, d.Detach())
	require.Len(t, d.State().Running(), 5, "what was added outlives who has added it")

	again := attach(t, dir, 20*time.Second)
	require.NoError(t, again.Add(t.Context(), []devnet.Added{x.added("a", "die"), x.added("d", "say", "ready", "")}), "also for another command")
	require.NoError(t, again.Close())
	require.Equal(t, []string{"validator0", "faucet", "a", "b", "c"}, recorded(t, dir), "Close ends what was started here, and nothing else")
	require.Len(t, again.State().Running(), 5)
}

// TestAddReplaces: a process that has died is started again under its name, once.
func TestAddReplaces(t *testing.T) {
	x := newTools(t)
	dir := running(t, x)
	d := attach(t, dir, 20*time.Second)
	require.NoError(t, d.Add(t.Context(), []devnet.Added{x.added("a", "say", "ready", "")}))
	require.NoError(t, d.Stop())
	require.Equal(t, []string{"validator0", "faucet"}, recorded(t, dir))
	require.NoError(t, d.Add(t.Context(), []devnet.Added{x.added("a", "say", "ready", "")}))
	require.Equal(t, []string{"validator0", "faucet", "a"}, recorded(t, dir))
	require.NoError(t, d.Close())
}

func TestAddLate(t *testing.T) {
	x := newTools(t)
	d := attach(t, running(t, x), 20*time.Second)
	defer func() { require.NoError(t, d.Close()) }()
	pipe := filepath.Join(x.dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	added := make(chan error, 1)
	go func() {
		added <- d.Add(t.Context(), []devnet.Added{x.added("a", "late", pipe), x.added("b", "say", "ready", "")})
	}()
	// Opening for writing waits for the reader: the process has started and was not ready so far.
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	require.NoError(t, err)
	require.Empty(t, added)
	require.NoError(t, w.Close())
	require.NoError(t, <-added)
}

func TestAddFails(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want error
	}{
		"dies":         {[]string{"die"}, devnet.ErrDied},
		"says nothing": {[]string{"say"}, devnet.ErrNotReady},
		"says another": {[]string{"say", "steady", "not ready", ""}, devnet.ErrNotReady},
		"half a line":  {[]string{"say", "ready"}, devnet.ErrNotReady},
	} {
		t.Run("fails: "+name, func(t *testing.T) {
			x := newTools(t)
			dir := running(t, x)
			d := attach(t, dir, 2*time.Second)
			err := d.Add(t.Context(), []devnet.Added{x.added("good", "say", "ready", ""), x.added("bad", tc.args...)})
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, "bad")
			if errors.Is(tc.want, devnet.ErrDied) {
				var died *devnet.DiedError
				require.ErrorAs(t, err, &died)
				require.Equal(t, []string{"last words"}, died.Log)
			}
			require.NoError(t, d.Close())
			require.Equal(t, []string{"validator0", "faucet"}, recorded(t, dir), "nothing of it is left")
			require.Len(t, d.State().Running(), 2)
		})
	}
}

func TestAddEnds(t *testing.T) {
	x := newTools(t)
	d := attach(t, running(t, x), 20*time.Second)
	defer func() { require.NoError(t, d.Close()) }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, d.Add(ctx, []devnet.Added{x.added("mute", "say")}), context.Canceled)
	require.ErrorIs(t, d.Add(t.Context(), make([]devnet.Added, 201)), devnet.ErrInvalid)
	err := d.Add(t.Context(), []devnet.Added{{Name: "nothing", Command: []string{filepath.Join(x.dir, "not-there")}, Ready: func([]byte) bool { return true }}})
	require.ErrorContains(t, err, "start nothing")
}

func TestAddKeys(t *testing.T) {
	x := newTools(t)
	dir := running(t, x)
	d := attach(t, dir, time.Second)
	defer func() { require.NoError(t, d.Detach()) }()
	key := func(name, home string) devnet.Key {
		return devnet.Key{Name: name, Address: "mesh1" + name, Home: filepath.Join(dir, home)}
	}
	require.NoError(t, d.AddKeys([]devnet.Key{key("owner0", "node0"), key("owner1", "node1")}))
	require.NoError(t, d.AddKeys([]devnet.Key{key("owner0", "other")}), "another under its name replaces it")
	s, err := devnet.Read(dir)
	require.NoError(t, err)
	require.Equal(t, []devnet.Key{key("founder", "founder"), key("owner1", "node1"), key("owner0", "other")}, s.Keys)
	for _, home := range []string{"..", ".", "a/b", "../" + strings.Repeat("x", 3)} {
		require.ErrorIs(t, d.AddKeys([]devnet.Key{key("evil", home)}), devnet.ErrInvalid, home)
	}
	again, err := devnet.Read(dir)
	require.NoError(t, err)
	require.Equal(t, s, again)
}
