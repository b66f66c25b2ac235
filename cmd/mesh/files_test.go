package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDecodeConfig(t *testing.T) {
	c, err := decodeConfig([]byte("chain-id = \"a\"\n# why\nnode = [\"b:1\"]\nyes = true\n"))
	require.NoError(t, err)
	require.Equal(t, fileConfig{ChainID: "a", Node: []string{"b:1"}, Yes: true}, c)
	c, err = decodeConfig(nil)
	require.NoError(t, err)
	require.Equal(t, fileConfig{}, c)
	for name, tc := range map[string]struct{ in, want string }{
		"fails: unknown key":   {"from = \"a\"\nnodes = [\"b\"]", `line 2: unknown key ["nodes"]`},
		"fails: unknown table": {"[chain]\nid = 1", "line 1"},
		"fails: home":          {"home = \"/\"", "unknown key"},
		"fails: type":          {"\nyes = \"true\"", "line 2"},
		"fails: no TOML":       {"<html>", "line 1"},
		"fails: too long":      {strings.Repeat("#", 1<<17), "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeConfig([]byte(tc.in))
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestConfigFor(t *testing.T) {
	bz, err := configFor(fileConfig{From: "client", GasPrice: "1umesh", Node: []string{"old:1"}}, "/d", "mesh-devnet-1", "127.0.0.1:2", "http://f")
	require.NoError(t, err)
	requireGolden(t, "config.toml", string(bz))
	c, err := decodeConfig(bz)
	require.NoError(t, err)
	require.Equal(t, fileConfig{
		From: "client", GasPrice: "1umesh", Devnet: "/d", ChainID: "mesh-devnet-1", Node: []string{"127.0.0.1:2"}, Faucet: "http://f", KeyringBackend: "test",
	}, c)
}

func sampleRecord() record {
	return record{
		Schema: 1, NetworkID: "net_1a2b3c4d", ChainID: "mesh-devnet-1", Name: "StorageNet", Symbol: "STR", Denom: "net_1a2b3c4d/ustr",
		Template: "custom", LogicHash: "ab", BootstrapPort: 8080,
	}
}

func TestRecords(t *testing.T) {
	home := t.TempDir()
	list, err := readRecords(home)
	require.NoError(t, err)
	require.Empty(t, list)

	r, second := sampleRecord(), sampleRecord()
	second.NetworkID = "net_0a2b3c4d"
	require.NoError(t, r.save(home))
	require.NoError(t, second.save(home))
	dir := networksDir(home)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "note.json"), []byte("mine"), 0o600))
	list, err = readRecords(home)
	require.NoError(t, err)
	require.Equal(t, []record{second, r}, list)
	bz, err := os.ReadFile(filepath.Join(dir, "net_1a2b3c4d.json"))
	require.NoError(t, err)
	requireGolden(t, "record.json", string(bz))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "net_1a2b3c4d.json"), []byte("{}"), 0o600))
	_, err = readRecords(home)
	require.ErrorContains(t, err, "net_1a2b3c4d.json")
}

func TestDecodeRecord(t *testing.T) {
	for name, bad := range map[string]string{
		"fails: empty":         "",
		"fails: schema":        `{"schema":2,"network_id":"net_1a2b3c4d"}`,
		"fails: id":            `{"schema":1,"network_id":"net_X"}`,
		"fails: unknown field": `{"schema":1,"network_id":"net_1a2b3c4d","x":1}`,
		"fails: two":           `{"schema":1,"network_id":"net_1a2b3c4d"}{}`,
		"fails: port":          `{"schema":1,"network_id":"net_1a2b3c4d","bootstrap_port":70000}`,
		"fails: too long":      `{"schema":1,"network_id":"net_1a2b3c4d"}` + strings.Repeat(" ", 1<<17),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeRecord([]byte(bad))
			require.Error(t, err)
		})
	}
}

// FuzzDecodeRecord: a record that is read can be saved and is read again as the same.
func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"schema":1,"network_id":"net_1a2b3c4d","bootstrap_port":8080,"name":"x"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, bz []byte) {
		r, err := decodeRecord(bz)
		if err != nil {
			return
		}
		home := t.TempDir()
		require.NoError(t, r.save(home))
		list, err := readRecords(home)
		require.NoError(t, err)
		require.Equal(t, []record{r}, list)
	})
}

// FuzzDecodeConfig: settings that are read are written and read again as the same.
func FuzzDecodeConfig(f *testing.F) {
	f.Add([]byte("chain-id = \"a\"\nnode = [\"b:1\"]\n"))
	f.Add([]byte("nodes = 1"))
	f.Add([]byte("yes = true\nyes = false"))
	f.Fuzz(func(t *testing.T, bz []byte) {
		c, err := decodeConfig(bz)
		if err != nil {
			return
		}
		again, err := configFor(c, "/d", "id", "n:1", "f")
		require.NoError(t, err)
		got, err := decodeConfig(again)
		require.NoError(t, err)
		c.Devnet, c.ChainID, c.Node, c.Faucet, c.KeyringBackend = "/d", "id", []string{"n:1"}, "f", "test"
		require.Equal(t, c, got)
	})
}

func TestWriteBeside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	require.NoError(t, writeBeside(path, []byte("one")))
	require.NoError(t, writeBeside(path, []byte("two")))
	bz, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "two", string(bz))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	// A directory in its place: the attempt leaves nothing beside it.
	blocked := filepath.Join(t.TempDir(), "c")
	require.NoError(t, os.MkdirAll(filepath.Join(blocked, "d"), 0o700))
	require.Error(t, writeBeside(blocked, []byte("x")))
	entries, err := os.ReadDir(filepath.Dir(blocked))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestReadLimited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o600))
	bz, err := readLimited(path, 5)
	require.NoError(t, err)
	require.Equal(t, "12345", string(bz))
	_, err = readLimited(path, 4)
	require.ErrorIs(t, err, errTooLarge)
	_, err = readLimited(path+"x", 4)
	require.ErrorIs(t, err, os.ErrNotExist)
}
