package devnet

import (
	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
)

// Export begins a new chain with the state of this one and its next height, as operators do with
// 'meshd export' when a chain must be replaced: the same validators with their secrets, the same
// accounts, new databases. The first node is restarted for it; this chain can go on as well.
func (c *Chain) Export(id string) *Chain {
	c.t.Helper()
	first := c.Nodes[0]
	first.Restart()
	exported, err := first.App.Export(false, nil)
	require.NoError(c.t, err)
	begin := &abci.RequestInitChain{
		Time: c.comet.time, ChainId: id, InitialHeight: exported.Height,
		ConsensusParams: &exported.ConsensusParams, AppStateBytes: exported.AppState,
	}
	for _, v := range exported.Validators {
		begin.Validators = append(begin.Validators, cmttypes.TM2PB.NewValidatorUpdate(v.PubKey, v.Power))
	}

	require.False(c.t, c.together, "validators that are together stay where they are: see Heir")
	next := &Chain{ID: id, t: c.t}
	for i, old := range c.Validators {
		v := *old
		v.Account = old.Account.in(next)
		next.Validators = append(next.Validators, &v)
		newNode(next, c.Nodes[i].Home, c.Nodes[i].Config, &v)
	}
	for _, a := range c.Accounts {
		next.Accounts = append(next.Accounts, a.in(next))
	}
	next.start(begin)
	return next
}

// in returns the account as it signs on another chain with the same state.
func (a *Account) in(c *Chain) *Account {
	other := *a
	other.chain = c
	return &other
}
