package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/cobra"

	sdkkeyring "github.com/cosmos/cosmos-sdk/crypto/keyring"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"

	"github.com/mesh-protocol/mesh/app"
)

// testnetConfig is what the flags of testnet say.
type testnetConfig struct {
	validators int
	output     string
	chainID    string
	devnet     bool
	accounts   []string
	basePort   int
	interval   time.Duration
}

// chainLength is the number of reveals of each validator's hash chain.
func (c testnetConfig) chainLength() uint64 {
	if c.devnet {
		return 1 << 16
	}
	return defaultChainLength
}

// portsPerNode is the distance between the ports of two validators.
const portsPerNode = 10

// testnetCommand writes the homes of N validators of one chain on this machine.
func testnetCommand(model *app.App) *cobra.Command {
	var cfg testnetConfig
	cmd := &cobra.Command{
		Use:   "testnet",
		Short: "Write the homes of a new chain of N validators on this machine",
		Long: `Write the homes OUTPUT/node0 … of the N validators of a new chain on this machine: keys in
the keyring backend "test", one genesis, ports counted up from --base-port. Nothing is started.`,
		Example: "meshd testnet --validators 4 --output ./testnet",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			nodes, err := writeTestnet(model, cfg)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%d validators of chain %s are in %s. Start each with:\n", len(nodes), cfg.chainID, cfg.output)
			for _, n := range nodes {
				fmt.Fprintf(out, "  meshd start --home %s\n", n.home)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.IntVar(&cfg.validators, "validators", 1, "number of validators")
	f.StringVar(&cfg.output, "output", "./testnet", "directory that gets the homes; must not hold a node0 yet")
	f.StringVar(&cfg.chainID, "chain-id", "mesh-local-1", "id of the chain")
	f.BoolVar(&cfg.devnet, "devnet", false, "short epochs and unbonding, so that everything happens within minutes")
	f.StringArrayVar(&cfg.accounts, "account", nil, "ADDRESS=COINS of an account in the genesis (repeatable)")
	f.IntVar(&cfg.basePort, "base-port", 26656, "first port; node i uses base+10i (p2p), +1 (RPC), +2 (gRPC), +3 (REST)")
	f.DurationVar(&cfg.interval, "block-interval", 0, "pause after a block (default 5s, with --devnet 300ms)")
	return cmd
}

// testnetNode is one validator being written.
type testnetNode struct {
	name, home, nodeID, p2p string
	comet                   *cmtcfg.Config
	genTx, tip              []byte
	address                 sdk.AccAddress
}

// writeTestnet writes every home, or nothing but an error where one is in the way.
func writeTestnet(model *app.App, cfg testnetConfig) ([]*testnetNode, error) {
	if cfg.validators < 1 || cfg.validators > 100 {
		return nil, fmt.Errorf("%d validators: a testnet has 1 to 100", cfg.validators)
	}
	if last := cfg.basePort + portsPerNode*cfg.validators; cfg.basePort < 1 || last > 65_536 {
		return nil, fmt.Errorf("ports %d to %d: choose a --base-port so that all lie within 1 to 65535", cfg.basePort, last)
	}
	if _, err := os.Stat(filepath.Join(cfg.output, "node0")); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s holds a node0 already: choose another --output or remove it", cfg.output)
	}
	if cfg.interval == 0 {
		cfg.interval = 5 * time.Second
		if cfg.devnet {
			cfg.interval = 300 * time.Millisecond
		}
	}
	nodes := make([]*testnetNode, cfg.validators)
	for i := range nodes {
		n, err := newTestnetNode(model, cfg, i)
		if err != nil {
			return nil, fmt.Errorf("make validator %d: %w", i, err)
		}
		nodes[i] = n
	}
	genesis, err := testnetGenesis(model, cfg, nodes)
	if err != nil {
		return nil, err
	}
	for i, n := range nodes {
		if err := genesis.SaveAs(n.comet.GenesisFile()); err != nil {
			return nil, fmt.Errorf("write the genesis of validator %d: %w", i, err)
		}
		writeConfigs(cfg, nodes, i)
	}
	return nodes, nil
}

// newTestnetNode makes the keys of one validator and its signed genesis transaction.
func newTestnetNode(model *app.App, cfg testnetConfig, i int) (*testnetNode, error) {
	name := "node" + strconv.Itoa(i)
	n := &testnetNode{name: name, home: filepath.Join(cfg.output, name), comet: cmtcfg.DefaultConfig()}
	n.comet.SetRoot(n.home)
	for _, dir := range []string{"config", "data"} {
		if err := os.MkdirAll(filepath.Join(n.home, dir), 0o700); err != nil {
			return nil, err
		}
	}
	nodeID, pubKey, err := genutil.InitializeNodeValidatorFiles(n.comet)
	if err != nil {
		return nil, err
	}
	n.nodeID, n.p2p = nodeID, localAddress(cfg.basePort+portsPerNode*i)

	kr, err := sdkkeyring.New(app.Name, sdkkeyring.BackendTest, n.home, nil, model.AppCodec())
	if err != nil {
		return nil, err
	}
	if n.address, err = newValidatorKey(kr); err != nil {
		return nil, err
	}
	if n.tip, err = app.NewSecrets(app.SecretsDir(n.home)).Create(cfg.chainLength()); err != nil {
		return nil, err
	}
	n.genTx, err = signGenTx(model, cfg, n, kr, pubKey)
	return n, err
}

// writeConfigs writes config.toml, app.toml and client.toml of validator i.
func writeConfigs(cfg testnetConfig, nodes []*testnetNode, i int) {
	n, port := nodes[i], cfg.basePort+portsPerNode*i
	var peers []string
	for j, other := range nodes {
		if j != i {
			peers = append(peers, other.nodeID+"@"+other.p2p)
		}
	}
	c := n.comet
	c.Moniker = n.name
	c.P2P.ListenAddress = "tcp://" + n.p2p
	c.P2P.PersistentPeers = strings.Join(peers, ",")
	c.P2P.AddrBookStrict, c.P2P.AllowDuplicateIP = false, true
	c.RPC.ListenAddress = "tcp://" + localAddress(port+1)
	c.RPC.PprofListenAddress = ""
	c.Consensus.TimeoutCommit = cfg.interval
	cmtcfg.WriteConfigFile(filepath.Join(n.home, "config", "config.toml"), c)

	a := nodeConfig()
	if cfg.devnet {
		a.Pruning = pruningtypes.PruningOptionNothing // what a height has shown can be asked again
	}
	a.GRPC.Address = localAddress(port + 2)
	a.API.Address = "tcp://" + localAddress(port+3)
	serverconfig.WriteConfigFile(filepath.Join(n.home, "config", "app.toml"), a)

	client := fmt.Sprintf("chain-id = %q\nkeyring-backend = %q\noutput = \"text\"\nnode = %q\nbroadcast-mode = \"sync\"\n",
		cfg.chainID, sdkkeyring.BackendTest, c.RPC.ListenAddress)
	_ = os.WriteFile(filepath.Join(n.home, "config", "client.toml"), []byte(client), 0o600)
}

func localAddress(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
