package client_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// benchBytes is the size of the object of the benchmarks.
const benchBytes = 64 << 20

// BenchmarkClientPut puts an object into 4/8. The holders are in this process and hash what they get.
func BenchmarkClientPut(b *testing.B) {
	b.Run("64MiB", func(b *testing.B) {
		w := newWorld(12)
		w.chain.blockTime = 0
		w.with(b, func(c *client.Client) {
			source := []client.Source{client.BytesSource("x", content(1, benchBytes))}
			b.SetBytes(benchBytes)
			b.ReportAllocs()
			for b.Loop() {
				objects, err := c.Put(context.Background(), source, client.PutOptions{Space: 1 << 40})
				require.NoError(b, err)
				b.StopTimer()
				require.NoError(b, c.Remove(context.Background(), []string{objects[0].CID}, nil))
				for _, n := range w.nodes.list {
					clear(n.pieces)
				}
				b.StartTimer()
			}
		})
	})
}

// BenchmarkClientGet gets an object out of 4/8. The holders are in this process and copy what they have.
func BenchmarkClientGet(b *testing.B) {
	b.Run("64MiB", func(b *testing.B) {
		w := newWorld(12)
		w.chain.blockTime = 0
		w.with(b, func(c *client.Client) {
			put(b, c, "x", content(1, benchBytes), client.PutOptions{})
			b.SetBytes(benchBytes)
			b.ReportAllocs()
			for b.Loop() {
				_, err := c.Get(context.Background(), "x", io.Discard, client.GetOptions{})
				require.NoError(b, err)
			}
		})
	})
}
