package keeper_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// The chain id of the genesis is kept, whatever the chain that imports an export is called.
func TestGenesisChainID(t *testing.T) {
	f := emptyFixture(t)
	g := f.genesis()
	g.GenesisChainId = ""
	f.init(g)
	id, err := f.keeper.GenesisChainID(f.ctx)
	require.NoError(t, err)
	require.Equal(t, chainID, id)

	next := emptyFixture(t)
	next.ctx = next.ctx.WithChainID("mesh-test-2")
	next.init(f.export())
	id, err = next.keeper.GenesisChainID(next.ctx)
	require.NoError(t, err)
	require.Equal(t, chainID, id)
}

func TestInitGenesisRefuses(t *testing.T) {
	f := emptyFixture(t)
	good, err := operators().BytesToString(bytes.Repeat([]byte{1}, 20))
	require.NoError(t, err)
	for name, text := range map[string]string{"an account": "mesh1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzzzzzz", "capitals": strings.ToUpper(good), "nobody": ""} {
		t.Run("fails: revealer is "+name, func(t *testing.T) {
			g := f.genesis()
			g.NextId, g.Revealers = 2, []types.Revealer{types.NewRevealer(text, 1, bytes.Repeat([]byte{1}, 32), 9, 1)}
			require.NoError(t, validate(g))
			require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, g), types.ErrInvalidRequest)
		})
		t.Run("fails: newcomer is "+name, func(t *testing.T) {
			g := f.genesis()
			g.Newcomers = []types.Newcomer{{Validator: text}}
			require.NoError(t, validate(g))
			require.ErrorIs(t, f.keeper.InitGenesis(f.ctx, g), types.ErrInvalidRequest)
		})
	}
}

func TestExportGenesisOfNothing(t *testing.T) {
	f := emptyFixture(t)
	_, err := f.keeper.ExportGenesis(f.ctx)
	require.Error(t, err)
}

// Whatever the chain has been through, its export is valid, says all there is, and a chain that
// begins with it goes on as the first would have.
func TestGenesisRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		f := newFixture(t, rapid.IntRange(1, 5).Draw(t, "validators"), rapid.IntRange(2, 40).Draw(t, "reveals"))
		live(t, f, rapid.Uint64().Draw(t, "life"), rapid.SampledFrom([]int{3, 40, 100, history + 10}).Draw(t, "blocks"))
		g := f.export()
		require.NoError(t, validate(g))
		again := f.begun(g)
		requireSame(t, g, again.export())

		after := rapid.Uint64().Draw(t, "life after")
		live(t, f, after, 30)
		live(t, again, after, 30)
		requireSame(t, f.export(), again.export())
	})
}

// begun returns a chain with the same validators that begins with a state at the same height.
func (f *fixture) begun(g types.GenesisState) *fixture {
	f.t.Helper()
	again := emptyFixture(f.t)
	again.ctx = again.ctx.WithBlockHeight(f.height())
	for _, v := range f.set {
		twin := *v
		again.set = append(again.set, &twin)
		again.staking.operators[string(v.consensus)] = v.operator
	}
	again.init(g)
	return again
}

// requireSame compares states, the many rounds one by one.
func requireSame(t tester, want, got types.GenesisState) {
	t.Helper()
	require.Len(t, got.Rounds, len(want.Rounds))
	for i := range want.Rounds {
		require.Equal(t, want.Rounds[i], got.Rounds[i])
	}
	want.Rounds, got.Rounds = nil, nil
	require.Equal(t, want, got)
}

// live runs blocks in which validators reveal, are silent, register, come and change their power.
func live(t tester, f *fixture, seed uint64, blocks int) {
	t.Helper()
	random := rand.New(rand.NewPCG(2, seed))
	for range blocks {
		v := f.set[random.IntN(len(f.set))]
		if random.IntN(4) > 0 && f.ready(v) {
			f.reveals(v)
		} else {
			f.block(v)
		}
		switch random.IntN(12) {
		case 0:
			v.hashChain = newHashChain(fmt.Sprint(v.text, random.Uint64()), 2+random.IntN(30))
			f.register(v, v.hashChain)
		case 1:
			v.power = 1 + random.Int64N(100)
		case 2:
			if len(f.set) < 8 {
				f.add(len(f.set), 50)
			}
		}
	}
}

// ready tells whether the validator's latest chain can be revealed in the next block.
func (f *fixture) ready(v *validator) bool {
	rsp, err := f.query.Revealer(f.ctx, &types.QueryRevealerRequest{Validator: v.text})
	if status.Code(err) == codes.NotFound {
		return false
	}
	require.NoError(f.t, err)
	c := rsp.Revealer.ChainAt(f.height() + 1)
	return c.CanReveal(f.height()+1) && bytes.Equal(c.Tip, v.tip())
}
