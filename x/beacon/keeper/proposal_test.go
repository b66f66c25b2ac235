package keeper_test

import (
	"bytes"
	"errors"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// accept is an inner handler without an opinion.
func accept(sdk.Context, *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// judge asks for a verdict on the next block.
func judge(t tester, f *fixture, process sdk.ProcessProposalHandler, proposer *validator, txs ...[]byte) abci.ResponseProcessProposal_ProposalStatus {
	t.Helper()
	rsp, err := process(f.ctx, &abci.RequestProcessProposal{Height: f.height() + 1, ProposerAddress: proposer.consensus, Txs: txs})
	require.NoError(t, err)
	return rsp.Status
}

// userTx is a transaction that decodes, with a gas limit and nothing else of note.
func userTx(t tester, gas uint64, msgs ...sdk.Msg) []byte {
	t.Helper()
	cfg := newEncoding(t).tx
	b := cfg.NewTxBuilder()
	if len(msgs) == 0 {
		msgs = []sdk.Msg{&types.MsgRegister{Validator: "validator", Length: 2}}
	}
	require.NoError(t, b.SetMsgs(msgs...))
	b.SetGasLimit(gas)
	bz, err := cfg.TxEncoder()(b.GetTx())
	require.NoError(t, err)
	return bz
}

func TestProcessProposal(t *testing.T) {
	const maxGas = 1_000_000
	register := &types.MsgRegister{Validator: "validator", Length: 2}
	for _, c := range []struct {
		name   string
		maxGas int64
		txs    func(t *testing.T, f *fixture) [][]byte
		ok     bool
	}{
		{"ok: empty", maxGas, func(*testing.T, *fixture) [][]byte { return nil }, true},
		{"ok: no reveal", maxGas, func(t *testing.T, _ *fixture) [][]byte { return [][]byte{userTx(t, 5)} }, true},
		{"ok: reveal alone", maxGas, func(_ *testing.T, f *fixture) [][]byte { return [][]byte{f.reveal(f.set[0])} }, true},
		{"ok: gas up to the limit", maxGas, func(t *testing.T, _ *fixture) [][]byte {
			return [][]byte{userTx(t, maxGas-1), userTx(t, 1)}
		}, true},
		{"ok: gas up to the limit with the reveal's", maxGas, func(t *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), userTx(t, maxGas-types.RevealGas)}
		}, true},
		{"ok: no limit", -1, func(t *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), userTx(t, 1<<63), userTx(t, 1<<63)}
		}, true},
		{"ok: reveal alone where it uses all gas", types.RevealGas, func(_ *testing.T, f *fixture) [][]byte { return [][]byte{f.reveal(f.set[0])} }, true},
		{"fails: gas over the limit", maxGas, func(t *testing.T, _ *fixture) [][]byte {
			return [][]byte{userTx(t, maxGas), userTx(t, 1)}
		}, false},
		{"fails: gas over the limit with the reveal's", maxGas, func(t *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), userTx(t, maxGas-types.RevealGas+1)}
		}, false},
		{"fails: gas that wraps round", maxGas, func(t *testing.T, _ *fixture) [][]byte {
			return [][]byte{userTx(t, 1000), userTx(t, 1<<64-500)}
		}, false},
		{"fails: gas beside a reveal that uses it all", types.RevealGas, func(t *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), userTx(t, 100)}
		}, false},
		{"fails: undecodable", maxGas, func(*testing.T, *fixture) [][]byte { return [][]byte{{1, 2, 3, 4}} }, false},
		{"fails: undecodable after the reveal", maxGas, func(_ *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), {1, 2, 3, 4}}
		}, false},
		{"fails: reveal at index 1", maxGas, func(t *testing.T, f *fixture) [][]byte { return [][]byte{userTx(t, 5), f.reveal(f.set[0])} }, false},
		{"fails: reveal twice", maxGas, func(_ *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), f.reveal(f.set[0])}
		}, false},
		{"fails: two reveals of one chain", maxGas, func(_ *testing.T, f *fixture) [][]byte {
			first := f.reveal(f.set[0])
			f.set[0].used++
			return [][]byte{first, f.reveal(f.set[0])}
		}, false},
		{"fails: foreign reveal", maxGas, func(_ *testing.T, f *fixture) [][]byte { return [][]byte{f.reveal(f.set[1])} }, false},
		{"fails: reveal after another message", maxGas, func(t *testing.T, f *fixture) [][]byte {
			return [][]byte{userTx(t, 5, register, &types.MsgReveal{Validator: f.set[0].text, Preimage: f.set[0].preimage()})}
		}, false},
		{"fails: reveal in a user's transaction", maxGas, func(t *testing.T, f *fixture) [][]byte {
			return [][]byte{f.reveal(f.set[0]), userTx(t, 5, register, &types.MsgReveal{Validator: f.set[0].text})}
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, 2, 100)
			f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: c.maxGas}})
			var got *abci.RequestProcessProposal
			var room int64
			process := f.keeper.ProcessProposal(newEncoding(t).tx.TxDecoder(), func(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
				got, room = req, ctx.ConsensusParams().Block.MaxGas
				return accept(ctx, req)
			})
			txs := c.txs(t, f)
			status := judge(t, f, process, f.set[0], txs...)
			require.Equal(t, c.ok, status == abci.ResponseProcessProposal_ACCEPT)
			require.Equal(t, c.maxGas, f.ctx.ConsensusParams().Block.MaxGas, "the params of the chain are left alone")
			if !c.ok {
				require.Nil(t, got, "the inner handler is not asked about a block that cannot be")
				return
			}
			if len(txs) > 0 && bytes.Equal(txs[0], f.reveal(f.set[0])) {
				txs = txs[1:]
				require.Equal(t, wantRoom(c.maxGas), room)
			}
			require.ElementsMatch(t, txs, got.Txs, "the inner handler judges what is not the reveal")
		})
	}
}

// wantRoom is the gas left beside a reveal.
func wantRoom(maxGas int64) int64 {
	if maxGas < 0 {
		return maxGas
	}
	return max(1, maxGas-types.RevealGas)
}

// A transaction without a fee, such as one of no bytes, makes the SDK panic where gas is asked for;
// baseapp turns a panic here into a rejection, as the tests of the whole chain show.
func TestProcessProposalWithoutFee(t *testing.T) {
	f := newFixture(t, 1, 100)
	p := revealParts(f.set[0].text, f.set[0].preimage())
	p.typeURL, p.auth.Fee = "/mesh.beacon.v1.MsgRegister", nil
	process := f.keeper.ProcessProposal(newEncoding(t).tx.TxDecoder(), accept)
	for _, tx := range [][]byte{{}, p.tx(t)} {
		require.Panics(t, func() { judge(t, f, process, f.set[0], tx) })
	}
}

func TestProcessProposalStoreError(t *testing.T) {
	f := newFixture(t, 1, 100)
	f.staking.broken = true
	process := f.keeper.ProcessProposal(newEncoding(t).tx.TxDecoder(), accept)
	require.Equal(t, abci.ResponseProcessProposal_REJECT, judge(t, f, process, f.set[0], f.reveal(f.set[0])))
	f.staking.broken = false
	require.Equal(t, abci.ResponseProcessProposal_ACCEPT, judge(t, f, process, f.set[0], f.reveal(f.set[0])))
}

// fakeSecrets answers with a value, an error or a panic.
type fakeSecrets struct {
	value  []byte
	err    error
	panics bool
}

// Preimage implements types.Secrets.
func (s fakeSecrets) Preimage([]byte, uint64, uint64) ([]byte, error) {
	if s.panics {
		panic("broken")
	}
	return s.value, s.err
}

func TestPrepareProposal(t *testing.T) {
	const maxGas = 1_000_000
	user := userTx(t, 5)
	size := func(f *fixture) int64 { return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{f.reveal(f.set[0])}) }
	for _, c := range []struct {
		name    string
		secrets func(f *fixture) fakeSecrets
		room    func(f *fixture) int64
		height  int64 // 0 means the next
		who     int
		reveals bool
	}{
		{"ok: reveal first", right, func(*fixture) int64 { return 10_000 }, 0, 0, true},
		{"ok: just enough room", right, size, 0, 0, true},
		{"fails: a byte too little room", right, func(f *fixture) int64 { return size(f) - 1 }, 0, 0, false},
		{"fails: no secret", func(*fixture) fakeSecrets { return fakeSecrets{err: errors.New("gone")} }, roomy, 0, 0, false},
		{"fails: broken secrets", func(*fixture) fakeSecrets { return fakeSecrets{panics: true} }, roomy, 0, 0, false},
		{"fails: wrong preimage", func(*fixture) fakeSecrets { return fakeSecrets{value: bytes.Repeat([]byte{9}, 32)} }, roomy, 0, 0, false},
		{"fails: no preimage", func(*fixture) fakeSecrets { return fakeSecrets{} }, roomy, 0, 0, false},
		{"fails: tip not in use yet", right, roomy, -1, 0, false},
		{"fails: no tip", right, roomy, 0, 1, false},
		{"fails: no validator", right, roomy, 0, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, 1, 100)
			f.add(1, 100)
			delete(f.staking.operators, string(f.add(2, 100).consensus))
			f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: maxGas}})
			height := f.height() + 1 + c.height
			var asked abci.RequestPrepareProposal
			var gas int64
			prepare := f.keeper.PrepareProposal(c.secrets(f), func(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
				asked, gas = *req, ctx.ConsensusParams().Block.MaxGas
				return &abci.ResponsePrepareProposal{Txs: req.Txs}, nil
			})
			req := &abci.RequestPrepareProposal{MaxTxBytes: c.room(f), Height: height, ProposerAddress: f.set[c.who].consensus, Txs: [][]byte{user}}
			want := *req
			rsp, err := prepare(f.ctx, req)
			require.NoError(t, err)
			require.Equal(t, want, *req, "the request is left alone")
			require.EqualValues(t, maxGas, f.ctx.ConsensusParams().Block.MaxGas, "the params of the chain are left alone")
			if c.reveals {
				require.Equal(t, [][]byte{f.reveal(f.set[0]), user}, rsp.Txs)
				want.MaxTxBytes -= size(f)
				require.EqualValues(t, maxGas-types.RevealGas, gas)
			} else {
				require.Equal(t, [][]byte{user}, rsp.Txs)
				require.EqualValues(t, maxGas, gas)
			}
			require.Equal(t, want, asked)
		})
	}
}

func right(f *fixture) fakeSecrets { return fakeSecrets{value: f.set[0].preimage()} }

func roomy(*fixture) int64 { return 10_000 }

// Where the inner handler fails, baseapp would propose the transactions it got, unchecked and
// without the reveal.
func TestPrepareProposalInnerError(t *testing.T) {
	f := newFixture(t, 1, 100)
	fails := func(sdk.Context, *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
		return nil, errors.New("inner")
	}
	req := &abci.RequestPrepareProposal{MaxTxBytes: 10_000, Height: 1, ProposerAddress: f.set[0].consensus, Txs: [][]byte{{1, 2}}}
	rsp, err := f.keeper.PrepareProposal(right(f), fails)(f.ctx, req)
	require.NoError(t, err)
	require.Equal(t, [][]byte{f.reveal(f.set[0])}, rsp.Txs)

	rsp, err = f.keeper.PrepareProposal(fakeSecrets{err: errors.New("gone")}, fails)(f.ctx, req)
	require.NoError(t, err)
	require.Empty(t, rsp.Txs)
}

// A block that cannot be proposed again with the same reveal would need a second preimage: what is
// next comes from state alone.
func TestPrepareProposalRepeats(t *testing.T) {
	f := newFixture(t, 1, 100)
	empty := func(sdk.Context, *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
		return &abci.ResponsePrepareProposal{}, nil
	}
	prepare := f.keeper.PrepareProposal(right(f), empty)
	req := &abci.RequestPrepareProposal{MaxTxBytes: 10_000, Height: 1, ProposerAddress: f.set[0].consensus}
	for range 3 {
		rsp, err := prepare(f.ctx, req)
		require.NoError(t, err)
		require.Equal(t, [][]byte{f.reveal(f.set[0])}, rsp.Txs)
	}
}
