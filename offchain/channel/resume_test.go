package channel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// redeemedChannel is one of which the chain has redeemed 50 by a voucher with count 3.
func redeemedChannel() work.Channel {
	c := chanOf(1)
	c.Redeemed, c.Count = proof.U64(50), 3
	return c
}

// TestResume: a purse that knows nothing goes on from the latest voucher that its own key has signed.
func TestResume(t *testing.T) {
	body := proof.Voucher{Channel: 1, Amount: proof.U64(300), Count: 9, Evidence: [32]byte{5}}
	latest := signed(t, keyOf(1), domain(), body)
	forged := func(change func(*work.Voucher)) work.Account {
		v := latest
		change(&v)
		return work.Account{Latest: v, Used: proof.U64(300)}
	}
	other := domain()
	other.ChainID = "mesh-2"
	elsewhere := domain()
	elsewhere.Network = "net_00000002"
	for name, tc := range map[string]struct {
		account work.Account
		want    error
		left    uint64 // of what was promised
		next    proof.Voucher
	}{
		"ok: all is used":      {work.Account{Latest: latest, Used: proof.U64(300)}, nil, 0, proof.Voucher{Amount: proof.U64(400), Count: 10}},
		"ok: some is left":     {work.Account{Latest: latest, Used: proof.U64(260)}, nil, 40, proof.Voucher{Amount: proof.U64(400), Count: 10}},
		"ok: the last unit":    {work.Account{Latest: latest, Used: proof.U64(299)}, nil, 1, proof.Voucher{Amount: proof.U64(400), Count: 10}},
		"ok: nothing promised": {work.Account{}, nil, 0, proof.Voucher{Amount: proof.U64(150), Count: 4}},
		"ok: nothing since":    {work.Account{Latest: promise(t, 1, 50, 3), Used: proof.U64(50)}, nil, 0, proof.Voucher{Amount: proof.U64(150), Count: 4}},
		// One before the latest: who shows it can bring that to the chain, or what the purse promises next, and not both.
		"ok: an old one": {work.Account{Latest: promise(t, 1, 120, 8), Used: proof.U64(110)}, nil, 10, proof.Voucher{Amount: proof.U64(220), Count: 9}},
		// A lie about what is used costs what was promised, and does not make up for what is redeemed.
		"ok: used up, and more": {work.Account{Latest: latest, Used: most()}, nil, 0, proof.Voucher{Amount: proof.U64(400), Count: 10}},
		"ok: nothing is used":   {work.Account{Latest: latest}, nil, 250, proof.Voucher{Amount: proof.U64(400), Count: 10}},
		"ok: used of nothing":   {work.Account{Used: most()}, nil, 0, proof.Voucher{Amount: proof.U64(150), Count: 4}},

		"fails: of another channel":   {forged(func(v *work.Voucher) { v.Channel = 2 }), channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: signed for another":   {work.Account{Latest: promise(t, 2, 300, 9)}, channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: more than was signed": {forged(func(v *work.Voucher) { v.Amount.Lo++ }), channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: more tasks":           {forged(func(v *work.Voucher) { v.Count++ }), channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: other evidence":       {forged(func(v *work.Voucher) { v.Evidence[0]++ }), channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: no signature":         {forged(func(v *work.Voucher) { v.Signature = [64]byte{} }), channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: by another key":       {work.Account{Latest: signed(t, keyOf(2), domain(), body)}, channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: of another chain":     {work.Account{Latest: signed(t, keyOf(1), other, body)}, channel.ErrVoucher, 0, proof.Voucher{}},
		"fails: of another network":   {work.Account{Latest: signed(t, keyOf(1), elsewhere, body)}, channel.ErrVoucher, 0, proof.Voucher{}},
	} {
		t.Run(name, func(t *testing.T) {
			p := channel.NewPurse(paying(), redeemedChannel())
			require.ErrorIs(t, p.Resume(tc.account), tc.want)
			if tc.want != nil { // as if nothing was said
				tc.next = proof.Voucher{Amount: proof.U64(150), Count: 4}
			}
			require.Equal(t, proof.U128{}, p.Spent(), "others have promised that")
			require.Zero(t, spend(t, p, tc.left))
			v, err := p.Spend(1)
			require.NoError(t, err)
			tc.next.Channel = 1
			require.Equal(t, tc.next, v.Voucher)
		})
	}
}

// TestResumeGoesOn: a purse that has paid learns what the till took for used, and what another purse of the same key has promised.
func TestResumeGoesOn(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(1))
	v, err := p.Spend(30)
	require.NoError(t, err)
	require.NoError(t, p.Resume(work.Account{Latest: v, Used: proof.U64(20)}))
	require.Zero(t, spend(t, p, 70), "what this purse knows to be used stays so")
	p.Return(70)
	require.NoError(t, p.Resume(work.Account{Latest: v, Used: proof.U64(95)}))
	require.Zero(t, spend(t, p, 5))
	p.Return(5)
	require.NoError(t, p.Resume(work.Account{Latest: v, Used: proof.U64(100)})) // the till has begun anew
	next, err := p.Spend(1)
	require.NoError(t, err)
	require.Equal(t, proof.Voucher{Channel: 1, Amount: proof.U64(200), Count: 2}, next.Voucher)
	require.Equal(t, proof.U64(200), p.Spent())

	require.NoError(t, p.Resume(work.Account{Latest: promise(t, 1, 500, 40), Used: proof.U64(450)}))
	require.Equal(t, proof.U64(200), p.Spent(), "another has promised that")
	require.Zero(t, spend(t, p, 50))
	last, err := p.Spend(1)
	require.NoError(t, err)
	require.Equal(t, proof.Voucher{Channel: 1, Amount: proof.U64(600), Count: 41}, last.Voucher)
	require.Equal(t, proof.U64(300), p.Spent())
}

// TestResumeBeyondTheDeposit: what others have put in is not known before Grown, and nothing is promised on it.
func TestResumeBeyondTheDeposit(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(1))
	require.NoError(t, p.Resume(work.Account{Latest: promise(t, 1, 1200, 9), Used: proof.U64(1150)}))
	_, err := p.Spend(1)
	require.ErrorIs(t, err, channel.ErrEmpty)
	c := chanOf(1)
	c.Deposit = proof.U64(1300)
	p.Grown(c)
	require.Zero(t, spend(t, p, 50))
	require.Equal(t, uint64(1300), spend(t, p, 1))
}
