package types_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

const someID = "net_0123abcd"

func TestCheckSymbol(t *testing.T) {
	const letters = "%q: a symbol is made of A-Z, a-z and 0-9 and starts with a letter: invalid token symbol"
	const length = "%q has %d characters, a symbol has 2 to 16: invalid token symbol"
	for _, c := range []struct{ name, symbol, want string }{
		{"ok: two letters", "ab", ""},
		{"ok: 16 letters", "ABCDEFGHIJKLMNOP", ""},
		{"ok: digits behind a letter", "S3", ""},
		{"ok: ends of the ranges", "AZaz09", ""},
		{"fails: empty", "", fmt.Sprintf(length, "", 0)},
		{"fails: one letter", "a", fmt.Sprintf(length, "a", 1)},
		{"fails: 17 letters", "ABCDEFGHIJKLMNOPQ", fmt.Sprintf(length, "ABCDEFGHIJKLMNOPQ", 17)},
		{"fails: leading digit", "3S", fmt.Sprintf(letters, "3S")},
		{"fails: dash", "S-R", fmt.Sprintf(letters, "S-R")},
		{"fails: slash", "S/R", fmt.Sprintf(letters, "S/R")},
		{"fails: space", "S R", fmt.Sprintf(letters, "S R")},
		{"fails: before A", "S@", fmt.Sprintf(letters, "S@")},
		{"fails: behind Z", "S[", fmt.Sprintf(letters, "S[")},
		{"fails: before a", "S`", fmt.Sprintf(letters, "S`")},
		{"fails: behind z", "S{", fmt.Sprintf(letters, "S{")},
		{"fails: behind 9", "S:", fmt.Sprintf(letters, "S:")},
		{"fails: Cyrillic", "СТР", fmt.Sprintf(letters, "СТР")},
		{"fails: full width", "ＳＴ", fmt.Sprintf(letters, "ＳＴ")},
		{"fails: zero byte", "S\x00", fmt.Sprintf(letters, "S\x00")},
		{"ok: the chain's own, which only creation refuses", "MESH", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := types.CheckSymbol(c.symbol)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidSymbol)
			require.EqualError(t, err, c.want)
		})
	}
}

// What would be taken for the chain's own token is refused where a network is created, and not where it is stored.
func TestCheckNotNative(t *testing.T) {
	for _, c := range []struct {
		name, symbol, taken string
	}{
		{"Storage", "STR", ""}, {"Meshes", "MESHY", ""}, {"uMeshes", "UMESHY", ""},
		{"Storage", "MESH", "MESH"}, {"Storage", "mEsh", "mEsh"}, {"Storage", "UMESH", "UMESH"}, {"Storage", "umesh", "umesh"},
		{"Mesh", "STR", "Mesh"}, {"umesh", "STR", "umesh"},
	} {
		err := types.CheckNotNative(c.name, c.symbol)
		if c.taken == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, types.ErrInvalidSymbol)
		require.EqualError(t, err, fmt.Sprintf("%q is what the chain's own token is called, for which this one would be taken: invalid token symbol", c.taken))
	}
}

func TestDenoms(t *testing.T) {
	require.Equal(t, "net_0123abcd/ustr", types.Denom(someID, "STR"))
	require.Equal(t, "net_0123abcd/str", types.DisplayDenom(someID, "STR"))
}

// TestDenomIsADenom draws any symbol that passes and any id: x/bank must take the denoms, and
// symbols in other letters or networks must not meet in one denom.
func TestDenomIsADenom(t *testing.T) {
	symbols := rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{1,15}`)
	ids := rapid.StringMatching(`net_[0-9a-f]{8}`)
	seeded.Property(t, func(t *rapid.T) {
		id, symbol := ids.Draw(t, "id"), symbols.Draw(t, "symbol")
		require.NoError(t, types.CheckNetworkID(id))
		require.NoError(t, types.CheckSymbol(symbol))
		base, display := types.Denom(id, symbol), types.DisplayDenom(id, symbol)
		require.NoError(t, sdk.ValidateDenom(base))
		require.NoError(t, sdk.ValidateDenom(display))
		require.NotEqual(t, base, display)
		if other := ids.Draw(t, "other"); other != id {
			require.NotEqual(t, base, types.Denom(other, symbol))
		}
	})
}

// someToken is a token that can exist in the network someID.
func someToken() types.Token {
	return types.Token{
		Denom: "net_0123abcd/ustr", Name: "Storage", Symbol: "STR",
		SupplyCap: math.NewInt(1_000_000), InitialAllocation: math.NewInt(200_000), HalvingEpochs: 100,
	}
}

func TestTokenValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.Token)
		is     error
		want   string
	}{
		{"ok: as it is", func(*types.Token) {}, nil, ""},
		{"ok: nothing allocated", func(t *types.Token) { t.InitialAllocation = math.ZeroInt() }, nil, ""},
		{"ok: largest cap", func(t *types.Token) { t.SupplyCap = types.MaxAmount() }, nil, ""},
		{"ok: longest halving", func(t *types.Token) {
			t.SupplyCap, t.HalvingEpochs = math.NewInt(2*types.MaxHalvingEpochs+200_000), types.MaxHalvingEpochs
		}, nil, ""},
		{"ok: one unit in the first epoch", func(t *types.Token) { t.HalvingEpochs = 400_000 }, nil, ""},
		{"fails: name", func(t *types.Token) { t.Name = "ab" }, types.ErrInvalidName, `"ab" has 2 characters, a name has 3 to 32: invalid name`},
		{"fails: symbol", func(t *types.Token) { t.Symbol = "S" }, types.ErrInvalidSymbol, `"S" has 1 characters, a symbol has 2 to 16: invalid token symbol`},
		{"fails: denom of another network", func(t *types.Token) { t.Denom = "net_00000000/ustr" }, types.ErrInvalidParams,
			`denom "net_00000000/ustr" should be "net_0123abcd/ustr": invalid params`},
		{"fails: no cap", func(t *types.Token) { t.SupplyCap = math.Int{} }, types.ErrInvalidAmount, "supply cap is missing: invalid amount"},
		{"fails: negative cap", func(t *types.Token) { t.SupplyCap = math.NewInt(-1) }, types.ErrInvalidAmount, "supply cap is -1, it cannot be negative: invalid amount"},
		{"fails: cap of nothing", func(t *types.Token) { t.SupplyCap, t.InitialAllocation = math.ZeroInt(), math.ZeroInt() }, types.ErrInvalidParams,
			"supply cap 0 is too small: an epoch would emit nothing with halving after 100 epochs: invalid params"},
		{"fails: cap over the limit", func(t *types.Token) { t.SupplyCap = types.MaxAmount().AddRaw(1) }, types.ErrInvalidAmount,
			"supply cap is 170141183460469231731687303715884105729, the largest amount is 2^127: invalid amount"},
		{"fails: no allocation", func(t *types.Token) { t.InitialAllocation = math.Int{} }, types.ErrInvalidAmount, "initial allocation is missing: invalid amount"},
		{"fails: negative allocation", func(t *types.Token) { t.InitialAllocation = math.NewInt(-5) }, types.ErrInvalidAmount,
			"initial allocation is -5, it cannot be negative: invalid amount"},
		{"fails: one unit over 20 %", func(t *types.Token) { t.InitialAllocation = math.NewInt(200_001) }, types.ErrInvalidParams,
			"initial allocation 200001 is over 20 % of the supply cap 1000000: invalid params"},
		{"fails: no halving", func(t *types.Token) { t.HalvingEpochs = 0 }, types.ErrInvalidParams, "halving after 0 epochs, it must be 1 to 43800000: invalid params"},
		{"fails: halving too late", func(t *types.Token) { t.HalvingEpochs = types.MaxHalvingEpochs + 1 }, types.ErrInvalidParams,
			"halving after 43800001 epochs, it must be 1 to 43800000: invalid params"},
		{"fails: nothing in the first epoch", func(t *types.Token) { t.HalvingEpochs = 400_001 }, types.ErrInvalidParams,
			"supply cap 1000000 is too small: an epoch would emit nothing with halving after 400001 epochs: invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := someToken()
			c.change(&token)
			err := token.Validate(someID)
			if c.is == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.is)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestFirstEmission(t *testing.T) {
	require.Equal(t, "4000", someToken().FirstEmission().String())
	def := types.DefaultParams().DefaultToken
	token := types.Token{SupplyCap: def.SupplyCap, InitialAllocation: def.SupplyCap.QuoRaw(10), HalvingEpochs: def.HalvingEpochs}
	require.Equal(t, "12842465753", token.FirstEmission().String()) // 900,000,000 tokens / 70,080
}

// TestEmissionStaysUnderTheCap draws any token and lets every epoch of every halving emit all it may.
func TestEmissionStaysUnderTheCap(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		token := someToken()
		token.SupplyCap = math.NewIntFromBigInt(drawAmount(t, "cap"))
		token.InitialAllocation = token.SupplyCap.MulRaw(rapid.Int64Range(0, 2_000).Draw(t, "bps")).QuoRaw(10_000)
		token.HalvingEpochs = rapid.Uint64Range(1, types.MaxHalvingEpochs).Draw(t, "halving")
		if err := token.Validate(someID); err != nil {
			require.ErrorContains(t, err, "too small")
			return
		}
		emitted := token.InitialAllocation
		for e := token.FirstEmission(); e.IsPositive(); e = e.QuoRaw(2) {
			emitted = emitted.Add(e.Mul(math.NewIntFromUint64(token.HalvingEpochs)))
		}
		require.True(t, emitted.LTE(token.SupplyCap), "%s of %s", emitted, token.SupplyCap)
	})
}
