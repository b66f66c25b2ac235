package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func TestKept(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(epoch uint64, rolls int64, pace time.Duration) almanac {
		return almanac{head: chain.Block{Height: 1000, Time: now}, pace: pace, epoch: epoch, rolls: rolls, every: 720}
	}
	for name, tc := range map[string]struct {
		a       almanac
		last    uint64
		settled bool
		text    string
		until   string
	}{
		"ok: days":              {at(10, 1300, 5*time.Second), 730, false, "kept for about 30 days", "2026-02-01T03:29:05Z"},
		"ok: this epoch":        {at(10, 1300, 5*time.Second), 10, false, "kept for about 25 minutes", "2026-01-02T03:29:05Z"},
		"ok: a roll is overdue": {at(10, 990, 5*time.Second), 10, false, "kept for about 0 seconds", "2026-01-02T03:04:05Z"},
		"ok: seconds":           {at(10, 1300, 300*time.Millisecond), 10, false, "kept for about 90 seconds", "2026-01-02T03:05:35Z"},
		"ok: hours":             {at(10, 1300, 10*time.Second), 20, false, "kept for about 21 hours", "2026-01-02T23:54:05Z"},
		"ok: no pace":           {at(10, 1300, 0), 20, false, "kept until epoch 20", ""},
		"ok: dormant":           {at(10, 0, 5*time.Second), 20, false, "kept until epoch 20", ""},
		"ok: for ages":          {at(10, 1300, time.Hour), 100_000, false, "kept until epoch 100000", ""},
		"ok: over":              {at(10, 1300, 5*time.Second), 9, false, "over", ""},
		"ok: cancelled":         {at(10, 1300, 5*time.Second), 20, true, "over", ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := tc.a.kept(tc.last, tc.settled)
			require.Equal(t, tc.text, v.text())
			require.Equal(t, tc.until, v.Until)
			require.Equal(t, tc.text == "over", v.Over)
			require.Equal(t, tc.last, v.LastEpoch)
		})
	}
}

func TestExtensionCost(t *testing.T) {
	d := chain.DealRecord{Deal: work.Deal{Rate: proof.U64(1_001), Profile: work.Profile{K: 1, N: 3}}}
	require.Equal(t, "30030", extensionCost(d, 10, 0).String())
	require.Equal(t, "31532", extensionCost(d, 10, 500).String(), "5 % more, rounded up")
}

func TestOverIn(t *testing.T) {
	d := chain.DealRecord{Deal: work.Deal{ID: 7, LastEpoch: 20}}
	require.NoError(t, overIn(20, d))
	var f *failure
	require.ErrorAs(t, explain("extend the deal", overIn(21, d)), &f)
	require.Equal(t, "deal_over", f.Code)
	require.Contains(t, f.Why, "deal 7 ended with epoch 20")
	d.Settled = true
	require.ErrorAs(t, explain("extend the deal", overIn(3, d)), &f)
	require.Equal(t, "deal_over", f.Code)
}

func TestAdviseMember(t *testing.T) {
	var f *failure
	require.ErrorAs(t, explain("bond for a node", adviseMember(fmt.Errorf("node 999: %w", chain.ErrNotFound), "net_1a2b3c4d")), &f)
	require.Equal(t, "not_found", f.Code)
	require.Contains(t, f.Next, "mesh status shows the nodes of this home")
	require.NoError(t, adviseMember(nil, "net_1a2b3c4d"))
}
