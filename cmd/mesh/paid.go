package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// notZero refuses a flag that was given as 0, which would be taken for one that was left out.
func notZero(cmd *cobra.Command, flag string) error {
	set := cmd.Flags()
	if f := set.Lookup(flag); f == nil || !f.Changed || f.Value.String() != "0" {
		return nil
	}
	return usage("read --"+flag, "0 buys or starts nothing", "write a number from 1 on, or leave out --"+flag)
}

// lastDeal returns the number of the last deal that an account has opened, 0 for none.
func lastDeal(deals []work.Deal) uint64 {
	if len(deals) == 0 {
		return 0
	}
	return deals[len(deals)-1].ID
}

// openedSince returns the deals of a network that an account has opened after another.
func openedSince(deals []work.Deal, network string, last uint64) []work.Deal {
	return slices.DeleteFunc(slices.Clone(deals), func(d work.Deal) bool { return d.ID <= last || d.Network != network })
}

// openingCost is what the chain took for a deal that was not extended: its rate for all epochs and indices, the share of the
// reserve, and the burn of one epoch's flow.
func openingCost(d work.Deal, reserveBps, burnBps uint32) chain.Amount {
	flow := chain.IntOf(d.Rate).MulRaw(int64(d.Profile.N))
	burn := flow.MulRaw(int64(burnBps)).AddRaw(9_999).QuoRaw(10_000) // rounded up
	return extensionCost(chain.DealRecord{Deal: d}, d.LastEpoch-d.FirstEpoch+1, reserveBps).Add(burn)
}

// paidSince sums up what opening deals has cost an account since its last one; nil if it cannot be asked.
func paidSince(ctx context.Context, d dialed, last uint64) *chain.Amount {
	deals, _, err := d.door.DealsOf(ctx, d.key.Address)
	if err != nil {
		return nil
	}
	sum := chain.IntOf(work.Deal{}.Rate)
	for _, deal := range openedSince(deals, d.network.Id, last) {
		sum = sum.Add(openingCost(deal, d.network.Params.Storage.ReserveBps, d.network.Params.Pay.BurnBps))
	}
	return &sum
}

// withOpened tells of a put that failed which deals it has opened, as they are paid for and not lost.
func withOpened(ctx context.Context, d dialed, last uint64, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTime)
	defer cancel()
	deals, _, silent := d.door.DealsOf(ctx, d.key.Address)
	if silent != nil {
		return err
	}
	return adviseOpened(err, openedSince(deals, d.network.Id, last))
}

// adviseOpened adds the deals that the next put can use to what to do next. One that found too few owners and was cancelled is not
// settled yet.
func adviseOpened(err error, opened []work.Deal) error {
	var f *failure
	if !errors.As(explain("store the files", err), &f) {
		return err
	}
	var owners *storage.OwnersError
	cancelled := uint64(0)
	if errors.As(err, &owners) && owners.Cancelled == nil {
		cancelled = owners.Deal
	}
	for _, deal := range opened {
		if !deal.Settled && deal.ID != cancelled && deal.LastEpoch >= deal.FirstEpoch {
			f.Next += fmt.Sprintf("; deal %d is open and paid for, and stays so for the next put", deal.ID)
		}
	}
	return f
}

// askTime is how long a command waits for the chain for what it can do without.
const askTime = 5 * time.Second
