package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lukechampine.com/blake3"
)

// maxLogic is the largest logic file, bytes.
const maxLogic = 1 << 20

// logicFile is what makes a network's nodes do their work. Its hash is on chain.
type logicFile struct {
	content []byte
	hash    [32]byte // BLAKE3-256
}

// readLogic reads a logic file of 1 byte to 1 MiB.
func readLogic(path string) (*logicFile, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", path)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	}
	bz, err := readLimited(path, maxLogic)
	if errors.Is(err, errTooLarge) {
		return nil, fmt.Errorf("%s has %d bytes, a logic file has at most %d (1 MiB)", path, info.Size(), maxLogic)
	}
	if err != nil {
		return nil, err
	}
	if len(bz) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	return &logicFile{content: bz, hash: blake3.Sum256(bz)}, nil
}

// keep stores the file by its hash and returns where. What is there already is the same.
func (l *logicFile) keep(home string) (string, error) {
	path := filepath.Join(logicDir(home), hex.EncodeToString(l.hash[:]))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, writeBeside(path, l.content)
}
