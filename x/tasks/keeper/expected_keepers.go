package keeper

import (
	"context"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// NetworkKeeper knows networks, their terms and their time.
type NetworkKeeper interface {
	Network(ctx context.Context, seq uint64) (networktypes.Network, error)
	NetworkByID(ctx context.Context, id string) (networktypes.Network, error)
	Epoch(ctx context.Context, seq, number uint64) (networktypes.Epoch, error)
	Calendar(ctx context.Context, seq uint64) (networktypes.Calendar, error)
	ChangeDuties(ctx context.Context, seq uint64, by int) error
}

// NodeKeeper knows nodes and what is at stake for them.
type NodeKeeper interface {
	Node(ctx context.Context, seq, id uint64) (networktypes.Node, error)
	NodeOfOperator(ctx context.Context, seq uint64, operator []byte) (networktypes.Node, error)
	Suspend(ctx context.Context, n networktypes.Node) error
	TakeBond(ctx context.Context, seq, node uint64, amount math.Int, toModule, reason string) (networktypes.Taken, error)
	Count(ctx context.Context, seq, id uint64, add networktypes.Counters) error
}

// ActiveSet knows the active sets as of the last openings, and draws from them.
type ActiveSet interface {
	Owners(ctx context.Context, d networktypes.Draw, n int) ([]networktypes.Node, error)
	Jurors(ctx context.Context, d networktypes.Draw, seats uint32) ([]networktypes.Seat, error)
	OwnersWithout(ctx context.Context, seq, opening uint64, without []uint64) (uint64, error)
	OwnerSlot(ctx context.Context, seq uint64, owner []byte) (uint64, bool, error)
	WeightAsOf(ctx context.Context, seq, opening uint64, n networktypes.Node) (math.Int, error)
	OthersAsOf(ctx context.Context, seq, opening uint64, n networktypes.Node) (math.Int, error)
	Seats(ctx context.Context, s networktypes.Seating) ([]networktypes.Seat, error)
	SeatsOf(ctx context.Context, s networktypes.Seating, nodes []networktypes.Node) ([]networktypes.Seat, error)
}

// BeaconKeeper is randomness.
type BeaconKeeper interface {
	GenesisChainID(ctx context.Context) (string, error)
	Seed(ctx context.Context, closed int64, delay uint64, mMax uint32) (beacontypes.Seed, error)
}
