package chain

import (
	"slices"
	"strings"
	"time"

	"cosmossdk.io/math"
)

// EarnedDay is what the epochs of one day were worth to a node.
type EarnedDay struct {
	// Day in UTC, as 2006-01-02.
	Day string
	// Sum of its epochs; it has no epoch, state, reason or presences of its own. Of an open epoch the match is the most it can be.
	Sum EarnedEpoch
}

// EarnedNet is what of an epoch is the owner's and of those who gave bonds, in base units.
func EarnedNet(r EarnedEpoch) Amount { return r.Earned.Add(r.Matched).Add(r.Uptime).Add(r.Duties) }

// EarnedDays adds epochs up by the day of their first payment, the first day first.
func EarnedDays(rows []EarnedEpoch) []EarnedDay {
	var days []EarnedDay
	for len(rows) > 0 {
		day := dayOf(rows[0])
		until := slices.IndexFunc(rows, func(r EarnedEpoch) bool { return dayOf(r) != day })
		if until < 0 {
			until = len(rows)
		}
		days = append(days, EarnedDay{Day: day, Sum: addUp(rows[:until])})
		rows = rows[until:]
	}
	return days
}

func dayOf(r EarnedEpoch) string { return time.Unix(r.Time, 0).UTC().Format(time.DateOnly) }

func addUp(rows []EarnedEpoch) EarnedEpoch {
	zero := math.ZeroInt()
	sum := EarnedEpoch{Gross: zero, Burnt: zero, Earned: zero, Matched: zero, Uptime: zero, Duties: zero}
	for _, r := range rows {
		sum.Gross, sum.Burnt, sum.Earned = sum.Gross.Add(r.Gross), sum.Burnt.Add(r.Burnt), sum.Earned.Add(r.Earned)
		sum.Matched, sum.Uptime, sum.Duties = sum.Matched.Add(r.Matched), sum.Uptime.Add(r.Uptime), sum.Duties.Add(r.Duties)
		for _, k := range r.Kinds {
			sum.Kinds = addKind(sum.Kinds, k)
		}
	}
	return sum
}

// addKind adds what was paid for a kind of work to a list in the order of their names.
func addKind(list []EarnedKind, k EarnedKind) []EarnedKind {
	at, found := slices.BinarySearchFunc(list, k, func(a, b EarnedKind) int { return strings.Compare(a.Kind, b.Kind) })
	if !found {
		return slices.Insert(list, at, k)
	}
	list[at].Burnt, list[at].Earned = list[at].Burnt.Add(k.Burnt), list[at].Earned.Add(k.Earned)
	return list
}
