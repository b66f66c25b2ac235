package devnet

import (
	"slices"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// Heir is an app that began with the exported state of a chain, under its name, and executes the blocks that the chain
// makes from then on.
type Heir struct {
	// App is the instance.
	App *app.App

	chain *Chain
	next  int64 // height of the next block it executes
}

// NewHeir exports the state after the last block and begins an heir with it, which must export the same bytes at once.
func (c *Chain) NewHeir() *Heir {
	c.t.Helper()
	exported := c.Nodes[0].Exported()
	n := &Node{Home: c.t.TempDir(), Config: DefaultNode(), chain: c, db: dbm.NewMemDB()}
	n.load()
	begin := &abci.RequestInitChain{
		Time: c.comet.time, ChainId: c.ID, InitialHeight: exported.Height,
		ConsensusParams: &exported.ConsensusParams, AppStateBytes: exported.AppState,
	}
	for _, v := range exported.Validators {
		begin.Validators = append(begin.Validators, cmttypes.TM2PB.NewValidatorUpdate(v.PubKey, v.Power))
	}
	_, err := n.App.InitChain(begin)
	require.NoError(c.t, err)
	again, err := n.App.ExportState(n.App.NewContext(false), nil)
	require.NoError(c.t, err)
	require.Equal(c.t, string(exported.AppState), string(again), "what an heir exports before its first block")
	return &Heir{App: n.App, chain: c, next: exported.Height}
}

// Follow executes the chain's blocks since the last one it executed. Transactions and blocks must come to the same
// results, to the same events and to the same changes of validators; hashes of the state differ, since that of the
// chain is of all its past, and so does the gas of messages about stakes and grants.
func (h *Heir) Follow() {
	t := h.chain.t
	t.Helper()
	for ; h.next <= h.chain.Height(); h.next++ {
		height, b := h.next, h.chain.Block(h.next)
		got, err := finalize(h.App, b)
		require.NoError(t, err, "heir at height %d", height)
		for i, result := range b.response.TxResults {
			want, msgs := *result, h.messages(b.Txs[i])
			if readsOrder(msgs) {
				want.GasUsed = got.TxResults[i].GasUsed
			}
			require.Equal(t, &want, got.TxResults[i], "height %d, %v", height, msgs)
		}
		// Of stakes that come back at one time, x/staking exports the accounts' order and not that of its queue.
		require.Empty(t, without(b.response.Events, got.Events), "the heir has not these events of height %d", height)
		require.Empty(t, without(got.Events, b.response.Events), "the heir alone has these events of height %d", height)
		require.Equal(t, b.response.ValidatorUpdates, got.ValidatorUpdates, "validators of the heir at height %d", height)
	}
}

// messages returns the messages of a transaction.
func (h *Heir) messages(bz []byte) []sdk.Msg {
	h.chain.t.Helper()
	tx, err := h.App.TxConfig().TxDecoder()(bz)
	require.NoError(h.chain.t, err)
	return tx.GetMsgs()
}

// without returns the events of a list that are not in another, as text.
func without(list, other []abci.Event) []string {
	count := map[string]int{}
	for _, e := range other {
		count[e.String()]++
	}
	var rest []string
	for _, e := range list {
		if count[e.String()]--; count[e.String()] < 0 && !completesNothing(e) {
			rest = append(rest, e.String())
		}
	}
	return rest
}

// completesNothing tells of an event that stakes of nothing came back: x/staking has an entry in its queue for each time that stakes
// were taken out, and exports no more of it than the stakes that are still to come back.
func completesNothing(e abci.Event) bool {
	return strings.HasPrefix(e.Type, "complete_") && slices.ContainsFunc(e.Attributes, func(a abci.EventAttribute) bool {
		return a.Key == sdk.AttributeKeyAmount && a.Value == ""
	})
}

// readsOrder tells whether the gas of messages depends on what the SDK does not export: a few bytes of x/staking and x/distribution,
// which who registers a hash chain reads too, and the order in which grants that end together were made, through which x/authz looks
// for one.
func readsOrder(msgs []sdk.Msg) bool {
	return slices.ContainsFunc(msgs, func(m sdk.Msg) bool {
		switch m := m.(type) {
		case *authz.MsgGrant, *authz.MsgRevoke, *beacontypes.MsgRegister:
			return true
		case *authz.MsgExec:
			inner, err := m.GetMessages()
			return err == nil && readsOrder(inner)
		}
		url := sdk.MsgTypeURL(m)
		return strings.HasPrefix(url, "/cosmos.staking.") || strings.HasPrefix(url, "/cosmos.distribution.")
	})
}

// Exported returns what the heir exports after the last block it executed.
func (h *Heir) Exported() servertypes.ExportedApp {
	h.chain.t.Helper()
	exported, err := h.App.Export(false, nil)
	require.NoError(h.chain.t, err)
	return exported
}

// Exported returns what the node exports after its last block. It is as it was then as long as the node gets no
// transactions for the next.
func (n *Node) Exported() servertypes.ExportedApp {
	n.chain.t.Helper()
	exported, err := n.App.Export(false, nil)
	require.NoError(n.chain.t, err)
	return exported
}
