package simulation

import "slices"

// operation is one thing that somebody may do.
type operation struct {
	// weight says how often it is chosen.
	weight int
	// try makes a transaction of it, and tells whether the state had anything for it.
	try func(*Simulation) bool
}

// operations lists what is chosen from.
func operations() []operation {
	return slices.Concat(
		moneyOperations(), stakeOperations(), grantOperations(), proposalOperations(),
		networkOperations(), nodeOperations(), bondOperations(), dealOperations(), lossOperations(), channelOperations(), taskOperations(),
	)
}

// operate chooses until there was something to do.
func (s *Simulation) operate(all []operation) {
	total := 0
	for _, o := range all {
		total += o.weight
	}
	for range 20 {
		at := s.rng.Intn(total)
		for _, o := range all {
			if at -= o.weight; at < 0 {
				if o.try(s) {
					return
				}
				break
			}
		}
	}
}
