package devnet_test

// silentOne withholds: it attests and answers nobody but its friends, shows nothing that it is asked for, and reveals every second result
// only, a lie.
type silentOne struct{ *rogue }

// Act implements storage.Actor.
func (s *silentOne) Act() {
	if !s.d.cheats() {
		s.resident.Act()
		return
	}
	s.claimOnce(s.claim)
	for _, d := range s.Deadlines() {
		switch d.Duty {
		case "proof":
			s.proveAfter(d.Epoch, nil, withholder, nil)
		case "open":
			s.withhold("request %d", d.Request)
		}
	}
	for _, r := range s.d.nodes {
		if e := s.d.Epoch(); !s.d.isHostile(r.ID) && e <= dozenLast {
			s.withhold("attestations of node %d in epoch %d", r.ID, e)
		}
	}
	s.TaskDuties(s.liesTo, s.reveal)
	s.redeem()
	s.Withdraw()
}

func (s *silentOne) reveal(task uint64) {
	if task%2 == 1 {
		s.withhold("result of task %d for jury %d", task, s.jury(task))
		return
	}
	s.liesAloud(task)
}
