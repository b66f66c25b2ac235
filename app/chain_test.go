package app_test

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/tx"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/mesh-protocol/mesh/app"
)

const (
	chainID  = "mesh-test-1"
	txGas    = 3_000_000
	txFee    = 15_000
	interval = 5 * time.Second
)

// chain is the whole state machine in one process, driven block by block as CometBFT would drive
// it. Its one validator proposes and signs every block.
type chain struct {
	*app.App
	t    testing.TB
	time time.Time
}

// options are what a node's flags and files would say.
func options(home string) sims.AppOptionsMap { return sims.AppOptionsMap{flags.FlagHome: home} }

// open wires the app over a database without starting a chain.
func open(t testing.TB, db dbm.DB, opts sims.AppOptionsMap) *chain {
	t.Helper()
	a := app.New(log.NewNopLogger(), db, true, opts, baseapp.SetChainID(chainID))
	return &chain{App: a, t: t, time: genesisTime()}
}

// newChain starts a chain in memory; edits change its genesis.
func newChain(t testing.TB, edits ...edit) *chain {
	t.Helper()
	c := open(t, dbm.NewMemDB(), options(t.TempDir()))
	c.start(newGenesis(c, edits...), 1)
	return c
}

// start gives the chain its genesis. The next block has the initial height.
func (c *chain) start(genesis []byte, initialHeight int64) {
	c.t.Helper()
	params := app.ConsensusParams().ToProto()
	_, err := c.InitChain(&abci.RequestInitChain{
		ChainId: chainID, InitialHeight: initialHeight, Time: c.time, ConsensusParams: &params, AppStateBytes: genesis,
	})
	require.NoError(c.t, err)
}

// request returns the next block.
func (c *chain) request(height int64, txs ...[]byte) *abci.RequestFinalizeBlock {
	proposer := validatorKey().PubKey().Address()
	vote := abci.VoteInfo{Validator: abci.Validator{Address: proposer, Power: power}, BlockIdFlag: cmtproto.BlockIDFlagCommit}
	return &abci.RequestFinalizeBlock{
		Height: height, Time: c.time.Add(interval), Txs: txs, ProposerAddress: proposer,
		DecidedLastCommit: abci.CommitInfo{Votes: []abci.VoteInfo{vote}},
	}
}

// block runs and commits the next block.
func (c *chain) block(txs ...[]byte) *abci.ResponseFinalizeBlock {
	c.t.Helper()
	return c.blockAt(c.LastBlockHeight()+1, txs...)
}

// blockAt runs and commits a block of the given height, which only the first of a chain chooses.
func (c *chain) blockAt(height int64, txs ...[]byte) *abci.ResponseFinalizeBlock {
	c.t.Helper()
	req := c.request(height, txs...)
	rsp, err := c.FinalizeBlock(req)
	require.NoError(c.t, err)
	_, err = c.Commit()
	require.NoError(c.t, err)
	c.time = req.Time
	return rsp
}

// deliver runs one transaction of m in a block of its own.
func (c *chain) deliver(m member, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.t.Helper()
	return c.block(c.sign(m, 0, msgs...)).TxResults[0]
}

// mustDeliver is deliver of what has to succeed.
func (c *chain) mustDeliver(m member, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.t.Helper()
	res := c.deliver(m, msgs...)
	require.Zero(c.t, res.Code, res.Log)
	return res
}

// sign returns a transaction of m; ahead counts the transactions of m before it in the block.
func (c *chain) sign(m member, ahead uint64, msgs ...sdk.Msg) []byte {
	c.t.Helper()
	return c.signAs(m, m.key, ahead, msgs...)
}

// signAs returns a transaction with the account data of m, signed with a key that may be another's.
func (c *chain) signAs(m member, key cryptotypes.PrivKey, ahead uint64, msgs ...sdk.Msg) []byte {
	c.t.Helper()
	acc := c.Keepers.Account.GetAccount(c.NewContext(true), m.addr)
	seq := acc.GetSequence() + ahead
	b := c.TxConfig().NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(msgs...))
	b.SetGasLimit(txGas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, txFee)))
	c.addSignature(b, key, authsigning.SignerData{
		Address: m.text(), ChainID: chainID, AccountNumber: acc.GetAccountNumber(), Sequence: seq, PubKey: key.PubKey(),
	})
	bz, err := c.TxConfig().TxEncoder()(b.GetTx())
	require.NoError(c.t, err)
	return bz
}

// addSignature signs what the builder holds. The key and the mode are part of the signed bytes, so
// they are set before.
func (c *chain) addSignature(b client.TxBuilder, key cryptotypes.PrivKey, data authsigning.SignerData) {
	c.t.Helper()
	const mode = signing.SignMode_SIGN_MODE_DIRECT
	empty := &signing.SingleSignatureData{SignMode: mode}
	require.NoError(c.t, b.SetSignatures(signing.SignatureV2{PubKey: key.PubKey(), Data: empty, Sequence: data.Sequence}))
	sig, err := tx.SignWithPrivKey(c.t.Context(), mode, data, b, key, c.TxConfig(), data.Sequence)
	require.NoError(c.t, err)
	require.NoError(c.t, b.SetSignatures(sig))
}

// sequence returns how many transactions of m have passed the ante handler.
func (c *chain) sequence(m member) uint64 {
	return c.Keepers.Account.GetAccount(c.NewContext(true), m.addr).GetSequence()
}

// message is what the SDK encodes.
type message = gogoproto.Message

// ask queries the chain over gRPC as a node would, at a height or, with 0, at the last.
func (c *chain) ask(path string, height int64, req, res message) *abci.ResponseQuery {
	c.t.Helper()
	bz, err := gogoproto.Marshal(req)
	require.NoError(c.t, err)
	rsp, err := c.Query(c.t.Context(), &abci.RequestQuery{Path: path, Data: bz, Height: height})
	require.NoError(c.t, err)
	if rsp.IsOK() {
		require.NoError(c.t, gogoproto.Unmarshal(rsp.Value, res))
	}
	return rsp
}
