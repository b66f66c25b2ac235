package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func TestOpeningCost(t *testing.T) {
	d := work.Deal{Profile: work.Profile{K: 2, N: 3}, Rate: proof.U64(1_001), FirstEpoch: 8, LastEpoch: 17}
	require.Equal(t, "30030", openingCost(d, 0, 0).String(), "ten epochs of three indices")
	require.Equal(t, "31532", openingCost(d, 500, 0).String(), "5 % more, rounded up")
	require.Equal(t, "32133", openingCost(d, 500, 2000).String(), "and a fifth of an epoch's flow, rounded up")
}

func TestOpenedSince(t *testing.T) {
	deals := []work.Deal{{ID: 3, Network: "a"}, {ID: 5, Network: "a"}, {ID: 6, Network: "b"}, {ID: 9, Network: "a"}}
	require.Equal(t, uint64(9), lastDeal(deals))
	require.Zero(t, lastDeal(nil))
	require.Equal(t, []work.Deal{{ID: 5, Network: "a"}, {ID: 9, Network: "a"}}, openedSince(deals, "a", 3))
	require.Empty(t, openedSince(deals, "a", 9))
	require.Len(t, deals, 4)
}

func TestAdviseOpened(t *testing.T) {
	var f *failure
	require.ErrorAs(t, adviseOpened(storage.ErrHolders, []work.Deal{{ID: 4, Settled: true}, {ID: 7}}), &f)
	require.Equal(t, "too_few_holders", f.Code)
	require.Contains(t, f.Next, "; deal 7 is open and paid for, the next put uses it")
	require.NotContains(t, f.Next, "deal 4")
	require.ErrorAs(t, adviseOpened(errors.New("x"), nil), &f)
	require.NotContains(t, f.Next, "open")
}

func TestShownName(t *testing.T) {
	for name, want := range map[string]string{
		"holiday.jpg":       "holiday.jpg",
		"Grüße an 東京 .txt":  "Grüße an 東京 .txt",
		"👩\u200d🔬":          "👩\u200d🔬",
		"\x1b[2Jx":          `"\x1b[2Jx"`,
		"a\nb":              `"a\nb"`,
		"a\u202egpj.exe":    `"a\u202egpj.exe"`,
		"a\x9bb":            `"a\x9bb"`,
		"two\u2028lines":    `"two\u2028lines"`,
		"bell\a and \u0085": `"bell\a and \u0085"`,
	} {
		require.Equal(t, want, shownName(name))
	}
}

func TestNamesThatAreShown(t *testing.T) {
	odd := objectView{URI: "mesh://n/c", Name: "\x1b]0;x\a.txt", State: "stored", Deal: 1}
	var list, stored page
	showObjects(&list, lsAnswer{Objects: []objectView{odd}})
	showPut(&stored, putAnswer{Objects: []objectView{odd}, Paid: "1500000", Deal: 1}, "DEV")
	for _, shown := range []string{list.String(), stored.String()} {
		require.NotContains(t, shown, "\x1b")
		require.Contains(t, shown, `"\x1b]0;x\a.txt"`)
	}
	require.Contains(t, stored.String(), "Paid 1.5 DEV for a deal")
}
