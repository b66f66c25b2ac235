package keeper_test

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// goldenReveal is the reveal of "validator" with a preimage of 32 bytes 0x11, field by field.
const goldenReveal = "0a4c" + // TxRaw.body_bytes, 76 bytes
	"0a4a" + // TxBody.messages, 74 bytes
	"0a19" + "2f6d6573682e626561636f6e2e76312e4d736752657665616c" + // Any.type_url, "/mesh.beacon.v1.MsgReveal"
	"122d" + // Any.value, 45 bytes
	"0a09" + "76616c696461746f72" + // MsgReveal.validator
	"1220" + "1111111111111111111111111111111111111111111111111111111111111111" + // MsgReveal.preimage
	"1206" + "1204" + "10d08603" // TxRaw.auth_info_bytes, AuthInfo.fee, Fee.gas_limit of 50,000

func TestBuildTxGolden(t *testing.T) {
	require.Equal(t, goldenReveal, hex.EncodeToString(buildTx(t, "validator", bytes.Repeat([]byte{0x11}, 32))))
}

func TestBuildTxDecodes(t *testing.T) {
	preimage := bytes.Repeat([]byte{7}, 32)
	tx, err := newEncoding(t).tx.TxDecoder()(buildTx(t, "validator", preimage))
	require.NoError(t, err)
	require.Equal(t, []sdk.Msg{&types.MsgReveal{Validator: "validator", Preimage: preimage}}, tx.GetMsgs())
	fee := tx.(sdk.FeeTx)
	require.EqualValues(t, types.RevealGas, fee.GetGas())
	require.Empty(t, fee.GetFee())
}

// parts are what the bytes of a reveal are made of.
type parts struct {
	raw  txtypes.TxRaw
	body txtypes.TxBody
	auth txtypes.AuthInfo
	// msg goes into the first message.
	msg types.MsgReveal
	// tail is appended to the encoding of the message, the body, the fee's AuthInfo and the whole.
	msgTail, bodyTail, authTail, tail []byte
	// typeURL names the message.
	typeURL string
}

// tx encodes the parts.
func (p parts) tx(t *testing.T) []byte {
	t.Helper()
	value, err := p.msg.Marshal()
	require.NoError(t, err)
	msg := &codectypes.Any{TypeUrl: p.typeURL, Value: append(value, p.msgTail...)}
	p.body.Messages = append([]*codectypes.Any{msg}, p.body.Messages...)
	body, err := p.body.Marshal()
	require.NoError(t, err)
	auth, err := p.auth.Marshal()
	require.NoError(t, err)
	p.raw.BodyBytes, p.raw.AuthInfoBytes = append(body, p.bodyTail...), append(auth, p.authTail...)
	bz, err := p.raw.Marshal()
	require.NoError(t, err)
	return append(bz, p.tail...)
}

// revealParts are the parts of a canonical reveal.
func revealParts(validator string, preimage []byte) parts {
	return parts{
		msg:     types.MsgReveal{Validator: validator, Preimage: preimage},
		auth:    txtypes.AuthInfo{Fee: &txtypes.Fee{GasLimit: types.RevealGas}},
		typeURL: "/mesh.beacon.v1.MsgReveal",
	}
}

// wrongReveals are transactions with a right preimage that are no reveal all the same, and reveals
// of a wrong one.
func wrongReveals() []struct {
	name   string
	change func(*parts)
} {
	anyMsg := &codectypes.Any{TypeUrl: "/mesh.beacon.v1.MsgReveal"}
	// Field 15 and one over 1,024, which decoders may pass over, with a value of 1.
	unknown, skippable := []byte{0x78, 1}, []byte{0x80, 0x40, 1}
	return []struct {
		name   string
		change func(*parts)
	}{
		{"memo", func(p *parts) { p.body.Memo = "m" }},
		{"timeout height", func(p *parts) { p.body.TimeoutHeight = 99 }},
		{"unordered", func(p *parts) { p.body.Unordered = true }},
		{"timeout timestamp", func(p *parts) { at := time.Unix(9, 0).UTC(); p.body.TimeoutTimestamp = &at }},
		{"extension", func(p *parts) { p.body.ExtensionOptions = []*codectypes.Any{anyMsg} }},
		{"extension that need not be known", func(p *parts) { p.body.NonCriticalExtensionOptions = []*codectypes.Any{anyMsg} }},
		{"less gas", func(p *parts) { p.auth.Fee.GasLimit-- }},
		{"more gas", func(p *parts) { p.auth.Fee.GasLimit++ }},
		{"a fee", func(p *parts) { p.auth.Fee.Amount = sdk.NewCoins(sdk.NewInt64Coin("umesh", 1)) }},
		{"fee payer", func(p *parts) { p.auth.Fee.Payer = p.msg.Validator }},
		{"fee granter", func(p *parts) { p.auth.Fee.Granter = p.msg.Validator }},
		{"no fee at all", func(p *parts) { p.auth.Fee = nil }},
		{"signer", func(p *parts) { p.auth.SignerInfos = []*txtypes.SignerInfo{{}} }},
		{"signature", func(p *parts) { p.raw.Signatures = [][]byte{{1}} }},
		{"empty signature", func(p *parts) { p.raw.Signatures = [][]byte{{}} }},
		{"two messages", func(p *parts) { p.body.Messages = []*codectypes.Any{anyMsg} }},
		{"unknown field of the message", func(p *parts) { p.msgTail = unknown }},
		{"unknown field of the body", func(p *parts) { p.bodyTail = unknown }},
		{"field of the body that may be passed over", func(p *parts) { p.bodyTail = skippable }},
		{"unknown field of the fee", func(p *parts) { p.authTail = unknown }},
		{"unknown field of the transaction", func(p *parts) { p.tail = unknown }},
		{"the fee twice", func(p *parts) { p.authTail = []byte{0x12, 0} }},
		{"preimage twice", func(p *parts) { p.msgTail = append([]byte{0x12, 32}, p.msg.Preimage...) }},
		{"a byte behind", func(p *parts) { p.tail = []byte{0} }},
		{"short preimage", func(p *parts) { p.msg.Preimage = p.msg.Preimage[:31] }},
		{"long preimage", func(p *parts) { p.msg.Preimage = append(bytes.Clone(p.msg.Preimage), 0) }},
		{"no preimage", func(p *parts) { p.msg.Preimage = nil }},
		{"wrong preimage", func(p *parts) { p.msg.Preimage = bytes.Repeat([]byte{9}, 32) }},
		{"the head for its preimage", func(p *parts) { head := types.Step(p.msg.Preimage); p.msg.Preimage = head[:] }},
		{"no validator", func(p *parts) { p.msg.Validator = "" }},
		{"the validator in capitals", func(p *parts) { p.msg.Validator = string(bytes.ToUpper([]byte(p.msg.Validator))) }},
		{"another validator", func(p *parts) { p.msg.Validator = "meshvaloper1q" }},
	}
}

// Of all encodings of a reveal one counts, so that it has one hash; and nothing else counts.
func TestRevealIsCanonical(t *testing.T) {
	f := newFixture(t, 2, 100)
	v := f.set[0]
	require.Equal(t, f.reveal(v), revealParts(v.text, v.preimage()).tx(t), "the parts are those of a reveal")
	f.block(v)
	process := f.keeper.ProcessProposal(newEncoding(t).tx.TxDecoder(), accept)
	for _, c := range wrongReveals() {
		t.Run("fails: "+c.name, func(t *testing.T) {
			p := revealParts(v.text, v.preimage())
			c.change(&p)
			bz := p.tx(t)
			require.NotEqual(t, f.reveal(v), bz)

			require.Equal(t, abci.ResponseProcessProposal_REJECT, judge(t, f, process, v, bz))
			missed := f.revealer(v).Missed
			before := f.round(0)
			f.block(v, bz)
			require.Equal(t, missed+1, f.revealer(v).Missed)
			require.Equal(t, before.Value, f.round(0).Value)
			require.Zero(t, f.revealer(v).Current.Used)
		})
	}
	t.Run("ok: the reveal itself", func(t *testing.T) {
		require.Equal(t, abci.ResponseProcessProposal_ACCEPT, judge(t, f, process, v, f.reveal(v)))
		f.reveals(v)
		require.EqualValues(t, 1, f.revealer(v).Current.Used)
	})
}

// Who may reveal what in whose block.
func TestRevealOfTheProposerOnly(t *testing.T) {
	for _, c := range []struct {
		name     string
		proposer int
		tx       func(f *fixture) []byte
		ok       bool
	}{
		{"ok: its own", 0, func(f *fixture) []byte { return f.reveal(f.set[0]) }, true},
		{"fails: somebody else's", 0, func(f *fixture) []byte { return f.reveal(f.set[1]) }, false},
		{"fails: its own preimage under another name", 0, func(f *fixture) []byte { return buildTx(f.t, f.set[1].text, f.set[0].preimage()) }, false},
		{"fails: the one after the next", 0, func(f *fixture) []byte { f.set[0].used++; return f.reveal(f.set[0]) }, false},
		{"fails: by a validator without a tip", 2, func(f *fixture) []byte { return buildTx(f.t, f.set[2].text, f.set[0].preimage()) }, false},
		{"fails: by nobody that staking knows", 3, func(f *fixture) []byte { return f.reveal(f.set[0]) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, 2, 100)
			f.add(2, 100)
			delete(f.staking.operators, string(f.add(3, 100).consensus))
			before := types.FirstValue(chainID)
			f.block(f.set[c.proposer], c.tx(f))
			require.Equal(t, c.ok, !bytes.Equal(before, f.round(0).Value))
		})
	}
}

// A tip may be the hash of anything, but what is revealed has 32 bytes, since it is the next head.
func TestRevealOfAnotherLength(t *testing.T) {
	for _, length := range []int{0, 31, 33, 64} {
		preimage := bytes.Repeat([]byte{7}, length)
		tip := types.Step(preimage)
		f := newFixture(t, 1, 100)
		v := f.add(1, 100)
		v.hashChain = hashChain{values: [][]byte{nil, preimage, tip[:]}}
		for active := f.register(v, v.hashChain); f.height() < active-1; {
			f.block(f.set[0])
		}
		f.block(v, f.reveal(v))
		require.Zero(t, f.revealer(v).Current.Used, "%d bytes", length)
		require.EqualValues(t, 1, f.revealer(v).Missed, "%d bytes", length)
	}
}
