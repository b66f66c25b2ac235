package p2p

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
)

// maxKeyFile bounds the key file; a key takes 68 bytes.
const maxKeyFile = 256

// LoadKey returns the ed25519 key of the node from a file, in libp2p's encoding of private keys. If there is no file,
// a key is made from 32 bytes of random and written with mode 0600, whole or not at all; a file that exists is never
// overwritten, not even by two processes at once. The directory must exist. Errors: ErrKeyMode if others than the owner
// have access, ErrKeyFile if the content is something else, and those of the file system.
func LoadKey(path string, random io.Reader) (ed25519.PrivateKey, error) {
	key, err := readKey(path)
	if !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("make node key: %w", err)
	}
	b, err := encodeKey(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		return nil, err
	}
	// A hard link, unlike a rename, does not replace what another process has made meanwhile.
	err = writeSynced(path, b, func(temporary string) error { return os.Link(temporary, path) })
	if err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("write node key: %w", err)
	}
	return readKey(path)
}

func readKey(path string) (ed25519.PrivateKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open node key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open node key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("open node key: %w: %s has %v", ErrKeyMode, path, info.Mode())
	}
	b, err := readLimited(f, maxKeyFile)
	if err != nil {
		return nil, fmt.Errorf("read node key: %w", err)
	}
	key, err := decodeKey(b)
	if err != nil {
		return nil, fmt.Errorf("read node key: %w: %s", err, path)
	}
	return key, nil
}

func encodeKey(key ed25519.PrivateKey) ([]byte, error) {
	k, err := crypto.UnmarshalEd25519PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode node key: %w", err)
	}
	b, err := crypto.MarshalPrivateKey(k)
	if err != nil {
		return nil, fmt.Errorf("encode node key: %w", err)
	}
	return b, nil
}

// decodeKey reads what encodeKey writes and nothing else; its error is ErrKeyFile and says nothing of the bytes.
func decodeKey(b []byte) (ed25519.PrivateKey, error) {
	k, err := crypto.UnmarshalPrivateKey(b)
	if err != nil || k.Type() != crypto.Ed25519 {
		return nil, ErrKeyFile
	}
	raw, err := k.Raw()
	if err != nil || len(raw) != ed25519.PrivateKeySize {
		return nil, ErrKeyFile
	}
	key := ed25519.PrivateKey(raw)
	if again, err := encodeKey(key); err != nil || !bytes.Equal(again, b) {
		return nil, ErrKeyFile
	}
	// The public half must be the private half's: signing with two that differ gives the private one away.
	if !bytes.Equal(ed25519.NewKeyFromSeed(key.Seed()), key) {
		return nil, ErrKeyFile
	}
	return key, nil
}

// HostKey returns the public key in a peer's id. Its error wraps ErrInvalid if that holds no ed25519 key.
func HostKey(id peer.ID) (ed25519.PublicKey, error) {
	key, err := id.ExtractPublicKey()
	if err != nil {
		return nil, fmt.Errorf("%w: read the key of peer %s: %w", ErrInvalid, id, err)
	}
	raw, err := key.Raw()
	if err != nil || key.Type() != crypto.Ed25519 {
		return nil, fmt.Errorf("%w: peer %s has no ed25519 key", ErrInvalid, id)
	}
	return raw, nil
}
