package devnet

import (
	"time"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/mesh-protocol/mesh/app"
)

const (
	// ChainID is the id of every chain that New makes.
	ChainID = "mesh-devnet-1"
	// OneMesh is 10^6 umesh.
	OneMesh = 1_000_000
	// Stake is what a validator stakes unless Config says otherwise, in MESH.
	Stake = 1_000_000
	// Funds is what every account and, beside its stake, every validator has, in MESH.
	Funds = 1_000_000
	// Reveals is the length of a validator's hash chain unless Config says otherwise.
	Reveals = 1 << 12
	// BlockTime is the time from one block to the next.
	BlockTime = 5 * time.Second
	// RoundTime is what a round that fails adds to it.
	RoundTime = time.Second
)

// Config describes a chain. Its zero value is a chain of four equal validators as meshd runs them.
type Config struct {
	// Validators is the number of validators; 0 means 4.
	Validators int
	// Stakes are the stakes of the validators in MESH; those that are missing are Stake.
	Stakes []int64
	// Accounts is the number of accounts with Funds beside the validators' own; 0 means 4.
	Accounts int
	// Nodes are the settings of the nodes: node i has Nodes[i mod len(Nodes)]. None means DefaultNode.
	Nodes []NodeConfig
	// Together has the first node propose and vote for all validators, so that a chain of many costs as much as one of
	// one. Nobody compares results then.
	Together bool
	// MaxGas and MaxBytes limit a block; 0 means what the app sets.
	MaxGas, MaxBytes int64
	// Reveals is the length of each validator's hash chain; 0 means the constant.
	Reveals uint64
	// Genesis, if set, changes the state of the modules as the last thing before the chain begins;
	// see Edit. Nodes, validators and accounts are there already.
	Genesis func(*Chain, app.GenesisState)
}

// NodeConfig are the settings an operator chooses for itself, on which no result may depend.
type NodeConfig struct {
	// MempoolMaxTxs is mempool.max-txs of app.toml: -1 leaves transactions to CometBFT's mempool, 0
	// is the app's own without a limit.
	MempoolMaxTxs int
	// Executor is block-executor of app.toml: sequential or block-stm.
	Executor string
	// Workers is the number of goroutines of block-stm; 0 means one for each core.
	Workers int
	// Estimate lets block-stm guess the conflicts of transactions before it runs them.
	Estimate bool
}

// DefaultNode returns the settings of a new home of meshd.
func DefaultNode() NodeConfig {
	return NodeConfig{MempoolMaxTxs: -1, Executor: serverconfig.BlockExecutorSequential}
}

// withDefaults returns the config with every figure filled in.
func (c Config) withDefaults() Config {
	if c.Validators == 0 {
		c.Validators = 4
	}
	if c.Accounts == 0 {
		c.Accounts = 4
	}
	if len(c.Nodes) == 0 {
		c.Nodes = []NodeConfig{DefaultNode()}
	}
	if c.MaxGas == 0 {
		c.MaxGas = app.MaxBlockGas
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = app.MaxBlockBytes
	}
	if c.Reveals == 0 {
		c.Reveals = Reveals
	}
	return c
}

// stake returns the stake of a validator in MESH.
func (c Config) stake(validator int) int64 {
	if validator < len(c.Stakes) {
		return c.Stakes[validator]
	}
	return Stake
}
