package simulation

import (
	"reflect"
	"strings"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/fuzzed"
)

// spoil changes a field of one message of Mesh in 25, whatever comes of it. Who signs stays who signs.
func (s *Simulation) spoil(a *attempt) {
	if !strings.HasPrefix(sdk.MsgTypeURL(a.msgs[0]), "/mesh.") || s.calm || !s.chance(1, 25) {
		return
	}
	msg := a.msgs[0].(fuzzed.Message)
	bz, err := msg.Marshal()
	require.NoError(s.t, err)
	other := reflect.New(reflect.TypeOf(msg).Elem()).Interface().(fuzzed.Message)
	require.NoError(s.t, other.Unmarshal(bz))
	numbers := []uint64{0, 1, uint64(s.rng.Intn(100)), s.rng.Uint64() >> s.rng.Intn(64)}
	texts := []string{"", "-", "eu", "umesh", s.everybody[0].String()}
	random := make([]byte, []int{0, 1, 32, 33, 64}[s.rng.Intn(5)])
	s.rng.Read(random)
	n, _ := pick(s, numbers)
	text, _ := pick(s, texts)
	fuzzed.Change(other, s.rng.Intn(1_000), n, text, random)
	signers, _, err := s.Chain.Nodes[0].App.AppCodec().GetMsgV1Signers(other.(sdk.Msg))
	if err == nil && len(signers) == 1 && sdk.AccAddress(signers[0]).Equals(a.by.Address) {
		a.msgs[0] = other.(sdk.Msg)
	}
}
