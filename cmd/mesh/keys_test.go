package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wordsOf returns the mnemonic in what keys add said.
func wordsOf(t *testing.T, said string) string {
	t.Helper()
	for _, line := range strings.Split(said, "\n") {
		if words := strings.Fields(line); len(words) == 24 {
			return strings.Join(words, " ")
		}
	}
	t.Fatalf("no 24 words in %q", said)
	return ""
}

// addressOf returns the address in the JSON about one key.
func addressOf(t *testing.T, out string) string {
	t.Helper()
	var a keyAnswer
	require.NoError(t, json.Unmarshal([]byte(out), &a), out)
	require.Equal(t, 1, a.Schema)
	return a.Address
}

func TestKeysCommands(t *testing.T) {
	r := newRunner(t)
	require.Contains(t, r.run(t, "keys", "list").out, "There are no keys")
	//nolint:testifylint // the bytes matter
	require.Equal(t, `{"schema":1,"command":"keys list","keyring_backend":"test","keys":[]}`+"\n", r.run(t, "keys", "list", "-o", "json").out)
	require.Empty(t, r.files(t))

	made := r.run(t, "keys", "add", "owner", "-o", "json")
	require.Equal(t, 0, made.code, made.err)
	words := wordsOf(t, made.err)
	require.NotContains(t, made.out, words, "the words are not part of the answer")
	address := addressOf(t, made.out)
	require.Equal(t, `{"schema":1,"command":"keys add","name":"owner","address":"`+address+`"}`+"\n", made.out)

	before := r.files(t)
	r.run(t, "keys", "add", "owner", "-o", "json").requireFailure(t, "key_exists", exitRefused)
	r.run(t, "keys", "add", "../owner", "-o", "json").requireFailure(t, "invalid", exitUsage)
	require.Equal(t, before, r.files(t))
	require.Equal(t, address, addressOf(t, r.run(t, "keys", "show", "owner", "-o", "json").out))
	r.run(t, "keys", "show", "nobody", "-o", "json").requireFailure(t, "key_not_found", exitNotFound)
	require.Equal(t, "  owner  "+address+"\n", r.run(t, "keys", "list").out)

	r.run(t, "keys", "delete", "owner", "-o", "json").requireFailure(t, "not_confirmed", exitRefused)
	require.Equal(t, before, r.files(t))
	r.asks, r.input = true, "no\n"
	r.run(t, "keys", "delete", "owner", "-o", "json").requireFailure(t, "not_confirmed", exitRefused)
	require.Equal(t, before, r.files(t))
	r.input = "y\n"
	deleted := r.run(t, "keys", "delete", "owner")
	require.Equal(t, 0, deleted.code, deleted.err)
	require.Contains(t, deleted.err, "Without its words or an export it is lost. [y/N]")
	r.run(t, "keys", "delete", "owner", "-o", "json").requireFailure(t, "key_not_found", exitNotFound)

	r.input = words + "\n"
	require.Equal(t, address, addressOf(t, r.run(t, "keys", "import", "owner", "-o", "json").out))
	r.run(t, "keys", "import", "other", "-o", "json").requireFailure(t, "key_exists", exitRefused)
}

func TestKeysExportImport(t *testing.T) {
	r := newRunner(t)
	address := addressOf(t, r.run(t, "keys", "add", "owner", "-o", "json").out)
	r.input = "short\n"
	r.run(t, "keys", "export", "owner", "-o", "json").requireFailure(t, "invalid", exitUsage)
	r.input = ""
	r.run(t, "keys", "export", "owner", "-o", "json").requireFailure(t, "failure", exitFailure)
	r.input = "long enough\n"
	r.run(t, "keys", "export", "nobody", "-o", "json").requireFailure(t, "key_not_found", exitNotFound)
	armor := r.run(t, "keys", "export", "owner")
	require.Equal(t, 0, armor.code, armor.err)
	require.Contains(t, armor.out, "-----BEGIN")
	var a exportAnswer
	require.NoError(t, json.Unmarshal([]byte(r.run(t, "keys", "export", "owner", "-o", "json").out), &a))
	require.Contains(t, a.Armor, "-----BEGIN")

	file := filepath.Join(t.TempDir(), "owner.key")
	require.NoError(t, os.WriteFile(file, []byte(armor.out), 0o600))
	other := newRunner(t)
	other.run(t, "keys", "import", "x", "--file", file+"x", "-o", "json").requireFailure(t, "usage", exitUsage)
	other.input = "wrong enough\n"
	other.run(t, "keys", "import", "x", "--file", file, "-o", "json").requireFailure(t, "invalid", exitUsage)
	other.input = "long enough\n"
	require.Equal(t, address, addressOf(t, other.run(t, "keys", "import", "x", "--file", file, "-o", "json").out))
}

func TestKeysOffDevnet(t *testing.T) {
	r := newRunner(t)
	r.env["MESH_CHAIN_ID"] = "mesh-1"
	r.run(t, "keys", "add", "owner", "--keyring-backend", "test", "-o", "json").requireFailure(t, "test_keyring", exitRefused)
	r.run(t, "keys", "add", "owner", "-o", "json").requireFailure(t, "keyring_locked", exitRefused)
	require.Empty(t, r.files(t))
	r.input = "passphrase\npassphrase\n"
	made := r.run(t, "keys", "add", "owner", "-o", "json")
	require.Equal(t, 0, made.code, made.err)
	r.input = "passphrase\n"
	require.Equal(t, addressOf(t, made.out), addressOf(t, r.run(t, "keys", "show", "owner", "-o", "json").out))
}

func TestNewPassphrase(t *testing.T) {
	var typed []string
	c := &cli{con: &console{inTerminal: true, err: &strings.Builder{}, password: func() ([]byte, error) {
		next := typed[0]
		typed = typed[1:]
		return []byte(next), nil
	}}}
	typed = []string{"one", "one"}
	got, err := c.newPassphrase()
	require.NoError(t, err)
	require.Equal(t, "one", got)
	typed = []string{"one", "two"}
	_, err = c.newPassphrase()
	require.ErrorContains(t, err, "the two are not the same")
}
