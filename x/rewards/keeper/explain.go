package keeper

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// States of a reward, as ExplainReward names them.
const (
	stateOpen      = "open"
	stateReady     = "ready"
	stateWithdrawn = "withdrawn"
	stateNone      = "none"
)

// explain says what one epoch was worth to a node, and why.
func (q queryServer) explain(ctx context.Context, network networktypes.Network, key collections.Triple[uint64, uint64, uint64]) (types.RewardRow, error) {
	pay, err := q.pays.Get(ctx, key)
	if err != nil {
		return types.RewardRow{}, err
	}
	row := types.RewardRow{
		Epoch: key.K3(), Gross: pay.Earned.Add(pay.Burnt), Burnt: pay.Burnt, Earned: pay.Earned, Matched: pay.Matched,
		Uptime: pay.Uptime, Duties: pay.Duties, Time: pay.Time,
	}
	for _, k := range pay.Kinds {
		row.Kinds = append(row.Kinds, types.KindRow(k))
	}
	for _, p := range pay.Presences {
		there, err := q.explainPresence(ctx, network, p)
		if err != nil {
			return row, err
		}
		row.Presences = append(row.Presences, there)
	}
	if pay.Burnt.IsZero() {
		row.State, row.Reason = stateNone, "clients paid nothing in it, so nothing was burnt and nothing is matched"
		return row, nil
	}
	if pay.Withdrawn {
		row.State, row.Reason = stateWithdrawn, "fees and match were withdrawn"
		return row, nil
	}
	c, err := q.closed.Get(ctx, collections.Join(network.Seq, key.K3()))
	if errors.Is(err, collections.ErrNotFound) {
		row.Matched = types.Bucket(pay.Burnt, network.Params.Pay.MatchCapBps)
		row.State, row.Reason = stateOpen, "the epoch is open: the match is at most this, and is fixed when the epoch closes"
		return row, nil
	}
	if err != nil {
		return row, err
	}
	row.State, row.Matched = stateReady, c.Match(pay.Burnt)
	row.Reason = fmt.Sprintf("the epoch may emit %s for paid work and %s was burnt, so each burnt unit is matched by the bucket's share",
		inTokens(c.Bucket, network.Token), inTokens(c.Burnt, network.Token))
	if c.Capped() {
		row.Reason = fmt.Sprintf("each burnt unit is matched by the cap of %d.%02d %%; the bucket of %s would allow more", c.MatchCapBps/100, c.MatchCapBps%100, inTokens(c.Bucket, network.Token))
	}
	return row, nil
}

// explainPresence says what being there in one epoch was worth, and why it was no more.
func (q queryServer) explainPresence(ctx context.Context, network networktypes.Network, p types.PresencePay) (types.PresenceRow, error) {
	row := types.PresenceRow{Epoch: p.Epoch, Slots: p.Slots, Uptime: p.Uptime, Duties: p.Duties}
	e, err := q.networks.Epoch(ctx, network.Seq, p.Epoch)
	if errors.Is(err, networktypes.ErrEpochNotFound) {
		row.Reason = fmt.Sprintf("attested in %d slots; the terms of epoch %d are no longer kept", p.Slots, p.Epoch)
		return row, nil
	}
	if err != nil {
		return row, err
	}
	terms := presenceOf(network, e)
	row.SlotsOf = e.Params.Epoch.UptimeSlots
	attested := fmt.Sprintf("attested in %d of %d slots, the others pay nothing", p.Slots, row.SlotsOf)
	if p.Slots == row.SlotsOf {
		attested = fmt.Sprintf("attested in all of %d slots", p.Slots)
	}
	bound := "its bucket"
	if terms.IsCapped() {
		bound = fmt.Sprintf("%s %% of all bonds; its bucket would allow %s", percentOfMillion(terms.YieldPpm), inTokens(terms.Bucket, network.Token))
	}
	watched := "no duty of a watcher was shown"
	if p.Duties.IsPositive() {
		watched = "duties are paid by those it was drawn for and has done"
	}
	row.Reason = fmt.Sprintf("%s; its bond has its share of the %s the epoch pays to all who are there, %s; %s", attested, inTokens(terms.Pool(), network.Token), bound, watched)
	return row, nil
}

// percentOfMillion writes millionths in percent.
func percentOfMillion(ppm uint32) string {
	text := fmt.Sprintf("%d.%04d", ppm/10_000, ppm%10_000)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// inTokens writes base units in whole tokens with their symbol, as people read them.
func inTokens(a math.Int, t networktypes.Token) string {
	digits := a.String()
	if lacks := networktypes.Decimals + 1 - len(digits); lacks > 0 {
		digits = strings.Repeat("0", lacks) + digits
	}
	point := len(digits) - networktypes.Decimals
	whole, part := digits[:point], strings.TrimRight(digits[point:], "0")
	if part != "" {
		whole += "." + part
	}
	return whole + " " + t.Symbol
}
