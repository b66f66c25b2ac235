package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// Jurors draws seats among the owners that take part, all alike, with replacement.
func (w *world) Jurors(_ context.Context, d networktypes.Draw, seats uint32) ([]networktypes.Seat, error) {
	var ids []uint64
	for _, id := range slices.Sorted(maps.Keys(w.at(d.Network).nodes)) {
		n := w.at(d.Network).nodes[id]
		if n.Weight.IsPositive() && !slices.Contains(d.Without, n.OwnerSlot) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var jury []networktypes.Seat
	for turn := range seats {
		sum := sha256.Sum256(fmt.Append(d.Seed[:], d.Tag, turn))
		node := ids[binary.BigEndian.Uint64(sum[:8])%uint64(len(ids))]
		if i := slices.IndexFunc(jury, func(s networktypes.Seat) bool { return s.Node == node }); i >= 0 {
			jury[i].Seats++
			continue
		}
		jury = append(jury, networktypes.Seat{Node: node, Seats: 1})
	}
	return jury, nil
}

func (w *world) OwnersWithout(_ context.Context, s, _ uint64, without []uint64) (uint64, error) {
	slots := map[uint64]bool{}
	for _, n := range w.at(s).nodes {
		if n.Weight.IsPositive() && !slices.Contains(without, n.OwnerSlot) {
			slots[n.OwnerSlot] = true
		}
	}
	return uint64(len(slots)), nil
}

func (w *world) OwnerSlot(_ context.Context, s uint64, owner []byte) (uint64, bool, error) {
	for _, n := range w.at(s).nodes {
		if n.Owner == addr(owner) {
			return n.OwnerSlot, true, nil
		}
	}
	return 0, false, nil
}
