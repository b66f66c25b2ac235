package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	require.Contains(t, f.Next, "; deal 7 is open and paid for, and stays so for the next put")
	require.NotContains(t, f.Next, "deal 4")
	require.ErrorAs(t, adviseOpened(errors.New("x"), nil), &f)
	require.NotContains(t, f.Next, "open")
}

// A deal that was cancelled ends with the epoch that is open, which may be later than its first one, and is settled after it.
func TestAdviseCancelled(t *testing.T) {
	var f *failure
	opened := []work.Deal{{ID: 6, FirstEpoch: 9, LastEpoch: 8}, {ID: 7, FirstEpoch: 9, LastEpoch: 9}, {ID: 8, FirstEpoch: 9, LastEpoch: 608}}
	require.ErrorAs(t, adviseOpened(fmt.Errorf("put: %w", &storage.OwnersError{Deal: 7}), opened), &f)
	require.Equal(t, "too_few_owners", f.Code)
	require.Equal(t, 1, strings.Count(f.Next, "is open and paid for"))
	require.Contains(t, f.Next, "; deal 8 is open and paid for, and stays so for the next put")
	require.ErrorAs(t, adviseOpened(&storage.OwnersError{Deal: 7, Cancelled: errors.New("no answer")}, opened), &f)
	require.Contains(t, f.Next, "; deal 7 is open and paid for")
	require.NotContains(t, f.Next, "deal 6")
}

// The space of many files, which go in several commits, is asked for once.
func TestPutAllUsesOneDeal(t *testing.T) {
	var deals, spaces []uint64
	put := func(_ context.Context, some []storage.Source, opts storage.PutOptions) ([]storage.Object, error) {
		deals, spaces = append(deals, opts.Deal), append(spaces, opts.Space)
		list := make([]storage.Object, len(some))
		for i := range list {
			list[i].Deal = uint64(6 + len(deals))
		}
		return list, nil
	}
	stored, err := putAll(t.Context(), put, make([]storage.Source, 2*storage.MaxSources+1), storage.PutOptions{Space: 1 << 30})
	require.NoError(t, err)
	require.Len(t, stored, 2*storage.MaxSources+1)
	require.Equal(t, []uint64{0, 7, 8}, deals)
	require.Equal(t, []uint64{1 << 30, 1, 1}, spaces, "where another deal has to be opened still, it has what a deal has at least")
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
