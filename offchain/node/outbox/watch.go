package outbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

// Watch looks every so often whether a journal can still be written, and returns why not: then it has to be opened anew. A
// full disk is waited for, as long as room says that it is full: what there is can be read meanwhile.
func Watch(ctx context.Context, every time.Duration, failure, room func() error, log *slog.Logger) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	told := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := failure()
		if err == nil {
			continue
		}
		if !piece.IsFull(err) {
			return err
		}
		if lacks := room(); lacks == nil || !piece.IsFull(lacks) {
			return err // there is room, or what is wrong is something else by now
		}
		if !told {
			log.Error("the disk is full: the node gives what it has, and can claim and prove nothing until there is room", "error", err)
			told = true
		}
	}
}
