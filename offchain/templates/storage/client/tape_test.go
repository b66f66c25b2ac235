package client_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// tape counts the operations of a client at its ports, and does something at a chosen one.
type tape struct {
	mu   sync.Mutex
	ops  []string
	at   int // operation, counted from 1; 0 = none
	do   func(op string)
	dead error // what all operations answer from then on; nil = they go on
}

// record puts the tape into a world.
func (w *world) record(t *tape) {
	w.chain.fault = func(call string, after bool) error {
		return t.op(fmt.Sprint(call, map[bool]string{true: " done"}[after]))
	}
	for _, n := range w.nodes.list {
		n.fault = func(_ context.Context, op string) error { return t.op(op) }
	}
}

// forget takes it out.
func (w *world) forget() {
	w.chain.fault = nil
	for _, n := range w.nodes.list {
		n.fault = nil
	}
}

func (t *tape) op(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dead != nil && t.at > 0 && len(t.ops) >= t.at {
		return t.dead
	}
	t.ops = append(t.ops, name)
	if len(t.ops) == t.at {
		t.do(name)
		return t.dead
	}
	return nil
}

// crash returns the world after a loss of power: the disk has what was synced, perhaps more, chain and nodes go on.
func (w *world) crash() *vfs.MemFS {
	return w.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 0})
}
