package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion(t *testing.T) {
	r := newRunner(t)
	require.NoError(t, os.MkdirAll(r.home, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(r.home, configName), []byte("broken"), 0o600))
	got := r.run(t, "version")
	require.Equal(t, 0, got.code, got.err)
	require.Contains(t, got.out, runtime.Version())
	var a versionAnswer
	require.NoError(t, json.Unmarshal([]byte(r.run(t, "version", "--output", "json").out), &a))
	require.Equal(t, versionAnswer{answerTo("version"), buildVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}, a)
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"init"}, {"keys"}, {"send"}, {"status"}, {"networks"}, {"devnet"}, {"devnet", "up"}, {"devnet", "down"}} {
		got := newRunner(t).run(t, append(args, "--help")...)
		require.Equal(t, 0, got.code)
		require.Empty(t, got.err)
		requireGolden(t, "help_"+strings.Join(append([]string{"mesh"}, args...), "_")+".txt", got.out)
	}
	bare := newRunner(t)
	require.Equal(t, bare.run(t, "--help").out, bare.run(t).out)
	require.Empty(t, bare.files(t), "asking for help makes nothing")
}

func TestUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"fails: unknown command":    {"fly"},
		"fails: unknown subcommand": {"keys", "fly"},
		"fails: unknown flag":       {"status", "--fly"},
		"fails: too many":           {"status", "now"},
		"fails: too few":            {"send", "mesh1x"},
		"fails: number":             {"networks", "--limit", "many"},
		"fails: no networks":        {"networks", "--limit", "0"},
		"fails: devnet of a chain":  {"devnet", "up", "--chain-id", "mesh-1", "--meshd", "/bin/true"},
		"fails: name missing":       {"init", "--token-name", "STORE"},
		"fails: no validators":      {"devnet", "up", "--validators", "0", "--meshd", "/bin/true"},
		"fails: put for no time":    {"put", "/etc/hosts", "--epochs", "0"},
		"fails: extend by nothing":  {"extend", "7", "--epochs=0"},
		"fails: get of no URI":      {"get", "mesh://x"},
		"fails: share of no URI":    {"share", "mesh://x"},
		"fails: extend of no URI":   {"extend", "mesh://x"},
		"fails: rm of no URI":       {"rm", "x", "mesh://x"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRunner(t)
			for _, said := range [][]string{{"--output", "json"}, {"--output=json"}, {"-o", "json"}} {
				r.run(t, append(args, said...)...).requireFailure(t, "usage", exitUsage)
			}
			r.env["MESH_OUTPUT"] = "json"
			r.run(t, args...).requireFailure(t, "usage", exitUsage)
			delete(r.env, "MESH_OUTPUT")
			got := r.run(t, args...)
			require.Equal(t, exitUsage, got.code)
			require.Empty(t, got.out)
			require.True(t, strings.HasPrefix(got.err, "mesh: "), got.err)
			require.Contains(t, got.err, "\n  next: ")
		})
	}
}

func TestBrokenConfig(t *testing.T) {
	r := newRunner(t)
	require.NoError(t, os.MkdirAll(r.home, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(r.home, configName), []byte("\nnodes = []"), 0o600))
	f := r.run(t, "status", "--output", "json").requireFailure(t, "usage", exitUsage)
	require.Equal(t, "read "+filepath.Join(r.home, configName), f.What)
	require.Contains(t, f.Why, "line 2: unknown key")
	require.Contains(t, f.Next, "gas-price")
}

// unreachable returns the address of a port where nobody listens.
func unreachable(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func TestUnreachable(t *testing.T) {
	r := newRunner(t)
	a, b := unreachable(t), unreachable(t)
	for _, args := range [][]string{{"status"}, {"networks"}, {"networks", "net_1a2b3c4d"}, {"init", "--name", "Abc", "--token-name", "Abc"}} {
		f := r.run(t, append(args, "--node", a, "--node", b, "--output", "json", "--yes")...).requireFailure(t, "unreachable", exitUnreachable)
		require.Contains(t, f.Why, a+" (connection refused), "+b+" (connection refused)")
		require.Contains(t, f.Next, "mesh devnet up")
		require.Contains(t, f.Next, "--node")
	}
	require.Empty(t, r.files(t), "nothing was made")
}

func TestNothingThere(t *testing.T) {
	r := newRunner(t)
	r.run(t, "devnet", "down", "-o", "json").requireFailure(t, "not_found", exitNotFound)
	r.run(t, "devnet", "up", "--meshd", "/nowhere/meshd", "-o", "json").requireFailure(t, "meshd_not_found", exitNotFound)
	r.env["MESHD"] = "/nowhere/meshd"
	f := r.run(t, "devnet", "up", "-o", "json").requireFailure(t, "meshd_not_found", exitNotFound)
	require.Contains(t, f.Why, "/nowhere/meshd")
	r.run(t, "send", "mesh1x", "1MESH", "-o", "json").requireFailure(t, "key_not_found", exitNotFound)
	require.Empty(t, r.files(t), "nothing was made")
}

func TestDevnetTaken(t *testing.T) {
	r := newRunner(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter"), nil, 0o600))
	r.run(t, "devnet", "up", "--home", dir, "--meshd", "/bin/true", "-o", "json").requireFailure(t, "directory_taken", exitRefused)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestCompletion(t *testing.T) {
	r := newRunner(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		got := r.run(t, "completion", shell)
		require.Equal(t, 0, got.code)
		require.Contains(t, got.out, "mesh")
	}
	templates := r.run(t, "__complete", "init", "--template", "").out
	require.Contains(t, templates, "storage\tkeep files, sharded and proven\n")
	require.Contains(t, templates, "custom\t")

	require.Equal(t, 0, r.run(t, "keys", "add", "operator").code)
	require.Contains(t, r.run(t, "__complete", "keys", "show", "").out, "operator\tmesh1")
	require.Contains(t, r.run(t, "__complete", "send", "").out, "operator\tmesh1")
	require.Contains(t, r.run(t, "__complete", "status", "--from", "").out, "operator\tmesh1")

	n := sampleRecord()
	require.NoError(t, n.save(r.home))
	require.Contains(t, r.run(t, "__complete", "networks", "--node", unreachable(t), "").out, "net_1a2b3c4d\tStorageNet\n")
	require.NotContains(t, r.run(t, "__complete", "networks", "net_1a2b3c4d", "").out, "StorageNet")
}
