package storage

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Payer pays nodes by use: it sets money aside in channels, and signs vouchers with a key of its own. What nodes do for that is not
// modelled.
type Payer struct {
	*devnet.Account
	net *Network
	key ed25519.PrivateKey
}

// NewPayer returns a payer with the usual funds.
func (n *Network) NewPayer() *Payer {
	n.t.Helper()
	return n.PayerOf(n.NewAccount(Funds))
}

// PayerOf returns an account as a payer; it has the same key each time.
func (n *Network) PayerOf(a *devnet.Account) *Payer {
	seed := sha256.Sum256([]byte("mesh devnet payer " + a.String()))
	return &Payer{Account: a, net: n, key: ed25519.NewKeyFromSeed(seed[:])}
}

// Domain is what is signed in this network.
func (n *Network) Domain() proof.Domain { return n.domain }

// OpenMsg sets base units aside for a node, up to a height.
func (p *Payer) OpenMsg(node uint64, deposit, expires int64) *tasktypes.MsgOpenChannel {
	return &tasktypes.MsgOpenChannel{
		Client: p.String(), Network: p.net.Record.Id, Node: node, Key: p.key.Public().(ed25519.PublicKey), Deposit: math.NewInt(deposit), Expires: expires,
	}
}

// Open opens a channel and makes the block. It returns the channel's id.
func (p *Payer) Open(node uint64, deposit, expires int64) uint64 {
	p.net.t.Helper()
	var made tasktypes.MsgOpenChannelResponse
	p.net.Answer(p.net.Do(p.Account, p.OpenMsg(node, deposit, expires)), &made)
	return made.Channel
}

// TopUpMsg puts base units into a channel, and moves its end unless expires is 0.
func (p *Payer) TopUpMsg(channel uint64, amount, expires int64) *tasktypes.MsgTopUpChannel {
	return &tasktypes.MsgTopUpChannel{Client: p.String(), Channel: channel, Amount: math.NewInt(amount), Expires: expires}
}

// CloseMsg closes a channel.
func (p *Payer) CloseMsg(channel uint64) *tasktypes.MsgCloseChannel {
	return &tasktypes.MsgCloseChannel{Sender: p.String(), Channel: channel}
}

// Voucher promises all of an amount for so many tasks.
func (p *Payer) Voucher(channel uint64, amount int64, count uint64) tasktypes.Voucher {
	p.net.t.Helper()
	return p.VoucherFor(p.net.domain, channel, amount, count)
}

// VoucherFor is Voucher, signed for a domain.
func (p *Payer) VoucherFor(d proof.Domain, channel uint64, amount int64, count uint64) tasktypes.Voucher {
	p.net.t.Helper()
	body := proof.Voucher{Channel: channel, Amount: proof.U64(uint64(amount)), Count: count, Evidence: sha256.Sum256(binary.BigEndian.AppendUint64(nil, count))}
	signature, err := body.Sign(p.key, d)
	require.NoError(p.net.t, err)
	return tasktypes.Voucher{Channel: channel, Amount: math.NewInt(amount), Count: count, Evidence: body.Evidence[:], Signature: signature}
}

// RedeemMsg redeems vouchers.
func RedeemMsg(sender *devnet.Account, vouchers ...tasktypes.Voucher) *tasktypes.MsgRedeemVouchers {
	return &tasktypes.MsgRedeemVouchers{Sender: sender.String(), Vouchers: vouchers}
}

// Redeem redeems vouchers, makes the block and returns what came of each.
func (n *Network) Redeem(sender *devnet.Account, vouchers ...tasktypes.Voucher) []tasktypes.VoucherResult {
	n.t.Helper()
	var said tasktypes.MsgRedeemVouchersResponse
	n.Answer(n.Do(sender, RedeemMsg(sender, vouchers...)), &said)
	return said.Results
}

// Channel returns a channel that is open, or nil.
func (n *Network) Channel(id uint64) *tasktypes.Channel {
	for _, c := range n.State().Tasks.Channels {
		if c.Id == id {
			return &c
		}
	}
	return nil
}
