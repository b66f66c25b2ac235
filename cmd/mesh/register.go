package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// register puts the node on chain, with its bond and the allowance for its fees, unless it is there. It
// returns the hash of the transaction, if there was one.
func (c *cli) register(ctx context.Context, s settings, kr *chain.Keyring, client *chain.Client, n chain.Network, r joinRequest) (string, error) {
	known, err := client.MemberByOperator(ctx, n.Id, r.account)
	switch {
	case err == nil:
		if err := checkSameNode(s, known.Member, r); err != nil {
			return "", err
		}
		for _, line := range leftOut(known.Member, r) {
			fmt.Fprintln(c.con.err, line)
		}
		return "", nil
	case !errors.Is(err, chain.ErrNotFound):
		return "", err
	}
	if r.owner != "" {
		// Before anybody agrees to anything.
		if err := checkBond(ctx, client, n, r); err != nil {
			return "", err
		}
	}
	members, err := membershipNow(ctx, client, n.Id)
	if err != nil {
		return "", err
	}
	if err := c.agreeToJoin(s, n, members, r); err != nil {
		return "", err
	}
	msgs, err := registration(ctx, s, kr, client, n, r)
	if err != nil {
		return "", err
	}
	if r.owner == "" {
		return "", c.awaitOwner(ctx, client, n, r, msgs)
	}
	c.note("waiting for the registration to get into a block")
	result, err := client.Submit(ctx, chain.Tx{From: r.owner, Msgs: msgs})
	if err != nil {
		return "", withFaucet(s, err)
	}
	return result.Hash, nil
}

// checkSameNode refuses to run a node under the key of another device.
func checkSameNode(s settings, m work.Member, r joinRequest) error {
	if m.Status == work.MemberLeft {
		return refused("node_left", fmt.Sprintf("run node %d", m.Number), "it has left the network for good", "join as a new node with a new --operator")
	}
	if r.flags.owner != "" && m.Owner != r.address {
		return refused("other_owner", fmt.Sprintf("run node %d", m.Number), "its owner is "+m.Owner, "leave out --owner, or join as another node with a new --operator")
	}
	host, err := hostPeer(s.Home)
	if err != nil {
		return err
	}
	if host != m.PeerKey {
		return refused("other_device", fmt.Sprintf("run node %d", m.Number), "its operator's key is here, but it was registered with the node_key of another home",
			"run it from that home, or join as another node with a new --operator")
	}
	return nil
}

// leftOut says which flags change nothing of a node that is registered, as they are for its registration, and what does. What is
// so already is not worth a word.
func leftOut(m work.Member, r joinRequest) []string {
	commission, region := r.offer.CommissionBps != m.Offer.CommissionBps, r.offer.Region != m.Offer.Region
	update := fmt.Sprintf("meshd tx network update-node %s %d changes the offer", m.Network, m.Number)
	var lines, names, instead []string
	for _, flag := range []struct {
		name    string
		differs bool
		instead string
	}{
		{"bond", !r.bond.Amount.Equal(chain.IntOf(m.OwnBond)), fmt.Sprintf("mesh bond %d AMOUNT adds to the bond", m.Number)},
		{"commission", commission, update},
		{"region", region, update},
		{"storage", r.offer.StorageBytes != m.Offer.StorageBytes, update},
		{"daily-fees", true, "meshd tx feegrant changes who pays the operator's fees"},
	} {
		if !flag.differs || !slices.Contains(r.flags.given, flag.name) {
			continue
		}
		names = append(names, "--"+flag.name)
		if !slices.Contains(instead, flag.instead) {
			instead = append(instead, flag.instead)
		}
	}
	if len(names) > 0 {
		lines = append(lines, fmt.Sprintf("Node %d is registered, where %s changes nothing on chain: it counts at registration only. Instead: %s.",
			m.Number, strings.Join(names, ", "), strings.Join(instead, "; ")))
	}
	if r.offer.StorageBytes < m.Offer.StorageBytes {
		lines = append(lines, fmt.Sprintf("Warning: with --storage %s there is room for %d bytes of pieces, and the node has promised %d on chain: it will be drawn for more than it can take, and lose by it.",
			r.flags.storage, r.offer.StorageBytes, m.Offer.StorageBytes))
	}
	return lines
}

// hostPeer returns the public key of the home's libp2p host, zeros where there is none.
func hostPeer(home string) ([32]byte, error) {
	if _, err := os.Stat(node.KeyFile(home)); errors.Is(err, os.ErrNotExist) {
		return [32]byte{}, nil
	}
	key, err := node.LoadHostKey(home, rand.Reader)
	if err != nil {
		return [32]byte{}, err
	}
	return [32]byte(key[32:]), nil
}

// checkBond says how to come by a bond that the owner does not have.
func checkBond(ctx context.Context, client *chain.Client, n chain.Network, r joinRequest) error {
	has, err := client.Balance(ctx, r.address, n.Token.Denom)
	if err != nil || !has.IsLT(r.bond) {
		return err
	}
	lack := &chain.FundsError{Account: r.address, Denom: r.bond.Denom, Has: has.Amount, Needs: r.bond.Amount}
	return advised{lack, fmt.Sprintf("have somebody send it: mesh send %s %s, or join with --bond 0 and let somebody give the bond",
		r.address, typed(r.bond.Amount.Sub(has.Amount), n.Token.Symbol))}
}

// agreeToJoin shows the terms and asks.
func (c *cli) agreeToJoin(s settings, n chain.Network, members membership, r joinRequest) error {
	return c.consent(s, "join network "+n.Id, "Join it?", func(p *page) {
		p.title("The terms of network %s (%s)", n.Name, n.Id)
		showTerms(p, n)
		members.show(p, n.Token.Symbol)
		p.line("")
		p.row("Owner", "%s bonds %s and is paid", r.address, tokens(r.bond.Amount, n.Token.Symbol))
		p.row("Operator", "%s signs for the node; the owner pays its fees, up to %s a day", r.account, tokens(r.fees.Amount, chain.FeeSymbol))
		p.row("Room", "%d bytes for pieces", r.offer.StorageBytes)
		p.row("At stake", "a piece that is lost without a word costs its repair twice; one that is reported, once")
	})
}

// registration makes the messages that the owner signs.
func registration(ctx context.Context, s settings, kr *chain.Keyring, client *chain.Client, n chain.Network, r joinRequest) ([]chain.Msg, error) {
	if err := os.MkdirAll(s.Home, 0o700); err != nil {
		return nil, fmt.Errorf("make the home: %w", err)
	}
	host, err := node.LoadHostKey(s.Home, rand.Reader)
	if err != nil {
		return nil, err
	}
	bound, err := kr.Bind(domainOf(s.ChainID, n.Id), r.address, r.operator, host)
	if err != nil {
		return nil, err
	}
	m, err := chain.RegisterNode(r.address, n.Id, bound, r.offer, r.bond)
	if err != nil {
		return nil, err
	}
	allowed, err := client.HasAllowance(ctx, r.address, r.account)
	if err != nil || allowed || r.fees.IsZero() {
		return []chain.Msg{m}, err
	}
	head, err := client.Latest(ctx)
	if err != nil {
		return nil, err
	}
	grant, err := chain.GrantOperatorFees(r.address, r.account, r.fees, head.Time)
	return []chain.Msg{m, grant}, err
}

// awaitOwner shows the transaction that the owner has to sign elsewhere and waits for it to be on chain.
func (c *cli) awaitOwner(ctx context.Context, client *chain.Client, n chain.Network, r joinRequest, msgs []chain.Msg) error {
	tx, err := client.Unsigned(msgs...)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.con.err, "Sign and send this as %s, for example with meshd tx sign and meshd tx broadcast:\n\n%s\n\nWaiting for node and owner to be on chain …\n", r.address, tx)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		m, err := client.MemberByOperator(ctx, n.Id, r.account)
		switch {
		case err == nil && m.Owner != r.address:
			return refused("other_owner", "join network "+n.Id, "the node was registered by "+m.Owner, "use the owner that was asked for, or another --operator")
		case err == nil:
			return nil
		case !errors.Is(err, chain.ErrNotFound) && !errors.Is(err, chain.ErrUnreachable):
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
