package devnet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	// StateFile is the name of the file that says what runs.
	StateFile = "devnet.json"
	// schema is the version of the file.
	schema = 1
	// maxState bounds the file, bytes: a process takes 250 of them.
	maxState = 1 << 20
	// maxProcesses bounds what is believed of the file.
	maxProcesses = 1000
)

// State is what is known of a devnet. Addresses are host:port, the faucet's is a URL.
type State struct {
	Schema    int       `json:"schema"`
	ChainID   string    `json:"chain_id"`
	RPC       string    `json:"rpc"`
	GRPC      string    `json:"grpc"`
	REST      string    `json:"rest"`
	Faucet    string    `json:"faucet"`
	Processes []Process `json:"processes"` // those started last and not ended by us
	Keys      []Key     `json:"keys"`
}

// Process is one process of a devnet.
type Process struct {
	Name    string         `json:"name"`
	PID     int            `json:"pid"`
	Home    string         `json:"home"`
	Ports   map[string]int `json:"ports"`
	Started string         `json:"started"` // tells it from a later process with the same number
}

// Key is an account of a devnet with a home of its own, ready to use.
type Key struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Home    string `json:"home"`
}

// Read returns the state of the devnet in dir. The error wraps ErrNone where there is no devnet,
// ErrInvalid where its file is damaged.
func Read(dir string) (State, error) {
	f, err := os.Open(filepath.Join(dir, StateFile))
	if errors.Is(err, os.ErrNotExist) {
		return State{}, fmt.Errorf("%w in %s", ErrNone, dir)
	}
	if err != nil {
		return State{}, fmt.Errorf("read the devnet's state: %w", err)
	}
	defer f.Close()
	bz, err := io.ReadAll(io.LimitReader(f, maxState+1))
	if err != nil {
		return State{}, fmt.Errorf("read the devnet's state: %w", err)
	}
	s, err := DecodeState(bz)
	if err != nil {
		return State{}, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	return s, nil
}

// DecodeState reads the content of devnet.json, at most 1 MiB. Unknown fields are errors, which wrap
// ErrInvalid.
func DecodeState(bz []byte) (State, error) {
	if len(bz) > maxState {
		return State{}, fmt.Errorf("%w: more than %d bytes", ErrInvalid, maxState)
	}
	var s State
	d := json.NewDecoder(bytes.NewReader(bz))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return State{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if d.More() {
		return State{}, fmt.Errorf("%w: more than one object", ErrInvalid)
	}
	if s.Schema != schema {
		return State{}, fmt.Errorf("%w: schema %d, this program knows %d", ErrInvalid, s.Schema, schema)
	}
	if len(s.Processes) > maxProcesses {
		return State{}, fmt.Errorf("%w: %d processes", ErrInvalid, len(s.Processes))
	}
	for _, p := range s.Processes {
		if p.PID <= 1 || p.Started == "" {
			return State{}, fmt.Errorf("%w: process %q has number %d and start %q", ErrInvalid, p.Name, p.PID, p.Started)
		}
	}
	return s, nil
}

// encode returns the content of devnet.json.
func (s State) encode() ([]byte, error) {
	s.Schema = schema
	if s.Processes == nil {
		s.Processes = []Process{}
	}
	if s.Keys == nil {
		s.Keys = []Key{}
	}
	bz, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the devnet's state: %w", err)
	}
	return append(bz, '\n'), nil
}

// write replaces devnet.json at once: a reader sees the old or the new one.
func (s State) write(dir string) error {
	bz, err := s.encode()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, StateFile+".*")
	if err != nil {
		return fmt.Errorf("write the devnet's state: %w", err)
	}
	_, err = f.Write(bz)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, StateFile))
	}
	if err != nil {
		return fmt.Errorf("write the devnet's state: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Running returns those of the recorded processes that run.
func (s State) Running() []Process {
	var running []Process
	for _, p := range s.Processes {
		if p.alive() {
			running = append(running, p)
		}
	}
	return running
}
