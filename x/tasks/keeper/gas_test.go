package keeper_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// charged returns the gas a message takes beside that of the store, which costs nothing here: what the module itself
// charges can so be told to the unit. Nothing of the message is left.
func charged[M, R any](f *fixture, handle func(context.Context, M) (R, error), msg M) (uint64, error) {
	before := f.w.clone()
	branch, _ := f.ctx.WithKVGasConfig(storetypes.GasConfig{}).WithGasMeter(storetypes.NewInfiniteGasMeter()).CacheContext()
	_, err := handle(branch, msg)
	f.w = before
	return branch.GasMeter().GasConsumed(), err
}

// Work is charged before it is done: what turns out to be wrong costs as much as what is right.
func TestGasOfProofs(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	f.claim(2, nodes...)
	f.toProofs(2)
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0))
	answer, prove := f.answerMsg(f.requests(nodes[0])[0]), f.proveMsg(nodes[0], 2)
	require.NotEmpty(t, answer.LayoutOpening)
	require.NotEmpty(t, answer.ChunkOpening)
	broken := func(bz []byte) []byte {
		bz = slices.Clone(bz)
		bz[len(bz)-1] ^= 1
		return bz
	}

	gas, err := charged(f, f.msgs.AnswerOpen, answer)
	require.NoError(t, err)
	size := len(answer.LayoutOpening) + len(answer.ChunkOpening)
	require.Equal(t, uint64(20_000+5*size), gas)
	wrong := *answer
	wrong.ChunkOpening = append(broken(answer.ChunkOpening), 0)
	gas, err = charged(f, f.msgs.AnswerOpen, &wrong)
	require.ErrorIs(t, err, types.ErrInvalidProof)
	require.Equal(t, uint64(20_000+5*(size+1)), gas)

	gas, err = charged(f, f.msgs.Prove, prove)
	require.NoError(t, err)
	require.Equal(t, uint64(20_000+5*len(prove.Proof)), gas)
	bad := *prove
	bad.Proof = append(broken(prove.Proof), 0)
	gas, err = charged(f, f.msgs.Prove, &bad)
	require.ErrorIs(t, err, types.ErrInvalidProof)
	require.Equal(t, uint64(20_000+5*(len(prove.Proof)+1)), gas)
}

// Each signature that is looked at is charged, the one that is wrong too; who acknowledges by a message of its own has
// paid for its signature already.
func TestGasOfAcknowledgements(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(10)
	nodes := f.drawn(id)
	msg := signedMsg(f, id, nodes)
	for n := range len(msg.Acks) + 1 {
		some := *msg
		some.Acks = msg.Acks[:n]
		gas, err := charged(f, f.msgs.CommitLayout, &some)
		require.NoError(t, err)
		require.Equal(t, uint64(1_000*n), gas)
	}
	wrong := *msg
	wrong.Acks = slices.Clone(msg.Acks)
	wrong.Acks[1].Signature = msg.Acks[0].Signature
	gas, err := charged(f, f.msgs.CommitLayout, &wrong)
	require.ErrorIs(t, err, types.ErrInvalidAck)
	require.Equal(t, uint64(2_000), gas)
	f.commit(id)
	gas, err = charged(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0))
	require.NoError(t, err)
	require.Zero(t, gas)
}
