package client_test

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// funds notes what money is asked for, and what holders were asked for until then.
type funds struct {
	nodes *nodes
	err   error // what is answered

	mu   sync.Mutex
	list []fund
}

type fund struct {
	indices []int
	bytes   uint64
	before  int // fetches that were begun
}

// fund sets the funds of a world up.
func (w *world) fund(err error) *funds {
	f := &funds{nodes: w.nodes, err: err}
	w.nodes.pay = f.pay
	return f
}

func (f *funds) pay(holders []client.Holder, bytes uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := fund{bytes: bytes, before: f.nodes.fetches()}
	for _, h := range holders {
		one.indices = append(one.indices, h.Index)
	}
	f.list = append(f.list, one)
	return f.err
}

// take returns what was asked for since the last time.
func (f *funds) take() []fund {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.list
	f.list = nil
	return list
}

// fetches returns how many questions for pieces were begun.
func (n *nodes) fetches() (sum int) {
	for _, m := range n.list {
		m.mu.Lock()
		sum += m.fetches
		m.mu.Unlock()
	}
	return sum
}

// asked returns for how many bytes the holders of a deal were asked since the last time, by index.
func (w *world) asked(deal uint64) (list []uint64) {
	for _, i := range w.chain.deal(deal).Indices {
		m := w.nodes.list[i.Node-1]
		m.mu.Lock()
		list = append(list, m.asked)
		m.asked = 0
		m.mu.Unlock()
	}
	return list
}

// first returns the numbers from 0 on.
func first(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// edge returns a number from one to another: any, or one beside the end of a block.
func edge(rng *rand.Rand, from, to int) int {
	const block = 65_520 // plain bytes
	n := from + rng.IntN(to-from+1)
	if rng.IntN(2) == 0 {
		n = n/block*block + rng.IntN(3) - 1
	}
	return min(max(n, from), to)
}

// calm reads a range after everybody who is asked the way has answered.
func calm(t *testing.T, c *client.Client, name string, opts client.GetOptions) []byte {
	t.Helper()
	o, err := c.Open(t.Context(), name)
	require.NoError(t, err)
	synctest.Wait()
	var got bytes.Buffer
	require.NoError(t, o.Read(t.Context(), &got, opts))
	require.NoError(t, o.Close())
	return got.Bytes()
}

// parts returns of how many segments a range has a part.
func parts(from, to int) uint64 { return uint64((to-1)/segment.MaxPlain - from/segment.MaxPlain + 1) }

// requireEnough requires that the k holders that were asked have money for that, and one more.
func requireEnough(t *testing.T, f fund, asked []uint64, k int, parts uint64, what string) {
	t.Helper()
	require.Equal(t, first(k+1), f.indices, what)
	for index, bytes := range asked {
		require.Equal(t, index < k, bytes > 0, "index %d, %s", index, what)
		require.LessOrEqual(t, bytes, f.bytes, "index %d, %s", index, what)
		if index < k {
			require.LessOrEqual(t, f.bytes, bytes+bytes/1000+1+parts*128<<10, "index %d, %s", index, what)
		}
	}
}

// at returns the node that holds an index of the first deal.
func (w *world) at(index int) *node { return w.nodes.list[w.chain.deal(1).Indices[index].Node-1] }
