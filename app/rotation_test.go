package app_test

import (
	"context"
	"encoding/hex"
	"os"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/bytes"
	"github.com/cometbft/cometbft/p2p"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/app/rotation"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// ownNode is a chain with the node around it: what the node's own client shows, and blocks as the
// node proposes them.
type ownNode struct {
	client.CometRPC // what is not asked for
	*chain
	home    string
	mempool [][]byte
	// syncing and silent are what the node says of itself: that it catches up, that it validates nothing.
	syncing, silent bool
}

func (n *ownNode) Status(context.Context) (*coretypes.ResultStatus, error) {
	s := &coretypes.ResultStatus{
		NodeInfo: p2p.DefaultNodeInfo{Network: chainID},
		SyncInfo: coretypes.SyncInfo{LatestBlockHeight: n.LastBlockHeight(), CatchingUp: n.syncing},
		ValidatorInfo: coretypes.ValidatorInfo{
			Address: validatorKey().PubKey().Address(), PubKey: cmted25519.PubKey(validatorKey().PubKey().Bytes()), VotingPower: power,
		},
	}
	if n.silent {
		s.ValidatorInfo.VotingPower = 0
	}
	return s, nil
}

func (n *ownNode) ABCIQueryWithOptions(ctx context.Context, path string, data bytes.HexBytes, opts rpcclient.ABCIQueryOptions) (*coretypes.ResultABCIQuery, error) {
	rsp, err := n.Query(ctx, &abci.RequestQuery{Path: path, Data: data, Height: opts.Height})
	if err != nil {
		return nil, err
	}
	return &coretypes.ResultABCIQuery{Response: *rsp}, nil
}

func (n *ownNode) BroadcastTxSync(_ context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	rsp, err := n.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	if err != nil {
		return nil, err
	}
	if rsp.Code == 0 {
		n.mempool = append(n.mempool, tx)
	}
	return &coretypes.ResultBroadcastTx{Code: rsp.Code, Log: rsp.Log}, nil
}

// propose makes the next block as this node proposes it, and empties its mempool.
func (n *ownNode) propose() {
	height := n.LastBlockHeight() + 1
	rsp, err := n.PrepareProposal(&abci.RequestPrepareProposal{
		Height: height, Time: n.time.Add(interval), ProposerAddress: validatorKey().PubKey().Address(), MaxTxBytes: 1 << 20, Txs: n.mempool,
	})
	require.NoError(n.t, err)
	n.mempool = nil
	for _, r := range n.block(rsp.Txs...).TxResults {
		require.Zero(n.t, r.Code, r.Log)
	}
}

// revealer asks for the validator's part in the beacon.
func (n *ownNode) revealer() beacontypes.Revealer {
	var rsp beacontypes.QueryRevealerResponse
	require.True(n.t, n.ask("/mesh.beacon.v1.Query/Revealer", 0, &beacontypes.QueryRevealerRequest{Validator: who("validator").operator()}, &rsp).IsOK())
	return rsp.Revealer
}

const (
	// tinyLength is a chain of so few reveals that it must be renewed within a test.
	tinyLength = 40
	// tinyDelay is the number of blocks from a registration to its use.
	tinyDelay = 4
)

// newOwnNode starts a chain whose validator has a short hash chain, with its secret in the home.
func newOwnNode(t *testing.T) *ownNode {
	t.Helper()
	home := t.TempDir()
	tip, err := app.NewSecrets(app.SecretsDir(home)).Create(tinyLength)
	require.NoError(t, err)
	n := &ownNode{chain: open(t, dbm.NewMemDB(), options(home)), home: home}
	n.start(newGenesis(n.chain, change(beacontypes.ModuleName, func(s *beacontypes.GenesisState) {
		s.Params.RotateDelayBlocks = tinyDelay
		s.Revealers = []beacontypes.Revealer{beacontypes.NewRevealer(who("validator").operator(), 1, tip, tinyLength, 1)}
		s.NextId = 2
	})), 1)
	return n
}

// rotation returns the rotation of the node, with the keys of some members at hand.
func (n *ownNode) rotation(keys ...string) *rotation.Rotation {
	kr := keyring.NewInMemory(n.AppCodec())
	for _, name := range keys {
		require.NoError(n.t, kr.ImportPrivKeyHex(name, hex.EncodeToString(who(name).key.Bytes()), "secp256k1"))
	}
	ctx := client.Context{}.WithClient(n).WithCodec(n.AppCodec()).WithInterfaceRegistry(n.InterfaceRegistry()).
		WithTxConfig(n.TxConfig()).WithAccountRetriever(authtypes.AccountRetriever{}).WithKeyring(kr)
	price, err := sdk.ParseDecCoin("0.005" + app.BondDenom)
	require.NoError(n.t, err)
	r, err := rotation.New(rotation.Config{Every: time.Second, Margin: 2},
		rotation.NewLocalNode(ctx, price), app.NewSecrets(app.SecretsDir(n.home)), log.NewNopLogger())
	require.NoError(n.t, err)
	return r
}

// secrets returns the number of secret files in the home; nobody else can read one.
func (n *ownNode) secrets() int {
	files, err := os.ReadDir(app.SecretsDir(n.home))
	require.NoError(n.t, err)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(n.t, err)
		require.Equal(n.t, os.FileMode(0o600), info.Mode().Perm())
	}
	return len(files)
}

// TestRotation: a validator whose key is at hand never runs out of reveals: over five chains no
// block is without one. The rotation may be restarted at any time.
func TestRotation(t *testing.T) {
	n := newOwnNode(t)
	r := n.rotation("client", "validator")
	for n.LastBlockHeight() < 5*tinyLength {
		n.propose()
		if n.LastBlockHeight()%30 == 0 {
			r = n.rotation("validator")
		}
		require.NoError(t, r.Look(t.Context()))
		require.Zero(t, n.revealer().Missed, "height %d", n.LastBlockHeight())
	}
	// A chain is renewed when ten reveals are left, two times the delay and the margin of two.
	require.Equal(t, 7, n.secrets())
}

// TestRotationWithoutTheKey: nothing is sent and no secret made; the chain runs out.
func TestRotationWithoutTheKey(t *testing.T) {
	for _, c := range []struct {
		name   string
		keys   []string
		change func(*ownNode)
	}{
		{"ok: another's key", []string{"client"}, func(*ownNode) {}},
		{"ok: no validator", []string{"validator"}, func(n *ownNode) { n.silent = true }},
		{"ok: the node syncs", []string{"validator"}, func(n *ownNode) { n.syncing = true }},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newOwnNode(t)
			c.change(n)
			r := n.rotation(c.keys...)
			for n.LastBlockHeight() < tinyLength+3 {
				n.propose()
				require.NoError(t, r.Look(t.Context()))
			}
			require.Equal(t, uint64(3), n.revealer().Missed)
			require.Equal(t, 1, n.secrets())
		})
	}
}

// pay sends an amount of the chain's money.
func pay(from, to member, umesh int64) sdk.Msg {
	return banktypes.NewMsgSend(from.addr, to.addr, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, umesh)))
}

// TestRotationIsNotPaidFor: an account without money is told of, and the same secret waits for it.
func TestRotationIsNotPaidFor(t *testing.T) {
	n := newOwnNode(t)
	r := n.rotation("validator")
	for n.LastBlockHeight() < tinyLength-10 {
		n.propose()
	}
	v, client := who("validator"), who("client")
	rest := n.balance(v.addr, app.BondDenom).SubRaw(txFee)
	n.mempool = [][]byte{n.sign(v, 0, pay(v, client, rest.Int64()))}
	n.propose()
	for range 3 {
		require.ErrorContains(t, r.Look(t.Context()), "insufficient funds")
		n.propose()
	}
	n.mempool = [][]byte{n.sign(client, 0, pay(client, v, 1_000_000))}
	n.propose()
	for range tinyLength {
		require.NoError(t, r.Look(t.Context()))
		n.propose()
	}
	require.Zero(t, n.revealer().Missed)
	require.LessOrEqual(t, n.secrets(), 3)
}
