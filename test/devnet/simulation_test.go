package devnet_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/test/simulation"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

const (
	// operations is how many one chain of a simulation sees. MESH_OPERATIONS asks for more, on more chains of seeds that follow.
	operations = 20_000
	// inherited is how many come after the state was handed over: in the middle, and once more at the end.
	inherited = 500
	// share of the operations that succeed at least, in percent.
	share = 60
)

// TestSimulation: whatever everybody does, nothing panics, invariants hold, and a chain that begins with the state
// exported in the middle or at the end goes on as the old one does. Every message was accepted some time.
func TestSimulation(t *testing.T) {
	seed, left := seeded.Seed(t), seeded.Operations(t, operations)
	total := simulation.NewReport()
	var msgs []string
	for ; left > 0; left -= operations {
		t.Run("seed "+strconv.FormatUint(seed, 10), func(t *testing.T) {
			s, all := simulation.New(t, simulation.Config{Seed: seed}), min(left, operations)
			s.Run(all / 2)
			s.Handover(inherited)
			s.Run(all)
			s.Handover(inherited)
			t.Logf("%s%s", s.Report, s.Sizes())
			require.GreaterOrEqual(t, s.Report.Share(), float64(share))
			total.Merge(s.Report)
			msgs = s.Msgs()
		})
		seed++
	}
	require.Empty(t, total.Missing(append(slices.DeleteFunc(msgs, isReveal), others()...)), "never accepted")
	t.Logf("%d operations, %.1f %% succeeded", total.Operations, total.Share())
}

// isReveal tells of the one message that nobody sends: proposers make it.
func isReveal(url string) bool { return url == sdk.MsgTypeURL(&beacontypes.MsgReveal{}) }

// others are the messages of the SDK that a simulation must have.
func others() []string {
	var urls []string
	for _, m := range []sdk.Msg{
		&banktypes.MsgSend{}, &banktypes.MsgMultiSend{},
		&stakingtypes.MsgCreateValidator{}, &stakingtypes.MsgEditValidator{}, &stakingtypes.MsgDelegate{}, &stakingtypes.MsgUndelegate{},
		&stakingtypes.MsgBeginRedelegate{}, &stakingtypes.MsgCancelUnbondingDelegation{}, &slashingtypes.MsgUnjail{},
		&authz.MsgGrant{}, &authz.MsgExec{}, &authz.MsgRevoke{},
		&govv1.MsgSubmitProposal{}, &govv1.MsgDeposit{}, &govv1.MsgVote{},
	} {
		urls = append(urls, sdk.MsgTypeURL(m))
	}
	return urls
}

// TestSimulationRepeats: a seed gives the same chain each time, and another seed another one.
func TestSimulationRepeats(t *testing.T) {
	seed := seeded.Seed(t)
	hash := func(seed uint64) []byte {
		s := simulation.New(t, simulation.Config{Seed: seed})
		s.Run(1_000)
		return s.Chain.Last().AppHash
	}
	first := hash(seed)
	require.Equal(t, first, hash(seed))
	require.NotEqual(t, first, hash(seed+1))
}

// TestSimulationMisses: one that is too short has not had every message.
func TestSimulationMisses(t *testing.T) {
	s := simulation.New(t, simulation.Config{Seed: 1})
	s.Run(1)
	require.Contains(t, s.Report.Missing(s.Msgs()), "/mesh.tasks.v1.MsgProve")
}
