package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// askFees asks what fees a node can withdraw, in base units.
func (d *demo) askFees(ctx context.Context, height int64, node uint64) (chain.Amount, seen, error) {
	var e struct{ Fees string }
	s, err := d.ask(ctx, height, d.ofNode("rewards", node, "/earnings"), &e)
	if err != nil {
		return chain.Amount{}, s, err
	}
	fees, err := chain.ParseUnits(e.Fees)
	return fees, s, err
}

// withdraw pays one owner what its node has earned.
func (d *demo) withdraw(ctx context.Context) error {
	height, err := d.head(ctx)
	if err != nil {
		return err
	}
	deal, _, err := d.askDeal(ctx, height)
	if err != nil {
		return err
	}
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	for _, i := range deal.Indices {
		fees, _, err := d.askFees(ctx, height, i.Node)
		if err != nil {
			return err
		}
		owner, err := d.ownerOf(ctx, height, i.Node)
		if err != nil {
			return err
		}
		if home := homeOf(state, owner); fees.IsPositive() && home != "" {
			return d.withdrawFor(ctx, i.Node, owner, home)
		}
	}
	return errors.New("no holder has anything to withdraw")
}

// withdrawFor holds the owner's balance after the block of the withdrawal against that before it.
func (d *demo) withdrawFor(ctx context.Context, node uint64, owner, home string) error {
	var a earningsAnswer
	if err := d.meshInto(ctx, &a, "earnings", "--withdraw", "--home", home, "--network-id", d.report.NetworkID); err != nil {
		return err
	}
	if a.Withdrawn == nil {
		return errors.New("mesh earnings --withdraw tells of no withdrawal")
	}
	height := a.Withdrawn.Height
	had, before, err := d.askBalance(ctx, height-1, owner)
	if err != nil {
		return err
	}
	has, after, err := d.askBalance(ctx, height, owner)
	if err != nil {
		return err
	}
	if !has.GT(had) {
		return fmt.Errorf("the owner of node %d has %s after the withdrawal and had %s", node, has, had)
	}
	tx, err := d.ask(ctx, height, "/cosmos/tx/v1beta1/txs/"+a.Withdrawn.Tx, &struct{}{})
	if err != nil {
		return err
	}
	got := has.Sub(had)
	d.report.Withdrawn, d.report.ChainHeight = got.String(), height
	d.tell("the owner of node %d withdraws %s", node, tokens(got, d.symbol))
	paid := evidence{Figure: "withdrawn", Value: d.report.Withdrawn, Query: tx.query, Height: height, Tx: a.Withdrawn.Tx, Answer: tx.answer}
	return errors.Join(d.keep(paid), d.rests("withdrawn", d.report.Withdrawn, before, after))
}

// askBalance asks what an account has of the network's token, in base units.
func (d *demo) askBalance(ctx context.Context, height int64, owner string) (chain.Amount, seen, error) {
	var b struct{ Balance struct{ Amount string } }
	s, err := d.ask(ctx, height, "/cosmos/bank/v1beta1/balances/"+owner+"/by_denom?"+url.Values{"denom": {d.report.Denom}}.Encode(), &b)
	if err != nil {
		return chain.Amount{}, s, err
	}
	amount, err := chain.ParseUnits(b.Balance.Amount)
	return amount, s, err
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

// count asks the chain which claims and proofs it has accepted since its first block. It counts up to the block of the
// withdrawal, which the chain has shown to be in its index of transactions: of a later one, some might be missing.
func (d *demo) count(ctx context.Context) error {
	height := d.report.ChainHeight
	s, err := d.ask(ctx, height, fmt.Sprintf("/cosmos/base/tendermint/v1beta1/blocks/%d", height), &struct{}{})
	if err != nil {
		return err
	}
	if err := d.rests("chain_height", height, s); err != nil {
		return err
	}
	if d.report.ClaimsOnChain, err = d.accepted(ctx, "claims_on_chain", "/mesh.tasks.v1.MsgClaim"); err != nil {
		return err
	}
	if d.report.ProofsOnChain, err = d.accepted(ctx, "proofs_verified_on_chain", "/mesh.tasks.v1.MsgProve"); err != nil {
		return err
	}
	d.tell("%d claims and %d proofs accepted by the chain at height %d", d.report.ClaimsOnChain, d.report.ProofsOnChain, height)
	return nil
}

// txsPerPage is the most that the chain answers at once.
const txsPerPage = 100

// accepted counts the messages of a type in all transactions that have succeeded.
func (d *demo) accepted(ctx context.Context, figure, typeURL string) (count uint64, err error) {
	var pages []seen
	for page, read, total := 1, 0, 1; read < total; page++ {
		var txs demoTxs
		query := url.Values{
			"query": {fmt.Sprintf("message.action='%s' AND tx.height<=%d", typeURL, d.report.ChainHeight)},
			"page":  {strconv.Itoa(page)}, "limit": {strconv.Itoa(txsPerPage)},
		}
		s, err := d.ask(ctx, d.report.ChainHeight, "/cosmos/tx/v1beta1/txs?"+query.Encode(), &txs)
		if err != nil {
			return 0, err
		}
		if len(txs.Results) == 0 {
			return 0, fmt.Errorf("page %d of the transactions with %s is empty, after %d of %d", page, typeURL, read, txs.Total)
		}
		read, total, pages = read+len(txs.Results), txs.Total, append(pages, s)
		count += txs.count(typeURL)
	}
	return count, d.rests(figure, count, pages...)
}

// demoTxs is a page of transactions with their results.
type demoTxs struct {
	Results []struct {
		Code uint32
		Tx   struct {
			Body struct {
				Messages []struct {
					Type string `json:"@type"`
				}
			}
		}
	} `json:"tx_responses"`
	Total int `json:",string"`
}

// count returns the number of messages of a type in those that succeeded.
func (t demoTxs) count(typeURL string) (n uint64) {
	for _, r := range t.Results {
		for _, m := range r.Tx.Body.Messages {
			if r.Code == 0 && m.Type == typeURL {
				n++
			}
		}
	}
	return n
}
