package attest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// collected returns what a node can claim of an epoch.
func (n *node) collected(epoch uint64) work.Attested {
	got, until, err := n.Collected(n.w.t.Context(), epoch)
	require.NoError(n.w.t, err)
	if len(got.Slots)+len(got.Duties) > 0 {
		require.GreaterOrEqual(n.w.t, until, int64(epoch+1)*epochBlocks)
	}
	return got
}

// checkSigned holds what a node collected against the keys: every seal is an attestation of its watcher, every answer the node's that
// was watched.
func (n *node) checkSigned(epoch uint64) {
	got := n.collected(epoch)
	for _, s := range got.Slots {
		for i, seal := range s.Seals {
			w := proof.Watch{Epoch: epoch, Slot: s.Slot, Node: n.id, Watcher: seal.Watcher}
			require.NoError(n.w.t, w.VerifyAttestation(public(hostKey(seal.Watcher)), domain, seal.Sig[:]))
			require.True(n.w.t, i == 0 || s.Seals[i-1].Watcher < seal.Watcher)
		}
	}
	for _, d := range got.Duties {
		w := proof.Watch{Epoch: epoch, Slot: d.Slot, Node: d.Node, Watcher: n.id}
		require.NoError(n.w.t, w.VerifyAnswer(public(hostKey(d.Node)), domain, d.Answer[:]))
		require.Equal(n.w.t, proof.U64(1_000_000/uint64(len(n.w.nodes)-1)), d.Weight)
	}
}

// All nodes are there: each has all slots, with as few seals as are enough, and has done all of its duties; each watcher probes a node
// once in a slot, at a height within it.
func TestAllAreThere(t *testing.T) {
	w := newWorld(t, 6)
	w.to(3 * epochBlocks)
	probed := map[string]int{}
	for _, line := range w.sent {
		var height, from, slot, to int64
		if n, _ := fmt.Sscanf(line, "%d: %d probes slot %d of %d", &height, &from, &slot, &to); n != 4 {
			continue
		}
		probed[fmt.Sprint(height/epochBlocks, from, slot, to)]++
		epoch := height / epochBlocks
		require.GreaterOrEqual(t, height, epoch*epochBlocks+slot*slotBlocks, line)
		// The seed comes two blocks after the opening, so that the first slot ends two blocks later.
		require.Less(t, height, max(epoch*epochBlocks+(slot+1)*slotBlocks, epoch*epochBlocks+2+slotBlocks), line)
	}
	for epoch := uint64(1); epoch <= 2; epoch++ {
		for _, n := range w.nodes {
			got := n.collected(epoch)
			require.Len(t, got.Slots, slots)
			for _, s := range got.Slots {
				require.Len(t, s.Seals, 3, "a majority of five")
			}
			require.Len(t, got.Duties, slots*5)
			n.checkSigned(epoch)
		}
	}
	require.Len(t, probed, 2*6*5*slots)
	for what, times := range probed {
		require.Equal(t, 1, times, what)
	}
	for about, times := range w.asked {
		require.LessOrEqual(t, times, 5, "each asks the chain once about node %d in epoch %d", about[0], about[1])
	}
}

// Heights of probes are the watchers' own: in a slot of five blocks they do not all come in the same.
func TestNobodyKnowsWhen(t *testing.T) {
	w := newWorld(t, 8)
	w.to(2 * epochBlocks)
	heights := map[string]bool{}
	for _, line := range w.sent {
		if height, rest, _ := strings.Cut(line, ":"); strings.HasSuffix(rest, "probes slot 1 of 1") {
			heights[height] = true
		}
	}
	require.Greater(t, len(heights), 2)
}

// Who is away is attested by nobody and does nothing; the others are enough for each other.
func TestWhoIsAwayIsNotAttested(t *testing.T) {
	w := newWorld(t, 6)
	w.nodes[5].away = true
	w.to(2 * epochBlocks)
	require.Equal(t, work.Attested{}, w.nodes[5].collected(1))
	for _, n := range w.nodes[:5] {
		got := n.collected(1)
		require.Len(t, got.Slots, slots)
		require.Len(t, got.Duties, slots*4)
	}
	// Two of five that are there are no majority.
	few := newWorld(t, 6)
	for _, n := range few.nodes[3:] {
		n.away = true
	}
	few.to(2 * epochBlocks)
	require.Empty(t, few.nodes[0].collected(1).Slots)
	require.Len(t, few.nodes[0].collected(1).Duties, slots*2)
}

// A seed that comes late leaves as much time after it as a slot has; nothing is lost by it.
func TestLateSeed(t *testing.T) {
	w := newWorld(t, 4)
	w.seedAfter = 3*slotBlocks - 1
	w.to(2*epochBlocks - 1)
	for _, n := range w.nodes {
		require.Len(t, n.collected(1).Slots, slots)
		require.Len(t, n.collected(1).Duties, slots*3)
	}
}

// A seed that comes just before the close leaves as much time as well, in the next epoch.
func TestSeedBeforeTheClose(t *testing.T) {
	w := newWorld(t, 4)
	w.seedAfter = epochBlocks - 2
	w.to(2*epochBlocks + slotBlocks)
	for _, n := range w.nodes {
		require.Len(t, n.collected(1).Slots, slots)
		require.Len(t, n.collected(1).Duties, slots*3)
	}
}

// A duty that is worth nothing is done all the same: the others' uptime does not depend on how small their watchers are.
func TestDutiesThatAreWorthNothing(t *testing.T) {
	w := newWorld(t, 5)
	w.worthless = true
	w.to(2 * epochBlocks)
	for _, n := range w.nodes {
		require.Len(t, n.collected(1).Slots, slots)
		require.Empty(t, n.collected(1).Duties)
	}
}

// Who has answered gets its attestation also when that does not arrive in the slot, or in the epoch, without being asked again; and so
// it does if it was started anew meanwhile.
func TestAttestationsThatAreLate(t *testing.T) {
	w := newWorld(t, 4)
	w.lose = func(_, _ uint64, what string) error {
		if what == "attests" && w.height < 2*epochBlocks+3 {
			return errAway
		}
		return nil
	}
	w.to(2*epochBlocks + 2)
	for _, n := range w.nodes {
		require.Empty(t, n.collected(1).Slots)
		require.Len(t, n.collected(1).Duties, slots*3)
	}
	for _, n := range w.nodes {
		n.start()
	}
	w.to(2*epochBlocks + 4)
	for _, n := range w.nodes {
		require.Len(t, n.collected(1).Slots, slots)
		seals, _ := n.book.Of(1)
		require.Len(t, seals[0], 3, "of all, also of those that are not needed")
	}
	probed := map[string]bool{}
	for _, line := range w.sent {
		var height, from, slot, to int64
		if n, _ := fmt.Sscanf(line, "%d: %d probes slot %d of %d", &height, &from, &slot, &to); n == 4 {
			what := fmt.Sprint(height/epochBlocks, from, slot, to)
			require.False(t, probed[what], line)
			probed[what] = true
		}
	}
	w.to(4 * epochBlocks)
	for _, n := range w.nodes {
		require.Len(t, n.collected(3).Slots, slots)
	}
}

// Before the watchers are known the chain is asked about a node once a block, however often that summons.
func TestEarlySummonsAreCheap(t *testing.T) {
	w := newWorld(t, 4)
	w.seedAfter = 5
	w.to(epochBlocks)
	n, from := w.nodes[0], public(hostKey(2))
	w.nodes[1].away = true
	for block := 1; block <= 4; block++ {
		for range 10 {
			require.ErrorIs(t, n.HearSummons(t.Context(), from, attest.Summons{Epoch: 1, Node: 2, Slots: 15}), attest.ErrNotNow)
		}
		require.Equal(t, block, w.asked[[2]uint64{2, 1}])
		for stranger := range uint64(10) {
			require.ErrorIs(t, n.HearSummons(t.Context(), from, attest.Summons{Epoch: 2, Node: 2, Slots: 15}), attest.ErrNotNow)
			require.Error(t, n.HearSummons(t.Context(), public(hostKey(200)), attest.Summons{Epoch: 1, Node: 1<<60 + stranger, Slots: 15}))
		}
		require.Equal(t, block, w.none, "a peer has it asked about a node once a block, whatever it says to be")
		w.to(epochBlocks + int64(block))
	}
	w.to(epochBlocks + 5)
	for range 10 {
		require.NoError(t, n.HearSummons(t.Context(), from, attest.Summons{Epoch: 1, Node: 2, Slots: 15}))
	}
	require.Equal(t, 5, w.asked[[2]uint64{2, 1}])
}

// What does not arrive is sent again with the next block, and what was answered is not asked again.
func TestWhatIsLostIsSentAgain(t *testing.T) {
	w := newWorld(t, 4)
	lost := map[string]bool{}
	w.lose = func(from, to uint64, what string) error {
		if key := fmt.Sprint(w.height/epochBlocks, from, what, to); !lost[key] && w.height%slotBlocks == 0 {
			lost[key] = true
			return errAway
		}
		return nil
	}
	w.to(2 * epochBlocks)
	require.NotEmpty(t, lost)
	probes := map[string]int{}
	for _, line := range w.sent {
		if _, rest, _ := strings.Cut(line, ": "); strings.Contains(rest, "probes") {
			probes[rest]++
		}
	}
	for what, times := range probes {
		require.Equal(t, 1, times, what)
	}
	for _, n := range w.nodes {
		require.Len(t, n.collected(1).Slots, slots)
	}
}

// What is in the book is there after a crash, and the node goes on: its watchers take its summons again.
func TestAfterACrash(t *testing.T) {
	w := newWorld(t, 5)
	w.to(epochBlocks + 2*slotBlocks - 1)
	before := w.nodes[0].collected(1)
	require.Len(t, before.Slots, 2)
	w.nodes[0].start()
	require.Equal(t, before, w.nodes[0].collected(1))
	w.to(2 * epochBlocks)
	require.Len(t, w.nodes[0].collected(1).Slots, slots)
	require.Len(t, w.nodes[0].collected(1).Duties, slots*4)
	w.nodes[0].checkSigned(1)
}

func TestHearingIsRefused(t *testing.T) {
	w := newWorld(t, 4)
	w.to(epochBlocks + slotBlocks + 1) // slot 1 has begun
	a, ctx := w.nodes[0], t.Context()
	sign := func(p attest.Probe, node uint64) []byte {
		sig, err := proof.Watch{Epoch: p.Epoch, Slot: p.Slot, Node: node, Watcher: p.Watcher}.Attest(hostKey(p.Watcher), domain)
		require.NoError(t, err)
		return sig
	}
	second := public(hostKey(2))
	for name, c := range map[string]struct {
		probe attest.Probe
		from  uint64
		want  error
	}{
		"ok: a watcher in its slot":    {attest.Probe{Epoch: 1, Slot: 1, Watcher: 2}, 2, nil},
		"fails: more than two early":   {attest.Probe{Epoch: 1, Slot: 2, Watcher: 2}, 2, attest.ErrNotNow},
		"fails: somebody else's peer":  {attest.Probe{Epoch: 1, Slot: 1, Watcher: 2}, 3, attest.ErrStranger},
		"fails: itself":                {attest.Probe{Epoch: 1, Slot: 1, Watcher: 1}, 1, attest.ErrNotDrawn},
		"fails: a slot to come":        {attest.Probe{Epoch: 1, Slot: 3, Watcher: 2}, 2, attest.ErrNotNow},
		"fails: a slot there is not":   {attest.Probe{Epoch: 1, Slot: 4, Watcher: 2}, 2, attest.ErrNotDrawn},
		"fails: an epoch to come":      {attest.Probe{Epoch: 2, Slot: 1, Watcher: 2}, 2, attest.ErrNotNow},
		"fails: an epoch that is over": {attest.Probe{Epoch: 0, Slot: 1, Watcher: 2}, 2, attest.ErrNotNow},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.HearProbe(ctx, public(hostKey(c.from)), c.probe)
			require.ErrorIs(t, err, c.want)
		})
	}
	_, err := a.HearProbe(ctx, second, attest.Probe{Epoch: 1, Slot: 1, Watcher: 9})
	require.ErrorIs(t, err, attest.ErrNotDrawn)
	require.ErrorContains(t, a.HearSummons(ctx, second, attest.Summons{Epoch: 1, Node: 9, Slots: 1}), "there is no node 9")

	p := attest.Probe{Epoch: 1, Slot: 1, Watcher: 2}
	require.ErrorIs(t, a.HearAttestation(ctx, second, attest.Attestation{Probe: p, Sig: sign(p, 3)}), proof.ErrSignature)
	require.ErrorIs(t, a.HearAttestation(ctx, public(hostKey(3)), attest.Attestation{Probe: p, Sig: sign(p, 1)}), attest.ErrStranger)
	require.ErrorIs(t, a.HearAttestation(ctx, second, attest.Attestation{Probe: attest.Probe{Epoch: 1, Slot: 4, Watcher: 2}}), attest.ErrNotDrawn)
	require.NoError(t, a.HearAttestation(ctx, second, attest.Attestation{Probe: p, Sig: sign(p, 1)}))

	require.ErrorIs(t, a.HearSummons(ctx, public(hostKey(3)), attest.Summons{Epoch: 1, Node: 2, Slots: 1}), attest.ErrStranger)
	require.ErrorIs(t, a.HearSummons(ctx, second, attest.Summons{Epoch: 2, Node: 2, Slots: 1}), attest.ErrNotNow)
	require.ErrorIs(t, a.HearSummons(ctx, public(hostKey(1)), attest.Summons{Epoch: 1, Node: 1, Slots: 4}), attest.ErrNotDrawn)
	require.NoError(t, a.HearSummons(ctx, second, attest.Summons{Epoch: 1, Node: 2, Slots: 1 << 63}), "slots there are not are no harm")

	// The attestation of a slot that has just ended with its epoch still counts.
	last := attest.Probe{Epoch: 1, Slot: 3, Watcher: 2}
	w.to(2*epochBlocks + 2)
	require.NoError(t, a.HearAttestation(ctx, second, attest.Attestation{Probe: last, Sig: sign(last, 1)}))
	_, err = a.HearProbe(ctx, second, last)
	require.ErrorIs(t, err, attest.ErrNotNow)
	w.to(3*epochBlocks + 2)
	require.ErrorIs(t, a.HearAttestation(ctx, second, attest.Attestation{Probe: last, Sig: sign(last, 1)}), attest.ErrNotNow)
}

// An answer that is not the node's is no duty, and the node gets no attestation for it.
func TestAWrongAnswerIsNoDuty(t *testing.T) {
	w := newWorld(t, 4)
	forged := w.nodes[1]
	forged.key = hostKey(77)
	w.lose = func(_, to uint64, what string) error {
		if to == 2 && strings.HasPrefix(what, "attests") {
			return errors.New("nobody attests what was not answered")
		}
		return nil
	}
	w.to(2 * epochBlocks)
	for _, n := range w.nodes {
		for _, d := range n.collected(1).Duties {
			require.NotEqual(t, uint64(2), d.Node)
		}
	}
}

// The first nodes that summon are watched, as many as there is room for.
func TestWatchedAreBounded(t *testing.T) {
	w := newWorld(t, 4)
	n := w.nodes[0]
	cfg := attest.DefaultConfig(1, domain)
	cfg.MaxWatched = 2
	var err error
	n.Attest, err = attest.New(cfg, attest.Deps{Chain: n, Peers: peers{n}, Book: n.book, Key: n.key, Dice: func(int64) int64 { return 0 }, Log: discard()})
	require.NoError(t, err)
	w.to(epochBlocks + 2)
	refused := 0
	for id := uint64(2); id <= 4; id++ {
		if n.HearSummons(t.Context(), public(hostKey(id)), attest.Summons{Epoch: 1, Node: id, Slots: 15}) != nil {
			refused++
		}
	}
	require.Equal(t, 1, refused)
}

// A chain that does not answer is an error of the step, and the next goes on.
func TestChainAway(t *testing.T) {
	w := newWorld(t, 3)
	n := w.nodes[0]
	broken := &brokenChain{node: n, err: errAway}
	var err error
	n.Attest, err = attest.New(attest.DefaultConfig(1, domain), attest.Deps{Chain: broken, Peers: peers{n}, Book: n.book, Key: n.key, Dice: func(int64) int64 { return 0 }, Log: discard()})
	require.NoError(t, err)
	n.away = true
	w.to(epochBlocks + 3)
	require.ErrorIs(t, n.Step(t.Context(), epochBlocks+3), errAway)
	n.away, broken.err = false, nil
	w.to(2 * epochBlocks)
	require.NotEmpty(t, n.collected(1).Slots)
}

type brokenChain struct {
	*node
	err error
}

func (b *brokenChain) Epoch(ctx context.Context) (attest.Epoch, error) {
	if b.err != nil {
		return attest.Epoch{}, b.err
	}
	return b.node.Epoch(ctx)
}

func TestConfig(t *testing.T) {
	good := attest.DefaultConfig(1, domain)
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*attest.Config){
		"node 0": func(c *attest.Config) { c.Node = 0 }, "nobody": func(c *attest.Config) { c.MaxWatched = 0 },
		"none at once": func(c *attest.Config) { c.AtOnce = 0 }, "no patience": func(c *attest.Config) { c.Patience = 0 },
	} {
		c := good
		change(&c)
		require.ErrorIs(t, c.Validate(), attest.ErrInvalid, name)
		_, err := attest.New(c, attest.Deps{})
		require.ErrorIs(t, err, attest.ErrInvalid)
	}
	_, err := attest.New(good, attest.Deps{})
	require.ErrorIs(t, err, attest.ErrInvalid)
}
