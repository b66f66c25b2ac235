package simulation

import (
	"math/rand"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
)

// Config describes a simulation.
type Config struct {
	// Seed from which everything follows.
	Seed uint64
	// CheckEvery is the number of blocks between two looks at the invariants; 0 means 25.
	CheckEvery int64
}

// Simulation is a chain with everybody on it.
type Simulation struct {
	// Chain goes on by Next, and may go on by itself between.
	Chain *devnet.Chain
	// Report counts what was sent.
	Report *Report

	t   testing.TB
	cfg Config
	rng *rand.Rand
	people
	places []*place
	// idle are networks that nobody joins, as long as they are not ended, idleEver how many were asked for.
	idle     []idle
	idleEver int
	granted  map[grant]bool
	supply   *ledger
	pending  []*attempt
	// about names what operations of the block that is being made are about, so that two do not get into each other's way.
	about map[string]bool
	// calm keeps everything from being spoilt.
	calm bool
	// ctx reads the state after the last block.
	ctx sdk.Context
}

// New returns a chain with one network, whose nodes have joined. What made it is not counted.
func New(t testing.TB, cfg Config) *Simulation {
	t.Helper()
	if cfg.CheckEvery == 0 {
		cfg.CheckEvery = 25
	}
	c := devnet.New(t, chainConfig())
	c.Advance()
	s := &Simulation{
		Chain: c, Report: NewReport(), t: t, cfg: cfg, rng: rand.New(rand.NewSource(int64(cfg.Seed))),
		people: newPeople(c), granted: map[grant]bool{}, about: map[string]bool{},
	}
	s.look()
	s.supply = newLedger(s)
	s.calm = true
	s.begin()
	s.calm, s.Report = false, NewReport()
	return s
}

// Run goes on until the report has so many operations, with the block that is then being made, and holds the end against the
// invariants.
func (s *Simulation) Run(operations int) {
	s.t.Helper()
	for s.Report.Operations < operations {
		s.Next()
	}
	s.check()
}

// Next makes a block of what everybody does.
func (s *Simulation) Next() {
	s.t.Helper()
	s.look()
	s.weather()
	s.duties()
	all := operations()
	for range 12 + s.rng.Intn(17) {
		s.operate(all)
	}
	s.block()
	if s.Chain.Height()%s.cfg.CheckEvery == 0 {
		s.check()
	}
}

// look reads the state after the last block.
func (s *Simulation) look() {
	s.ctx = s.Chain.Nodes[0].Context()
	clear(s.about)
}

// keepers are those of the one node there is.
func (s *Simulation) keepers() app.Keepers { return s.Chain.Nodes[0].App.Keepers }

// height is that of the block which is being made.
func (s *Simulation) height() int64 { return s.Chain.Height() + 1 }
