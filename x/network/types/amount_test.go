package types_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// amountCase is one amount and what is said about it as "bond".
type amountCase struct {
	name   string
	amount math.Int
	want   string // error text, "" for none
}

func amountCases() []amountCase {
	return []amountCase{
		{"ok: nothing", math.ZeroInt(), ""},
		{"ok: one", math.OneInt(), ""},
		{"ok: 2^127", types.MaxAmount(), ""},
		{"fails: missing", math.Int{}, "bond is missing: invalid amount"},
		{"fails: negative", math.NewInt(-1), "bond is -1, it cannot be negative: invalid amount"},
		{"fails: 2^127 + 1", types.MaxAmount().AddRaw(1),
			"bond is 170141183460469231731687303715884105729, the largest amount is 2^127: invalid amount"},
	}
}

func TestMaxAmount(t *testing.T) {
	require.Equal(t, "170141183460469231731687303715884105728", types.MaxAmount().String())
	require.Equal(t, 128, types.MaxAmount().BigInt().BitLen())
	// A caller who changes what it got changes nobody else's.
	got := types.MaxAmount()
	got.BigIntMut().Add(got.BigIntMut(), big.NewInt(1))
	require.Equal(t, "170141183460469231731687303715884105728", types.MaxAmount().String())
}

func TestCheckAmount(t *testing.T) {
	for _, c := range amountCases() {
		t.Run(c.name, func(t *testing.T) {
			err := types.CheckAmount("bond", c.amount)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidAmount)
			require.EqualError(t, err, c.want)
		})
	}
}
