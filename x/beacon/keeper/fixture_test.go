package keeper_test

import (
	"crypto/sha256"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec/address"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/keeper"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

const (
	chainID   = "mesh-test-1"
	authority = "the chain's governance"
	// rotateDelay, noTip and history are the figures of the fixture's params.
	rotateDelay = 10
	noTip       = 5
	history     = 512
	// stake is what each validator of the fixture has, in umesh.
	stake = 3_999_999
)

// tester is a test or one run of a property.
type tester interface {
	require.TestingT
	Helper()
}

// fixture is the keeper over a real store, with validators beside it and blocks going by.
type fixture struct {
	t       tester
	ctx     sdk.Context
	keeper  *keeper.Keeper
	store   *countingStore
	staking *fakeStaking
	msg     types.MsgServer
	query   types.QueryServer
	// set are the validators that vote.
	set []*validator
}

// validator is one validator with its hash chain.
type validator struct {
	operator, consensus []byte
	text                string
	power               int64
	hashChain
}

// hashChain is a chain with all its values, the secret first, and how many of its reveals the
// validator has made.
type hashChain struct {
	values [][]byte
	used   int
}

func newHashChain(name string, length int) hashChain {
	secret := sha256.Sum256([]byte(name))
	values := [][]byte{secret[:]}
	for range length {
		next := types.Step(values[len(values)-1])
		values = append(values, next[:])
	}
	return hashChain{values: values}
}

func (c hashChain) tip() []byte      { return c.values[len(c.values)-1] }
func (c hashChain) length() uint64   { return uint64(len(c.values) - 1) }
func (c hashChain) preimage() []byte { return c.values[len(c.values)-2-c.used] }

// newFixture returns a chain before its first block, with validators of equal power that may each
// reveal length times from the first block on.
func newFixture(t tester, validators, length int) *fixture {
	t.Helper()
	f := emptyFixture(t)
	g := f.genesis()
	for i := range validators {
		v := f.add(i, 100)
		v.hashChain = newHashChain(v.text, length)
		g.Revealers = append(g.Revealers, types.NewRevealer(v.text, g.NextId, v.tip(), v.length(), 1))
		g.NextId++
	}
	f.init(g)
	return f
}

// emptyFixture returns a keeper whose state was not written yet.
func emptyFixture(t tester) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContextWithKeys(map[string]*storetypes.KVStoreKey{types.StoreKey: key}, nil, nil)
	ctx, _ = ctx.WithChainID(chainID).CacheContext()
	f := &fixture{t: t, ctx: ctx, store: newCountingStore(key), staking: &fakeStaking{operators: map[string][]byte{}}}
	f.keeper = keeper.NewKeeper(newEncoding(t).codec, f.store, operators(), authority, f.staking)
	f.msg, f.query = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper)
	return f
}

func operators() address.Bech32Codec { return address.Bech32Codec{Bech32Prefix: "meshvaloper"} }

// genesis is a state without revealers under the fixture's params.
func (f *fixture) genesis() types.GenesisState {
	g := types.DefaultGenesis()
	g.Params.RotateDelayBlocks, g.Params.NoTipBlocks, g.Params.HistoryBlocks = rotateDelay, noTip, history
	g.GenesisChainId = chainID
	return *g
}

func (f *fixture) init(g types.GenesisState) {
	f.t.Helper()
	require.NoError(f.t, validate(g))
	require.NoError(f.t, f.keeper.InitGenesis(f.ctx, g))
}

// validate validates a state of a test, which forgets sooner than a chain may.
func validate(g types.GenesisState) error {
	g.Params.HistoryBlocks = max(g.Params.HistoryBlocks, types.MinHistoryBlocks)
	return g.Validate()
}

func (f *fixture) export() types.GenesisState {
	f.t.Helper()
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	return *g
}

// add makes validator i, whose addresses ascend with i, and lets it vote.
func (f *fixture) add(i int, power int64) *validator {
	f.t.Helper()
	v := &validator{operator: make([]byte, 20), consensus: make([]byte, 20), power: power}
	v.operator[0], v.consensus[0], v.consensus[19] = byte(i+1), byte(i+1), 1
	text, err := operators().BytesToString(v.operator)
	require.NoError(f.t, err)
	v.text = text
	f.staking.operators[string(v.consensus)] = v.operator
	f.set = append(f.set, v)
	return v
}

// height is that of the last block.
func (f *fixture) height() int64 { return f.ctx.BlockHeight() }

// request is the next block, as its proposer makes it.
func (f *fixture) request(proposer *validator, txs ...[]byte) *abci.RequestFinalizeBlock {
	req := &abci.RequestFinalizeBlock{Height: f.height() + 1, ProposerAddress: proposer.consensus, Txs: txs}
	for _, v := range f.set {
		req.DecidedLastCommit.Votes = append(req.DecidedLastCommit.Votes, abci.VoteInfo{
			Validator: abci.Validator{Address: v.consensus, Power: v.power},
		})
	}
	return req
}

// block runs a block of the transactions.
func (f *fixture) block(proposer *validator, txs ...[]byte) {
	f.t.Helper()
	req := f.request(proposer, txs...)
	f.ctx = f.ctx.WithBlockHeight(req.Height).WithEventManager(sdk.NewEventManager())
	require.NoError(f.t, f.keeper.PreBlock(f.ctx, req))
}

// reveals runs a block with the proposer's next reveal.
func (f *fixture) reveals(proposer *validator) {
	f.t.Helper()
	f.block(proposer, f.reveal(proposer))
	proposer.used++
}

// reveal is the transaction of a validator's next reveal.
func (f *fixture) reveal(v *validator) []byte {
	f.t.Helper()
	return buildTx(f.t, v.text, v.preimage())
}

func buildTx(t tester, validator string, preimage []byte) []byte {
	t.Helper()
	bz, err := keeper.BuildTx(validator, preimage)
	require.NoError(t, err)
	return bz
}

// round is what the beacon knows of a height.
func (f *fixture) round(height int64) types.Round {
	f.t.Helper()
	rsp, err := f.query.Round(f.ctx, &types.QueryRoundRequest{Height: height})
	require.NoError(f.t, err)
	return rsp.Round
}

// revealer is a validator's part in the beacon.
func (f *fixture) revealer(v *validator) types.Revealer {
	f.t.Helper()
	rsp, err := f.query.Revealer(f.ctx, &types.QueryRevealerRequest{Validator: v.text})
	require.NoError(f.t, err)
	return rsp.Revealer
}

// register sends a message with a new chain; the height it is active from is returned.
func (f *fixture) register(v *validator, chain hashChain) int64 {
	f.t.Helper()
	rsp, err := f.msg.Register(f.ctx, &types.MsgRegister{Validator: v.text, Tip: chain.tip(), Length: chain.length()})
	require.NoError(f.t, err)
	return rsp.ActiveHeight
}

// events are the typed events of the block, without the SDK's.
func (f *fixture) events() []proto.Message {
	f.t.Helper()
	var list []proto.Message
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		typed, err := sdk.ParseTypedEvent(e)
		require.NoError(f.t, err)
		list = append(list, typed)
	}
	return list
}

// missed is the event of a validator's miss at the height of the last block.
func (f *fixture) missed(v *validator, count uint64, slashed int64) *types.EventMissed {
	return &types.EventMissed{Validator: v.text, Height: f.height(), Missed: count, Slashed: fmt.Sprint(slashed)}
}

// millionth is the fraction of the default params.
func millionth() math.LegacyDec { return math.LegacyNewDecWithPrec(1, 6) }

// requireError wants err to be nil where want is empty, else to be the sentinel with the text.
func requireError(t tester, err, is error, want string) {
	t.Helper()
	if is == nil {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, is)
	require.EqualError(t, err, want)
}
