package devnet_test

import (
	"context"
	"fmt"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestChainMovesMoney(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	requireReveals(t, c.Advance())
	a, b := c.Accounts[0], c.Accounts[1]
	before := c.Balance(b.Address, "umesh")
	first, second := a.Sign(send(a, b, 5)), a.Sign(send(a, b, 7))
	block := c.Next(first, second)
	requireReveals(t, block)
	require.Len(t, block.Txs, 3)
	require.Zero(t, block.Result(first).Code)
	require.Zero(t, block.Result(second).Code)
	require.Nil(t, block.Result([]byte("other")))
	require.Equal(t, before.AddRaw(12), c.Balance(b.Address, "umesh"))
	require.Equal(t, block, c.Block(2))
	require.Equal(t, block, c.Last())
	a.Sequence = 99
	a.Resync()
	require.EqualValues(t, 2, a.Sequence)
}

// Two chains of one config have the same hashes, so that a failure can be seen again.
func TestChainRepeats(t *testing.T) {
	life := func() *devnet.Chain {
		c := devnet.New(t, devnet.Config{Nodes: []devnet.NodeConfig{{Executor: "sequential"}}})
		c.Advance()
		for i := range 4 {
			for _, a := range c.Accounts {
				c.Submit(a.Sign(send(a, c.Accounts[i], 1)))
			}
			c.Advance()
		}
		return c
	}
	one, two := life(), life()
	for i := range one.Blocks {
		require.Equal(t, one.Blocks[i].Txs, two.Blocks[i].Txs)
		require.Equal(t, one.Blocks[i].AppHash, two.Blocks[i].AppHash)
	}
}

// Turns to propose go round in proportion to power, and the power of a stake counts two blocks later.
func TestChainProposersByPower(t *testing.T) {
	c := devnet.New(t, devnet.Config{Validators: 3, Stakes: []int64{3_000_000, 2_000_000, 1_000_000}})
	turns := map[int]int{}
	for c.Height() < 60 {
		requireReveals(t, c.Advance())
		turns[c.Last().Proposer.Index]++
	}
	require.Equal(t, map[int]int{0: 30, 1: 20, 2: 10}, turns)
}

func TestChainOfOneValidator(t *testing.T) {
	c := devnet.New(t, devnet.Config{Validators: 1})
	for range 5 {
		requireReveals(t, c.Advance())
	}
}

// A node that is offline neither proposes nor votes; its turn costs a round. Back again it has
// missed nothing.
func TestChainOfflineNode(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	c.AdvanceTo(4)
	gone := c.Nodes[2]
	gone.Offline = true
	var lost int
	for c.Height() < 24 {
		b := c.Advance()
		lost += len(b.Failed)
		for _, p := range b.Failed {
			require.Equal(t, gone, p.Proposer)
			require.Empty(t, p.Txs)
			require.Empty(t, p.Accepted)
		}
		require.Equal(t, []int{0, 1, 3}, b.Accepted)
		require.NotEqual(t, gone, b.Proposer)
		require.True(t, revealed(t, b))
		require.Empty(t, misses(t, b), "a proposer that is away has missed no reveal")
	}
	require.Equal(t, 5, lost)
	require.EqualValues(t, 4, gone.App.LastBlockHeight())
	gone.Offline = false
	require.Equal(t, []int{0, 1, 2, 3}, c.Advance().Accepted)
	require.EqualValues(t, 25, gone.App.LastBlockHeight())
}

func TestChainNodeHookSeesTheHonestProposal(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	c.Advance()
	tx := c.Accounts[0].Sign(send(c.Accounts[0], c.Accounts[1], 5))
	proposer := c.Proposer()
	var seen [][]byte
	proposer.Propose = func(req *abci.RequestPrepareProposal, honest [][]byte) [][]byte {
		require.EqualValues(t, 2, req.Height)
		seen = honest
		return without(honest, tx)
	}
	c.Submit(tx)
	b := c.Advance()
	require.Equal(t, proposer, b.Proposer)
	require.Len(t, seen, 2)
	require.False(t, b.Has(tx))
	require.Equal(t, 1, proposer.Waiting(), "what was left out waits on")
	require.True(t, c.Advance().Has(tx))
	require.Zero(t, proposer.Waiting())
}

// A node that asks less or more than others for its own mempool may refuse; a transaction that a
// block has made invalid waits no longer.
func TestChainMempools(t *testing.T) {
	c := devnet.New(t, devnet.Config{Nodes: []devnet.NodeConfig{{MempoolMaxTxs: 1, Executor: "sequential"}, devnet.DefaultNode()}})
	c.Advance()
	a := c.Accounts[0]
	first, second := a.Sign(send(a, c.Accounts[1], 5)), a.Sign(send(a, c.Accounts[1], 6))
	c.Submit(first)
	for i, said := range c.Submit(second) {
		require.Equal(t, i%2 == 0, said.IsErr(), "node %d: %s", i, said.Log)
	}
	a.Sequence = 0
	third := a.Sign(send(a, c.Accounts[1], 7))
	b := c.Decide(third)
	require.Zero(t, b.Result(third).Code)
	require.Zero(t, c.Nodes[0].Waiting(), "its sequence is over")
	require.Equal(t, 1, c.Nodes[1].Waiting(), "the second is still right")
}

// failure is a test that only notes that it failed.
type failure struct {
	testing.TB
	message string
}

// Errorf implements testing.TB.
func (f *failure) Errorf(format string, args ...any) { f.message = fmt.Sprintf(format, args...) }

// FailNow implements testing.TB by a panic with the failure.
func (f *failure) FailNow() { panic(f) }

// The comparisons after each block are worth nothing if they let a fork pass.
func TestChainNoticesForks(t *testing.T) {
	for _, fork := range []struct {
		name   string
		change func(c *devnet.Chain, ctx sdk.Context, k app.Keepers) error
		block  func(c *devnet.Chain) [][]byte
		want   string
	}{
		{"fails: another state", func(c *devnet.Chain, ctx sdk.Context, k app.Keepers) error {
			return k.Bank.SendCoins(ctx, c.Accounts[0].Address, c.Accounts[1].Address, sdk.NewCoins(sdk.NewInt64Coin("umesh", 1)))
		}, func(*devnet.Chain) [][]byte { return nil }, "height 4: app hash"},
		{"fails: another result", func(c *devnet.Chain, ctx sdk.Context, k app.Keepers) error {
			return k.Bank.SendCoins(ctx, c.Accounts[0].Address, c.Accounts[1].Address, k.Bank.GetAllBalances(ctx, c.Accounts[0].Address))
		}, func(c *devnet.Chain) [][]byte {
			return [][]byte{c.Accounts[0].Sign(send(c.Accounts[0], c.Accounts[1], 1))}
		}, "height 4: gas of transaction 0"},
		{"fails: other events", func(_ *devnet.Chain, ctx sdk.Context, k app.Keepers) error {
			minter, err := k.Mint.Minter.Get(ctx)
			if err != nil {
				return err
			}
			minter.Inflation = minter.Inflation.QuoInt64(2)
			return k.Mint.Minter.Set(ctx, minter)
		}, func(*devnet.Chain) [][]byte { return nil }, "height 4: events of the block"},
	} {
		t.Run(fork.name, func(t *testing.T) {
			seen := &failure{TB: t}
			c := devnet.New(seen, devnet.Config{Validators: 2})
			c.AdvanceTo(3)
			n := c.Nodes[1]
			ctx := n.App.NewNextBlockContext(cmtproto.Header{ChainID: c.ID, Height: 4})
			require.NoError(t, fork.change(c, ctx, n.App.Keepers))
			require.PanicsWithValue(t, seen, func() { c.Decide(fork.block(c)...) })
			require.Contains(t, seen.message, fork.want)
			require.Contains(t, seen.message, "node 1")
		})
	}
}

func TestChainQueries(t *testing.T) {
	c := devnet.New(t, devnet.Config{Genesis: func(c *devnet.Chain, state app.GenesisState) {
		devnet.Edit(c, state, beacontypes.ModuleName, func(g *beacontypes.GenesisState) { g.Params.NoTipBlocks = 77 })
	}})
	c.AdvanceTo(3)
	q := beacontypes.NewQueryClient(c.Conn())
	params, err := q.Params(context.Background(), &beacontypes.QueryParamsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 77, params.Params.NoTipBlocks)
	old, err := beacontypes.NewQueryClient(c.Nodes[1].Conn().At(2)).Status(context.Background(), &beacontypes.QueryStatusRequest{})
	require.NoError(t, err)
	require.Equal(t, round(t, c, 2), old.Round)
	_, err = q.Round(context.Background(), &beacontypes.QueryRoundRequest{Height: 9})
	require.ErrorIs(t, err, sdkerrors.ErrInvalidRequest)
}
