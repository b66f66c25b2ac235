package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// lookups runs a block in which the first validator reveals and returns how often staking was
// asked for it; one question is the proposer's.
func (f *fixture) lookups() int {
	f.t.Helper()
	before := f.staking.lookups
	f.reveals(f.set[0])
	return f.staking.lookups - before
}

// The electorate is counted when the set or a tip changes and at no other block.
func TestElectorateIsCountedWhenItChanges(t *testing.T) {
	const idle, counted = 1, 1 + 3 // and 4 where the fourth is in the set
	f := newFixture(t, 3, 1000)
	require.Equal(t, counted, f.lookups(), "the first block")
	for range 3 {
		require.Equal(t, idle, f.lookups(), "an ordinary block")
	}

	f.set[2].power++
	require.Equal(t, counted, f.lookups(), "a power changed")
	require.Equal(t, idle, f.lookups())

	f.set[1], f.set[2] = f.set[2], f.set[1]
	require.Equal(t, counted, f.lookups(), "the order changed")
	require.Equal(t, idle, f.lookups())

	v := f.add(3, 100)
	require.Equal(t, counted+1, f.lookups(), "a validator came")
	require.Equal(t, idle, f.lookups())
	require.EqualValues(t, 3, f.round(0).Eligible)

	active := f.register(v, newHashChain("fourth", 2))
	require.Equal(t, counted+1, f.lookups(), "a tip was registered")
	require.Equal(t, active, f.export().Electorate.RecountHeight)
	for f.height() < active-1 {
		require.Equal(t, idle, f.lookups())
		require.EqualValues(t, 3, f.round(0).Eligible)
	}
	require.Equal(t, counted+1, f.lookups(), "the tip is in use")
	require.EqualValues(t, 4, f.round(0).Eligible)
	require.Zero(t, f.export().Electorate.RecountHeight)
	require.Equal(t, idle, f.lookups())

	v.hashChain = newHashChain("fourth", 2)
	f.reveals(v)
	f.reveals(v)
	require.Equal(t, counted+1, f.lookups(), "a chain was used up")
	require.EqualValues(t, 3, f.round(0).Eligible)
	require.Equal(t, idle, f.lookups())

	f.set = f.set[:3]
	require.Equal(t, counted, f.lookups(), "a validator left")
	require.Equal(t, idle, f.lookups())
}

// Of several tips that wait, the count is made again at each one's height.
func TestElectorateActivations(t *testing.T) {
	f := newFixture(t, 1, 1000)
	f.reveals(f.set[0])
	var active []int64
	for i := 1; i <= 3; i++ {
		f.add(i, 100)
		active = append(active, f.register(f.set[i], newHashChain("late", 5)))
		f.reveals(f.set[0])
		f.reveals(f.set[0])
	}
	require.Equal(t, []int64{1 + rotateDelay, 3 + rotateDelay, 5 + rotateDelay}, active)
	for f.height() < active[2]+2 {
		f.reveals(f.set[0])
		want := uint32(1)
		for _, height := range active {
			if f.height() >= height {
				want++
			}
		}
		require.Equal(t, want, f.round(0).Eligible, "height %d", f.height())
	}
}

// A rotation neither loses the validator nor counts it twice, and a chain that is used up before
// its successor is in use takes it out in between.
func TestElectorateOverRotation(t *testing.T) {
	f := newFixture(t, 2, 4)
	v := f.set[1]
	next := newHashChain("next", 100)
	active := f.register(v, next)
	for f.height() < 4 {
		f.reveals(v)
		require.EqualValues(t, 2, f.round(0).Eligible)
	}
	for f.height() < active-1 {
		f.block(f.set[0])
		require.EqualValues(t, 1, f.round(0).Eligible, "height %d", f.height())
	}
	f.block(f.set[0])
	require.EqualValues(t, 2, f.round(0).Eligible)
}

// At least one percent of the power, rounded against the validator.
func TestElectorateThreshold(t *testing.T) {
	for _, c := range []struct {
		name   string
		powers []int64
		want   uint32
	}{
		{"ok: one of 100 is a percent", []int64{99, 1}, 2},
		{"fails: one of 101 is less", []int64{100, 1}, 1},
		{"ok: two of 200", []int64{198, 2}, 2},
		{"fails: two of 201", []int64{199, 2}, 1},
		{"ok: two of 199", []int64{197, 2}, 2},
		{"fails: one of 199", []int64{198, 1}, 1},
		{"ok: all of a small set", []int64{1, 1, 1}, 3},
		{"ok: alone", []int64{1}, 1},
		{"ok: near the greatest total power", []int64{1<<60 - 1<<60/100 - 1, 1<<60/100 + 1}, 2},
		{"fails: one less than that", []int64{1<<60 - 1<<60/100, 1 << 60 / 100}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, len(c.powers), 10)
			for i, power := range c.powers {
				f.set[i].power = power
			}
			f.reveals(f.set[0])
			require.Equal(t, c.want, f.round(0).Eligible)
		})
	}
}

// The set is that of the last block's votes, whoever proposes; nobody voted before the first.
func TestElectorateOfNobody(t *testing.T) {
	f := newFixture(t, 2, 10)
	v := f.set[0]
	f.set = nil
	f.reveals(v)
	require.Equal(t, types.Round{
		Height: 1, Value: types.NextValue(types.FirstValue(chainID), 1, v.values[9]), Reach: []types.Reach{{Id: 1, Height: 1}},
	}, f.round(0))
}
