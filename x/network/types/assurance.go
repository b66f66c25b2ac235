package types

import "fmt"

// Levels of assurance: how far it can be trusted that nodes which are attested, or judged, were seen by others than friends.
const (
	// AssuranceNone: nobody else is there, or the draws cannot be trusted.
	AssuranceNone = "none"
	// AssuranceLow: there are fewer other owners than seats.
	AssuranceLow = "low"
	// AssuranceStandard: seats are drawn.
	AssuranceStandard = "standard"
	// AssuranceHigh: seats are drawn among HighOwners other owners or more.
	AssuranceHigh = "high"
	// HighOwners is the number of other owners from which on the assurance is high.
	HighOwners = 100
	// minRevealers is the number of validators below which no draw can be trusted.
	minRevealers = 4
)

// Assurance returns the level of draws of so many seats among so many other owners by a seed of so many revealers, and in a sentence
// why it is that.
func Assurance(others uint64, seats, revealers uint32) (level, reason string) {
	switch {
	case others == 0:
		return AssuranceNone, "there is no other owner who could watch"
	case revealers < minRevealers:
		return AssuranceNone, fmt.Sprintf("%d validators have a part in the draws, with fewer than %d they can be chosen", revealers, minRevealers)
	case others < uint64(seats):
		return AssuranceLow, fmt.Sprintf("all other owners watch, of whom there are %d; seats are drawn from %d on", others, seats)
	case others < HighOwners:
		return AssuranceStandard, fmt.Sprintf("%d seats are drawn among %d other owners", seats, others)
	}
	return AssuranceHigh, fmt.Sprintf("%d seats are drawn among %d other owners", seats, others)
}
