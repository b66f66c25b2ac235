package main

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// requestOf reads flags as they would be typed.
func requestOf(t *testing.T, args ...string) (request, error) {
	t.Helper()
	var f initFlags
	set := pflag.NewFlagSet("init", pflag.ContinueOnError)
	f.add(set)
	require.NoError(t, set.Parse(args))
	return f.request()
}

func TestRequestWhitepaper(t *testing.T) {
	logic := filepath.Join(t.TempDir(), "storage-logic.js")
	require.NoError(t, os.WriteFile(logic, []byte("abc"), 0o600))
	// BLAKE3 of "abc", as in the test vectors of other implementations.
	const hash = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"

	r, err := requestOf(t, "--name", "StorageNet", "--token-name", "STORE", "--token-symbol", "STR",
		"--token-distribution", "uptime:40,tasks:40,governance:20", "--logic", logic)
	require.NoError(t, err)
	m := r.msg
	require.Equal(t, []string{"StorageNet", "STORE", "STR", "custom"}, []string{m.Name, m.TokenName, m.TokenSymbol, m.Template})
	require.Equal(t, uint32(4000), m.Distribution.UptimeBps)
	require.Equal(t, hash, hex.EncodeToString(m.LogicHash))
	require.Equal(t, 8080, r.port)

	r, err = requestOf(t, "--name", "MyNetwork", "--token-name", "MYNET", "--bootstrap-port", "9000", "--logic", logic)
	require.NoError(t, err)
	require.Equal(t, "MYNET", r.msg.TokenSymbol)
	require.True(t, r.msg.Distribution.IsZero(), "the chain's default")
	require.Equal(t, 9000, r.port)
}

func TestRequestFigures(t *testing.T) {
	r, err := requestOf(t, "--name", "Abc", "--token-name", "Abc", "--template", "cdn", "--supply-cap", "21000000.5", "--initial-allocation", "12.5",
		"--epoch-blocks", "300", "--min-bond", "0.5", "--price", "2", "--burn", "15%", "--halving-epochs", "1000", "--handover-epoch", "9")
	require.NoError(t, err)
	m := r.msg
	require.Nil(t, r.logic)
	require.Equal(t, "cdn", m.Template)
	require.Equal(t, "21000000500000", m.SupplyCap.String())
	require.Equal(t, uint32(1250), m.InitialAllocationBps)
	require.Equal(t, []uint64{300, 1000, 9}, []uint64{m.EpochBlocks, m.HalvingEpochs, m.HandoverEpoch})
	require.Equal(t, "500000", m.MinBond.String())
	require.Equal(t, "2000000", m.StoragePrice.String())
	require.Equal(t, uint32(1500), m.BurnBps, "not the template's 10 %")
	require.Equal(t, uint32(5000), m.Distribution.UptimeBps, "the template's")
}

func TestRequestRefusals(t *testing.T) {
	big, empty := filepath.Join(t.TempDir(), "big.js"), filepath.Join(t.TempDir(), "empty.js")
	require.NoError(t, os.WriteFile(big, make([]byte, 1<<20+1), 0o600))
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for name, tc := range map[string]struct {
		args []string
		flag string
		why  string
	}{
		"fails: no name":             {[]string{"--name", ""}, "name", "it must be given"},
		"fails: no token name":       {[]string{"--token-name", ""}, "token-name", "it must be given"},
		"fails: symbol with a dash":  {[]string{"--token-symbol", "A-B"}, "token-symbol", `"A-B": a symbol is made of`},
		"fails: unknown bucket":      {[]string{"--token-distribution", "work:100"}, "token-distribution", `unknown bucket "work"`},
		"fails: port 0":              {[]string{"--bootstrap-port", "0"}, "bootstrap-port", `"0" is not a port, 1 to 65535`},
		"fails: port 65536":          {[]string{"--bootstrap-port", "65536"}, "bootstrap-port", "is not a port"},
		"fails: template":            {[]string{"--template", "coffee"}, "template", `unknown template "coffee"`},
		"fails: no logic file":       {[]string{"--logic", "nowhere.js"}, "logic", "there is no file nowhere.js"},
		"fails: logic is a place":    {[]string{"--logic", t.TempDir()}, "logic", "is not a file"},
		"fails: logic too large":     {[]string{"--logic", big}, "logic", "has 1048577 bytes, a logic file has at most 1048576 (1 MiB)"},
		"fails: empty logic":         {[]string{"--logic", empty}, "logic", "is empty"},
		"fails: cap of nothing":      {[]string{"--supply-cap", "0"}, "supply-cap", "must be more than 0"},
		"fails: cap over 2^127":      {[]string{"--supply-cap", "170141183460469231731687303715884.105729"}, "supply-cap", "over the largest amount, 2^127 base units"},
		"fails: cap, seven decimals": {[]string{"--supply-cap", "1.0000001"}, "supply-cap", "has 7 decimals, a token has 6"},
		"fails: allocation of 0":     {[]string{"--initial-allocation", "0"}, "initial-allocation", "more than 0"},
		"fails: epoch of 0":          {[]string{"--epoch-blocks", "0"}, "epoch-blocks", "not a whole number from 1 on"},
		"fails: negative bond":       {[]string{"--min-bond", "-1"}, "min-bond", "is not a number"},
		"fails: price of nothing":    {[]string{"--price", "0.0"}, "price", "more than 0"},
		"fails: burn of 0":           {[]string{"--burn", "0"}, "burn", "more than 0"},
		"fails: halving, fraction":   {[]string{"--halving-epochs", "1.5"}, "halving-epochs", "not a whole number"},
		"fails: hand-over of 0":      {[]string{"--handover-epoch", "0"}, "handover-epoch", "not a whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := requestOf(t, append([]string{"--name", "Abc", "--token-name", "Abc"}, tc.args...)...)
			var f *failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, exitUsage, f.Exit)
			require.Equal(t, "read --"+tc.flag, f.What)
			require.Contains(t, f.Why, tc.why)
		})
	}
}

func TestSymbolOf(t *testing.T) {
	for name, tc := range map[string]struct{ symbol, tokenName, want string }{
		"ok: given":              {"Str", "STORE", "Str"},
		"ok: upper case":         {"", "My Net", "MYNET"},
		"ok: digits":             {"", "a-1 b", "A1B"},
		"ok: German":             {"", "Größe 9", "GRE9"},
		"fails: digit first":     {"", "1abc", ""},
		"fails: one is left":     {"", "Ярд A", ""},
		"fails: nothing is left": {"", "Сеть", ""},
		"fails: too long":        {"", "A token with a long name", ""},
		"fails: given too short": {"A", "STORE", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := symbolOf(tc.symbol, tc.tokenName)
			if tc.want == "" {
				require.Error(t, err)
				if tc.symbol == "" {
					require.ErrorContains(t, err, "give one with --token-symbol")
				}
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestKeepLogic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "logic.js")
	require.NoError(t, os.WriteFile(path, []byte("abc"), 0o600))
	l, err := readLogic(path)
	require.NoError(t, err)
	kept, err := l.keep(dir)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "logic", hex.EncodeToString(l.hash[:])), kept)
	bz, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, "abc", string(bz))
	again, err := l.keep(dir)
	require.NoError(t, err)
	require.Equal(t, kept, again)
	entries, err := os.ReadDir(filepath.Dir(kept))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
	require.False(t, strings.HasSuffix(entries[0].Name(), ".new"))
}
