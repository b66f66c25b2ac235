package client_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// pass lets time pass.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	require.NoError(t, wait(t.Context(), d))
}

// Four holders, of whom three are needed. The last one is the slow one.
func TestLedger(t *testing.T) {
	book := func(test func(*testing.T, client.Ledger)) func(*testing.T) {
		return func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := client.DefaultConfig("home", domain, [32]byte{})
				test(t, client.NewLedger(cfg, 4, 3))
			})
		}
	}
	quiet := func(t *testing.T, l client.Ledger) {
		overdue, _, standing := l.Overdue()
		require.Empty(t, overdue)
		require.False(t, standing)
	}
	three := func(l client.Ledger) {
		l.Hand()
		for i := range 3 {
			l.Stored(i)
		}
	}
	t.Run("ok: nothing to do", book(func(t *testing.T, l client.Ledger) {
		l.Starve(true)
		pass(t, time.Hour)
		quiet(t, l)
	}))
	t.Run("ok: late, and nobody waits", book(func(t *testing.T, l client.Ledger) {
		three(l)
		pass(t, time.Hour)
		quiet(t, l)
	}))
	t.Run("ok: too few are done", book(func(t *testing.T, l client.Ledger) {
		l.Hand()
		l.Stored(0)
		l.Stored(1)
		l.Starve(true)
		pass(t, time.Hour)
		quiet(t, l)
	}))
	t.Run("fails: ten seconds in all", book(func(t *testing.T, l client.Ledger) {
		for range 3 {
			three(l)
			l.Starve(true)
			pass(t, 3*time.Second)
			l.Starve(false)
			l.Stored(3)
			quiet(t, l)
		}
		three(l)
		l.Starve(true)
		overdue, next, standing := l.Overdue()
		require.True(t, standing)
		require.Empty(t, overdue)
		require.Equal(t, time.Second, next)
		pass(t, time.Second)
		overdue, _, _ = l.Overdue()
		require.Equal(t, []int{3}, overdue)
		require.Equal(t, 3, l.Lose(3))
		quiet(t, l)
	}))
	t.Run("fails: a quarter of a long time", book(func(t *testing.T, l client.Ledger) {
		pass(t, 90*time.Second)
		three(l)
		l.Starve(true)
		_, next, standing := l.Overdue()
		require.True(t, standing)
		require.Equal(t, 30*time.Second, next)
		pass(t, next)
		overdue, _, _ := l.Overdue()
		require.Equal(t, []int{3}, overdue, "30 s of 120 s")
	}))
	t.Run("ok: those that are needed are lost", book(func(t *testing.T, l client.Ledger) {
		three(l)
		l.Starve(true)
		require.Equal(t, 3, l.Lose(0))
		pass(t, time.Hour)
		quiet(t, l)
	}))
}
