package simulation

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	v1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
)

const (
	validators = 6
	founders   = 4
	clients    = 6
	owners     = 18
	operators  = 240 // one for each node there ever is, and for each change of one
)

// people are the accounts by what they do.
type people struct {
	founders, clients, owners []*devnet.Account
	// spare are operators that no node has yet.
	spare []*devnet.Account
	// friend sends messages of others by their grants.
	friend *devnet.Account
	// everybody is any of them but the friend.
	everybody []*devnet.Account
}

func newPeople(c *devnet.Chain) people {
	all := c.Accounts
	cut := func(n int) []*devnet.Account {
		head := all[:n:n]
		all = all[n:]
		return head
	}
	p := people{founders: cut(founders), clients: cut(clients), owners: cut(owners), spare: cut(operators), friend: cut(1)[0]}
	p.everybody = c.Accounts[:founders+clients+owners]
	return p
}

// chainConfig describes a chain on which everything that takes days elsewhere takes minutes.
func chainConfig() devnet.Config {
	return devnet.Config{
		Validators: validators, Together: true, Accounts: founders + clients + owners + operators + 1, MaxGas: 50 * app.MaxBlockGas,
		Genesis: func(c *devnet.Chain, state app.GenesisState) {
			devnet.Edit(c, state, stakingtypes.ModuleName, func(g *stakingtypes.GenesisState) { g.Params.UnbondingTime = 4 * time.Minute })
			devnet.Edit(c, state, slashingtypes.ModuleName, func(g *slashingtypes.GenesisState) {
				g.Params.SignedBlocksWindow, g.Params.DowntimeJailDuration = 20, time.Minute
				g.Params.MinSignedPerWindow = math.LegacyNewDecWithPrec(5, 1)
			})
			devnet.Edit(c, state, govtypes.ModuleName, func(g *v1.GenesisState) {
				period, short, deposit := 2*time.Minute, time.Minute, sdk.NewCoins(minDeposit())
				g.Params.MaxDepositPeriod, g.Params.VotingPeriod, g.Params.ExpeditedVotingPeriod = &period, &period, &short
				g.Params.MinDeposit, g.Params.ExpeditedMinDeposit = deposit, deposit.Add(minDeposit())
			})
		},
	}
}

// minDeposit is what a proposal needs.
func minDeposit() sdk.Coin { return sdk.NewInt64Coin(app.BondDenom, 10*devnet.OneMesh) }
