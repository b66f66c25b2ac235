package duty_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// warnings returns the lines of the log about duties whose time runs out.
func (w *world) warnings() (lines []string) {
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "half of the time") {
			lines = append(lines, line)
		}
	}
	return lines
}

// What is not on chain by half of its window is said once, and paid more for from then on.
func TestWhatIsLateIsUrgent(t *testing.T) {
	w := newWorld(t, wide())
	w.add(1, 0, 3, 100, 1, 1_000)
	w.run(2)
	for w.now.epoch() < 2 {
		w.block()
		require.NoError(t, w.round())
	}
	from, until, _ := w.now.window(1)
	w.refuse = func(p work.Post) bool { return p.Claim != nil }
	prices := map[int]bool{}
	last := 0
	for w.now.height < until-1 {
		w.block()
		require.NoError(t, w.round())
		late := w.now.height >= from+(until-from)/2
		require.Equal(t, late, len(w.warnings()) == 1, "at height %d of %d to %d", w.now.height, from, until)
	}
	require.Contains(t, w.warnings()[0], "level=WARN")
	require.Contains(t, w.warnings()[0], "duty=claim epoch=1")
	require.Contains(t, w.warnings()[0], "at_stake=100")
	for _, key := range w.outbox.keys("claim") {
		price := w.outbox.posts[key].Price
		require.True(t, price == 0 || price > 100 && price < 400, "%s pays %d %%", key, price)
		require.GreaterOrEqual(t, price, last, "%s", key)
		prices[price], last = true, price
	}
	require.Greater(t, len(prices), 2)
	require.True(t, prices[0], "at first it pays as usual")
}

// What is in time is worth no alarm, and pays no more than usual.
func TestWhatIsInTimeIsNotUrgent(t *testing.T) {
	w := newWorld(t, wide())
	w.add(1, 0, 3, 100, 1, 1_000)
	w.run(w.now.p.epoch * 4)
	require.NotEmpty(t, w.outbox.keys("proof"))
	require.Empty(t, w.warnings())
	for _, p := range w.outbox.posts {
		require.Zero(t, p.Price)
	}
}
