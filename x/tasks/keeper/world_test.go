package keeper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	networkID = "net_00000001"
	denom     = networkID + "/ustr"
	seq       = 1
	// The other network is there only where a test founds it.
	otherID    = "net_00000002"
	otherDenom = otherID + "/ustr"
	otherSeq   = 2
	// firstOpening is the height epoch 1 opens at; epochBlocks is the length of an epoch.
	firstOpening = 101
	epochBlocks  = 20
)

// place is what a network has of its own. Nodes are numbered from 1 in each.
type place struct {
	nodes    map[uint64]networktypes.Node
	counters map[uint64]networktypes.Counters
	duties   int
}

func newPlace() place {
	return place{nodes: map[uint64]networktypes.Node{}, counters: map[uint64]networktypes.Counters{}}
}

func (p place) clone() place {
	p.nodes, p.counters = maps.Clone(p.nodes), maps.Clone(p.counters)
	return p
}

// world is everything around the keeper: money, a network with its epochs and nodes and perhaps another
// on the same terms, the beacon and whoever listens. Its neighbours are small on purpose, and all it can
// change is in here.
type world struct {
	ledger
	place
	// other is the place of the other network, which is unknown while it has no nodes.
	other  place
	params networktypes.NetworkParams
	fees   []types.Fee
	// present is what nodes have proven of being there.
	present []types.Presence
	// seedLate is by how many blocks a seed comes later than asked for, by the height it closes at.
	seedLate map[int64]int64
	// forgets is after how many blocks the beacon forgets a height.
	forgets int64
	// asleep says that the networks sleep: the epoch that was the last is closed.
	asleep bool
	// ended is the height at which the networks ended, lastEpoch the one after which they sleep; else 0.
	ended     int64
	lastEpoch uint64
	// unreadable is a network whose calendar cannot be read.
	unreadable uint64
	// termsOf are the terms of epochs that opened under others than params.
	termsOf map[uint64]networktypes.NetworkParams
}

// terms returns the terms as of the opening of an epoch.
func (w *world) terms(epoch uint64) networktypes.NetworkParams {
	if p, ok := w.termsOf[epoch]; ok {
		return p
	}
	return w.params
}

func (w *world) clone() world {
	c := *w
	c.ledger = w.ledger.clone()
	c.place, c.other, c.fees = w.place.clone(), w.other.clone(), slices.Clone(w.fees)
	c.present = slices.Clone(w.present)
	return c
}

// at returns the place of a network.
func (w *world) at(s uint64) *place {
	if s == otherSeq {
		return &w.other
	}
	return &w.place
}

// seqs are the networks there are.
func (w *world) seqs() []uint64 {
	if len(w.other.nodes) == 0 {
		return []uint64{seq}
	}
	return []uint64{seq, otherSeq}
}

// namesOf returns the id and the token of a network.
func namesOf(s uint64) (id, token string) {
	if s == otherSeq {
		return otherID, otherDenom
	}
	return networkID, denom
}

// opening returns the height an epoch opens at.
func opening(epoch uint64) int64 { return firstOpening + epochBlocks*(int64(epoch)-1) }

// epochAt returns the epoch that is open at a height; 0 for none.
func epochAt(height int64) uint64 {
	if height < firstOpening {
		return 0
	}
	return uint64((height-firstOpening)/epochBlocks) + 1
}

func epochOf(ctx context.Context) uint64 { return epochAt(sdk.UnwrapSDKContext(ctx).BlockHeight()) }

func (w *world) Network(_ context.Context, s uint64) (networktypes.Network, error) {
	if !slices.Contains(w.seqs(), s) {
		return networktypes.Network{}, networktypes.ErrNetworkNotFound
	}
	id, token := namesOf(s)
	return networktypes.Network{Seq: s, Id: id, Token: networktypes.Token{Denom: token}, Params: w.params, SunsetHeight: w.ended}, nil
}

func (w *world) NetworkByID(ctx context.Context, id string) (networktypes.Network, error) {
	if err := networktypes.CheckNetworkID(id); err != nil {
		return networktypes.Network{}, err
	}
	switch id {
	case networkID:
		return w.Network(ctx, seq)
	case otherID:
		return w.Network(ctx, otherSeq)
	}
	return networktypes.Network{}, networktypes.ErrNetworkNotFound
}

func (w *world) Epoch(ctx context.Context, s, number uint64) (networktypes.Epoch, error) {
	now := epochOf(ctx)
	if number == 0 || number > now || number+networktypes.KeptEpochs <= now {
		return networktypes.Epoch{}, networktypes.ErrEpochNotFound
	}
	return networktypes.Epoch{
		Number: number, Open: opening(number), Close: opening(number + 1), Nodes: uint64(len(w.at(s).nodes)), Owners: w.at(s).owners(),
		Params: w.terms(number),
	}, nil
}

func (w *world) Calendar(ctx context.Context, s uint64) (networktypes.Calendar, error) {
	if !slices.Contains(w.seqs(), s) {
		return networktypes.Calendar{}, networktypes.ErrNetworkNotFound
	}
	if s == w.unreadable {
		return networktypes.Calendar{}, errUnreadable
	}
	c := networktypes.Calendar{Network: s, Epoch: epochOf(ctx), RollsAt: opening(epochOf(ctx) + 1), Duties: uint64(w.at(s).duties)}
	if w.asleep {
		c.RollsAt = 0
	}
	if e := w.lastEpoch; e != 0 && c.Epoch > e {
		c.Epoch, c.RollsAt, c.Duties = e, 0, 0
	}
	return c, nil
}

func (w *world) ChangeDuties(_ context.Context, s uint64, by int) error {
	if p := w.at(s); p.duties+by < 0 {
		return networktypes.ErrInvalidRequest
	}
	w.at(s).duties += by
	return nil
}

func (w *world) Node(_ context.Context, s, id uint64) (networktypes.Node, error) {
	n, ok := w.at(s).nodes[id]
	if !ok {
		return n, networktypes.ErrNodeNotFound
	}
	return n, nil
}

func (w *world) NodeOfOperator(_ context.Context, s uint64, operator []byte) (networktypes.Node, error) {
	nodes := w.at(s).nodes
	for _, id := range slices.Sorted(maps.Keys(nodes)) {
		if addr(operator) == nodes[id].Operator {
			return nodes[id], nil
		}
	}
	return networktypes.Node{}, networktypes.ErrNodeNotFound
}

// Owners draws owners in the order of a hash over seed, tag and slot; each shows its first node.
func (w *world) Owners(ctx context.Context, d networktypes.Draw, n int) ([]networktypes.Node, error) {
	first, nodes := map[uint64]networktypes.Node{}, w.at(d.Network).nodes
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(nodes))) {
		first[nodes[id].OwnerSlot] = nodes[id]
	}
	order := func(slot uint64) []byte {
		pre := append(append([]byte{}, d.Seed[:]...), d.Tag...)
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(pre, slot))
		return sum[:]
	}
	slots := slices.SortedFunc(maps.Keys(first), func(a, b uint64) int { return bytes.Compare(order(a), order(b)) })
	var drawn []networktypes.Node
	for _, slot := range slots {
		if len(drawn) == n || slices.Contains(d.Without, slot) {
			continue
		}
		ok, err := d.Accept(ctx, first[slot])
		if err != nil {
			return nil, err
		}
		if ok {
			drawn = append(drawn, first[slot])
		}
	}
	return drawn, nil
}

// WeightAsOf returns what a node weighs: in this world at any time.
func (w *world) WeightAsOf(_ context.Context, _, _ uint64, n networktypes.Node) (math.Int, error) {
	return n.Weight, nil
}

// OthersAsOf returns what the nodes of all other owners weigh.
func (w *world) OthersAsOf(_ context.Context, seq, _ uint64, n networktypes.Node) (math.Int, error) {
	sum := math.ZeroInt()
	for _, other := range w.at(seq).nodes {
		if other.OwnerSlot != n.OwnerSlot {
			sum = sum.Add(other.Weight)
		}
	}
	return sum, nil
}

// SeatsOf seats the first nodes of owners other than the one without: each has one seat if there are fewer than seats, or one of the
// seats by a hash over seed and number of the seat.
func (w *world) SeatsOf(ctx context.Context, s networktypes.Seating, nodes []networktypes.Node) ([]networktypes.Seat, error) {
	all, err := w.Seats(ctx, s)
	if err != nil {
		return nil, err
	}
	list := make([]networktypes.Seat, len(nodes))
	for i, n := range nodes {
		for _, seat := range all {
			if seat.Node == n.Id {
				list[i] = seat
			}
		}
	}
	return list, nil
}

// Seats returns all who sit.
func (w *world) Seats(_ context.Context, s networktypes.Seating) ([]networktypes.Seat, error) {
	nodes := w.at(s.Network).nodes
	var others []uint64
	owners := map[uint64]bool{s.Without: true}
	for _, id := range slices.Sorted(maps.Keys(nodes)) {
		if slot := nodes[id].OwnerSlot; !owners[slot] && nodes[id].Weight.IsPositive() {
			owners[slot] = true
			others = append(others, id)
		}
	}
	var list []networktypes.Seat
	if len(others) < int(s.Seats) {
		for _, id := range others {
			list = append(list, networktypes.Seat{Node: id, Seats: 1, Worth: networktypes.Whole / uint64(len(others)*len(nodes))})
		}
		return list, nil
	}
	drawn := map[uint64]uint32{}
	for i := range s.Seats {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32(s.Seed[:], i))
		drawn[others[binary.BigEndian.Uint64(sum[:])%uint64(len(others))]]++
	}
	for _, id := range slices.Sorted(maps.Keys(drawn)) {
		list = append(list, networktypes.Seat{Node: id, Seats: drawn[id], Worth: uint64(drawn[id]) * (networktypes.Whole / uint64(int(s.Seats)*len(nodes)))})
	}
	return list, nil
}

// owners counts the owners of nodes that weigh something.
func (p place) owners() uint64 {
	slots := map[uint64]bool{}
	for _, n := range p.nodes {
		if n.Weight.IsPositive() {
			slots[n.OwnerSlot] = true
		}
	}
	return uint64(len(slots))
}

// Suspend takes a node out at once.
func (w *world) Suspend(ctx context.Context, n networktypes.Node) error {
	network, err := w.NetworkByID(ctx, n.Network)
	if err != nil {
		return err
	}
	if n.Status == networktypes.NODE_STATUS_JOINED {
		n.Status, n.Weight = networktypes.NODE_STATUS_SUSPENDED, math.ZeroInt()
		w.at(network.Seq).nodes[n.Id] = n
	}
	return nil
}

func (w *world) TakeBond(ctx context.Context, s, node uint64, amount math.Int, toModule, _ string) (networktypes.Taken, error) {
	n, taken := w.at(s).nodes[node], networktypes.Taken{Amount: math.ZeroInt()}
	if n.OwnBond.IsZero() {
		return taken, nil
	}
	taken.Add(n.Owner, math.MinInt(amount, n.OwnBond))
	n.OwnBond = n.OwnBond.Sub(taken.Amount)
	n.Weight = n.Due(w.params.Bond.MinBond)
	w.at(s).nodes[node] = n
	_, token := namesOf(s)
	return taken, w.SendCoinsFromModuleToModule(ctx, networktypes.ModuleName, toModule, sdk.NewCoins(sdk.NewCoin(token, taken.Amount)))
}

func (w *world) Count(_ context.Context, s, id uint64, add networktypes.Counters) error {
	c := w.at(s).counters[id]
	c.Proven += add.Proven
	c.Missed += add.Missed
	c.Lost += add.Lost
	c.Bad += add.Bad
	w.at(s).counters[id] = c
	return nil
}

func (w *world) GenesisChainID(context.Context) (string, error) { return chainID, nil }

// Seed is fixed delay blocks after its close, or later where the test says so.
func (w *world) Seed(ctx context.Context, closed int64, delay uint64, _ uint32) (beacontypes.Seed, error) {
	height := closed + int64(delay) + w.seedLate[closed]
	switch now := sdk.UnwrapSDKContext(ctx).BlockHeight(); {
	case now < height:
		return beacontypes.Seed{}, beacontypes.ErrSeedPending
	case closed <= now-w.forgets:
		return beacontypes.Seed{}, beacontypes.ErrSeedExpired
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("seed"), uint64(closed)))
	return beacontypes.Seed{Value: sum[:], Height: height, Revealers: 3, Eligible: 4}, nil
}

func (w *world) AfterPresenceProven(_ context.Context, p types.Presence) error {
	w.present = append(w.present, p)
	return nil
}

func (w *world) AfterFeeSettled(_ context.Context, fee types.Fee) error {
	w.fees = append(w.fees, fee)
	return nil
}
