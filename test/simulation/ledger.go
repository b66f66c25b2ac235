package simulation

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/test/devnet"
)

// ledger is what there is of every denom by what blocks say they minted and burnt.
type ledger struct {
	s     *Simulation
	coins sdk.Coins
}

// newLedger begins with what there is now.
func newLedger(s *Simulation) *ledger { return &ledger{s, s.supplies()} }

// supplies returns what x/bank says there is of every denom.
func (s *Simulation) supplies() sdk.Coins {
	coins := sdk.NewCoins()
	s.keepers().Bank.IterateTotalSupply(s.ctx, func(c sdk.Coin) bool {
		coins = coins.Add(c)
		return false
	})
	return coins
}

// read books a block.
func (l *ledger) read(b *devnet.Block) {
	l.s.t.Helper()
	l.events(b.Events)
	for _, r := range b.Results {
		l.events(r.Events)
	}
}

func (l *ledger) events(events []abci.Event) {
	l.s.t.Helper()
	for _, e := range events {
		if e.Type != banktypes.EventTypeCoinMint && e.Type != banktypes.EventTypeCoinBurn {
			continue
		}
		for _, a := range e.Attributes {
			if a.Key != sdk.AttributeKeyAmount {
				continue
			}
			coins, err := sdk.ParseCoinsNormalized(a.Value)
			require.NoError(l.s.t, err, "%s", a.Value)
			if e.Type == banktypes.EventTypeCoinMint {
				l.coins = l.coins.Add(coins...)
			} else {
				l.coins = l.coins.Sub(coins...)
			}
		}
	}
}

// check holds the chain's supply against the ledger.
func (l *ledger) check() {
	l.s.t.Helper()
	require.Equal(l.s.t, l.coins.String(), l.s.supplies().String(), "supply at height %d", l.s.Chain.Height())
}
