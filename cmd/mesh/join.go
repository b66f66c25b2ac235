package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// joinFlags are the flags of mesh join.
type joinFlags struct {
	networkID  string
	owner      string
	operator   string
	bond       string
	dailyFees  string
	storage    string
	region     string
	commission string
	listen     listenFlags
	given      []string // names of the flags that were typed
}

// joinAnswer is what mesh join prints once the node runs.
type joinAnswer struct {
	header
	NetworkID string   `json:"network_id"`
	Node      uint64   `json:"node"`
	Owner     string   `json:"owner"`
	Operator  string   `json:"operator"`
	Peer      string   `json:"peer"`
	Addrs     []string `json:"addrs"`
	OwnBond   string   `json:"own_bond"`
	GivenBond string   `json:"given_bond"`
	Counts    bool     `json:"counts"` // in draws from the next opening on
	Quota     string   `json:"quota"`  // bytes
	Tx        string   `json:"tx"`     // of the registration; empty if there was one before
}

// joinCommand registers a node and runs it.
func (c *cli) joinCommand() *cobra.Command {
	var f joinFlags
	cmd := &cobra.Command{
		Use: "join", Short: "Join a network with this device, and run its node", Args: cobra.NoArgs,
		Long: `Register this device as a node of a network, put up its bond, and run it until it is told to stop. The
terms of the network are shown first. A device that is registered goes on where it ended.

The owner bonds and is paid, the operator signs what the node sends. Fees of the operator are paid by the owner,
for a node's messages only and up to --daily-fees. With --owner ADDRESS the owner's key need not be on this
device: the transaction to sign is printed, and the node waits until it is on chain.`,
		Example: `  mesh join --network-id net_1a2b3c4d
  mesh join --network-id net_1a2b3c4d --bond 0        (somebody else gives the bond)
  mesh join --network-id net_1a2b3c4d --owner mesh1… --storage 100GB`,
	}
	cmd.RunE = c.with("join the network", func(ctx context.Context, s settings, _ []string) error {
		cmd.Flags().Visit(func(flag *pflag.Flag) { f.given = append(f.given, flag.Name) })
		return c.join(ctx, s, f)
	})
	set := cmd.Flags()
	set.StringVar(&f.networkID, "network-id", "", "the network (default the only one this home knows)")
	set.StringVar(&f.owner, "owner", "", "name of the owner's key, or an address whose key is elsewhere (default the key of --from)")
	set.StringVar(&f.operator, "operator", "operator", "name of the operator's key, made if it is missing")
	set.StringVar(&f.bond, "bond", "", "tokens of the network that the owner puts up (default the least a node needs)")
	set.StringVar(&f.dailyFees, "daily-fees", "", "the most the owner pays for fees of the operator a day (default 5MESH, on a devnet 500MESH)")
	set.StringVar(&f.storage, "storage", "10GB", "room for pieces, in bytes or with KB, MB, GB, TB, KiB, MiB, GiB, TiB")
	set.StringVar(&f.region, "region", "", "where the node is: up to 16 of a-z, 0-9 and -")
	set.StringVar(&f.commission, "commission", "0", "percent of its pay for those who give it bonds, at most 50")
	f.listen.add(set, -1, " as well (default none)")
	return cmd
}

// join registers the node unless that was done, and runs it.
func (c *cli) join(ctx context.Context, s settings, f joinFlags) error {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return err
	}
	defer client.Close()
	n, err := whichNetwork(ctx, s, client, f.networkID)
	if err != nil {
		return err
	}
	if n.Template != "storage" && n.Template != "custom" {
		return refused("not_there_yet", "join network "+n.Id, fmt.Sprintf("its template is %s, which nodes cannot run in this release", n.Template), "storage networks work")
	}
	r, err := f.read(s, n)
	if err != nil {
		return err
	}
	if err := c.prepareKeys(ctx, s, kr, &r); err != nil {
		return err
	}
	tx, err := c.register(ctx, s, kr, client, n, r)
	if err != nil {
		return err
	}
	if err := remember(s, n); err != nil {
		return err
	}
	return c.runJoined(ctx, s, kr, client, n, r, tx)
}

// joinRequest is what the flags of mesh join ask for.
type joinRequest struct {
	owner    string // name of a key of this home; "" where the key is elsewhere
	address  string // of the owner
	operator string // name of its key
	account  string // of the operator
	bond     chain.Coin
	fees     chain.Coin
	offer    work.Offer
	listen   []string
	flags    joinFlags
}

// read checks the flags.
func (f joinFlags) read(s settings, n chain.Network) (joinRequest, error) {
	r := joinRequest{owner: s.From, operator: f.operator, flags: f, bond: chain.Coin{Denom: n.Token.Denom, Amount: n.Params.Bond.MinBond}}
	if f.owner != "" {
		r.owner = f.owner
	}
	if chain.CheckAddress(r.owner) == nil {
		r.owner, r.address = "", r.owner
	}
	var err error
	if f.bond != "" {
		if r.bond, err = networkCoin(n, f.bond); err != nil {
			return r, err
		}
	}
	r.fees = chain.Coin{Denom: chain.FeeDenom, Amount: defaultDailyFees(s.ChainID)}
	if f.dailyFees != "" {
		number, unit := splitAmount(f.dailyFees)
		if unit != "" && !strings.EqualFold(unit, chain.FeeSymbol) {
			return r, usage("read --daily-fees", fmt.Sprintf("fees are paid in MESH, not in %s", unit), "write 5MESH")
		}
		if r.fees.Amount, err = chain.ParseTokens(number); err != nil {
			return r, usage("read --daily-fees", err.Error(), "write 5MESH")
		}
	}
	quota, err := parseSize(f.storage)
	if err != nil {
		return r, usage("read --storage", err.Error(), "write 10GB")
	}
	r.offer = work.Offer{Region: f.region, StorageBytes: offered(quota)}
	if f.commission != "0" {
		commission, err := parsePercent(f.commission)
		if err != nil {
			return r, usage("read --commission", err.Error(), "write a number of percent, such as 10")
		}
		r.offer.CommissionBps = int(commission)
	}
	if err := chain.CheckOffer(r.offer); err != nil {
		return r, usage("read the offer", err.Error(), "mesh join --help shows --region, --commission and --storage with their bounds")
	}
	r.listen, err = f.listen.addresses(s.ChainID, f.listen.port >= 0)
	return r, err
}

// offered is the room a node offers the chain of what it may use on disk: pieces take pages and lists besides
// their bytes.
func offered(quota uint64) uint64 { return quota - quota/20 }

// defaultDailyFees are base units of MESH: a devnet has an epoch every few seconds.
func defaultDailyFees(chainID string) chain.Amount {
	tokens := "5"
	if chain.IsDevnet(chainID) {
		tokens = "500"
	}
	a, _ := chain.ParseTokens(tokens)
	return a
}

// prepareKeys finds the owner's key, and the operator's, which is made if it is missing.
func (c *cli) prepareKeys(ctx context.Context, s settings, kr *chain.Keyring, r *joinRequest) error {
	if r.owner != "" {
		key, err := c.fundedKey(ctx, s, kr, r.owner)
		if err != nil {
			return err
		}
		r.address = key.Address
	}
	key, err := kr.Key(r.operator)
	if errors.Is(err, chain.ErrKeyNotFound) {
		if key, _, err = kr.Add(r.operator); err == nil {
			fmt.Fprintf(c.con.err, "Made key %s, %s, for the operator.\n", key.Name, key.Address)
		}
	}
	if err != nil {
		return err
	}
	if key.Address == r.address {
		return usage("choose the operator", "owner and operator are one account", "name another key with --operator: the owner's holds the money, the operator's lies on the device")
	}
	r.account = key.Address
	return nil
}

// runJoined runs the node that is on chain now.
func (c *cli) runJoined(ctx context.Context, s settings, kr *chain.Keyring, client *chain.Client, n chain.Network, r joinRequest, tx string) error {
	member, err := client.MemberByOperator(ctx, n.Id, r.account)
	if err != nil {
		return err
	}
	payer, err := c.payer(ctx, client, member.Owner, r.account)
	if err != nil {
		return err
	}
	quota, err := parseSize(r.flags.storage)
	if err != nil {
		return err
	}
	cfg := node.Config{
		Home: s.Home, ChainID: s.ChainID, Network: n.Id, Role: node.RoleStorage, Operator: r.operator, FeesFrom: payer,
		Listen: r.listen, Announce: r.flags.listen.announce, Bootstrap: r.flags.listen.bootstrap, Region: r.offer.Region,
		Quota: int64(quota), Poll: pollOf(s.ChainID),
	}
	deps := c.nodeDeps(s, kr, client)
	running, err := node.New(ctx, cfg, deps)
	if err != nil {
		return err
	}
	a := joinAnswer{
		header: answerTo("join"), NetworkID: n.Id, Node: member.Number, Owner: member.Owner, Operator: member.Operator,
		Peer: running.Peer(), Addrs: running.Addrs(), OwnBond: member.OwnBond.String(), GivenBond: member.GivenBond.String(),
		Counts: !member.Weight.IsZero(), Quota: fmt.Sprint(quota), Tx: tx,
	}
	return runNode(ctx, running, cfg, deps, c.print(s, a, func(p *page) { showJoined(p, a, n, member) }))
}

// payer returns who pays the operator's fees: the owner, or somebody else who allows it, or "" for itself.
func (c *cli) payer(ctx context.Context, client *chain.Client, owner, operator string) (string, error) {
	has, err := client.HasAllowance(ctx, owner, operator)
	if err != nil || has {
		return owner, err
	}
	others, err := client.Granters(ctx, operator)
	if err != nil || len(others) == 0 {
		return "", err
	}
	return others[0], nil
}

func showJoined(p *page, a joinAnswer, n chain.Network, m chain.MemberRecord) {
	p.title("Node %d of network %s (%s) runs.", a.Node, n.Name, n.Id)
	p.line("")
	p.row("Owner", "%s", a.Owner)
	p.row("Operator", "%s", a.Operator)
	p.row("Bond", "%s of its own, %s given", tokens(chain.IntOf(m.OwnBond), n.Token.Symbol), tokens(chain.IntOf(m.GivenBond), n.Token.Symbol))
	p.row("Peer", "%s", a.Peer)
	for _, addr := range a.Addrs {
		p.row("Address", "%s", addr)
	}
	p.line("")
	lacks := n.Params.Bond.MinBond.Sub(chain.IntOf(m.OwnBond)).Sub(chain.IntOf(m.GivenBond))
	switch {
	case a.Counts:
	case lacks.IsPositive():
		p.line("It is drawn for nothing yet: its bond is below %s. Anyone can give the rest:", tokens(n.Params.Bond.MinBond, n.Token.Symbol))
		p.line("  mesh bond %d %s --network-id %s", a.Node, typed(lacks, n.Token.Symbol), n.Id)
	default:
		p.line("It is drawn for nothing yet: it is %s.", m.Status)
	}
	if len(n.LogicHash) > 0 {
		p.line("The network has a logic of its own; nodes that run it come with a later release.")
	}
	p.line("Ctrl-C ends it; its pieces stay, and its duties too. What it earns: mesh earnings")
}

// domainOf is where signatures about a network count.
func domainOf(chainID, network string) proof.Domain {
	return proof.Domain{ChainID: chainID, Network: network}
}
