package devnet

import (
	"os"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/mempool"

	"github.com/mesh-protocol/mesh/app"
)

// Node is one instance of the app with its database, its home and CometBFT's mempool before it.
type Node struct {
	// Index is its place in Chain.Nodes.
	Index int
	// App is the instance; Restart replaces it.
	App *app.App
	// Home holds the secrets of the beacon.
	Home string
	// Config are the settings it runs with.
	Config NodeConfig
	// Validator is who the node votes for; nil for a node that only follows.
	Validator *Validator
	// Propose, if set, replaces what the node proposes: it gets what an honest node would propose.
	Propose func(req *abci.RequestPrepareProposal, honest [][]byte) [][]byte
	// Offline keeps the node from everything until it is false again; it then catches up by
	// replaying the blocks it missed.
	Offline bool

	chain *Chain
	db    dbm.DB
	pool  []pooled
}

// options are the settings of a node as the app reads them.
type options map[string]any

// Get implements types.AppOptions of the SDK's server.
func (o options) Get(key string) any { return o[key] }

func newNode(c *Chain, home string, cfg NodeConfig, v *Validator) *Node {
	n := &Node{Index: len(c.Nodes), Home: home, Config: cfg, Validator: v, chain: c, db: dbm.NewMemDB()}
	n.load()
	c.Nodes = append(c.Nodes, n)
	return n
}

// load makes the app over the node's database.
func (n *Node) load() { n.App = newApp(n.db, n.chain.ID, n.Home, n.Index, n.Config) }

// newApp makes an app of a chain over a database. Options come after those of the settings.
func newApp(db dbm.DB, chainID, home string, index int, cfg NodeConfig, more ...func(*baseapp.BaseApp)) *app.App {
	var pool mempool.Mempool = mempool.NoOpMempool{}
	if limit := cfg.MempoolMaxTxs; limit >= 0 {
		// Which sender comes first is the mempool's own dice, which must fall the same in every run.
		pool = mempool.NewSenderNonceMempool(mempool.SenderNonceMaxTxOpt(limit), mempool.SenderNonceSeedOpt(int64(index+1)))
	}
	return app.New(log.NewNopLogger(), db, true,
		options{
			flags.FlagHome:                 home,
			server.FlagBlockExecutor:       cfg.Executor,
			server.FlagBlockSTMWorkers:     cfg.Workers,
			server.FlagBlockSTMPreEstimate: cfg.Estimate,
		},
		append([]func(*baseapp.BaseApp){baseapp.SetChainID(chainID), baseapp.SetMempool(pool), baseapp.SetMinGasPrices(minGasPrice)}, more...)...,
	)
}

// Restart drops the app with all its memory and loads it from the database, as after a kill. What
// waited in the node's mempools is lost.
func (n *Node) Restart() {
	require.NoError(n.chain.t, n.App.Close())
	n.pool = nil
	n.load()
	if n.App.LastBlockHeight() == 0 {
		// Nothing was committed yet: CometBFT begins with the genesis again.
		n.begin()
	}
}

// begin gives the app the genesis.
func (n *Node) begin() *abci.ResponseInitChain {
	req := *n.chain.begin
	rsp, err := n.App.InitChain(&req)
	require.NoError(n.chain.t, err)
	return rsp
}

// Context returns a context that reads the node's last committed state.
func (n *Node) Context() sdk.Context {
	ctx, err := n.App.CreateQueryContext(n.App.LastBlockHeight(), false)
	require.NoError(n.chain.t, err)
	return ctx
}

// HideSecret moves the file of the validator's hash chain away and restarts the node, which would
// still know the secret. ReturnSecret undoes it without a restart.
func (n *Node) HideSecret() {
	require.NoError(n.chain.t, os.Rename(n.Validator.SecretPath, n.Validator.SecretPath+".hidden"))
	n.Restart()
}

// ReturnSecret puts the file of the validator's hash chain back.
func (n *Node) ReturnSecret() {
	require.NoError(n.chain.t, os.Rename(n.Validator.SecretPath+".hidden", n.Validator.SecretPath))
}
