package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

func TestParsePercent(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want uint32
	}{
		"ok: whole":            {"20", 2000},
		"ok: sign":             {"20%", 2000},
		"ok: one decimal":      {"12.5", 1250},
		"ok: two decimals":     {"0.01", 1},
		"ok: all":              {"100", 10000},
		"fails: nothing":       {"0", 0},
		"fails: over":          {"100.01", 0},
		"fails: three":         {"1.001", 0},
		"fails: empty":         {"", 0},
		"fails: no decimals":   {"1.", 0},
		"fails: negative":      {"-1", 0},
		"fails: word":          {"ten", 0},
		"fails: two points":    {"1.2.3", 0},
		"fails: overflow":      {"99999999999999999999", 0},
		"fails: inner percent": {"1%0", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parsePercent(tc.in)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.want == 0, err != nil)
		})
	}
}

func TestFormatPercent(t *testing.T) {
	for bps, want := range map[uint32]string{0: "0 %", 1: "0.01 %", 50: "0.5 %", 1250: "12.5 %", 2000: "20 %", 10000: "100 %"} {
		require.Equal(t, want, formatPercent(bps))
	}
}

func TestParseDistribution(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want chain.Distribution
		err  string
	}{
		"ok: the whitepaper's":      {"uptime:40,tasks:40,governance:20", chain.Distribution{UptimeBps: 4000, TasksBps: 4000, GovernanceBps: 2000}, ""},
		"ok: basis points":          {"uptime:3333,tasks:3333,governance:3334", chain.Distribution{UptimeBps: 3333, TasksBps: 3333, GovernanceBps: 3334}, ""},
		"ok: other order, spaces":   {" tasks: 60 , uptime :40", chain.Distribution{UptimeBps: 4000, TasksBps: 6000}, ""},
		"ok: all of one":            {"tasks:100", chain.Distribution{TasksBps: 10000}, ""},
		"ok: a zero":                {"tasks:100,uptime:0", chain.Distribution{TasksBps: 10000}, ""},
		"fails: unknown bucket":     {"uptime:40,storage:60", chain.Distribution{}, `unknown bucket "storage", known are uptime, tasks, governance`},
		"fails: 95 %":               {"uptime:40,tasks:40,governance:15", chain.Distribution{}, "the shares total 95; they must total 100 (percent) or 10000 (basis points)"},
		"fails: 110 %":              {"uptime:50,tasks:40,governance:20", chain.Distribution{}, "the shares total 110; they must total 100 (percent) or 10000 (basis points)"},
		"fails: twice":              {"uptime:40,uptime:60", chain.Distribution{}, `bucket "uptime" occurs twice`},
		"fails: no share":           {"uptime", chain.Distribution{}, `"uptime" is not BUCKET:SHARE, such as uptime:40`},
		"fails: empty":              {"", chain.Distribution{}, `"" is not BUCKET:SHARE, such as uptime:40`},
		"fails: fraction":           {"uptime:33.3,tasks:66.7", chain.Distribution{}, `"33.3" of bucket "uptime" is neither a whole percentage nor basis points`},
		"fails: negative":           {"uptime:-1,tasks:101", chain.Distribution{}, `"-1" of bucket "uptime" is neither a whole percentage nor basis points`},
		"fails: over basis points":  {"uptime:10001", chain.Distribution{}, `"10001" of bucket "uptime" is neither a whole percentage nor basis points`},
		"fails: comma at the end":   {"uptime:100,", chain.Distribution{}, `"" is not BUCKET:SHARE, such as uptime:40`},
		"fails: capital letters":    {"Uptime:100", chain.Distribution{}, `unknown bucket "Uptime", known are uptime, tasks, governance`},
		"fails: two numbers a part": {"uptime:50:50", chain.Distribution{}, `"50:50" of bucket "uptime" is neither a whole percentage nor basis points`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseDistribution(tc.in)
			require.Equal(t, tc.want, got)
			if tc.err != "" {
				require.EqualError(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, got.Validate(), "the chain takes it")
		})
	}
}

// FuzzParseDistribution: what is read totals 100 %.
func FuzzParseDistribution(f *testing.F) {
	for _, s := range []string{"uptime:40,tasks:40,governance:20", "tasks:10000", "uptime:1", ",,,", strings.Repeat("uptime:0,", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := parseDistribution(s); err == nil {
			require.NoError(t, d.Validate())
		}
	})
}

func TestTemplates(t *testing.T) {
	var names []string
	for _, tpl := range templates {
		names = append(names, tpl.name)
		require.NotEmpty(t, tpl.does)
		if !tpl.distribution.IsZero() {
			require.NoError(t, tpl.distribution.Validate(), tpl.name)
		}
	}
	require.Equal(t, chain.Templates(), names)

	for name, tc := range map[string]struct {
		name  string
		logic bool
		want  string
	}{
		"ok: storage without logic": {"", false, "storage"},
		"ok: custom with logic":     {"", true, "custom"},
		"ok: named":                 {"cdn", true, "cdn"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := templateOf(tc.name, tc.logic)
			require.NoError(t, err)
			require.Equal(t, tc.want, got.name)
		})
	}
	_, err := templateOf("coffee", false)
	require.EqualError(t, err, `unknown template "coffee", known are storage, compute, ml, cdn, custom`)
}

func TestTemplateApply(t *testing.T) {
	cdn, err := templateOf("cdn", false)
	require.NoError(t, err)
	var open chain.NewNetwork
	cdn.apply(&open)
	require.Equal(t, "cdn", open.Template)
	require.Equal(t, cdn.distribution, open.Distribution)
	require.Equal(t, uint32(1000), open.BurnBps)

	said := chain.NewNetwork{BurnBps: 500, Distribution: chain.Distribution{TasksBps: 10000}}
	cdn.apply(&said)
	require.Equal(t, uint32(500), said.BurnBps)
	require.Equal(t, uint32(10000), said.Distribution.TasksBps, "a flag goes before the template")
}

func TestSplitAmount(t *testing.T) {
	for in, want := range map[string][2]string{
		"5MESH": {"5", "MESH"}, "1.5STR": {"1.5", "STR"}, "100umesh": {"100", "umesh"}, "5 MESH": {"5", "MESH"},
		"7net_1a2b3c4d/ustr": {"7", "net_1a2b3c4d/ustr"}, "12": {"12", ""}, "": {"", ""}, "MESH": {"", "MESH"},
	} {
		number, unit := splitAmount(in)
		require.Equal(t, want, [2]string{number, unit}, in)
	}
}

func TestSpan(t *testing.T) {
	for seconds, want := range map[uint64]string{0: "0 seconds", 1: "1 second", 60: "1 minute", 90: "90 seconds", 7200: "2 hours", 86400: "1 day", 1814400: "21 days"} {
		require.Equal(t, want, span(seconds))
	}
}
