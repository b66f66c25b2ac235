package chain

import (
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Plan is what a founder expects of a network in an epoch.
type Plan struct {
	// Epoch that is looked at, from 1 on.
	Epoch uint64
	// Nodes there are, each of an owner of its own with the least bond, and all of them there and proving.
	Nodes uint64
	// Stored are the bytes that clients keep, at a profile; Read are the bytes they read in the epoch.
	Stored, Read uint64
	Profile      work.Profile
}

// Forecast is what a network's terms make of a plan, in base units and for one epoch, by the functions the chain itself pays by.
type Forecast struct {
	// Emission is the most that may be minted, and each bucket's part of it.
	Emission, UptimeBucket, TasksBucket, GovernanceBucket Amount
	// Storage and Reading are what clients pay; Burnt of that is gone, Earned the nodes'.
	Storage, Reading, Burnt, Earned Amount
	// Matched is the emission that follows what is burnt; IsCapped tells that the cap and not the bucket bounds it.
	Matched  Amount
	IsCapped bool
	// Presence is the emission for being there, to all nodes: Duties of it for what they do as watchers. IsYield tells that the yield on
	// the bonds and not the bucket bounds it.
	Presence, Duties Amount
	IsYield          bool
	// Node is what one of the nodes has of all that.
	Node Amount
	// Grown is by how much there is more of the token afterwards, or less.
	Grown Amount
	// BackOfOneself is the most that comes back of 100 whole tokens that somebody pays to his own node.
	BackOfOneself Amount
	// DirectLimit is the highest fee of a posted task without a jury; HasJuries tells whether there can be one for a task with two replicas.
	DirectLimit Amount
	HasJuries   bool
}

// OneHundred returns a hundred whole tokens, in base units.
func OneHundred() Amount { return math.NewInt(100_000_000) }

// Foresee returns what the terms of a network make of a plan.
func Foresee(n Network, p Plan) Forecast {
	split, pay := n.Params.Distribution, n.Params.Pay
	f := Forecast{Emission: rewardstypes.Emission(n.Token.FirstEmission(), n.Token.HalvingEpochs, p.Epoch)}
	f.UptimeBucket, f.TasksBucket = rewardstypes.Bucket(f.Emission, split.UptimeBps), rewardstypes.Bucket(f.Emission, split.TasksBps)
	f.GovernanceBucket = rewardstypes.Bucket(f.Emission, split.GovernanceBps)

	f.Storage, f.Reading = math.ZeroInt(), math.ZeroInt()
	if p.Stored > 0 {
		index := (p.Stored-1)/uint64(p.Profile.K) + 1
		f.Storage = tasktypes.Rate(index, n.Params.Storage.Price, n.Params.Storage.PriceEpochs).MulRaw(int64(p.Profile.N))
	}
	if p.Read > 0 {
		f.Reading = tasktypes.Rate(p.Read, n.Params.Storage.ReadPrice, 1)
	}
	paid := f.Storage.Add(f.Reading)
	f.Burnt = tasktypes.Share(paid, pay.BurnBps)
	f.Earned = paid.Sub(f.Burnt)
	closed := rewardstypes.Closed{Bucket: f.TasksBucket, Burnt: f.Burnt, MatchCapBps: pay.MatchCapBps}
	f.Matched, f.IsCapped = closed.Match(f.Burnt), closed.Capped()

	there := rewardstypes.Presence{
		Bucket: f.UptimeBucket, Bonds: n.Params.Bond.MinBond.Mul(math.NewIntFromUint64(p.Nodes)), YieldPpm: n.Params.Uptime.YieldPpm,
		ContributionBps: n.Params.Uptime.ContributionBps, Slots: uint64(n.Params.Epoch.UptimeSlots), Whole: networktypes.Whole,
	}
	f.Presence, f.IsYield = math.ZeroInt(), there.IsCapped()
	if p.Nodes > 1 { // nobody watches a node that is alone
		f.Presence = there.Pool()
	}
	f.Duties = rewardstypes.Bucket(f.Presence, n.Params.Uptime.ContributionBps)
	f.Node = f.Earned.Add(f.Matched).Add(f.Presence).Quo(math.NewIntFromUint64(max(p.Nodes, 1)))
	f.Grown = f.Matched.Add(f.Presence).Sub(f.Burnt)

	burnt := tasktypes.Share(OneHundred(), pay.BurnBps)
	f.BackOfOneself = OneHundred().Sub(burnt).Add(rewardstypes.Bucket(burnt, pay.MatchCapBps))
	f.DirectLimit = tasktypes.DirectLimit(n.Params.Bond.MinBond)
	f.HasJuries = p.Nodes >= 2 && tasktypes.JurySeats(p.Nodes-2) > 0
	return f
}
