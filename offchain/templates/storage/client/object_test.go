package client_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	stored = `{"cid":"c","name":"n","size":3,"deal":1,"stored":"2026-01-02T03:04:05Z","state":"stored",` +
		`"key":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","segment":"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`
	pendingTail = `,"version":4,"root":"AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","until_height":70}`
)

// The format of the database does not change by accident, and what is not of it is found out.
func TestEntries(t *testing.T) {
	pending := strings.TrimSuffix(strings.Replace(stored, `"stored",`, `"pending",`, 1), "}") + pendingTail
	removing := strings.Replace(pending, "pending", "removing", 1)
	for _, good := range []string{stored, pending, removing} {
		again, err := client.Recode([]byte(good))
		require.NoError(t, err)
		require.Equal(t, good, string(again))
	}
	for name, bad := range map[string]string{
		"fails: empty":            "",
		"fails: cut off":          stored[:40],
		"fails: unknown state":    strings.Replace(stored, `"stored",`, `"gone",`, 1),
		"fails: short key":        strings.Replace(stored, "AQAA", "", 1),
		"fails: no segment":       strings.Replace(stored, `"segment"`, `"other"`, 1),
		"fails: without attempt":  strings.Replace(stored, `"stored",`, `"pending",`, 1),
		"fails: without end":      strings.Replace(pending, `"until_height":70`, `"until_height":0`, 1),
		"fails: attempt too many": strings.Replace(pending, `"pending"`, `"stored"`, 1),
	} {
		_, err := client.Recode([]byte(bad))
		require.ErrorIs(t, err, client.ErrCorrupt, name)
	}
}

// An object whose holders are all gone is not an object that never was.
func TestNobodyHoldsIt(t *testing.T) {
	w := newWorld(4)
	w.chain.blockTime = 0
	w.with(t, func(c *client.Client) {
		put(t, c, "x", []byte("x"), tinyDeal)
		held := slices.Clone(w.chain.deals[1].Indices)
		for i := range w.chain.deals[1].Indices {
			w.chain.deals[1].Indices[i] = work.Index{Status: work.IndexVacant}
		}
		_, err := c.Open(t.Context(), "x")
		require.ErrorIs(t, err, client.ErrHolders)
		require.NotErrorIs(t, err, client.ErrNotFound)

		// Those who lost it were only away.
		for i := range w.chain.deals[1].Indices {
			w.chain.deals[1].Indices[i].LostBy = held[i].Node
		}
		requireObject(t, c, "x", []byte("x"))
		w.chain.deals[1].Indices[0] = work.Index{Status: work.IndexReserved, Node: 99, LostBy: held[0].Node}
		requireObject(t, c, "x", []byte("x"))
	})
}
