package storage

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// Token is one token in base units.
	Token = 1_000_000
	// Space is what a deal has on one index unless the client says otherwise, in bytes: at the price of a
	// devnet it costs one Token an epoch.
	Space = 1 << 30
	// Funds is what every client and owner gets from the founder, in base units.
	Funds = 10_000 * Token
	// Bond is what an owner puts up for a node unless it says otherwise, in base units.
	Bond = 200 * Token
	// Commission is what every node offers to those who give it bonds, in hundredths of a percent.
	Commission = 1_000

	gas = 6_000_000 // what 64 vouchers need
)

// Actor takes part in a network. Before every block it may send transactions.
type Actor interface{ Act() }

// Config describes a network. Its zero value is one of a devnet on a chain of one validator.
type Config struct {
	// Chain is the chain; the zero value has one validator and 40 accounts.
	Chain devnet.Config
	// Create, if set, changes what the founder asks for.
	Create func(*networktypes.MsgCreateNetwork)
	// Params, if set, changes the rules of the chain for networks.
	Params func(*networktypes.Params)
	// Friend has the last account of the chain send everybody's messages, by grants of the genesis.
	Friend bool
}

// Network is one storage network with everybody in it.
type Network struct {
	// Chain it is on.
	Chain *devnet.Chain
	// Record is the network as the chain has it.
	Record networktypes.Network
	// Founder created it and has what is left of the initial allocation.
	Founder *devnet.Account
	// Friend sends everybody's messages, nil where everybody does so himself.
	Friend *devnet.Account
	// Holders are the nodes in the order of their numbers, honest or not.
	Holders []*Holder
	// Actors act before each block, in this order.
	Actors []Actor
	// Books say what happened to the money.
	Books *Books
	// Withhold makes blocks without the proposers' reveals, so that seeds are late.
	Withhold bool

	t        testing.TB
	domain   proof.Domain
	free     []*devnet.Account
	contents map[string]*Content // by layout root
	pending  []*Tx
	state    *lately
	watches  map[[2]uint64]*tasktypes.QueryWatchResponse // by node and epoch
	broken   bool                                        // the books have shown something wrong
}

// New makes a chain and a network on it. No node has joined yet.
func New(t testing.TB, cfg Config) *Network {
	t.Helper()
	if cfg.Chain.Validators == 0 {
		cfg.Chain.Validators = 1
	}
	if cfg.Chain.Accounts == 0 {
		cfg.Chain.Accounts = 40
	}
	if cfg.Chain.MaxGas == 0 {
		cfg.Chain.MaxGas = 50 * app.MaxBlockGas // so that nobody's transactions have to wait
	}
	cfg.Chain.Genesis = func(c *devnet.Chain, state app.GenesisState) {
		// Without inflation the supply of MESH moves by what is burnt only.
		devnet.Edit(c, state, minttypes.ModuleName, func(g *minttypes.GenesisState) {
			zero := math.LegacyZeroDec()
			g.Minter.Inflation, g.Params.InflationMin, g.Params.InflationMax, g.Params.InflationRateChange = zero, zero, zero, zero
		})
		if cfg.Params != nil {
			devnet.Edit(c, state, networktypes.ModuleName, func(g *networktypes.GenesisState) { cfg.Params(&g.Params) })
		}
		if cfg.Friend {
			grantAll(t, c, state)
		}
	}
	c := devnet.New(t, cfg.Chain)
	c.Advance()
	n := newNetwork(t, c)
	n.Founder, n.free = c.Accounts[0], c.Accounts[1:]
	if cfg.Friend {
		n.Friend, n.free = friendOf(c), c.Accounts[1:len(c.Accounts)-1]
	}
	msg := &networktypes.MsgCreateNetwork{
		Founder: n.Founder.String(), Name: "StorageNet", TokenName: "Storage", TokenSymbol: "STR", Template: "storage",
	}
	if cfg.Create != nil {
		cfg.Create(msg)
	}
	before := c.Nodes[0].App.Keepers.Bank.GetSupply(c.Nodes[0].Context(), app.BondDenom).Amount
	require.Zero(t, c.Next(n.sign(n.Founder, msg)).Results[1].Code)
	n.Record = n.State().Network.Networks[0]
	n.domain = proof.Domain{ChainID: c.ID, Network: n.Record.Id}
	n.Books = newBooks(n, before.Sub(n.Record.Deposit.Amount))
	n.check()
	return n
}

// Over returns a network that is on a chain already, for who makes the blocks himself: nobody acts and no books are kept. Nodes come in
// by Candidate and Enter. It shares what it sees of the chain with another network beside it, unless that is nil.
func Over(t testing.TB, c *devnet.Chain, record networktypes.Network, beside *Network) *Network {
	t.Helper()
	n := newNetwork(t, c)
	n.Record, n.domain = record, proof.Domain{ChainID: c.ID, Network: record.Id}
	if beside != nil {
		n.state = beside.state
	}
	return n
}

func newNetwork(t testing.TB, c *devnet.Chain) *Network {
	t.Helper()
	return &Network{Chain: c, t: t, contents: map[string]*Content{}, state: new(lately), watches: map[[2]uint64]*tasktypes.QueryWatchResponse{}}
}

// NewAccount returns an account that nobody uses yet and, with the next block, has tokens from the founder.
func (n *Network) NewAccount(tokens int64) *devnet.Account {
	n.t.Helper()
	require.NotEmpty(n.t, n.free, "the chain has no accounts left: Config.Chain.Accounts")
	a := n.free[0]
	n.free = n.free[1:]
	if tokens > 0 {
		n.Send(n.Founder, banktypes.NewMsgSend(n.Founder.Address, a.Address, sdk.NewCoins(n.Coin(tokens))))
	}
	return a
}

// Coin returns an amount of the network's token.
func (n *Network) Coin(amount int64) sdk.Coin { return sdk.NewInt64Coin(n.Record.Token.Denom, amount) }

// Balance returns what an account has of the network's token.
func (n *Network) Balance(a *devnet.Account) math.Int {
	return n.balance(a.Address, n.Record.Token.Denom)
}

// Next lets everybody act, makes a block and holds the state after it against the books. A transaction that
// was sent must be accepted; one that was tried may be refused.
func (n *Network) Next() *devnet.Block {
	n.t.Helper()
	for _, a := range n.Actors {
		a.Act()
	}
	sent := n.pending
	n.pending = nil
	for _, tx := range sent {
		for i, said := range n.Chain.Submit(tx.bytes) {
			require.False(n.t, said != nil && said.IsErr(), "node %d refuses %s: %v", i, tx, said)
		}
	}
	b := n.block(sent)
	for _, tx := range sent {
		tx.result = b.Result(tx.bytes)
		require.NotNil(n.t, tx.result, "%s was left out of block %d", tx, b.Height)
		if tx.must {
			require.NoError(n.t, tx.Err(), "block %d: %s", b.Height, tx)
		}
	}
	n.Books.read(b)
	n.check()
	return b
}

// block makes a block of transactions that wait.
func (n *Network) block(sent []*Tx) *devnet.Block {
	n.t.Helper()
	if !n.Withhold {
		return n.Chain.Advance()
	}
	var txs [][]byte
	for _, tx := range sent {
		txs = append(txs, tx.bytes)
	}
	return n.Chain.Decide(txs...)
}

// To makes blocks up to a height.
func (n *Network) To(height int64) {
	n.t.Helper()
	require.LessOrEqual(n.t, n.Chain.Height(), height, "the height is in the past")
	for n.Chain.Height() < height {
		n.Next()
	}
}

// ToEpoch makes blocks up to the one that opens an epoch.
func (n *Network) ToEpoch(epoch uint64) {
	n.t.Helper()
	for n.Epoch() < epoch {
		n.Next()
	}
}

// Until makes blocks until done, but fails after that many.
func (n *Network) Until(limit int, done func() bool) {
	n.t.Helper()
	for range limit {
		if done() {
			return
		}
		n.Next()
	}
	require.True(n.t, done(), "not done after %d blocks, at height %d in epoch %d", limit, n.Chain.Height(), n.Epoch())
}
