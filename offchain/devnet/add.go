package devnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// maxAdded bounds the processes that are added to a devnet.
const maxAdded = 200

// maxOutput bounds how much of a process's output is looked at for its answer, bytes.
const maxOutput = 1 << 20

// Added is a process that is started in a devnet besides its chain.
type Added struct {
	Name    string
	Home    string
	Command []string
	// Ready tells of a line of its output whether it says that the process is useful now.
	Ready func(line []byte) bool
}

// Attach takes a devnet that runs, so that processes can be added. Detach gives it back; Close ends what was added
// before. The error wraps ErrNone where nothing runs, or ErrRunning while another command starts or ends it.
func Attach(dir string, ready, grace time.Duration) (*Devnet, error) {
	if _, err := Read(dir); err != nil {
		return nil, err
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	state, err := Read(dir)
	if err == nil && !slices.ContainsFunc(state.Running(), func(p Process) bool { return p.Name == faucetName }) {
		err = fmt.Errorf("%w runs in %s", ErrNone, dir)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Devnet{cfg: Config{Dir: dir, Ready: ready, Grace: grace}, lock: lock, state: state, died: make(chan *child, maxAdded)}, nil
}

// Add starts processes and returns when all of them are useful. Those that a devnet has already, by name, and that run
// are left alone. After an error what was started still runs; Close ends it. It wraps ErrInvalid, ErrDied or
// ErrNotReady.
func (d *Devnet) Add(ctx context.Context, list []Added) error {
	if len(d.children)+len(list) > maxAdded {
		return fmt.Errorf("%w: %d processes to add, at most %d", ErrInvalid, len(list), maxAdded)
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Ready)
	defer cancel()
	running := d.state.Running()
	var started []*child
	var ready []func([]byte) bool
	for _, a := range list {
		if slices.ContainsFunc(running, func(p Process) bool { return p.Name == a.Name }) {
			continue
		}
		d.state.Processes = slices.DeleteFunc(d.state.Processes, func(p Process) bool { return p.Name == a.Name })
		if err := d.spawn(Process{Name: a.Name, Home: a.Home, Ports: map[string]int{}}, a.Command); err != nil {
			return err
		}
		started, ready = append(started, d.children[len(d.children)-1]), append(ready, a.Ready)
	}
	for i, c := range started {
		err := d.await(ctx, c, func(context.Context) error { return c.says(ready[i]) })
		if err != nil {
			return err
		}
	}
	return nil
}

// errSilent: a process has not said yet that it is useful.
var errSilent = errors.New("it has not said that it is ready")

// says returns nil once a line of the process's output is what is waited for.
func (c *child) says(ready func(line []byte) bool) error {
	f, err := os.Open(c.file)
	if err != nil {
		return err
	}
	defer f.Close()
	bz, err := io.ReadAll(io.NewSectionReader(f, c.from, maxOutput))
	if err != nil {
		return err
	}
	for line := range bytes.Lines(bz) {
		if bytes.HasSuffix(line, []byte("\n")) && ready(line) {
			return nil
		}
	}
	return errSilent
}

// AddKeys records accounts with homes in the directory, for whoever reads devnet.json; Down with purge removes the homes.
func (d *Devnet) AddKeys(keys []Key) error {
	for _, k := range keys {
		if filepath.Dir(filepath.Clean(k.Home)) != filepath.Clean(d.cfg.Dir) {
			return fmt.Errorf("%w: home %s is not in %s", ErrInvalid, k.Home, d.cfg.Dir)
		}
		d.state.Keys = slices.DeleteFunc(d.state.Keys, func(other Key) bool { return other.Name == k.Name })
		d.state.Keys = append(d.state.Keys, k)
	}
	return d.state.write(d.cfg.Dir)
}
