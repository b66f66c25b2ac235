package piece_test

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/proof"
)

func TestBuffer(t *testing.T) {
	for _, n := range []int{1, 4095, 4096, 4097, 64 << 10, 2 << 20} {
		b := piece.Buffer(n)
		require.Len(t, b, n)
		require.Equal(t, n, cap(b), "append must not run into what is behind")
		require.Zero(t, uintptr(unsafe.Pointer(&b[0]))%piece.PageSize)
	}
}

func TestManyReadersOfOneReader(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 700_001)
	r, err := s.Get(put(t, s, 1, b))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for first := range uint64(4) {
		wg.Go(func() {
			buf := piece.Buffer(proof.GroupSize)
			for group := first; group*proof.GroupSize < uint64(len(b)); group += 2 {
				got, err := r.ReadGroup(buf, group)
				if err != nil {
					t.Error(err)
					return
				}
				at := group * proof.GroupSize
				assert.Equal(t, b[at:min(at+proof.GroupSize, uint64(len(b)))], got)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, s.Pinned())
	require.NoError(t, r.Close())
	require.Zero(t, s.Pinned())
}

// A disk that answers EIO has lost the sector; any other error says nothing about the piece.
func TestErrorsOfReading(t *testing.T) {
	eio := &os.PathError{Op: "read", Path: "volume", Err: syscall.EIO}
	for _, c := range []struct {
		name    string
		err     error
		damages bool
	}{
		{"fails: sector lost", eio, true},
		{"fails: cannot be asked", errFault, false},
	} {
		for _, how := range []string{"scrub", "get", "group"} {
			t.Run(c.name+", "+how, func(t *testing.T) {
				d := newDisk()
				s := openMem(t, small("store"), d, vfs.NewMem())
				b := content(1, 50_000)
				root := put(t, s, 3, b)
				r, err := s.Get(root)
				require.NoError(t, err)
				d.breakReads(c.err)
				switch how {
				case "scrub":
					_, err = s.Scrub(t.Context())
				case "get":
					_, err = s.Get(root)
				default:
					_, err = r.ReadGroup(make([]byte, proof.GroupSize), 0)
				}
				d.breakReads(nil)
				if c.damages {
					if how != "scrub" {
						require.ErrorIs(t, err, piece.ErrDamaged)
						require.ErrorIs(t, err, syscall.EIO)
					}
					requireQuarantine(t, s, root)
				} else {
					require.ErrorIs(t, err, c.err)
					require.NotErrorIs(t, err, piece.ErrDamaged)
					requirePiece(t, s, b)
				}
				require.NoError(t, r.Close())
				require.Zero(t, s.Pinned())
				require.NoError(t, s.Close())
			})
		}
	}
}

func TestDamageAfterClose(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	root := put(t, s, 3, content(1, 50_000))
	name, offset := s.Where(root)
	r, err := s.Get(root)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	overwrite(t, filepath.Join(cfg.Dir, name), offset+1)
	_, err = r.ReadGroup(make([]byte, proof.GroupSize), 0)
	require.ErrorIs(t, err, piece.ErrDamaged)
	require.ErrorIs(t, err, piece.ErrClosed, "there is nobody to put it into quarantine")
	require.NoError(t, r.Close())
	s = openStore(t, cfg)
	_, err = s.Scrub(t.Context())
	require.NoError(t, err)
	requireQuarantine(t, s, root)
}

func TestDamageOfAMovedPiece(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	fill(t, s, 19)
	b := content(0, 50_000)
	name, offset := s.Where(rootOf(b))
	old, err := s.Get(rootOf(b))
	require.NoError(t, err)
	keep, err := os.OpenFile(filepath.Join(cfg.Dir, name), os.O_RDWR, 0)
	require.NoError(t, err)
	dropNumbers(t, s, func(i int) bool { return i > 0 }, 19)
	deleted, err := s.Compact(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	_, err = keep.WriteAt([]byte("something else"), offset)
	require.NoError(t, err)
	require.NoError(t, keep.Close())
	_, err = old.ReadGroup(make([]byte, proof.GroupSize), 0)
	require.ErrorIs(t, err, piece.ErrDamaged, "the old record has changed")
	require.NoError(t, old.Close())
	requirePiece(t, s, b) // but the piece is somewhere else
	require.Zero(t, stat(t, s).Damaged)
	require.Empty(t, s.Damage())
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"quota exceeded: 3 bytes needed, 2 of 4 used":                                        &piece.QuotaError{Quota: 4, Used: 2, Need: 3},
		"piece store is locked by process 5: /some/where":                                    &piece.LockedError{Dir: "/some/where", PID: 5},
		"bytes do not have the announced root: want 01" + zeros(31) + ", got 02" + zeros(31): &piece.MismatchError{Want: [32]byte{1}, Got: [32]byte{2}},
	} {
		require.EqualError(t, err, want)
	}
}

// zeros is n zero bytes in hexadecimal.
func zeros(n int) string {
	b := make([]byte, 2*n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}
