package duty

// Compared returns when no comparison of the shelf is under way, Rebuilt when no rebuild is.
func (d *Duties) Compared() { d.stock.wait() }
func (d *Duties) Rebuilt()  { d.rebuilds.wait() }

// Remembered returns how many things are kept in memory, beside what the chain said last.
func (d *Duties) Remembered() int {
	return len(d.sent.at) + len(d.proofs) + len(d.declined) + len(d.rebuilds.state) + len(d.view.ended) +
		len(d.view.gone) + len(d.view.reported) + len(d.stock.damaged) + len(d.stock.healed)
}

// Bounds and spans.
const (
	HeldEvery   = heldEvery
	MaxRebuilds = maxRebuilds
	Hopeless    = hopeless
	GiveBack    = giveBack
	MaxChecks   = maxChecks
	MaxTakes    = maxTakes
	MaxLooks    = maxLooks
	AckSpan     = ackSpan
	MaxSpan     = maxSpan
)
