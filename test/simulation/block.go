package simulation

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/devnet"
)

// gas is the limit of every transaction.
const gas = 4_000_000

// attempt is a transaction for the next block.
type attempt struct {
	by   *devnet.Account
	msgs []sdk.Msg
	// inner is what the messages carry, if they are a MsgExec.
	inner []sdk.Msg
	// then is called with the result, once it has succeeded.
	then func(*abci.ExecTxResult)

	bytes     []byte
	err       error
	codespace string
	code      uint32
}

// urls are the types of the messages, those within others last.
func (a *attempt) urls() []string {
	var urls []string
	for _, m := range append(a.msgs[:len(a.msgs):len(a.msgs)], a.inner...) {
		urls = append(urls, sdk.MsgTypeURL(m))
	}
	return urls
}

// end notes how the transaction ended. A panic is a bug.
func (a *attempt) end(s *Simulation, codespace string, code uint32, log string) {
	s.t.Helper()
	require.False(s.t, codespace == errorsmod.ErrPanic.Codespace() && code == errorsmod.ErrPanic.ABCICode(), "height %d: %v: %s", s.Chain.Height(), a.msgs, log)
	a.err, a.codespace, a.code = errorsmod.ABCIError(codespace, code, log), codespace, code
}

// send puts a message of an account into the next block. then, unless nil, is called once it has succeeded.
func (s *Simulation) send(by *devnet.Account, msg sdk.Msg, then func(*abci.ExecTxResult)) bool {
	a := &attempt{by: by, msgs: []sdk.Msg{msg}, then: then}
	s.spoil(a)
	s.throughFriend(a)
	s.pending = append(s.pending, a)
	return true
}

// block makes a block of what everybody sent, in any order, and counts how it ended.
func (s *Simulation) block() {
	s.t.Helper()
	sent := s.pending
	s.pending = nil
	s.rng.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
	for _, a := range sent {
		a.bytes = a.by.SignFor(devnet.Terms{Gas: gas}, a.msgs...)
		if said := s.Chain.Nodes[0].Submit(a.bytes); said.IsErr() {
			a.by.Sequence-- // as the chain does not know of it
			a.end(s, said.Codespace, said.Code, said.Log)
			a.bytes = nil
		}
	}
	b := s.Chain.Advance()
	s.Report.Blocks++
	s.supply.read(b)
	s.look()
	s.readProposals(b)
	for _, a := range sent {
		if a.bytes != nil {
			result := b.Result(a.bytes)
			require.NotNil(s.t, result, "left out of block %d: %v", b.Height, a.msgs)
			if result.Code == abci.CodeTypeOK && a.then != nil {
				a.then(result)
			}
			if result.Code != abci.CodeTypeOK {
				a.end(s, result.Codespace, result.Code, result.Log)
			}
		}
		s.Report.add(a)
	}
}

// answer reads the answer to the one message of a transaction, also where a friend sent it.
func answer[T any, P interface {
	*T
	Unmarshal([]byte) error
}](s *Simulation, result *abci.ExecTxResult) T {
	s.t.Helper()
	var data sdk.TxMsgData
	require.NoError(s.t, data.Unmarshal(result.Data))
	bz := data.MsgResponses[0].Value
	if isExec(data.MsgResponses[0].TypeUrl) {
		bz = innerAnswer(s, bz)
	}
	var rsp T
	require.NoError(s.t, P(&rsp).Unmarshal(bz))
	return rsp
}
