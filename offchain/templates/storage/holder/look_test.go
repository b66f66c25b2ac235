package holder_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// TestReadList looks at the lists of a holder from outside.
func TestReadList(t *testing.T) {
	w := newWorld(t)
	cfg := config(filepath.Join(t.TempDir(), "lists"))
	var err error
	w.holder, err = holder.Open(cfg, w.deps())
	require.NoError(t, err)
	list := w.must(1, from{}, 1, 2)
	layout, ref := w.layout(1, list), work.IndexRef{Deal: deal, Index: index}

	got, path, err := holder.ReadList(cfg.Dir, ref, layout)
	require.NoError(t, err)
	require.Equal(t, list, got)
	require.Equal(t, filepath.Join(cfg.Dir, filepath.FromSlash(w.file(1, list))), path)
	kept, err := os.ReadFile(path)
	require.NoError(t, err)

	for name, tc := range map[string]struct {
		ref   work.IndexRef
		other func(*work.Layout)
		disk  func(b []byte) []byte
		want  error
	}{
		"fails: another deal":    {ref: work.IndexRef{Deal: deal + 1, Index: index}, want: holder.ErrNoList},
		"fails: another index":   {ref: work.IndexRef{Deal: deal, Index: index + 1}, want: holder.ErrNoList},
		"fails: another version": {ref: ref, other: func(l *work.Layout) { l.Version++ }, want: holder.ErrNoList},
		"fails: another root":    {ref: ref, other: func(l *work.Layout) { l.Root[0]++ }, want: holder.ErrNoList},
		"fails: other bytes":     {ref: ref, other: func(l *work.Layout) { l.Bytes++ }, want: holder.ErrListDamaged},
		"fails: a bit flipped":   {ref: ref, disk: func(b []byte) []byte { b[3] ^= 1; return b }, want: holder.ErrListDamaged},
		"fails: cut short":       {ref: ref, disk: func(b []byte) []byte { return b[:len(b)-1] }, want: holder.ErrListDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			asked := layout
			if tc.other != nil {
				tc.other(&asked)
			}
			if tc.disk != nil {
				require.NoError(t, os.WriteFile(path, tc.disk(append([]byte{}, kept...)), 0o600))
				defer func() { require.NoError(t, os.WriteFile(path, kept, 0o600)) }()
			}
			_, _, err := holder.ReadList(cfg.Dir, tc.ref, asked)
			require.ErrorIs(t, err, tc.want)
		})
	}
}
