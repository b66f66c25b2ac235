package app

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// checkpointEvery is the distance of the values of a chain that are kept in memory: a preimage
// costs at most that many hashes, and 2^20 reveals 32 KiB.
const checkpointEvery = 1024

// secretFile is a hash chain on disk: whoever reads it knows all its reveals.
type secretFile struct {
	Tip    string `json:"tip"`
	Length uint64 `json:"length"`
	Secret string `json:"secret"`
}

// Secrets are the hash chains of this node's validator: one file each, readable by nobody else,
// named by the tip. It implements types.Secrets of x/beacon.
type Secrets struct {
	dir string
	// mu guards chains.
	mu sync.Mutex
	// chains maps a tip to every checkpointEvery-th value of its chain, the secret first.
	chains map[string][][beacontypes.HashBytes]byte
}

// NewSecrets returns the secrets in a directory, which need not exist yet.
func NewSecrets(dir string) *Secrets {
	return &Secrets{dir: dir, chains: map[string][][beacontypes.HashBytes]byte{}}
}

// Create makes a new chain of the given length, writes its file and returns its tip.
func (s *Secrets) Create(length uint64) ([]byte, error) {
	var secret [beacontypes.HashBytes]byte
	// A length out of bounds would be walked for ever.
	if err := beacontypes.CheckTip(secret[:], length); err != nil {
		return nil, err
	}
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, fmt.Errorf("draw a secret: %w", err)
	}
	tip, _ := walk(secret, length)
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the secrets: %w", err)
	}
	bz, err := json.MarshalIndent(secretFile{Tip: hex.EncodeToString(tip[:]), Length: length, Secret: hex.EncodeToString(secret[:])}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the secret: %w", err)
	}
	f, err := os.OpenFile(s.path(tip[:]), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create the file of the secret: %w", err)
	}
	_, errWrite := f.Write(append(bz, '\n'))
	if err := errors.Join(errWrite, f.Sync(), f.Close(), syncDir(s.dir)); err != nil {
		return nil, fmt.Errorf("write the secret: %w", err)
	}
	return tip[:], nil
}

// syncDir makes the name of a new file outlast a power cut: a tip whose secret is lost is slashed.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Preimage implements types.Secrets of x/beacon. A file that was missing is looked for again each
// time, so that putting it back helps without a restart.
func (s *Secrets) Preimage(tip []byte, length, used uint64) ([]byte, error) {
	if used >= length {
		return nil, fmt.Errorf("all %d reveals of the chain are used", length)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	points, ok := s.chains[string(tip)]
	if !ok {
		var err error
		if points, err = s.load(tip, length); err != nil {
			return nil, err
		}
		s.chains[string(tip)] = points
	}
	steps := length - used - 1
	value := points[steps/checkpointEvery]
	for range steps % checkpointEvery {
		value = beacontypes.Step(value[:])
	}
	return value[:], nil
}

// load reads the file of a chain and walks it once.
func (s *Secrets) load(tip []byte, length uint64) ([][beacontypes.HashBytes]byte, error) {
	path := s.path(tip)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("find the secret of the beacon: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others can read %s: run chmod 600 on it", path)
	}
	bz, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret of the beacon: %w", err)
	}
	var f secretFile
	if err := json.Unmarshal(bz, &f); err != nil {
		return nil, fmt.Errorf("decode %s: %w", path, err)
	}
	secret, err := hex.DecodeString(f.Secret)
	if err != nil || len(secret) != beacontypes.HashBytes || f.Length != length {
		return nil, fmt.Errorf("%s does not hold a secret of %d bytes for %d reveals", path, beacontypes.HashBytes, length)
	}
	got, points := walk([beacontypes.HashBytes]byte(secret), length)
	if !bytes.Equal(got[:], tip) {
		return nil, fmt.Errorf("the secret in %s does not lead to its tip", path)
	}
	return points, nil
}

func (s *Secrets) path(tip []byte) string {
	return filepath.Join(s.dir, hex.EncodeToString(tip[:min(len(tip), 8)])+".json")
}

// walk hashes a secret length times and returns the tip and the checkpoints on the way.
func walk(secret [beacontypes.HashBytes]byte, length uint64) (tip [beacontypes.HashBytes]byte, points [][beacontypes.HashBytes]byte) {
	tip = secret
	for i := range length {
		if i%checkpointEvery == 0 {
			points = append(points, tip)
		}
		tip = beacontypes.Step(tip[:])
	}
	return tip, points
}
