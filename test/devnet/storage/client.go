package storage

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Client buys space and puts bytes into it. As an Actor it watches over its deals.
type Client struct {
	*devnet.Account
	net *Network
}

// NewClient returns a client with the usual funds.
func (n *Network) NewClient() *Client {
	n.t.Helper()
	return &Client{n.NewAccount(Funds), n}
}

// ClientOf returns the client that an account is, whatever else it is.
func (n *Network) ClientOf(a *devnet.Account) *Client { return &Client{a, n} }

// Act implements Actor: the client tries to declare lost what its holders have lost, and has its posted tasks drawn.
func (c *Client) Act() {
	for _, d := range c.net.State().Tasks.Deals {
		if d.Client == c.String() && d.IsOpen() {
			c.net.declare(c.Account, d.Id)
		}
	}
	c.DrawTasks()
}

// OpenMsg asks for Space on each index of a deal.
func (c *Client) OpenMsg(k, n uint32, epochs uint64) *tasktypes.MsgOpenDeal {
	return &tasktypes.MsgOpenDeal{
		Client: c.String(), Network: c.net.Record.Id, Profile: tasktypes.Profile{K: k, N: n}, Space: Space, Epochs: epochs,
		MaxRate: math.NewInt(Token),
	}
}

// Open opens a deal and has it drawn: it makes blocks until every index has a node. It returns the deal's id.
func (c *Client) Open(k, n uint32, epochs uint64) uint64 {
	c.net.t.Helper()
	var made tasktypes.MsgOpenDealResponse
	c.net.Answer(c.net.Do(c.Account, c.OpenMsg(k, n, epochs)), &made)
	c.Draw(made.Deal)
	return made.Deal
}

// Draw asks for the draw of a deal until every index has a node.
func (c *Client) Draw(deal uint64) {
	c.net.t.Helper()
	c.net.Until(20, func() bool {
		for _, i := range c.net.Indices(deal) {
			if i.Status == tasktypes.INDEX_STATUS_UNASSIGNED {
				c.net.Try(c.Account, &tasktypes.MsgDrawDeal{Sender: c.String(), Deal: deal})
				return false
			}
		}
		return true
	})
}

// Put gives pieces of the given lengths to all nodes of a deal and commits the layout with their signatures. It
// returns the layout.
func (c *Client) Put(deal uint64, lengths ...int) tasktypes.Layout {
	c.net.t.Helper()
	msg := c.CommitMsg(deal, lengths...)
	tx := c.net.Do(c.Account, msg)
	var rsp tasktypes.MsgCommitLayoutResponse
	c.net.Answer(tx, &rsp)
	require.Len(c.net.t, msg.Acks, int(rsp.Acked))
	return msg.Layout
}

// CommitMsg is the message of Put.
func (c *Client) CommitMsg(deal uint64, lengths ...int) *tasktypes.MsgCommitLayout {
	c.net.t.Helper()
	d := c.net.Deal(deal)
	return c.ContentMsg(deal, c.net.NewContent(deal, d.Layout.Version+1, d.Profile.N, lengths...))
}

// ContentMsg commits a content to a deal, whose nodes keep it and sign. Nodes that are away, or that the deal does not have,
// sign nothing.
func (c *Client) ContentMsg(deal uint64, content *Content) *tasktypes.MsgCommitLayout {
	c.net.t.Helper()
	d := c.net.Deal(deal)
	msg := &tasktypes.MsgCommitLayout{Client: c.String(), Deal: deal, Layout: content.Version(d.Layout.Version + 1)}
	for number, i := range c.net.Indices(deal) {
		if !i.HasNode() || c.net.Holders[i.Node-1].Away {
			continue
		}
		h := c.net.Holders[i.Node-1]
		h.Keep(content, uint32(number))
		msg.Acks = append(msg.Acks, tasktypes.SignedAck{Index: uint32(number), Signature: h.SignAck(deal, uint32(number), msg.Layout)})
	}
	return msg
}

// ExtendMsg buys more epochs.
func (c *Client) ExtendMsg(deal, epochs uint64) *tasktypes.MsgExtendDeal {
	return &tasktypes.MsgExtendDeal{Client: c.String(), Deal: deal, Epochs: epochs}
}

// CancelMsg ends a deal with the open epoch.
func (c *Client) CancelMsg(deal uint64) *tasktypes.MsgCancelDeal {
	return &tasktypes.MsgCancelDeal{Client: c.String(), Deal: deal}
}

// RequestMsg asks the holder of an index to show a byte of it.
func (c *Client) RequestMsg(deal uint64, index uint32, position uint64) *tasktypes.MsgRequestOpen {
	return &tasktypes.MsgRequestOpen{Requester: c.String(), Deal: deal, Index: index, Position: position}
}

// Of returns the account as a client of a network.
func (c *Client) Of(n *Network) *Client { return &Client{c.Account, n} }
