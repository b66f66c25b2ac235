package segment

// Pieces are the n coded parts of a segment. One goroutine owns them until it calls Release.
type Pieces struct {
	// Length of every piece in bytes.
	Length int
	// Roots of the pieces, by index. They outlive Release.
	Roots [][32]byte

	coder *Coder
	buf   *[]byte
}

func (c *Coder) newPieces(length int) *Pieces {
	n := c.profile.N
	return &Pieces{Length: length, Roots: make([][32]byte, n), coder: c, buf: c.takeBuffer(n * stride(length))}
}

// Piece returns the piece of an index, 0 ≤ i < n. Its bytes are valid until Release; after it, Piece returns nil.
func (p *Pieces) Piece(i int) []byte {
	if p.buf == nil {
		return nil
	}
	return p.part(i, 0, p.Length)
}

// part returns bytes from…to of a piece, without room to grow.
func (p *Pieces) part(i, from, to int) []byte {
	start := i * stride(p.Length)
	return (*p.buf)[start+from : start+to : start+to]
}

// Release gives the memory back. The second time it does nothing.
func (p *Pieces) Release() {
	p.coder.giveBuffer(p.buf)
	p.buf = nil
}
