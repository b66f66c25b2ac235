package fuzzed

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// State is a genesis of a module.
type State interface {
	Message
	Validate() error
}

// ReadState reads any bytes as a state and tells whether it is valid: it is read back as it is written, and valid or not as before.
func ReadState(t require.TestingT, g, again State, bz []byte) (valid bool) {
	if Decoded(t, g, again, bz) == nil {
		return false
	}
	err := g.Validate()
	require.Equal(t, err == nil, again.Validate() == nil)
	return err == nil
}

// ImportStates fuzzes with any bytes that decode as a valid state, with one field changed unless field is 0: it is refused with an
// error or comes back valid, and from then on unchanged. imported exports what was imported into an empty store; ok is false for a
// state that is refused.
func ImportStates[G State](f *testing.F, empty func() G, imported func(*testing.T, G) (again G, ok bool)) {
	f.Helper()
	f.Fuzz(func(t *testing.T, bz []byte, field uint16, n uint64, s string, value []byte) {
		g := empty()
		if g.Unmarshal(bz) != nil {
			return
		}
		if field > 0 {
			Change(g, int(field)-1, n, s, value)
		}
		if g.Validate() != nil {
			return
		}
		again, ok := imported(t, g)
		if !ok {
			return
		}
		require.NoError(t, again.Validate())
		twice, ok := imported(t, again)
		require.True(t, ok)
		require.Equal(t, again, twice)
	})
}
