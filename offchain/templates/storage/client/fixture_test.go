package client_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// content is the bytes of an object, the same for the same number and length.
func content(number uint64, length int) []byte {
	b := make([]byte, length+7)
	rng := rand.New(rand.NewPCG(number, 1))
	for i := 0; i < length; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], rng.Uint64())
	}
	return b[:length]
}

// domain is where all tests happen.
var domain = proof.Domain{ChainID: "mesh-test", Network: "net_00000001"}

// world is a chain, nodes, and a client's disk.
type world struct {
	chain *chain
	nodes *nodes
	fs    *vfs.MemFS
	cfg   client.Config
}

// newWorld makes a world of that many owners with one node each.
func newWorld(owners int) *world {
	w := &world{chain: newChain(), fs: vfs.NewCrashableMem()}
	w.nodes = newNodes(w.chain)
	for range owners {
		w.nodes.add()
	}
	w.cfg = client.DefaultConfig("home", domain, [32]byte{7})
	w.cfg.Coders, w.cfg.Clock = 2, client.SystemClock{}
	return w
}

// open opens the client, which the caller closes.
func (w *world) open(tb require.TestingT) *client.Client {
	c, err := client.NewOn(w.cfg, w.chain, w.nodes, w.fs)
	require.NoError(tb, err)
	return c
}

// expire lets transactions that were sent pass away.
func (w *world) expire(tb require.TestingT) {
	height, err := w.chain.Height(context.Background())
	require.NoError(tb, err)
	require.NoError(tb, w.chain.WaitHeight(context.Background(), height+w.cfg.TxBlocks))
}

// with runs a test on a client.
func (w *world) with(tb require.TestingT, use func(*client.Client)) {
	c := w.open(tb)
	defer func() { require.NoError(tb, c.Close()) }()
	use(c)
}

// profile returns a profile by its name.
func profile(tb require.TestingT, name string) work.Profile {
	p, err := segment.ByName(name)
	require.NoError(tb, err)
	return p
}

// put stores one object.
func put(tb require.TestingT, c *client.Client, name string, b []byte, opts client.PutOptions) client.Object {
	objects, err := c.Put(context.Background(), []client.Source{client.BytesSource(name, b)}, opts)
	require.NoError(tb, err)
	require.Len(tb, objects, 1)
	require.Equal(tb, client.Stored, objects[0].State)
	return objects[0]
}

// get reads an object or a range of it.
func get(c *client.Client, name string, opts client.GetOptions) ([]byte, error) {
	var b bytes.Buffer
	_, err := c.Get(context.Background(), name, &b, opts)
	return b.Bytes(), err
}

// requireObject requires that an object is read as it was put.
func requireObject(tb require.TestingT, c *client.Client, name string, want []byte) {
	got, err := get(c, name, client.GetOptions{})
	require.NoError(tb, err)
	require.True(tb, bytes.Equal(want, got), "%d bytes came back, or others, of %d", len(got), len(want))
}

// states returns the names of all objects with their states.
func states(tb require.TestingT, c *client.Client) map[string]client.State {
	all := map[string]client.State{}
	for o, err := range c.Objects() {
		require.NoError(tb, err)
		all[o.Name] = o.State
	}
	return all
}

// errBroken is what a broken port says.
var errBroken = errors.New("broken")

// wait lasts for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait: %w", ctx.Err())
	}
}
