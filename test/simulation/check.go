package simulation

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
)

// check holds the state after the last block against the invariants, and the supply against what was minted and burnt.
func (s *Simulation) check() {
	s.t.Helper()
	s.look()
	all, err := s.Chain.Nodes[0].App.Invariants(s.ctx)
	require.NoError(s.t, err)
	require.NoError(s.t, app.Broken(all), "height %d", s.Chain.Height())
	s.supply.check()
}

// Handover exports the state, begins another app with it, and lets both go on with the same blocks: as many operations as are asked
// for must come to the same results, and both then export the same bytes.
func (s *Simulation) Handover(operations int) {
	s.t.Helper()
	heir := s.Chain.NewHeir()
	s.Next()
	heir.Follow()
	s.requireSame(heir)
	for until := s.Report.Operations + operations; s.Report.Operations < until; {
		s.Next()
		heir.Follow()
	}
	s.requireSame(heir)
	s.check()
}

// requireSame compares what the chain and an heir export, module by module to name the one that differs, then the rest of it.
func (s *Simulation) requireSame(heir *devnet.Heir) {
	s.t.Helper()
	ours, theirs := s.Chain.Nodes[0].Exported(), heir.Exported()
	var left, right app.GenesisState
	require.NoError(s.t, json.Unmarshal(ours.AppState, &left))
	require.NoError(s.t, json.Unmarshal(theirs.AppState, &right))
	for _, module := range slices.Sorted(maps.Keys(left)) {
		require.Equal(s.t, numberless(left[module]), numberless(right[module]), "%s at height %d", module, s.Chain.Height())
	}
	ours.AppState, theirs.AppState = nil, nil
	require.Equal(s.t, ours, theirs)
}

// unbondingIDs are the numbers of stakes and validators on their way out. x/staking exports no counter of them, so an heir, which is
// the same until then, counts those that begin after the export from 1.
var unbondingIDs = regexp.MustCompile(`"unbonding_ids?": ("\d+"|\[[^\]]*\])`)

// numberless returns the state of a module without the numbers of what is on its way out.
func numberless(state json.RawMessage) string {
	return unbondingIDs.ReplaceAllString(string(state), "")
}
