package devnet_test

import (
	"bytes"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// proposed is what a hostile proposer can build on: the chain, itself, what it should propose with
// its reveal first, and some user's transactions.
type proposed struct {
	t      *testing.T
	chain  *devnet.Chain
	me     *devnet.Validator
	honest [][]byte
	user   *devnet.Account
}

// reveal is its own next reveal, foreign that of another validator.
func (p proposed) reveal() []byte { return nextReveal(p.t, p.chain, p.me) }

func (p proposed) foreign() []byte {
	i := slices.Index(p.chain.Validators, p.me)
	return nextReveal(p.t, p.chain, p.chain.Validators[(i+1)%len(p.chain.Validators)])
}

// build encodes a reveal by hand, with a change.
func (p proposed) build(change func(*beacontypes.MsgReveal, *txtypes.TxBody, *txtypes.AuthInfo)) []byte {
	msg := &beacontypes.MsgReveal{Validator: p.me.Operator(), Preimage: p.me.Chain.Preimage(revealer(p.t, p.chain, p.me).Current.Used)}
	body, auth := &txtypes.TxBody{}, &txtypes.AuthInfo{Fee: &txtypes.Fee{GasLimit: beacontypes.RevealGas}}
	change(msg, body, auth)
	packed, err := codectypes.NewAnyWithValue(msg)
	require.NoError(p.t, err)
	body.Messages = append([]*codectypes.Any{packed}, body.Messages...)
	raw := &txtypes.TxRaw{}
	raw.BodyBytes, err = body.Marshal()
	require.NoError(p.t, err)
	raw.AuthInfoBytes, err = auth.Marshal()
	require.NoError(p.t, err)
	bz, err := raw.Marshal()
	require.NoError(p.t, err)
	return bz
}

// signed is a user's transaction with a gas limit; it is never sent otherwise.
func (p proposed) signed(gas uint64, msgs ...sdk.Msg) []byte {
	bz := p.user.SignFor(devnet.Terms{Gas: gas}, msgs...)
	p.user.Sequence--
	return bz
}

// hostileProposals are proposals that no validator may accept, whatever mempool and executor it has.
func hostileProposals() []struct {
	name string
	txs  func(p proposed) [][]byte
} {
	pay := func(p proposed) sdk.Msg { return send(p.user, p.chain.Accounts[1], 1) }
	return []struct {
		name string
		txs  func(p proposed) [][]byte
	}{
		{"four bytes that do not decode", func(p proposed) [][]byte { return append(p.honest, []byte{1, 2, 3, 4}) }},
		{"junk in the reveal's place", func(p proposed) [][]byte { return [][]byte{{1, 2, 3, 4}} }},
		{"a transaction of no bytes", func(p proposed) [][]byte { return append(p.honest, []byte{}) }},
		{"a transaction of no bytes in the reveal's place", func(p proposed) [][]byte { return [][]byte{{}} }},
		{"a transaction without a fee", func(p proposed) [][]byte {
			bz := p.signed(100_000, pay(p))
			var raw txtypes.TxRaw
			require.NoError(p.t, raw.Unmarshal(bz))
			raw.AuthInfoBytes = nil
			bz, err := raw.Marshal()
			require.NoError(p.t, err)
			return append(p.honest, bz)
		}},
		{"more gas than a block has", func(p proposed) [][]byte {
			return append(p.honest, p.signed(app.MaxBlockGas-beacontypes.RevealGas+1, pay(p)))
		}},
		{"more gas than a block has, without a reveal", func(p proposed) [][]byte { return [][]byte{p.signed(app.MaxBlockGas+1, pay(p))} }},
		{"more gas than a block has in two", func(p proposed) [][]byte {
			return [][]byte{p.signed(app.MaxBlockGas, pay(p)), p.signed(1, pay(p))}
		}},
		{"a wrong preimage", func(p proposed) [][]byte {
			return [][]byte{p.build(func(m *beacontypes.MsgReveal, _ *txtypes.TxBody, _ *txtypes.AuthInfo) { m.Preimage = make([]byte, 32) })}
		}},
		{"a preimage of 33 bytes", func(p proposed) [][]byte {
			return [][]byte{p.build(func(m *beacontypes.MsgReveal, _ *txtypes.TxBody, _ *txtypes.AuthInfo) {
				m.Preimage = append(m.Preimage, 0)
			})}
		}},
		{"the reveal after the next", func(p proposed) [][]byte {
			return [][]byte{reveal(p.t, p.me, revealer(p.t, p.chain, p.me).Current.Used+1)}
		}},
		{"the last reveal once more", func(p proposed) [][]byte {
			return [][]byte{reveal(p.t, p.me, revealer(p.t, p.chain, p.me).Current.Used-1)}
		}},
		{"another's reveal", func(p proposed) [][]byte { return [][]byte{p.foreign()} }},
		{"another's reveal beside its own", func(p proposed) [][]byte { return append(p.honest, p.foreign()) }},
		{"the reveal at index 1", func(p proposed) [][]byte { return [][]byte{p.signed(100_000, pay(p)), p.reveal()} }},
		{"the reveal twice", func(p proposed) [][]byte { return append(p.honest, p.reveal()) }},
		{"the reveal with a memo", func(p proposed) [][]byte {
			return [][]byte{p.build(func(_ *beacontypes.MsgReveal, b *txtypes.TxBody, _ *txtypes.AuthInfo) { b.Memo = "m" })}
		}},
		{"the reveal with a timeout", func(p proposed) [][]byte {
			return [][]byte{p.build(func(_ *beacontypes.MsgReveal, b *txtypes.TxBody, _ *txtypes.AuthInfo) { b.TimeoutHeight = 1 << 40 })}
		}},
		{"the reveal with more gas", func(p proposed) [][]byte {
			return [][]byte{p.build(func(_ *beacontypes.MsgReveal, _ *txtypes.TxBody, a *txtypes.AuthInfo) { a.Fee.GasLimit++ })}
		}},
		{"the reveal with a signer", func(p proposed) [][]byte {
			return [][]byte{p.build(func(_ *beacontypes.MsgReveal, _ *txtypes.TxBody, a *txtypes.AuthInfo) {
				a.SignerInfos = []*txtypes.SignerInfo{{}}
			})}
		}},
		{"the reveal signed by a user", func(p proposed) [][]byte {
			return [][]byte{p.signed(beacontypes.RevealGas, &beacontypes.MsgReveal{
				Validator: p.me.Operator(), Preimage: p.me.Chain.Preimage(revealer(p.t, p.chain, p.me).Current.Used),
			})}
		}},
		{"the reveal before a payment in one transaction", func(p proposed) [][]byte {
			return [][]byte{p.signed(100_000, &beacontypes.MsgReveal{Validator: p.me.Operator()}, pay(p))}
		}},
		{"the reveal behind a payment in one transaction", func(p proposed) [][]byte {
			return append(p.honest, p.signed(100_000, pay(p), &beacontypes.MsgReveal{Validator: p.me.Operator()}))
		}},
	}
}

// Every hostile proposal is rejected by all, the next proposer's goes on at the same height, and
// the hostile validator lost its turn and nothing else.
func TestHostileProposals(t *testing.T) {
	c := devnet.New(t, devnet.Config{Nodes: everySetting()[:4]})
	c.AdvanceTo(8)
	stakes := tokens(t, c, c.Validators[0])
	for _, hostile := range hostileProposals() {
		t.Run("fails: "+hostile.name, func(t *testing.T) {
			bad := c.Proposer()
			var honest [][]byte
			bad.Propose = func(_ *abci.RequestPrepareProposal, txs [][]byte) [][]byte {
				bad.Propose, honest = nil, slices.Clone(txs)
				return hostile.txs(proposed{t: t, chain: c, me: bad.Validator, honest: txs, user: c.Accounts[0]})
			}
			b := c.Advance()
			require.Len(t, b.Failed, 1)
			require.Equal(t, bad, b.Failed[0].Proposer)
			require.Equal(t, []int{0, 1, 2, 3}, b.Failed[0].Rejected)
			require.Empty(t, b.Failed[0].Accepted)
			require.EqualValues(t, 1, b.Round)
			require.NotEqual(t, bad, b.Proposer)
			require.Equal(t, []int{0, 1, 2, 3}, b.Accepted)
			require.True(t, revealed(t, b))
			require.Empty(t, misses(t, b))
			require.Equal(t, honest[0], nextReveal(t, c, bad.Validator), "its reveal is still to come")
		})
	}
	for range 8 {
		requireReveals(t, c.Advance())
	}
	for _, v := range c.Validators {
		require.Equal(t, stakes, tokens(t, c, v))
		require.Zero(t, revealer(t, c, v).Missed)
	}
}

// A proposer that leaves its reveal out has its block, pays for it, and may reveal next time.
func TestSkippedReveal(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	c.AdvanceTo(8)
	bad := c.Proposer()
	v := bad.Validator
	before, stake, last := revealer(t, c, v), tokens(t, c, v), round(t, c, 0)
	bad.Propose = func(_ *abci.RequestPrepareProposal, honest [][]byte) [][]byte { return honest[1:] }
	tx := c.Accounts[0].Sign(send(c.Accounts[0], c.Accounts[1], 5))
	b := c.Next(tx)
	require.Equal(t, bad, b.Proposer)
	require.Empty(t, b.Failed)
	require.Equal(t, [][]byte{tx}, b.Txs)
	require.Equal(t, []beacontypes.EventMissed{{Validator: v.Operator(), Height: 9, Missed: 1, Slashed: "1000000"}}, misses(t, b))
	require.Equal(t, stake-1_000_000, tokens(t, c, v))
	before.Missed = 1
	require.Equal(t, before, revealer(t, c, v))
	require.Equal(t, last.Value, round(t, c, 0).Value)
	require.Equal(t, last.Reach, round(t, c, 0).Reach)

	bad.Propose = nil
	for c.Proposer() != bad {
		requireReveals(t, c.Advance())
	}
	requireReveals(t, c.Advance())
	require.Equal(t, before.Current.Used+1, revealer(t, c, v).Current.Used)
}

// When the turn comes back to a proposer at the same height it repeats the same reveal.
func TestTwoRoundsAtOneHeight(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	c.AdvanceTo(4)
	first := c.Proposer()
	var reveals [][]byte
	rejected := 0
	for _, n := range c.Nodes {
		n.Propose = func(_ *abci.RequestPrepareProposal, honest [][]byte) [][]byte {
			if n == first {
				reveals = append(reveals, honest[0])
			}
			if rejected == len(c.Nodes) {
				return honest
			}
			rejected++
			return append(honest, []byte{1, 2, 3, 4})
		}
	}
	before := revealer(t, c, first.Validator).Current.Used
	b := c.Advance()
	require.Len(t, b.Failed, 4)
	require.EqualValues(t, 4, b.Round)
	require.Equal(t, first, b.Proposer)
	require.Len(t, reveals, 2)
	require.True(t, bytes.Equal(reveals[0], reveals[1]))
	require.Equal(t, reveals[1], b.Txs[0])
	require.True(t, revealed(t, b))
	require.Equal(t, before+1, revealer(t, c, first.Validator).Current.Used)
}
