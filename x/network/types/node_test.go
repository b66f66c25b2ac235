package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestOfferValidate(t *testing.T) {
	for _, c := range []struct {
		name  string
		offer types.Offer
		ok    bool
	}{
		{"ok: nothing", types.Offer{}, true},
		{"ok: everything at its bound", types.Offer{Region: "abc-xyz-01234567", StorageBytes: 1 << 50, MemoryBytes: 1 << 50, CommissionBps: 5_000}, true},
		{"fails: region of 17 characters", types.Offer{Region: strings.Repeat("a", 17)}, false},
		{"fails: region in capitals", types.Offer{Region: "EU"}, false},
		{"fails: region with a space", types.Offer{Region: "e u"}, false},
		{"fails: region with an underscore", types.Offer{Region: "e_u"}, false},
		{"fails: region with a letter of more than one byte", types.Offer{Region: "é"}, false},
		{"fails: region with a character before 0", types.Offer{Region: "/"}, false},
		{"fails: region with a character behind 9", types.Offer{Region: ":"}, false},
		{"fails: region with a character before a", types.Offer{Region: "`"}, false},
		{"fails: region with a character behind z", types.Offer{Region: "{"}, false},
		{"fails: a byte of space too many", types.Offer{StorageBytes: 1<<50 + 1}, false},
		{"fails: a byte of memory too many", types.Offer{MemoryBytes: 1<<50 + 1}, false},
		{"fails: largest space", types.Offer{StorageBytes: 1<<64 - 1}, false},
		{"fails: commission over a half", types.Offer{CommissionBps: 5_001}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.offer.Validate()
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidOffer)
		})
	}
}

// TestDue: a node counts with both bonds if it takes part and they reach the minimum.
func TestDue(t *testing.T) {
	for _, c := range []struct {
		name             string
		status           types.NodeStatus
		own, given, want int64
	}{
		{"ok: own bond at the minimum", types.NODE_STATUS_JOINED, 100, 0, 100},
		{"ok: given bond at the minimum", types.NODE_STATUS_JOINED, 0, 100, 100},
		{"ok: both together", types.NODE_STATUS_JOINED, 60, 70, 130},
		{"ok: one unit under the minimum counts nothing", types.NODE_STATUS_JOINED, 60, 39, 0},
		{"ok: no bond counts nothing", types.NODE_STATUS_JOINED, 0, 0, 0},
		{"ok: suspended counts nothing", types.NODE_STATUS_SUSPENDED, 100, 100, 0},
		{"ok: left counts nothing", types.NODE_STATUS_LEFT, 100, 100, 0},
		{"ok: no status counts nothing", types.NODE_STATUS_UNSPECIFIED, 100, 100, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := types.Node{Status: c.status, OwnBond: math.NewInt(c.own), GivenBond: math.NewInt(c.given)}
			require.Equal(t, c.want, n.Due(math.NewInt(100)).Int64())
			require.Equal(t, c.own+c.given, n.TotalBond().Int64())
		})
	}
}

func TestHasAmount(t *testing.T) {
	for _, c := range []struct {
		name   string
		amount math.Int
		want   bool
	}{
		{"ok: left out", math.Int{}, false}, {"ok: 0", math.ZeroInt(), false}, {"ok: 1", math.OneInt(), true},
		{"ok: less than nothing, for others to refuse", math.NewInt(-1), true},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, types.HasAmount(c.amount)) })
	}
}
