package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// keptView tells until when the files of a deal are kept.
type keptView struct {
	LastEpoch uint64 `json:"last_epoch"`
	Until     string `json:"until,omitempty"` // about when that ends, RFC 3339; empty if it is not known
	Over      bool   `json:"over"`

	left time.Duration
}

// almanac tells about when the epochs of a network end, by the pace of the last blocks.
type almanac struct {
	head  chain.Block
	pace  time.Duration // of a block; 0 if it is not known
	epoch uint64        // the latest
	rolls int64         // height at which the next one opens; 0 while none is due
	every int64         // blocks of an epoch
}

func newAlmanac(ctx context.Context, client *chain.Client, network string) (almanac, error) {
	n, _, err := client.Network(ctx, network)
	if err != nil {
		return almanac{}, err
	}
	_, cal, err := client.Epoch(ctx, network, 0)
	if err != nil {
		return almanac{}, err
	}
	head, pace, err := client.Pace(ctx)
	return almanac{head: head, pace: pace, epoch: cal.Epoch, rolls: cal.RollsAt, every: int64(n.Params.Epoch.EpochBlocks)}, err
}

// kept tells until when what lies in a deal is kept.
func (a almanac) kept(lastEpoch uint64, settled bool) keptView {
	v := keptView{LastEpoch: lastEpoch, Over: settled || lastEpoch < a.epoch}
	if v.Over || a.pace == 0 || a.rolls == 0 {
		return v
	}
	blocks := max(0, a.rolls-a.head.Height) + int64(lastEpoch-a.epoch)*a.every
	if blocks > int64(100*365*24*time.Hour/a.pace) {
		return v // nobody can say
	}
	v.left = time.Duration(blocks) * a.pace
	v.Until = a.head.Time.Add(v.left).UTC().Format(time.RFC3339)
	return v
}

// text says it to people.
func (v keptView) text() string {
	switch {
	case v.Over:
		return "over"
	case v.Until == "":
		return fmt.Sprintf("kept until epoch %d", v.LastEpoch)
	}
	return fmt.Sprintf("kept for about %s", about(v.left))
}

// about rounds a time to what people say.
func about(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return counted(uint64(d.Round(24*time.Hour)/(24*time.Hour)), "day")
	case d >= 2*time.Hour:
		return counted(uint64(d.Round(time.Hour)/time.Hour), "hour")
	case d >= 2*time.Minute:
		return counted(uint64(d.Round(time.Minute)/time.Minute), "minute")
	}
	return counted(uint64(max(d, 0).Round(time.Second)/time.Second), "second")
}

// keptUntil tells it of some deals.
func keptUntil(ctx context.Context, client *chain.Client, network string, deals []uint64) (map[uint64]keptView, error) {
	views := map[uint64]keptView{}
	a, err := newAlmanac(ctx, client, network)
	if err != nil {
		return nil, err
	}
	for _, id := range deals {
		if _, ok := views[id]; ok {
			continue
		}
		d, err := client.Deal(ctx, id)
		if err != nil {
			return nil, err
		}
		views[id] = a.kept(d.LastEpoch, d.Settled)
	}
	return views, nil
}

// keptIfKnown tells it of a deal that is paid for already, which an answer that does not come takes nothing from: nil then.
func keptIfKnown(ctx context.Context, client *chain.Client, network string, deal uint64) *keptView {
	views, err := keptUntil(ctx, client, network, []uint64{deal})
	if err != nil {
		return nil
	}
	v := views[deal]
	return &v
}
