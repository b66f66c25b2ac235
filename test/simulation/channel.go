package simulation

import (
	"crypto/ed25519"
	"crypto/sha256"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// maxChannels is how many are open at a time.
const maxChannels = 40

func channelOperations() []operation {
	return []operation{
		{3, (*Simulation).openChannel}, {3, (*Simulation).topUp}, {2, (*Simulation).closeChannel}, {6, (*Simulation).redeem},
	}
}

// channels are those that are open in any network.
func (s *Simulation) channels() []tasktypes.Channel { return s.places[0].State().Tasks.Channels }

// payerKey signs a client's vouchers.
func payerKey(client string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("mesh simulation payer " + client))
	return ed25519.NewKeyFromSeed(seed[:])
}

// openChannel has a client set money aside for a node.
func (s *Simulation) openChannel() bool {
	p := s.anyPlace()
	client, _ := pick(s, s.clients)
	w, ok := pick(s, p.there())
	if !ok || len(s.channels()) >= maxChannels || s.balance(client, p.Record.Token.Denom).LT(p.Coin(100*storage.Token).Amount) {
		return false
	}
	notice := int64(p.Terms().Pay.NoticeBlocks)
	return s.send(client, &tasktypes.MsgOpenChannel{
		Client: client.String(), Network: p.Record.Id, Node: w.ID, Key: payerKey(client.String()).Public().(ed25519.PublicKey),
		Deposit: math.NewInt(s.between(1, 20*storage.Token)), Expires: s.height() + notice + s.between(10, 200),
	}, nil)
}

// anyChannel returns a channel that vouchers are redeemed from and that nothing in the block is about yet.
func (s *Simulation) anyChannel() (tasktypes.Channel, bool) {
	c, ok := pick(s, s.channels())
	return c, ok && !c.IsExpired(s.height()) && s.first("channel", c.Id)
}

func (s *Simulation) topUp() bool {
	c, ok := s.anyChannel()
	client, known := s.account(c.Client)
	if !ok || !known {
		return false
	}
	msg := &tasktypes.MsgTopUpChannel{Client: c.Client, Channel: c.Id, Amount: math.NewInt(s.between(1, 5*storage.Token))}
	notice := int64(s.placeOf(c.Network).Terms().Pay.NoticeBlocks)
	if later := s.height() + notice + s.between(1, 200); s.chance(1, 2) && later >= c.Expires {
		msg.Expires = later
	}
	return s.send(client, msg, nil)
}

func (s *Simulation) closeChannel() bool {
	c, ok := s.anyChannel()
	client, known := s.account(c.Client)
	return ok && known && s.send(client, &tasktypes.MsgCloseChannel{Sender: c.Client, Channel: c.Id}, nil)
}

// redeem has anybody bring some vouchers to the chain.
func (s *Simulation) redeem() bool {
	sender, _ := pick(s, s.everybody)
	msg := &tasktypes.MsgRedeemVouchers{Sender: sender.String()}
	for range s.between(1, 3) {
		c, ok := s.anyChannel()
		if !ok || !c.Left().IsPositive() {
			continue
		}
		amount := c.Redeemed.AddRaw(s.between(1, c.Left().Int64()))
		evidence := sha256.Sum256([]byte(amount.String()))
		v := proof.Voucher{Channel: c.Id, Amount: proof.U64(amount.Uint64()), Count: c.Count + uint64(s.between(1, 9)), Evidence: evidence}
		signature, err := v.Sign(payerKey(c.Client), proof.Domain{ChainID: s.Chain.ID, Network: c.Network})
		require.NoError(s.t, err)
		msg.Vouchers = append(msg.Vouchers, tasktypes.Voucher{Channel: c.Id, Amount: amount, Count: v.Count, Evidence: evidence[:], Signature: signature})
	}
	return len(msg.Vouchers) > 0 && s.send(sender, msg, nil)
}
