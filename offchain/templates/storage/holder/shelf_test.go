package holder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/proof"
)

func TestOpen(t *testing.T) {
	deps := newWorld(t).deps()
	cfg := config(t.TempDir())
	tests := []struct {
		name   string
		change func(*holder.Config, *holder.Deps)
	}{
		{"fails: no directory", func(c *holder.Config, _ *holder.Deps) { c.Dir = "" }},
		{"fails: no domain", func(c *holder.Config, _ *holder.Deps) { c.Domain = proof.Domain{} }},
		{"fails: no patience", func(c *holder.Config, _ *holder.Deps) { c.Patience = 0 }},
		{"fails: no store", func(_ *holder.Config, d *holder.Deps) { d.Pieces = nil }},
		{"fails: no chain", func(_ *holder.Config, d *holder.Deps) { d.Deals = nil }},
		{"fails: no accounts", func(_ *holder.Config, d *holder.Deps) { d.Accounts = nil }},
		{"fails: no key", func(_ *holder.Config, d *holder.Deps) { d.Key = nil }},
		{"fails: a till, and nobody who knows fellows", func(_ *holder.Config, d *holder.Deps) { d.Till = holdertest.NewTill(1) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, d := cfg, deps
			test.change(&c, &d)
			_, err := holder.Open(c, d)
			require.ErrorIs(t, err, holder.ErrInvalid)
		})
	}
	_, err := holder.Open(cfg, deps)
	require.NoError(t, err)
	deps.Till, deps.Fellows = holdertest.NewTill(1), &holdertest.Fellows{}
	_, err = holder.Open(cfg, deps)
	require.NoError(t, err)
}

func TestListsInFiles(t *testing.T) {
	w := newWorld(t)
	cfg := config(filepath.Join(t.TempDir(), "a", "lists"))
	var err error
	w.holder, err = holder.Open(cfg, w.deps())
	require.NoError(t, err)
	list := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, list), true)
	path := filepath.Join(cfg.Dir, filepath.FromSlash(w.file(1, list)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	require.Equal(t, int64(list.Size()+32), info.Size())

	// What a crash has left goes, what is not ours stays.
	require.NoError(t, os.WriteFile(path+".part", []byte("half"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(cfg.Dir, "07"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(cfg.Dir, "readme"), nil, 0o600))
	w.holder, err = holder.Open(cfg, w.deps())
	require.NoError(t, err)
	require.NoFileExists(t, path+".part")
	require.Empty(t, w.reconcile(deal))
	v2 := w.must(2, from{1, list, []record.Range{{From: 0, Count: 1}}}, 3)
	w.chain.Commit(deal, w.layout(2, v2), true)
	require.Empty(t, w.reconcile(deal))
	require.NoFileExists(t, path)
	w.chain.Change(deal, giveAway)
	require.Empty(t, w.reconcile())
	require.NoDirExists(t, filepath.Dir(path))
	require.FileExists(t, filepath.Join(cfg.Dir, "readme"))
	require.FileExists(t, filepath.Join(cfg.Dir, "07"))
}

func FuzzParseEntry(f *testing.F) {
	root := strings.Repeat("0a", 32)
	f.Add("1-2-" + root)
	f.Add("01-2-" + root)
	f.Add("1-2-" + strings.ToUpper(root))
	f.Add("+1-2-" + root)
	f.Add("4294967296-2-" + root)
	f.Add("1-2-" + root + "-")
	f.Fuzz(func(t *testing.T, name string) {
		again, ok := holder.ParseEntry(name)
		if ok {
			require.Equal(t, name, again)
		}
	})
}

func TestNamesOfOthers(t *testing.T) {
	root := strings.Repeat("0a", 32)
	for _, name := range []string{"", "a", "01-2-" + root, "1-2-" + strings.ToUpper(root), "+1-2-" + root, "4294967296-2-" + root, "1-2-" + root[2:], "1-2-" + root + "-"} {
		_, ok := holder.ParseEntry(name)
		require.False(t, ok, name)
	}
	_, ok := holder.ParseEntry("255-18446744073709551615-" + root)
	require.True(t, ok)
}
