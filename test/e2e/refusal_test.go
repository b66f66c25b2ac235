package e2e

import (
	"encoding/json"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// snapshot is everything that a refused command must leave as it was: the user's files with their content,
// the networks of the chain, and what the keys hold.
func (m *machine) snapshot() map[string]string {
	m.t.Helper()
	all := map[string]string{"networks": m.ok("networks", "--output", "json")}
	var status struct{ Keys json.RawMessage }
	m.okJSON(&status, "status")
	all["keys"] = string(status.Keys)
	err := filepath.WalkDir(m.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == filepath.Join(m.home, "devnet") {
			return fs.SkipDir
		}
		if d.IsDir() {
			all[path] = "directory"
			return nil
		}
		bz, err := os.ReadFile(path)
		all[path] = string(bz)
		return err
	})
	require.NoError(m.t, err)
	return all
}

// TestRefusals types what cannot work. Each command says why and what next, in text and in JSON, with its
// exit code, and changes nothing.
func TestRefusals(t *testing.T) {
	m := newMachine(t)
	m.ok("devnet", "up", "--detach")
	m.ok("init", "--name", "StorageNet", "--token-name", "STORE", "--yes")
	m.ok("keys", "add", "poor")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	nobody := l.Addr().String()
	taken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(taken, "letter"), nil, 0o600))

	create := func(more ...string) []string {
		return append([]string{"init", "--yes", "--name", "OtherNet", "--token-name", "OTHER"}, more...)
	}
	for name, tc := range map[string]struct {
		args []string
		exit int
		code string
		says string
	}{
		"fails: name taken":        {create("--name", "StorageNet"), 4, "name_taken", `reads as "StorageNet" of network net_`},
		"fails: name in capitals":  {create("--name", "STORAGENET"), 4, "name_taken", `reads as "StorageNet" of network net_`},
		"fails: full width name":   {create("--name", "ＳtorageNet"), 4, "name_taken", `reads as "StorageNet" of network net_`},
		"fails: look-alike":        {create("--name", "StоrageNet"), 2, "usage", "mixes Latin and Cyrillic letters"},
		"fails: short name":        {create("--name", "ab"), 2, "usage", "a name has 3 to 32"},
		"fails: unknown bucket":    {create("--token-distribution", "uptime:40,storage:60"), 2, "usage", `unknown bucket "storage", known are uptime, tasks, governance`},
		"fails: 90 %":              {create("--token-distribution", "uptime:40,tasks:40,governance:10"), 2, "usage", "must total 100"},
		"fails: over 2^127":        {create("--supply-cap", "170141183460469231731687303715885"), 2, "usage", "over the largest amount, 2^127 base units"},
		"fails: allocation":        {create("--initial-allocation", "21"), 2, "usage", "over 20 % of the supply cap"},
		"fails: short epoch":       {create("--epoch-blocks", "19"), 2, "usage", "epoch"},
		"fails: burn of 51 %":      {create("--burn", "51"), 2, "usage", "pay.burn_bps is 5100, it must be 100 to 5000"},
		"fails: late hand-over":    {create("--handover-epoch", "999999999"), 2, "usage", "hand-over at epoch 999999999"},
		"fails: no logic file":     {create("--logic", "nowhere.js"), 2, "usage", "there is no file nowhere.js"},
		"fails: symbol of digits":  {create("--token-name", "C64", "--token-symbol", "64"), 2, "usage", "a symbol"},
		"fails: native symbol":     {create("--token-symbol", "mesh"), 2, "usage", "the chain's own token"},
		"fails: named like MESH":   {create("--token-name", "Mesh"), 2, "usage", "the chain's own token"},
		"fails: symbol like MESH":  {create("--token-name", "Me-sh"), 2, "usage", "give one with --token-symbol"},
		"fails: no funds, init":    {create("--from", "poor"), 4, "insufficient_funds", "has 0umesh and needs 100000250umesh"},
		"fails: no such key":       {[]string{"send", "poor", "1MESH", "--yes", "--from", "nobody"}, 5, "key_not_found", `"nobody"`},
		"fails: no funds, send":    {[]string{"send", "owner", "1MESH", "--yes", "--from", "poor"}, 4, "insufficient_funds", "has 0umesh"},
		"fails: too much":          {[]string{"send", "poor", "5000MESH", "--yes"}, 4, "insufficient_funds", "needs 5000000250umesh"},
		"fails: unknown symbol":    {[]string{"send", "poor", "5FOO", "--yes"}, 5, "token_not_found", "no token with the symbol FOO"},
		"fails: foreign denom":     {[]string{"send", "poor", "5net_ffffffff/ufoo", "--yes"}, 5, "token_not_found", "no token has the denomination net_ffffffff/ufoo"},
		"fails: unknown recipient": {[]string{"send", "noone", "5MESH", "--yes"}, 5, "recipient_not_found", `"noone" is neither an address`},
		"fails: foreign address":   {[]string{"send", "cosmos1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl", "5MESH", "--yes"}, 5, "recipient_not_found", "neither an address"},
		"fails: not agreed":        {[]string{"init", "--name", "OtherNet", "--token-name", "OTHER"}, 7, "not_confirmed", "no terminal"},
		"fails: sending unasked":   {[]string{"send", "poor", "1MESH"}, 7, "not_confirmed", "no terminal"},
		"fails: wrong chain":       {create("--chain-id", "mesh-devnet-2"), 2, "wrong_chain", "runs mesh-devnet-1, not mesh-devnet-2"},
		"fails: open keys on main": {create("--chain-id", "mesh-1"), 7, "test_keyring", "devnets only"},
		"fails: unreachable":       {create("--node", nobody), 3, "unreachable", nobody + " (connection refused)"},
		"fails: status of nobody":  {[]string{"status", "--node", nobody}, 3, "unreachable", nobody + " (connection refused)"},
		"fails: no such network":   {[]string{"networks", "net_ffffffff"}, 5, "not_found", "net_ffffffff"},
		"fails: second devnet":     {[]string{"devnet", "up", "--detach"}, 7, "devnet_running", "is validator0 of the one in"},
		"fails: taken directory":   {[]string{"devnet", "up", "--detach", "--home", taken}, 7, "directory_taken", "letter"},
		"fails: no devnet":         {[]string{"devnet", "down", "--home", taken}, 5, "not_found", "no devnet in"},
		"fails: demo of four":      {[]string{"devnet", "demo", "--nodes", "4"}, 2, "usage", "4 nodes; repair needs at least 5"},
		"fails: key exists":        {[]string{"keys", "add", "poor"}, 7, "key_exists", `"poor"`},
	} {
		t.Run(name, func(t *testing.T) {
			before := m.snapshot()
			text := m.run(tc.args...)
			require.Equal(t, tc.exit, text.code, text.err)
			require.Empty(t, text.out)
			lines := strings.Split(strings.TrimSpace(text.err), "\n")
			require.Contains(t, lines[len(lines)-2], tc.says)
			require.True(t, strings.HasPrefix(lines[len(lines)-2], "mesh: "), text.err)
			require.True(t, strings.HasPrefix(lines[len(lines)-1], "  next: "), text.err)

			said := m.run(append(tc.args, "--output", "json")...)
			require.Equal(t, tc.exit, said.code)
			var got struct {
				Schema int
				Error  struct {
					Code, What, Why, Next string
					Exit                  int
				}
			}
			require.NoError(t, json.Unmarshal([]byte(said.out), &got), said.out)
			require.Equal(t, 1, got.Schema)
			require.Equal(t, tc.code, got.Error.Code)
			require.Equal(t, tc.exit, got.Error.Exit)
			require.Contains(t, got.Error.Why, tc.says)
			require.NotEmpty(t, got.Error.What)
			require.NotEmpty(t, got.Error.Next)
			require.Equal(t, before, m.snapshot())
		})
	}
}
