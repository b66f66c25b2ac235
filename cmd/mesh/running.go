package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/lifecycle"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/piece"
)

// roomPause is how long a node whose disk was full waits before it looks whether there is room.
const roomPause = 2 * time.Second

// runNode runs a node whose start was announced, until ctx ends. One that could not write because the disk was full begins
// again until there is room: what it had acknowledged is on disk, and its duties go on.
func runNode(ctx context.Context, n *node.Node, cfg node.Config, deps node.Deps, announced error) error {
	if announced != nil {
		return errors.Join(announced, n.Close())
	}
	return lifecycle.Retry(ctx, roomPause, waitsForRoom(deps.Log), func(ctx context.Context) (err error) {
		if n == nil {
			if n, err = node.New(ctx, cfg, deps); err != nil {
				n = nil
				return err
			}
			deps.Log.Info("there is room on the disk: the node runs again", "addrs", n.Addrs())
		}
		err = n.Run(ctx)
		closed := n.Close()
		if n = nil; err == nil {
			err = closed
		}
		return err
	})
}

// waitsForRoom tells whether a node should begin again: its disk was full, or it was, and what it needs to begin is not there yet.
// It says so in the log.
func waitsForRoom(log *slog.Logger) func(error) bool {
	wasFull := false
	return func(err error) bool {
		full := piece.IsFull(err)
		wasFull = wasFull || full
		waits := full || wasFull && (errors.Is(err, piece.ErrFull) || errors.Is(err, chain.ErrUnreachable))
		if waits {
			log.Warn("the disk was full: the node begins again", "in", roomPause, "error", err)
		}
		return waits
	}
}
