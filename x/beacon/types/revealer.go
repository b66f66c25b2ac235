package types

const (
	// MinLength and MaxLength bound the number of reveals of a chain. A chain of MaxLength takes
	// a proposer that walks it from its secret a few seconds.
	MinLength = 2
	// MaxLength is the largest number of reveals of a chain.
	MaxLength = 1 << 24
)

// ChainAt returns the chain the revealer uses at a height, after the rotation that may be due.
func (r Revealer) ChainAt(height int64) HashChain {
	if r.Next.Exists() && height >= r.Next.ActiveHeight {
		return r.Next
	}
	return r.Current
}

// WithChain returns the revealer with the chain it uses at a height replaced by c. A rotation
// that was due is then over.
func (r Revealer) WithChain(height int64, c HashChain) Revealer {
	if r.Next.Exists() && height >= r.Next.ActiveHeight {
		r.Next = HashChain{}
	}
	r.Current = c
	return r
}

// Exists tells whether the chain is one, since a revealer without a next chain has an empty one.
func (c HashChain) Exists() bool { return len(c.Tip) > 0 }

// CanReveal tells whether the chain is in use at a height and not used up.
func (c HashChain) CanReveal(height int64) bool {
	return c.Exists() && height >= c.ActiveHeight && c.Used < c.Length
}

// Remaining returns the number of reveals left.
func (c HashChain) Remaining() uint64 { return c.Length - c.Used }

// CheckTip returns ErrInvalidTip unless tip and length can begin a chain.
func CheckTip(tip []byte, length uint64) error {
	if len(tip) != HashBytes {
		return ErrInvalidTip.Wrapf("%d bytes, a tip has %d", len(tip), HashBytes)
	}
	if length < MinLength || length > MaxLength {
		return ErrInvalidTip.Wrapf("a chain of %d reveals, it must be %d to %d", length, MinLength, MaxLength)
	}
	return nil
}

// validate returns an error unless the chain is well formed.
func (c HashChain) validate() error {
	if err := CheckTip(c.Tip, c.Length); err != nil {
		return err
	}
	if len(c.Head) != HashBytes || c.Used > c.Length {
		return ErrInvalidTip.Wrapf("head of %d bytes, %d of %d reveals used", len(c.Head), c.Used, c.Length)
	}
	return nil
}
