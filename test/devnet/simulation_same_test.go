package devnet_test

import (
	"context"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/test/simulation"
)

// replayed is how many operations a history has that is executed again and again. MESH_OPERATIONS asks for more.
const replayed = 2_000

// TestSimulationIsTheSame: a history has the same hashes of state and results, the same gas and the same events on a node that is new
// and gets all blocks, on one that is stopped in the middle, on one that begins with a snapshot from the middle, and with any number of
// cores.
func TestSimulationIsTheSame(t *testing.T) {
	s := simulation.New(t, simulation.Config{Seed: seeded.Seed(t)})
	s.Run(int(seeded.Operations(t, replayed)))
	c, middle, end := s.Chain, s.Chain.Height()/2, s.Chain.Height()

	t.Run("from genesis", func(t *testing.T) {
		require.NoError(t, c.NewReplica(devnet.DefaultNode()).Follow(end))
	})
	t.Run("stopped in the middle, and from a snapshot of then", func(t *testing.T) {
		warm := c.NewReplica(devnet.DefaultNode())
		require.NoError(t, warm.Follow(middle))
		restored := warm.Restore()
		warm.Restart()
		require.NoError(t, warm.Follow(end))
		require.NoError(t, restored.Follow(end))
	})
	for _, cores := range []int{1, 2, 8} {
		t.Run("GOMAXPROCS="+strconv.Itoa(cores), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			parallel := devnet.NodeConfig{MempoolMaxTxs: -1, Executor: serverconfig.BlockExecutorBlockSTM, Workers: cores}
			require.NoError(t, c.NewReplica(parallel).Follow(end))
		})
	}
}

// wrong does something with every message, which a circuit breaker is asked about, after a height.
type wrong struct {
	after int64
	do    func(sdk.Context)
}

// IsAllowed implements baseapp.CircuitBreaker.
func (w *wrong) IsAllowed(ctx context.Context, _ string) (bool, error) {
	if c := sdk.UnwrapSDKContext(ctx); c.BlockHeight() > w.after {
		w.do(c)
	}
	return true, nil
}

// option puts it into an app.
func (w *wrong) option(b *baseapp.BaseApp) { b.MsgServiceRouter().SetCircuit(w) }

// TestSimulationIsSeenToDiffer: an app that is wrong in one thing alone is not the same.
func TestSimulationIsSeenToDiffer(t *testing.T) {
	s := simulation.New(t, simulation.Config{Seed: 1})
	s.Run(200)
	c, middle, end := s.Chain, s.Chain.Height()/2, s.Chain.Height()

	var r *devnet.Replica
	for _, tc := range []struct {
		name string
		do   func(sdk.Context)
		want string
	}{
		{"a unit of gas more", func(ctx sdk.Context) { ctx.GasMeter().ConsumeGas(1, "") }, "gas of transaction "},
		{"an event more", func(ctx sdk.Context) { ctx.EventManager().EmitEvent(sdk.NewEvent("more")) }, "events of transaction "},
		{"a state that nobody is told of", func(ctx sdk.Context) {
			r.App.Keepers.Bank.SetDenomMetaData(ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()), banktypes.Metadata{Base: "umore"})
		}, "app hash"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r = c.NewReplica(devnet.DefaultNode(), (&wrong{middle, tc.do}).option)
			require.NoError(t, r.Follow(middle))
			require.ErrorContains(t, r.Follow(end), "height "+strconv.FormatInt(middle+1, 10)+": "+tc.want)
		})
	}

	t.Run("a count that is kept over blocks, until it is stopped", func(t *testing.T) {
		var counted int64
		w := &wrong{0, func(ctx sdk.Context) {
			if counted++; counted < ctx.BlockHeight() {
				ctx.GasMeter().ConsumeGas(1, "")
			}
		}}
		r := c.NewReplica(devnet.DefaultNode(), w.option)
		require.NoError(t, r.Follow(middle))
		counted = 0
		r.Restart()
		require.ErrorContains(t, r.Follow(end), "height "+strconv.FormatInt(middle+1, 10)+": gas of transaction ")
	})
}
