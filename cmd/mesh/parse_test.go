package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
	"github.com/mesh-protocol/mesh/offchain/work"
)

func TestParseSize(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want uint64 // 0 for an error
	}{
		"ok: bytes":              {"1000", 1000},
		"ok: with B":             {"7B", 7},
		"ok: KB":                 {"3KB", 3000},
		"ok: KiB":                {"3KiB", 3072},
		"ok: small letters":      {"10gb", 10_000_000_000},
		"ok: MiB":                {"512MiB", 512 << 20},
		"ok: TB":                 {"2TB", 2_000_000_000_000},
		"ok: spaces":             {" 10 GB ", 10_000_000_000},
		"ok: the largest":        {"1024TiB", 1 << 50},
		"fails: over":            {"1025TiB", 0},
		"fails: one byte over":   {"1125899906842625", 0},
		"fails: overflow":        {"18446744073709551615TiB", 0},
		"fails: more digits":     {"99999999999999999999", 0},
		"fails: nothing":         {"", 0},
		"fails: zero":            {"0", 0},
		"fails: zero GB":         {"0GB", 0},
		"fails: a unit alone":    {"GB", 0},
		"fails: negative":        {"-1GB", 0},
		"fails: a sign":          {"+1GB", 0},
		"fails: a fraction":      {"1.5GB", 0},
		"fails: another unit":    {"1PB", 0},
		"fails: two units":       {"1KBKB", 0},
		"fails: hexadecimal":     {"0x10", 0},
		"fails: a unit in front": {"GB1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseSize(tc.in)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.want == 0, err != nil)
			if err != nil {
				require.ErrorContains(t, err, "is not a size of 1 byte to 1 PiB")
			}
		})
	}
}

func TestParseRange(t *testing.T) {
	const most = 1<<63 - 1
	for name, tc := range map[string]struct {
		in             string
		offset, length uint64
		valid          bool
	}{
		"ok: the first byte":    {"0-0", 0, 1, true},
		"ok: some":              {"10-19", 10, 10, true},
		"ok: the rest":          {"10-", 10, 0, true},
		"ok: all":               {"0-", 0, 0, true},
		"ok: the largest":       {"0-9223372036854775807", 0, most + 1, true},
		"fails: backwards":      {"10-9", 0, 0, false},
		"fails: no first":       {"-9", 0, 0, false},
		"fails: a number":       {"9", 0, 0, false},
		"fails: empty":          {"", 0, 0, false},
		"fails: a dash":         {"-", 0, 0, false},
		"fails: three":          {"1-2-3", 0, 0, false},
		"fails: negative":       {"-1-5", 0, 0, false},
		"fails: words":          {"a-b", 0, 0, false},
		"fails: first too high": {"9223372036854775808-", 0, 0, false},
		"fails: last too high":  {"0-9223372036854775808", 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			offset, length, err := parseRange(tc.in)
			require.Equal(t, tc.valid, err == nil)
			require.Equal(t, []uint64{tc.offset, tc.length}, []uint64{offset, length})
		})
	}
}

// FuzzParseRange: a range that is read is not empty and does not go round.
func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"0-0", "5-", "9223372036854775807-9223372036854775807", "1-0", "--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if offset, length, err := parseRange(s); err == nil {
			require.GreaterOrEqual(t, offset+length, offset)
		}
	})
}

func TestNetworkCoin(t *testing.T) {
	n := sampleNetwork(t)
	for name, tc := range map[string]struct {
		in, want string // base units; "" for an error
	}{
		"ok: whole tokens":       {"5", "5000000"},
		"ok: symbol":             {"1.5STR", "1500000"},
		"ok: small letters":      {"1.5str", "1500000"},
		"ok: a space":            {"5 STR", "5000000"},
		"ok: base units":         {"7net_1a2b3c4d/ustr", "7"},
		"ok: nothing":            {"0", "0"},
		"fails: another token":   {"5MESH", ""},
		"fails: another network": {"5net_00000001/ustr", ""},
		"fails: MESH units":      {"5umesh", ""},
		"fails: empty":           {"", ""},
		"fails: symbol alone":    {"STR", ""},
		"fails: negative":        {"-5STR", ""},
		"fails: seven decimals":  {"0.0000001STR", ""},
		"fails: half a unit":     {"0.5net_1a2b3c4d/ustr", ""},
		"fails: separators":      {"1,000STR", ""},
		"fails: too many":        {strings.Repeat("9", 40), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := networkCoin(n, tc.in)
			if tc.want == "" {
				require.Error(t, err)
				var f *failure
				require.ErrorAs(t, explain("read it", err), &f)
				require.Equal(t, exitUsage, f.Exit)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want+n.Token.Denom, got.String())
		})
	}
}

// TestTyped: what a user is told to type is read as what was meant.
func TestTyped(t *testing.T) {
	n := sampleNetwork(t)
	for _, s := range []string{"0.000001", "1", "1234.5", "123456789"} {
		text := typed(amountOf(t, s), n.Token.Symbol)
		require.Equal(t, s+"STR", text)
		got, err := networkCoin(n, text)
		require.NoError(t, err)
		require.Equal(t, amountOf(t, s), got.Amount)
	}
}

func TestListenAddresses(t *testing.T) {
	for name, tc := range map[string]struct {
		flags listenFlags
		chain string
		ws    bool
		want  []string
		fails string
	}{
		"ok: a devnet":        {listenFlags{p2pPort: -1, port: -1}, "mesh-devnet-1", false, []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"}, ""},
		"ok: a devnet's port": {listenFlags{p2pPort: 7, port: -1}, "mesh-devnet-1", false, []string{"/ip4/127.0.0.1/tcp/7", "/ip4/127.0.0.1/udp/7/quic-v1"}, ""},
		"ok: everywhere": {listenFlags{p2pPort: -1, port: -1}, "mesh-1", false, []string{
			"/ip4/0.0.0.0/tcp/4001", "/ip4/0.0.0.0/udp/4001/quic-v1", "/ip6/::/tcp/4001", "/ip6/::/udp/4001/quic-v1",
		}, ""},
		"ok: any port":       {listenFlags{p2pPort: 0, port: -1, ip: "10.0.0.1"}, "mesh-1", false, []string{"/ip4/10.0.0.1/tcp/0", "/ip4/10.0.0.1/udp/0/quic-v1"}, ""},
		"ok: WebSocket":      {listenFlags{p2pPort: 1, port: 8080, ip: "::1"}, "mesh-1", true, []string{"/ip6/::1/tcp/1", "/ip6/::1/udp/1/quic-v1", "/ip6/::1/tcp/8080/ws"}, ""},
		"ok: any WebSocket":  {listenFlags{p2pPort: 1, port: 0, ip: "1.2.3.4"}, "mesh-1", true, []string{"/ip4/1.2.3.4/tcp/1", "/ip4/1.2.3.4/udp/1/quic-v1", "/ip4/1.2.3.4/tcp/0/ws"}, ""},
		"ok: the last port":  {listenFlags{p2pPort: 65535, port: -1, ip: "1.2.3.4"}, "mesh-1", false, []string{"/ip4/1.2.3.4/tcp/65535", "/ip4/1.2.3.4/udp/65535/quic-v1"}, ""},
		"fails: port":        {listenFlags{p2pPort: 1, port: 65536}, "mesh-1", true, nil, "read --port"},
		"fails: p2p port":    {listenFlags{p2pPort: 65536}, "mesh-1", false, nil, "read --p2p-port"},
		"fails: negative":    {listenFlags{p2pPort: -2}, "mesh-1", false, nil, "read --p2p-port"},
		"fails: a name":      {listenFlags{ip: "localhost"}, "mesh-1", false, nil, "read --listen"},
		"fails: with a port": {listenFlags{ip: "1.2.3.4:80"}, "mesh-1", false, nil, "read --listen"},
		"fails: a path":      {listenFlags{ip: "1.2.3.4/tcp/1"}, "mesh-1", false, nil, "read --listen"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tc.flags.addresses(tc.chain, tc.ws)
			require.Equal(t, tc.want, got)
			requireUsage(t, err, tc.fails)
		})
	}
}

// requireUsage fails unless the error is that of a flag that is wrong, "" for none.
func requireUsage(t *testing.T, err error, what string) {
	t.Helper()
	if what == "" {
		require.NoError(t, err)
		return
	}
	var f *failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, exitUsage, f.Exit)
	require.Equal(t, what, f.What)
	require.NotEmpty(t, f.Next)
}

func TestJoinRead(t *testing.T) {
	const address = "mesh1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc542qfr8"
	require.NoError(t, chain.CheckAddress(address))
	n := sampleNetwork(t)
	coin := func(amount, denom string) chain.Coin { return chain.Coin{Denom: denom, Amount: amountOf(t, amount)} }
	plain := func() joinFlags {
		return joinFlags{operator: "operator", storage: "100GB", commission: "0", listen: listenFlags{port: -1, p2pPort: -1}}
	}
	for name, tc := range map[string]struct {
		change func(s *settings, f *joinFlags)
		want   func(r *joinRequest)
		fails  string
	}{
		"ok: defaults":                {func(*settings, *joinFlags) {}, func(*joinRequest) {}, ""},
		"ok: another key":             {func(_ *settings, f *joinFlags) { f.owner = "boss" }, func(r *joinRequest) { r.owner = "boss" }, ""},
		"ok: a key elsewhere":         {func(_ *settings, f *joinFlags) { f.owner = address }, func(r *joinRequest) { r.owner, r.address = "", address }, ""},
		"ok: elsewhere by --from":     {func(s *settings, _ *joinFlags) { s.From = address }, func(r *joinRequest) { r.owner, r.address = "", address }, ""},
		"ok: no bond":                 {func(_ *settings, f *joinFlags) { f.bond = "0" }, func(r *joinRequest) { r.bond = coin("0", n.Token.Denom) }, ""},
		"ok: a bond":                  {func(_ *settings, f *joinFlags) { f.bond = "150STR" }, func(r *joinRequest) { r.bond = coin("150", n.Token.Denom) }, ""},
		"ok: fees":                    {func(_ *settings, f *joinFlags) { f.dailyFees = "2.5mesh" }, func(r *joinRequest) { r.fees = coin("2.5", "umesh") }, ""},
		"ok: fees without unit":       {func(_ *settings, f *joinFlags) { f.dailyFees = "0" }, func(r *joinRequest) { r.fees = coin("0", "umesh") }, ""},
		"ok: a devnet's fees":         {func(s *settings, _ *joinFlags) { s.ChainID = "mesh-devnet-1" }, func(r *joinRequest) { r.fees = coin("500", "umesh") }, ""},
		"ok: region":                  {func(_ *settings, f *joinFlags) { f.region = "eu-1" }, func(r *joinRequest) { r.offer.Region = "eu-1" }, ""},
		"ok: commission":              {func(_ *settings, f *joinFlags) { f.commission = "12.5" }, func(r *joinRequest) { r.offer.CommissionBps = 1250 }, ""},
		"ok: little room":             {func(_ *settings, f *joinFlags) { f.storage = "100" }, func(r *joinRequest) { r.offer.StorageBytes = 95 }, ""},
		"fails: bond in another coin": {func(_ *settings, f *joinFlags) { f.bond = "5MESH" }, nil, "read the amount"},
		"fails: fees in tokens":       {func(_ *settings, f *joinFlags) { f.dailyFees = "5STR" }, nil, "read --daily-fees"},
		"fails: fees, no number":      {func(_ *settings, f *joinFlags) { f.dailyFees = "MESH" }, nil, "read --daily-fees"},
		"fails: room":                 {func(_ *settings, f *joinFlags) { f.storage = "much" }, nil, "read --storage"},
		"fails: commission":           {func(_ *settings, f *joinFlags) { f.commission = "a lot" }, nil, "read --commission"},
		"fails: port":                 {func(_ *settings, f *joinFlags) { f.listen.port = 70000 }, nil, "read --port"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := settings{ChainID: "mesh-1", From: "owner"}, plain()
			tc.change(&s, &f)
			got, err := f.read(s, n)
			requireUsage(t, err, tc.fails)
			if tc.fails != "" {
				return
			}
			want := joinRequest{
				owner: "owner", operator: "operator", bond: coin("100", n.Token.Denom), fees: coin("5", "umesh"),
				offer: work.Offer{StorageBytes: 95_000_000_000},
			}
			tc.want(&want)
			want.listen, err = f.listen.addresses(s.ChainID, false)
			require.NoError(t, err)
			got.flags = joinFlags{}
			require.Equal(t, want, got)
		})
	}
}

func TestMissing(t *testing.T) {
	const token = "net_1a2b3c4d/ustr"
	has := func(denoms ...string) (list []chain.Coin) {
		for _, d := range denoms {
			list = append(list, chain.Coin{Denom: d, Amount: amountOf(t, "1")})
		}
		return list
	}
	bond, fee := chain.Coin{Denom: token, Amount: amountOf(t, "100")}, chain.Coin{Denom: chain.FeeDenom, Amount: amountOf(t, "10")}
	for name, tc := range map[string]struct {
		has    []chain.Coin
		client bool
		want   []chain.Coin
	}{
		"ok: a new owner":               {nil, false, []chain.Coin{bond, fee}},
		"ok: an owner with tokens only": {has(token), false, []chain.Coin{bond, fee}},
		"ok: an owner that has bonded":  {has(chain.FeeDenom), false, nil},
		"ok: an owner with both":        {has(token, chain.FeeDenom), false, nil},
		"ok: a client with MESH":        {has(chain.FeeDenom), true, []chain.Coin{bond}},
		"ok: a client without":          {nil, true, []chain.Coin{bond}},
		"ok: a client with tokens":      {has(token), true, nil},
		"ok: a client of another":       {has("net_00000001/ustr"), true, []chain.Coin{bond}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, missing(tc.has, token, bond.Amount, fee.Amount, tc.client))
		})
	}
	require.Equal(t, []chain.Coin{fee, {Denom: "zz/u", Amount: bond.Amount}}, missing(nil, "zz/u", bond.Amount, fee.Amount, false), "in the order of denominations")
}

func TestNamed(t *testing.T) {
	keys := []devnet.Key{{Name: "founder"}, {Name: "client", Address: "mesh1c"}}
	require.Equal(t, keys[1:], named(keys, "client"))
	require.Empty(t, named(keys, "owner1"))
}

func TestAnswers(t *testing.T) {
	joined := answers("join")
	require.True(t, joined([]byte(`{"schema":1,"command":"join","node":3}`+"\n")))
	for _, line := range []string{"", "\n", `{"command":"bootstrap"}`, `{"command":"join"`, `level=INFO msg="join"`, `["join"]`, `x{"command":"join"}`} {
		require.False(t, joined([]byte(line)), line)
	}
}

// TestPlainName: whatever somebody else calls a file, it lands in this directory under a name that can be seen.
func TestPlainName(t *testing.T) {
	for given, want := range map[string]string{
		"holiday.jpg": "holiday.jpg", "a/b/c.txt": "c.txt", "/etc/passwd": "passwd", "../../x": "x", `..\..\x`: "x", `C:\x\y.txt`: "y.txt", "dir/": "dir",
		"Grüße 2.txt": "Grüße 2.txt", "👩‍💻.png": "👩‍💻.png", "Shot at 1.00\u202fPM.png": "Shot at 1.00\u202fPM.png", "a b": "a b", "a:b": "a:b",
		"": "", "/": "", ".": "", "..": "", "a/..": "", "../..": "", ".bashrc": "", "x/.ssh": "", "-": "", "-rf": "", "a/-": "", "a\nb": "", "a\x00b": "",
		"\x1b[2Jx": "", "photo\u202egpj.exe": "", "zero\u200bwidth": "", "a\u2028b": "", "\ufeffx": "", "\xff\xfe": "",
	} {
		got, ok := plainName(given)
		require.Equal(t, want != "", ok, "%q", given)
		if ok {
			require.Equal(t, want, got, "%q", given)
		}
	}
}

// FuzzPlainName: a name that is allowed stays in its directory.
func FuzzPlainName(f *testing.F) {
	for _, s := range []string{"a", "../a", "a/../..", "-", ".", "\\", "a\\..", "\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, ok := plainName(s)
		if !ok {
			return
		}
		require.NotEmpty(t, name)
		require.NotContains(t, name, "/")
		require.NotContains(t, name, "\\")
		require.NotContains(t, []string{".", ".."}, name)
	})
}
