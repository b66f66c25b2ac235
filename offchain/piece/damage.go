package piece

import "errors"

// errLostVolume: the index knows of a volume that has no file.
var errLostVolume = errors.New("its volume is not there")

// Damage reports a piece that has gone into quarantine.
type Damage struct {
	Root   [32]byte
	Length uint64 // of the piece, bytes
	Reason error  // wraps ErrDamaged or an error of the disk
}

// Damage returns the channel of reports: from the scrub, from readers, and from Open. When Config.DamageQueue reports
// wait, further ones are dropped and counted in Stat.DamageDropped, so that nobody ever waits for the reader of this
// channel; Damaged lists what it may have missed. Telling the chain of the loss is up to the caller, for which Deals says
// whose loss it is. The channel is never closed.
func (s *Store) Damage() <-chan Damage { return s.damage }

// submitDamage puts a piece into quarantine, if it is still where the damage was seen, and reports it.
func (s *Store) submitDamage(p placed, reason error) error {
	if err := s.gate.enter(); err != nil {
		return err // a reader may outlive the store
	}
	defer s.gate.leave()
	c := &damageChange{placed: p}
	if err := s.submit(c); err != nil || !c.done {
		return err
	}
	select {
	case s.damage <- Damage{Root: p.root, Length: p.length, Reason: reason}:
	default:
		s.mu.Lock()
		s.unheard++
		s.mu.Unlock()
	}
	s.stir()
	return nil
}
