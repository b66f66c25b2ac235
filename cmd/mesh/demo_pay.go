package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// withdraw pays one owner what its node has earned.
func (d *demo) withdraw(ctx context.Context) error {
	deal, err := d.chain.Deal(ctx, d.deal)
	if err != nil {
		return err
	}
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	for _, i := range deal.Indices {
		m, err := d.chain.Member(ctx, d.network.Id, i.Node)
		if err != nil {
			return err
		}
		e, err := d.chain.Earnings(ctx, d.network.Id, i.Node)
		if err != nil {
			return err
		}
		home := homeOf(state, m.Owner)
		if !e.Fees.IsPositive() || home == "" {
			continue
		}
		return d.withdrawFor(ctx, m, home)
	}
	return errors.New("no holder has anything to withdraw")
}

func (d *demo) withdrawFor(ctx context.Context, m chain.MemberRecord, home string) error {
	before, err := d.chain.Balance(ctx, m.Owner, d.network.Token.Denom)
	if err != nil {
		return err
	}
	if _, err := d.mesh(ctx, "earnings", "--withdraw", "--home", home, "--network-id", d.network.Id); err != nil {
		return err
	}
	after, err := d.chain.Balance(ctx, m.Owner, d.network.Token.Denom)
	if err != nil {
		return err
	}
	if !after.Amount.GT(before.Amount) {
		return fmt.Errorf("the owner of node %d has %s after the withdrawal and had %s", m.Number, after, before)
	}
	head, err := d.chain.Latest(ctx)
	if err != nil {
		return err
	}
	got := after.Amount.Sub(before.Amount)
	d.report.Withdrawn = got.String()
	d.tell("the owner of node %d withdraws %s", m.Number, tokens(got, d.network.Token.Symbol))
	return d.asked("withdrawn", "cosmos.bank.v1beta1.Query/Balance", head.Height, []chain.Coin{before, after})
}

// homeOf returns the home of an account of the devnet.
func homeOf(state devnet.State, address string) string {
	for _, k := range state.Keys {
		if k.Address == address {
			return k.Home
		}
	}
	return ""
}

// count asks the chain how many claims and proofs it has accepted since its first block.
func (d *demo) count(ctx context.Context) error {
	head, err := d.chain.Latest(ctx)
	if err != nil {
		return err
	}
	d.report.ChainHeight = head.Height
	if err := d.asked("chain_height", "cosmos.base.node.v1beta1.Service/Status", head.Height, head); err != nil {
		return err
	}
	for _, figure := range []struct {
		name string
		msg  string
		to   *uint64
	}{
		{"claims_on_chain", chain.MsgClaimURL, &d.report.ClaimsOnChain},
		{"proofs_verified_on_chain", chain.MsgProveURL, &d.report.ProofsOnChain},
	} {
		if *figure.to, err = d.chain.Accepted(ctx, figure.msg); err != nil {
			return err
		}
		if err := d.asked(figure.name, "cosmos.tx.v1beta1.Service/GetTxsEvent", head.Height, *figure.to); err != nil {
			return err
		}
	}
	d.tell("%d claims and %d proofs accepted by the chain at height %d", d.report.ClaimsOnChain, d.report.ProofsOnChain, head.Height)
	return nil
}
