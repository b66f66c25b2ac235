package p2p

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/stretchr/testify/require"
)

func TestKeyIsMadeOnceAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node_key")
	key, err := LoadKey(path, newStretch(t))
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	file, err := os.ReadFile(path)
	require.NoError(t, err)

	again, err := LoadKey(path, failing{})
	require.NoError(t, err, "nothing is made")
	require.Equal(t, key, again)
	same, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, file, same)
	names, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, names, 1, "no temporary files")
	libp2pKey, err := crypto.UnmarshalPrivateKey(file)
	require.NoError(t, err)
	require.Equal(t, crypto.Ed25519, int(libp2pKey.Type()))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

// Whoever comes first makes the key, the others get it.
func TestKeyIsMadeByOneOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node_key")
	source := newStretch(t)
	var wg sync.WaitGroup
	keys := make([]ed25519.PrivateKey, 8)
	errs := make([]error, len(keys))
	for i := range keys {
		wg.Go(func() { keys[i], errs[i] = LoadKey(path, source) })
	}
	wg.Wait()
	for i := range keys {
		require.NoError(t, errs[i])
		require.Equal(t, keys[0], keys[i])
	}
	names, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, names, 1)
}

func TestLoadKeyRefuses(t *testing.T) {
	good, err := encodeKey(ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	foreign := bytes.Clone(good)
	foreign[len(foreign)-1] ^= 1 // another public half
	ecdsa, _, err := crypto.GenerateECDSAKeyPair(rand.Reader)
	require.NoError(t, err)
	other, err := crypto.MarshalPrivateKey(ecdsa)
	require.NoError(t, err)
	cases := []struct {
		name string
		file []byte
		mode os.FileMode
		err  error
	}{
		{"ok: a key", good, 0o600, nil},
		{"ok: read-only", good, 0o400, nil},
		{"fails: the group may read", good, 0o640, ErrKeyMode},
		{"fails: everybody may read", good, 0o604, ErrKeyMode},
		{"fails: the group may write", good, 0o620, ErrKeyMode},
		{"fails: empty", nil, 0o600, ErrKeyFile},
		{"fails: cut off", good[:40], 0o600, ErrKeyFile},
		{"fails: more behind it", append(bytes.Clone(good), 1), 0o600, ErrKeyFile},
		{"fails: halves that do not match", foreign, 0o600, ErrKeyFile},
		{"fails: another kind of key", other, 0o600, ErrKeyFile},
		{"fails: too long", make([]byte, 1000), 0o600, ErrInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "node_key")
			require.NoError(t, os.WriteFile(path, c.file, 0o600))
			require.NoError(t, os.Chmod(path, c.mode))
			_, err := LoadKey(path, failing{})
			require.ErrorIs(t, err, c.err)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.True(t, bytes.Equal(c.file, after), "a file is never overwritten")
		})
	}
	_, err = LoadKey(filepath.Join(t.TempDir(), "missing", "node_key"), newStretch(t))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = LoadKey(filepath.Join(t.TempDir(), "node_key"), failing{})
	require.ErrorContains(t, err, "no randomness")
	_, err = LoadKey(t.TempDir(), failing{})
	require.ErrorIs(t, err, ErrKeyMode, "a directory")
}

func FuzzDecodeKey(f *testing.F) {
	good, err := encodeKey(ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:10])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		key, err := decodeKey(in)
		if err != nil {
			require.Equal(t, ErrKeyFile, err, "nothing of the bytes may show")
			return
		}
		again, err := encodeKey(key)
		require.NoError(t, err)
		require.Equal(t, in, again)
	})
}
