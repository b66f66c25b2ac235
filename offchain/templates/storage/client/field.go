package client

import (
	"slices"
	"sync"
	"time"
)

const (
	// leastBytes is what a shorter read counts as: below it the way there and back is most of the time.
	leastBytes = 256 << 10
	// parityCost is how much slower a data piece may be than a parity piece before the latter, which has to be decoded, is
	// asked for in its place.
	parityCost = 2
	// farCost is how much slower than the others a holder counts that was not reached yet.
	farCost = 3
)

// field is what a retrieval has seen of the holders of a deal. Times are those for a byte of a piece, in seconds.
type field struct {
	k       int
	holders []Holder // by index; without a node where there is nobody to ask

	mu    sync.Mutex
	speed []float64 // measured; 0 = not known
	least []float64 // what it takes at least, after a question that was late
	vain  []float64 // questions in a row that it had nothing to give to
	down  []bool    // is asked only if there is nobody else
	near  []bool    // was reached
}

// newField returns a field of n holders of which nothing is known.
func newField(k, n int, holders []Holder) *field {
	f := &field{
		k: k, holders: make([]Holder, n),
		speed: make([]float64, n), least: make([]float64, n), vain: make([]float64, n), down: make([]bool, n), near: make([]bool, n),
	}
	for _, h := range holders {
		f.holders[h.Index] = h
	}
	return f
}

// pick returns the index that is expected to give its piece soonest of those that were not asked, -1 if there is none.
func (f *field) pick(asked []bool) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	usual := f.usual()
	best, bestCost := -1, 0.0
	for i, h := range f.holders {
		if h.Node == 0 || asked[i] {
			continue
		}
		cost := f.cost(i, usual)
		if i >= f.k {
			cost *= parityCost
		}
		if !f.near[i] {
			cost *= farCost
		}
		if best < 0 || f.down[best] && !f.down[i] || f.down[best] == f.down[i] && cost < bestCost {
			best, bestCost = i, cost
		}
	}
	return best
}

// likely returns up to n holders that are expected to be asked first.
func (f *field) likely(n int) (list []Holder) {
	asked := make([]bool, len(f.holders))
	for len(list) < n {
		i := f.pick(asked)
		if i < 0 {
			break
		}
		asked[i] = true
		list = append(list, f.holders[i])
	}
	return list
}

// took notes how long a holder took for a number of bytes.
func (f *field) took(index, bytes int, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := perByte(bytes, d)
	if f.speed[index] > 0 {
		now = (3*f.speed[index] + now) / 4
	}
	f.speed[index], f.least[index], f.vain[index], f.down[index], f.near[index] = now, 0, 0, false, true
}

// reach notes that a holder can be reached.
func (f *field) reach(index int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.near[index], f.down[index] = true, false
}

// reached returns how many holders can be reached.
func (f *field) reached() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, near := range f.near {
		if near && !f.down[i] {
			n++
		}
	}
	return n
}

// doubt returns 0 for a holder that can be reached, 1 if that is not known, and 2 if it cannot.
func (f *field) doubt(index int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.down[index]:
		return 2
	case f.near[index]:
		return 0
	}
	return 1
}

// late notes that a holder has taken so long already and is not done.
func (f *field) late(index, bytes int, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.least[index] = max(f.least[index], 2*parityCost*perByte(bytes, d))
}

// lacks notes that a holder has nothing to give where it should.
func (f *field) lacks(index int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.vain[index]++
}

// fail notes that a holder cannot be reached or lies.
func (f *field) fail(index int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down[index] = true
}

// expected returns how long holders usually take for a number of bytes, 0 if that is not known.
func (f *field) expected(bytes int) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.Max(f.speed) == 0 {
		return 0
	}
	return time.Duration(f.usual() * float64(max(bytes, leastBytes)) * float64(time.Second))
}

// cost returns what a holder is expected to take, if usual is what others do.
func (f *field) cost(index int, usual float64) float64 {
	if f.speed[index] > 0 {
		usual = f.speed[index]
	}
	return max(usual, f.least[index]) * (1 + parityCost*f.vain[index])
}

// usual returns the median of the measured speeds, or next to nothing.
func (f *field) usual() float64 {
	known := slices.DeleteFunc(slices.Clone(f.speed), func(s float64) bool { return s == 0 })
	if len(known) == 0 {
		return perByte(0, 0)
	}
	slices.Sort(known)
	return known[(len(known)-1)/2]
}

func perByte(bytes int, d time.Duration) float64 {
	return max(d, time.Nanosecond).Seconds() / float64(max(bytes, leastBytes))
}
