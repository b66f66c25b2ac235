package devnet_test

import (
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// With whatever room CometBFT gives, a proposal never goes over it: the reveal comes first, an
// exact fit passes, one byte less drops a transaction.
func TestFullBlockOfBytes(t *testing.T) {
	c := devnet.New(t, devnet.Config{Validators: 2, Nodes: everySetting()[1:3]})
	c.AdvanceTo(2)
	for range c.Nodes {
		n := c.Proposer()
		a := c.Accounts[0] // of one account, so that every mempool keeps the order
		for i := range 3 {
			c.Submit(a.SignFor(devnet.Terms{Memo: strings.Repeat("m", 40*i)}, send(a, c.Accounts[1], 1)))
		}
		n.Propose = func(req *abci.RequestPrepareProposal, honest [][]byte) [][]byte {
			require.Len(t, honest, 4)
			all, own := size(honest...), size(honest[0])
			fill := func(room int64) [][]byte {
				r := *req
				r.MaxTxBytes = room
				rsp, err := n.App.PrepareProposal(&r)
				require.NoError(t, err)
				require.NoError(t, cmttypes.ToTxs(rsp.Txs).Validate(room), "room %d", room)
				return rsp.Txs
			}
			require.Equal(t, honest, fill(all), "an exact fit")
			require.Len(t, fill(all-1), 3, "one byte less")
			require.Equal(t, honest[:1], fill(own), "the reveal alone")
			require.NotContains(t, fill(own-1), honest[0], "no room for the reveal")
			for room := int64(0); room < all; room += 5 {
				txs := fill(room)
				require.Equal(t, room >= own, len(txs) > 0 && string(txs[0]) == string(honest[0]), "room %d", room)
			}
			return honest
		}
		requireReveals(t, c.Advance())
		require.Len(t, c.Last().Txs, 4)
		n.Propose = nil
	}
}

func size(txs ...[]byte) int64 { return cmttypes.ComputeProtoSizeForTxs(cmttypes.ToTxs(txs)) }

// A block whose size the chain's params limit is filled to the brim and no further.
func TestFullBlockOfTheChain(t *testing.T) {
	c := devnet.New(t, devnet.Config{MaxBytes: 6_000, Nodes: everySetting()[:4]})
	c.Advance()
	room := cmttypes.MaxDataBytes(6_000, 0, 4)
	a := c.Accounts[0]
	var sent [][]byte
	for range 40 {
		sent = append(sent, a.Sign(send(a, c.Accounts[1], 1)))
		c.Submit(sent[len(sent)-1])
	}
	var got [][]byte
	for len(got) < len(sent) {
		b := c.Advance()
		requireReveals(t, b)
		require.LessOrEqual(t, size(b.Txs...), room)
		got = append(got, b.Txs[1:]...)
		if len(got) < len(sent) {
			require.Greater(t, size(append(b.Txs, sent[len(got)])...), room, "height %d: another would have fitted", b.Height)
		}
	}
	require.Equal(t, sent, got)
}

// The gas of the reveal counts: what fills a block beside it passes, one unit more never does.
func TestFullBlockOfGas(t *testing.T) {
	const maxGas = 1_000_000
	c := devnet.New(t, devnet.Config{MaxGas: maxGas, Nodes: everySetting()[:4]})
	c.Advance()
	a := c.Accounts[0]
	for range c.Nodes {
		tx := a.SignFor(devnet.Terms{Gas: maxGas - beacontypes.RevealGas}, send(a, c.Accounts[1], 1))
		b := c.Next(tx)
		requireReveals(t, b)
		require.EqualValues(t, maxGas, b.Results[0].GasWanted+b.Results[1].GasWanted)
	}
	tx := a.SignFor(devnet.Terms{Gas: maxGas - beacontypes.RevealGas + 1}, send(a, c.Accounts[1], 1))
	c.Submit(tx)
	for range c.Nodes {
		b := c.Advance()
		requireReveals(t, b)
		require.False(t, b.Has(tx))
	}
	require.Less(t, int64(maxGas), int64(app.MaxBlockGas))
}
