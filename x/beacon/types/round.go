package types

const (
	// MaxReach is the number of distinct revealers a round remembers, and the most a seed can ask for.
	MaxReach = 4
	// SeedWindow is the number of heights a seed is looked for before close moves on.
	SeedWindow = 256
	// AssuredRevealers is the number of eligible revealers below which nothing is assured.
	AssuredRevealers = 4

	// AssuranceNone tells that too few validators reveal for the randomness to be trusted.
	AssuranceNone = "none"
	// AssuranceBeacon tells that the randomness is as good as the beacon makes it.
	AssuranceBeacon = "beacon"
)

// Needed returns m, the number of distinct revealers that must have spoken since close:
// min(mMax, max(1, r − ⌊r/3⌋)) for r eligible revealers. A third of them may stay silent.
func Needed(eligible, mMax uint32) uint32 {
	return min(mMax, max(1, eligible-eligible/3))
}

// Reached returns the height of the latest reveal of the m-th most recent distinct revealer, or
// 0 where fewer have ever revealed. It never decreases from one round to the next.
func (r Round) Reached(m uint32) int64 {
	if m == 0 || int(m) > len(r.Reach) {
		return 0
	}
	return r.Reach[m-1].Height
}

// Revealed returns the round after revealer id has revealed the preimage in it.
func (r Round) Revealed(id uint32, preimage []byte) Round {
	reach := []Reach{{Id: id, Height: r.Height}}
	for _, old := range r.Reach {
		if old.Id != id && len(reach) < MaxReach {
			reach = append(reach, old)
		}
	}
	r.Value = NextValue(r.Value, r.Height, preimage)
	r.Reach = reach
	return r
}

// Assurance returns how far a seed of this round can be trusted.
func (r Round) Assurance() string { return AssuranceOf(r.Eligible) }

// AssuranceOf returns how far a seed by so many revealers can be trusted.
func AssuranceOf(revealers uint32) string {
	if revealers < AssuredRevealers {
		return AssuranceNone
	}
	return AssuranceBeacon
}

// validate returns ErrInvalidGenesis unless the round has a value and a reach that reveals can
// have left.
func (r Round) validate() error {
	if len(r.Value) != HashBytes || len(r.Reach) > MaxReach {
		return ErrInvalidGenesis.Wrapf("round %d has a value of %d bytes and a reach of %d", r.Height, len(r.Value), len(r.Reach))
	}
	before, seen := r.Height+1, map[uint32]bool{}
	for _, reach := range r.Reach {
		if reach.Height < 1 || reach.Height >= before || reach.Id == 0 || seen[reach.Id] {
			return ErrInvalidGenesis.Wrapf("round %d reaches revealer %d at height %d: latest first, each once", r.Height, reach.Id, reach.Height)
		}
		before, seen[reach.Id] = reach.Height, true
	}
	return nil
}
