package storage

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/mesh-protocol/mesh/test/devnet"
)

// Tx is a transaction that goes into the next block.
type Tx struct {
	// Sender signed it, or let the network's friend sign it.
	Sender *devnet.Account
	// Msgs are its messages.
	Msgs []sdk.Msg

	bytes  []byte
	must   bool
	result *abci.ExecTxResult
}

// Send puts messages into the next block, which must accept them.
func (n *Network) Send(from *devnet.Account, msgs ...sdk.Msg) *Tx {
	n.t.Helper()
	tx := n.Try(from, msgs...)
	tx.must = true
	return tx
}

// Try puts messages into the next block, which may refuse them.
func (n *Network) Try(from *devnet.Account, msgs ...sdk.Msg) *Tx {
	n.t.Helper()
	tx := &Tx{Sender: from, Msgs: msgs, bytes: n.sign(from, msgs...)}
	n.pending = append(n.pending, tx)
	return tx
}

// Do sends messages and makes the block.
func (n *Network) Do(from *devnet.Account, msgs ...sdk.Msg) *Tx {
	n.t.Helper()
	tx := n.Send(from, msgs...)
	n.Next()
	return tx
}

// Refuse sends messages that the next block must refuse with an error.
func (n *Network) Refuse(want error, from *devnet.Account, msgs ...sdk.Msg) {
	n.t.Helper()
	tx := n.Try(from, msgs...)
	n.Next()
	require.ErrorIs(n.t, tx.Err(), want, "%s", tx)
}

// Err returns why the transaction was refused, nil where it was not. errors.Is knows the modules' errors.
func (tx *Tx) Err() error {
	if tx.result == nil || tx.result.Code == abci.CodeTypeOK {
		return nil
	}
	return errorsmod.ABCIError(tx.result.Codespace, tx.result.Code, tx.result.Log)
}

// Gas returns what the transaction used, once it is in a block.
func (tx *Tx) Gas() int64 { return tx.result.GasUsed }

// Events returns what the transaction did, once it is in a block.
func (tx *Tx) Events() []abci.Event { return tx.result.Events }

// String names the transaction by its first message.
func (tx *Tx) String() string {
	return fmt.Sprintf("%s of %s", proto.MessageName(tx.Msgs[0]), tx.Sender)
}

// Answer reads the answer to the first message of an accepted transaction.
func (n *Network) Answer(tx *Tx, answer proto.Message) {
	n.t.Helper()
	require.NoError(n.t, tx.Err())
	var data sdk.TxMsgData
	require.NoError(n.t, proto.Unmarshal(tx.result.Data, &data))
	bz := data.MsgResponses[0].Value
	if n.Friend != nil {
		var inner authz.MsgExecResponse
		require.NoError(n.t, proto.Unmarshal(bz, &inner))
		bz = inner.Results[0]
	}
	require.NoError(n.t, proto.Unmarshal(bz, answer))
}
