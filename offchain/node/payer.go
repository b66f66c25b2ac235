package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	// stepBytes is for how many bytes a client pays a holder ahead.
	stepBytes = 16 << 20
	// leastFunded is for how many bytes money is set aside for a holder at least: a channel costs two transactions, and what is not
	// used comes back.
	leastFunded = 256 << 20
	// channelBlocks is for how long a channel is opened: a day of blocks of 5 s.
	channelBlocks = 17_280
	// staleBlocks is how much longer than the notice a channel must be open for to be used, so that nobody pays into one that is
	// about to end.
	staleBlocks = 60
	// looksEvery is how many pieces are paid for before the chain is asked again which channels there are.
	looksEvery = 4_096
)

// payer pays holders for what a client reads, from channels of its account whose key is that of its host.
type payer struct {
	account account
	network chain.Network
	how     channel.Paying
	key     [32]byte // public half of how.Key

	token   chan struct{} // taken by who uses the following, also while channels are opened
	asks    int           // questions for money
	nodes   map[remote.Peer]uint64
	purses  map[uint64]*channel.Purse // by node
	spent   proof.U128                // by purses that are not used any more
	aside   proof.U128                // set aside since it was made
	expires int64                     // of the channel that ends last
}

// newPayer returns a payer, or nil where reading is free.
func newPayer(a account, n chain.Network, d proof.Domain, host ed25519.PrivateKey) (*payer, error) {
	price, err := readPrice(n)
	if err != nil || price.IsZero() {
		return nil, err
	}
	return &payer{
		account: a, network: n, how: channel.Paying{Domain: d, Key: host, Price: price, Step: stepBytes},
		key: [32]byte(host.Public().(ed25519.PublicKey)), token: make(chan struct{}, 1),
		nodes: map[remote.Peer]uint64{}, purses: map[uint64]*channel.Purse{},
	}, nil
}

// readPrice returns what reading costs in a network.
func readPrice(n chain.Network) (channel.Price, error) {
	price, err := proof.FromBig(n.Params.Storage.ReadPrice.BigInt())
	if err != nil {
		return channel.Price{}, fmt.Errorf("read the price of reading in network %s: %w", n.Id, err)
	}
	return channel.Price(price), nil
}

// ErrNoAccount: reading costs something and there is no account that could pay.
var ErrNoAccount = errors.New("reading costs something in this network, and no account is there to pay")

// Fund implements remote.Payer: one transaction for all of them.
func (p *payer) Fund(ctx context.Context, holders []remote.Peer, bytes uint64) error {
	return p.with(ctx, func() error { return p.fund(ctx, holders, bytes) })
}

// with takes the token and does something, unless ctx ends before.
func (p *payer) with(ctx context.Context, do func() error) error {
	select {
	case p.token <- struct{}{}:
		defer func() { <-p.token }()
		return do()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// fund is Fund for who has the token.
func (p *payer) fund(ctx context.Context, holders []remote.Peer, bytes uint64) error {
	if p.account.key.Name == "" {
		return ErrNoAccount
	}
	if err := p.find(ctx); err != nil {
		return err
	}
	var short []uint64
	for _, h := range holders {
		node, err := p.nodeOf(ctx, h)
		if err != nil {
			return err
		}
		if purse := p.purses[node]; (purse == nil || !purse.Has(bytes)) && !slices.Contains(short, node) {
			short = append(short, node)
		}
	}
	if len(short) == 0 {
		return nil
	}
	err := p.fill(ctx, short, bytes)
	var refused *chain.RejectedError
	if len(short) == 1 || !errors.As(err, &refused) {
		return err
	}
	// One of them may not take part any more. The others are enough if they are; who asks them finds out.
	for _, node := range short {
		if one := p.fill(ctx, []uint64{node}, bytes); one == nil {
			err = nil
		}
	}
	return err
}

// Purse implements remote.Payer.
func (p *payer) Purse(ctx context.Context, holder remote.Peer, bytes uint64) (remote.Purse, error) {
	var purse *channel.Purse
	err := p.with(ctx, func() error {
		if err := p.fund(ctx, []remote.Peer{holder}, bytes); err != nil {
			return err
		}
		purse = p.purses[p.nodes[holder]] // there is one, or funding has failed
		return nil
	})
	if err != nil {
		return nil, err
	}
	return purse, nil
}

// find asks the chain for the channels that can be used, at first and then once in a while: they come to their end.
func (p *payer) find(ctx context.Context) error {
	if p.asks%looksEvery == 0 {
		if err := p.look(ctx); err != nil {
			return err
		}
	}
	p.asks++
	return nil
}

// look takes in the channels there are, and lets go of those that are about to end.
func (p *payer) look(ctx context.Context) error {
	list, err := p.account.chain.ChannelsOf(ctx, p.account.key.Address)
	if err != nil {
		return err
	}
	height, err := p.account.Height(ctx)
	if err != nil {
		return err
	}
	usable := map[uint64]bool{} // by channel
	for _, c := range list {
		if c.Network != p.network.Id || c.Key != p.key || c.Expires < height+int64(p.network.Params.Pay.NoticeBlocks)+staleBlocks {
			continue
		}
		usable[c.ID] = true
		p.expires = max(p.expires, c.Expires)
		if purse := p.purses[c.Node]; purse == nil || !usable[purse.Channel()] && purse.Channel() < c.ID {
			p.retire(c.Node)
			p.purses[c.Node] = channel.NewPurse(p.how, c)
		} else if purse.Channel() == c.ID {
			purse.Grown(c)
		}
	}
	for node, purse := range p.purses {
		if !usable[purse.Channel()] {
			p.retire(node)
		}
	}
	return nil
}

// retire lets go of the purse of a node, if there is one; what it has spent is counted.
func (p *payer) retire(node uint64) {
	if purse := p.purses[node]; purse != nil {
		p.spent = sumOf(p.spent, purse.Spent())
		delete(p.purses, node)
	}
}

// nodeOf returns the number of the node behind a holder.
func (p *payer) nodeOf(ctx context.Context, h remote.Peer) (uint64, error) {
	if node, ok := p.nodes[h]; ok {
		return node, nil
	}
	m, err := p.account.chain.MemberByPeer(ctx, p.network.Id, h.Name)
	if err != nil {
		return 0, err
	}
	p.nodes[h] = m.Number
	return m.Number, nil
}

// fill opens channels to nodes, or puts more into those there are, so that each has enough for so many bytes.
func (p *payer) fill(ctx context.Context, nodes []uint64, bytes uint64) error {
	height, err := p.account.Height(ctx)
	if err != nil {
		return err
	}
	amount, expires := p.how.Price.Of(max(bytes, leastFunded)), height+channelBlocks
	var msgs []chain.Msg
	var sum proof.U128
	for _, node := range nodes {
		m, err := p.fillOne(node, amount, expires)
		if err != nil {
			return err
		}
		msgs = append(msgs, m)
		if sum, err = sum.Add(amount); err != nil {
			return fmt.Errorf("set money aside for reading: %w", err)
		}
	}
	if _, err := p.account.chain.Submit(ctx, chain.Tx{From: p.account.key.Name, Msgs: msgs}); err != nil {
		return fmt.Errorf("set %s%s aside for reading from %d nodes: %w", chain.IntOf(sum), p.network.Token.Denom, len(nodes), err)
	}
	if err := p.look(ctx); err != nil {
		return err
	}
	for _, node := range nodes {
		if purse := p.purses[node]; purse == nil || !purse.Has(bytes) {
			return fmt.Errorf("%w: to node %d, after it was filled", channel.ErrEmpty, node)
		}
	}
	p.aside, err = p.aside.Add(sum)
	return err
}

func (p *payer) fillOne(node uint64, amount proof.U128, expires int64) (chain.Msg, error) {
	if purse := p.purses[node]; purse != nil {
		return chain.TopUpChannel(p.account.key.Address, p.network.Token.Denom, purse.Channel(), amount, expires)
	}
	return chain.OpenChannel(p.account.key.Address, p.network.Token.Denom, chain.NewChannel{
		Network: p.network.Id, Node: node, Key: p.key, Deposit: amount, Expires: expires,
	})
}

// Payment is what a client has paid for reading.
type Payment struct {
	Paid    proof.U128 // promised to holders, in base units
	Aside   proof.U128 // set aside for them on chain in these commands
	Expires int64      // the height from which what is left comes back
}

// Payment returns what was paid since the client entered the network.
func (c *Client) Payment() Payment {
	p := c.payer
	if p == nil {
		return Payment{}
	}
	p.token <- struct{}{}
	defer func() { <-p.token }()
	sum := Payment{Paid: p.spent, Aside: p.aside, Expires: p.expires}
	for _, purse := range p.purses {
		sum.Paid = sumOf(sum.Paid, purse.Spent())
	}
	return sum
}

// sumOf adds up amounts of a token, which together cannot come to more than its cap.
func sumOf(a, b proof.U128) proof.U128 {
	sum, err := a.Add(b)
	if err != nil {
		return a
	}
	return sum
}

// asPayer returns a payer as the remote takes it: nil where there is none.
func asPayer(p *payer) remote.Payer {
	if p == nil {
		return nil
	}
	return p
}
