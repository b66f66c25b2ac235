package devnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mesh-protocol/mesh/offchain/dirlock"
)

// portTries is how often new ports are planned when somebody took one before its use.
const portTries = 5

// faucetName names the faucet's process.
const faucetName = "faucet"

// supervisorName names the process that runs a devnet in the foreground.
const supervisorName = "supervisor"

// Devnet is a devnet that this process started. Its methods are called by one goroutine.
type Devnet struct {
	cfg      Config
	lock     io.Closer
	state    State
	faucet   Key
	children []*child
	died     chan *child // gets each child that ends, once

	former     []int     // ports to have again
	spawned    time.Time // when the validators were started
	firstBlock time.Duration
}

// FirstBlock returns how long after the start of its validators the chain was seen to have a block.
func (d *Devnet) FirstBlock() time.Duration { return d.firstBlock }

// Up starts the devnet in cfg.Dir and returns when its chain makes blocks and its faucet answers. A chain
// that is there continues; processes of it that run without the others are ended first. An error leaves
// none of the processes behind; it wraps ErrRunning, ErrTaken, ErrInvalid, ErrDied or ErrNotReady.
func Up(ctx context.Context, cfg Config) (*Devnet, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := checkDir(cfg.Dir); err != nil {
		return nil, err
	}
	lock, err := takeLock(cfg.Dir)
	if err != nil {
		return nil, err
	}
	state, err := Read(cfg.Dir)
	if errors.Is(err, ErrNone) {
		state, err = State{ChainID: cfg.ChainID}, nil
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	d := &Devnet{cfg: cfg, lock: lock, state: state}
	ctx, cancel := context.WithTimeout(ctx, cfg.Ready)
	defer cancel()
	if err := d.start(ctx); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

// checkDir makes the directory, or returns an error that wraps ErrTaken where it holds something and no
// devnet. It is asked before the lock is taken, which would add a file to what is somebody else's.
func checkDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the directory of the devnet: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, StateFile)); err == nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into the directory of the devnet: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); name != dirlock.FileName && !strings.HasPrefix(name, StateFile) {
			return fmt.Errorf("%w: %s holds %s and no %s", ErrTaken, dir, name, StateFile)
		}
	}
	return nil
}

// start does what Up promises, with the lock held.
func (d *Devnet) start(ctx context.Context) error {
	if err := d.clear(); err != nil {
		return err
	}
	// Written first: from here on the directory is a devnet, which an interrupted start can be continued in.
	if err := d.state.write(d.cfg.Dir); err != nil {
		return err
	}
	accounts, err := d.cfg.Prepare(d.state.ChainID)
	if err != nil {
		return err
	}
	d.state.Keys, d.faucet = accounts.Keys, accounts.Faucet
	list, err := d.validators(ctx)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := d.launch(ctx, list)
		if err == nil {
			return nil
		}
		var died *DiedError
		taken := errors.Is(err, errPortTaken) || errors.As(err, &died) && died.portTaken()
		again := taken && try < portTries && ctx.Err() == nil
		if err := errors.Join(err, d.Stop()); !again {
			return err
		}
	}
}

// validators returns those of the chain in the directory, which is made where it is missing.
func (d *Devnet) validators(ctx context.Context) ([]*validator, error) {
	list, err := validators(d.cfg.Dir)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		d.cfg.progress("making chain %s", d.state.ChainID)
		if err := makeGenesis(ctx, d.cfg, d.state.ChainID, d.faucet.Address); err != nil {
			return nil, err
		}
		if list, err = validators(d.cfg.Dir); err != nil {
			return nil, err
		}
	}
	if want := d.cfg.Validators; want != 0 && want != len(list) {
		return nil, fmt.Errorf("%w: the chain in %s has %s, not %d; a new one needs another directory", ErrInvalid, d.cfg.Dir, counted(len(list)), want)
	}
	return list, identify(ctx, d.cfg.Meshd, list)
}

// counted writes a number of validators.
func counted(n int) string {
	if n == 1 {
		return "1 validator"
	}
	return fmt.Sprintf("%d validators", n)
}

// clear returns an error that wraps ErrRunning when everything runs that belongs to a devnet, and ends what
// runs without the rest: after a crash, or a start that was killed before it came to the faucet.
func (d *Devnet) clear() error {
	running := d.state.Running()
	whole := slices.ContainsFunc(running, func(p Process) bool { return p.Name == faucetName })
	if whole && len(running) == len(d.state.Processes) {
		return fmt.Errorf("%w: process %d is %s of the one in %s", ErrRunning, running[0].PID, running[0].Name, d.cfg.Dir)
	}
	d.former, d.state.Processes = d.state.former(), nil
	return end(running, d.cfg.Grace)
}

// launch starts all processes and waits until they are useful.
func (d *Devnet) launch(ctx context.Context, list []*validator) error {
	faucetPort, err := assignPorts(list, d.former)
	if err != nil {
		return err
	}
	d.former = nil
	first := list[0]
	d.state.RPC, d.state.GRPC, d.state.REST = address(first.rpc), address(first.grpc), address(first.rest)
	d.state.Faucet = "http://" + address(faucetPort) + FaucetPath
	d.died = make(chan *child, len(list)+1+maxAdded)
	d.children, d.state.Processes = nil, nil
	if d.cfg.Foreground {
		self := Process{Name: supervisorName, PID: os.Getpid(), Home: d.cfg.Dir, Ports: map[string]int{}}
		if self.Started, err = startOf(self.PID); err != nil {
			return err
		}
		d.state.Processes = append(d.state.Processes, self)
	}
	d.spawned, d.firstBlock = time.Now(), 0
	for _, v := range list {
		if err := d.spawn(v.process(), v.command(d.cfg.Meshd, list)); err != nil {
			return err
		}
	}
	d.cfg.progress("waiting for blocks of %s", counted(len(list)))
	for i, v := range list {
		if err := d.awaitChain(ctx, d.children[i], v); err != nil {
			return err
		}
	}
	faucet := Process{Name: faucetName, Home: d.faucet.Home, Ports: map[string]int{"http": faucetPort}}
	if err := d.spawn(faucet, d.cfg.FaucetCommand(d.state.ChainID, d.state.GRPC, address(faucetPort))); err != nil {
		return err
	}
	return d.awaitFaucet(ctx, d.children[len(list)], faucetPort)
}

// spawn starts one process and records it at once: whatever happens next, it can be found.
func (d *Devnet) spawn(p Process, argv []string) error {
	c, err := spawn(d.cfg.Dir, p, argv)
	if err != nil {
		return err
	}
	d.children = append(d.children, c)
	d.state.Processes = append(d.state.Processes, c.Process)
	died := d.died
	go func() {
		<-c.gone
		died <- c
	}()
	return d.state.write(d.cfg.Dir)
}
