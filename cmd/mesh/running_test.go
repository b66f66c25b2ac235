package main

import (
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/piece"
)

// A node begins again after a full disk, also if the chain on the same disk is not back yet; what else ends it ends it.
func TestWaitsForRoom(t *testing.T) {
	full := fmt.Errorf("journal has failed: %w", syscall.ENOSPC)
	waits := waitsForRoom(slog.New(slog.DiscardHandler))
	require.False(t, waits(chain.ErrUnreachable))
	require.False(t, waits(piece.ErrFull))
	require.True(t, waits(full))
	require.True(t, waits(chain.ErrUnreachable))
	require.True(t, waits(piece.ErrFull))
	require.True(t, waits(full))
	require.False(t, waits(errors.New("broken")))
}
