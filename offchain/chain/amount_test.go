package chain_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/test/seeded"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// largest is 2^127 as text.
const largest = "170141183460469231731687303715884105728"

func TestParseTokens(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"ok: whole":               {"12", "12000000"},
		"ok: zero":                {"0", "0"},
		"ok: half":                {"1.5", "1500000"},
		"ok: smallest":            {"0.000001", "1"},
		"ok: leading zeros":       {"007.10", "7100000"},
		"ok: largest":             {"170141183460469231731687303715884.105728", largest},
		"fails: one over":         {"170141183460469231731687303715884.105729", ""},
		"fails: seven decimals":   {"0.0000001", ""},
		"fails: empty":            {"", ""},
		"fails: no whole part":    {".5", ""},
		"fails: no decimals":      {"5.", ""},
		"fails: two points":       {"1.2.3", ""},
		"fails: negative":         {"-1", ""},
		"fails: plus":             {"+1", ""},
		"fails: exponent":         {"1e3", ""},
		"fails: comma":            {"1,000", ""},
		"fails: hex":              {"0x10", ""},
		"fails: Arabic digits":    {"١", ""},
		"fails: longer than any":  {strings.Repeat("0", 65), ""},
		"fails: 2^127 with zeros": {strings.Repeat("9", 64), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := chain.ParseTokens(tc.in)
			if tc.want == "" {
				require.ErrorIs(t, err, chain.ErrInvalid)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got.String())
		})
	}
}

func TestParseUnits(t *testing.T) {
	got, err := chain.ParseUnits(largest)
	require.NoError(t, err)
	require.Equal(t, networktypes.MaxAmount(), got)
	for _, bad := range []string{"1.5", "1.0", "", "-1", strings.ReplaceAll(largest, "8", "9")} {
		_, err := chain.ParseUnits(bad)
		require.ErrorIs(t, err, chain.ErrInvalid, "%q", bad)
	}
}

func TestFormatTokens(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "1": "0.000001", "1000000": "1", "1500000": "1.5", "999999": "0.999999",
		"1000000000000000": "1,000,000,000", "123456789012": "123,456.789012", "-1500000": "-1.5",
	} {
		i, ok := math.NewIntFromString(in)
		require.True(t, ok)
		require.Equal(t, want, chain.FormatTokens(i))
	}
	require.Equal(t, "0", chain.FormatTokens(chain.Amount{}))
}

// TestTokensRoundTrip says that what is shown is what is meant.
func TestTokensRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		bz := rapid.SliceOfN(rapid.Byte(), 0, 15).Draw(t, "amount")
		want := math.NewIntFromBigInt(new(big.Int).SetBytes(bz))
		got, err := chain.ParseTokens(strings.ReplaceAll(chain.FormatTokens(want), ",", ""))
		require.NoError(t, err)
		require.Equal(t, want.String(), got.String())
	})
}

func TestFee(t *testing.T) {
	for name, tc := range map[string]struct {
		price string
		limit uint64
		want  string
	}{
		"ok: exact":         {"0.005umesh", 200_000, "1000umesh"},
		"ok: rounded up":    {"0.005umesh", 200_001, "1001umesh"},
		"ok: one":           {"0.005umesh", 1, "1umesh"},
		"ok: free":          {"0umesh", 200_000, "0umesh"},
		"ok: whole":         {"3umesh", 7, "21umesh"},
		"ok: finest":        {"0.000000000000000001umesh", 1, "1umesh"},
		"ok: another token": {"1net_1a2b3c4d/ustr", 2, "2net_1a2b3c4d/ustr"},
		"ok: largest limit": {"1umesh", 1<<64 - 1, "18446744073709551615umesh"},
	} {
		t.Run(name, func(t *testing.T) {
			fee, err := chain.Fee(tc.price, tc.limit)
			require.NoError(t, err)
			require.Equal(t, tc.want, fee.String())
		})
	}
}

func TestGasLimit(t *testing.T) {
	require.Equal(t, uint64(130_001), chain.GasLimit(100_000))
	require.Equal(t, uint64(1), chain.GasLimit(0))
	seeded.Property(t, func(t *rapid.T) {
		used := rapid.Uint64Range(0, 1<<62-1).Draw(t, "used")
		want := new(big.Int).SetUint64(used)
		want.Mul(want, big.NewInt(13)).Div(want, big.NewInt(10)).Add(want, big.NewInt(1))
		require.Equal(t, want.String(), new(big.Int).SetUint64(chain.GasLimit(used)).String())
	})
}

func TestSend(t *testing.T) {
	coin := func(n int64) chain.Coin { return chain.Coin{Denom: "umesh", Amount: math.NewInt(n)} }
	_, err := chain.Send(wordsAddress, wordsAddress, coin(1))
	require.NoError(t, err)
	for name, try := range map[string]func() error{
		"fails: sender":    func() error { _, err := chain.Send("x", wordsAddress, coin(1)); return err },
		"fails: recipient": func() error { _, err := chain.Send(wordsAddress, "x", coin(1)); return err },
		"fails: nothing":   func() error { _, err := chain.Send(wordsAddress, wordsAddress, coin(0)); return err },
		"fails: negative":  func() error { _, err := chain.Send(wordsAddress, wordsAddress, coin(-1)); return err },
		"fails: denom": func() error {
			_, err := chain.Send(wordsAddress, wordsAddress, chain.Coin{Denom: "!", Amount: math.NewInt(1)})
			return err
		},
		"fails: no amount": func() error {
			_, err := chain.Send(wordsAddress, wordsAddress, chain.Coin{Denom: "umesh"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, try(), chain.ErrInvalid) })
	}
}

// created returns the answer of a transaction that made a network.
func created(t require.TestingT, id string) []byte {
	answer, err := codectypes.NewAnyWithValue(&networktypes.MsgCreateNetworkResponse{Seq: 1, Id: id, Denom: id + "/ustr"})
	require.NoError(t, err)
	bz, err := (&sdk.TxMsgData{MsgResponses: []*codectypes.Any{answer}}).Marshal()
	require.NoError(t, err)
	return bz
}

func TestCreatedNetwork(t *testing.T) {
	id, err := chain.Answered(created(t, "net_1a2b3c4d")).CreatedNetwork()
	require.NoError(t, err)
	require.Equal(t, "net_1a2b3c4d", id)
	id, err = chain.Answered(append(created(t, "net_1a2b3c4d"), created(t, "net_5e6f7a8b")...)).CreatedNetwork()
	require.NoError(t, err)
	require.Equal(t, "net_1a2b3c4d", id, "the answer to the first of several messages")
	for _, bad := range [][]byte{nil, {1}, created(t, "net_x")} {
		_, err := chain.Answered(bad).CreatedNetwork()
		require.Error(t, err)
	}
}

func TestDecodeSimulation(t *testing.T) {
	used, err := chain.DecodeSimulation([]byte(`{"gas_info":{"gas_wanted":"0","gas_used":"77"}}`))
	require.NoError(t, err)
	require.Equal(t, uint64(77), used)
	for _, bad := range []string{"", "{}", "[]", `{"gas_info":{"gas_used":"-1"}}`, `{"gas_info":{"gas_used":"18446744073709551615"}}`} {
		_, err := chain.DecodeSimulation([]byte(bad))
		require.Error(t, err, bad)
	}
}
