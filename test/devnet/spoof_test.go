package devnet_test

import (
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
	"github.com/cosmos/cosmos-sdk/x/authz"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// granted lets account 0 send reveals in the name of their signer, which is the beacon's account.
// Nobody can give such a grant on a chain, since the account has no key.
func granted(c *devnet.Chain, state app.GenesisState) {
	grant, err := codectypes.NewAnyWithValue(authz.NewGenericAuthorization("/mesh.beacon.v1.MsgReveal"))
	if err != nil {
		panic(err)
	}
	never := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	devnet.Edit(c, state, authz.ModuleName, func(g *authz.GenesisState) {
		g.Authorization = append(g.Authorization, authz.GrantAuthorization{
			Granter: sdk.AccAddress(address.Module(beacontypes.ModuleName)).String(), Grantee: c.Accounts[0].String(),
			Authorization: grant, Expiration: &never,
		})
	})
}

// spoof is a way to bring a validator's next reveal into a block without being its proposer.
type spoof struct {
	name string
	// tx makes the transaction for the reveal of a message; right is the canonical one.
	tx func(c *devnet.Chain, msg *beacontypes.MsgReveal, right []byte) []byte
	// checked tells whether a node already refuses it at its mempool.
	checked bool
	// is the error of the transaction in a block.
	is *errorsmod.Error
}

// spoofs are all the roads that are not the proposer's own.
func spoofs() []spoof {
	exec := func(a *devnet.Account, msgs ...sdk.Msg) sdk.Msg {
		m := authz.NewMsgExec(a.Address, msgs)
		return &m
	}
	return []spoof{
		{"the canonical bytes", func(_ *devnet.Chain, _ *beacontypes.MsgReveal, right []byte) []byte {
			return right
		}, true, beacontypes.ErrRevealRefused},
		{"an old reveal", func(c *devnet.Chain, _ *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Block(8).Txs[0]
		}, true, beacontypes.ErrRevealRefused},
		{"signed by a user", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Accounts[0].Sign(msg)
		}, true, beacontypes.ErrRevealRefused},
		{"signed by the validator's operator", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Validators[0].Account.Sign(msg)
		}, true, beacontypes.ErrRevealRefused},
		{"before a payment", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Accounts[0].Sign(msg, send(c.Accounts[0], c.Accounts[1], 1))
		}, true, beacontypes.ErrRevealRefused},
		{"behind a payment", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Accounts[0].Sign(send(c.Accounts[0], c.Accounts[1], 1), msg)
		}, true, beacontypes.ErrRevealRefused},
		{"by authz with a grant", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Accounts[0].Sign(exec(c.Accounts[0], msg))
		}, false, beacontypes.ErrRevealRefused},
		{"by authz without a grant", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Accounts[1].Sign(exec(c.Accounts[1], msg))
		}, false, authz.ErrNoAuthorizationFound},
		{"by authz in authz", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			return c.Accounts[0].Sign(exec(c.Accounts[0], exec(c.Accounts[0], msg)))
		}, false, beacontypes.ErrRevealRefused},
		{"by a proposal of governance", func(c *devnet.Chain, msg *beacontypes.MsgReveal, _ []byte) []byte {
			submit, err := govv1.NewMsgSubmitProposal([]sdk.Msg{msg}, sdk.NewCoins(sdk.NewInt64Coin("umesh", 10_000_000)),
				c.Accounts[0].String(), "", "Reveal", "Reveal for a validator", false)
			if err != nil {
				panic(err)
			}
			return c.Accounts[0].SignFor(devnet.Terms{Gas: 1_000_000}, submit)
		}, false, govtypes.ErrInvalidSigner},
	}
}

// spoofed is a chain with four kinds of nodes on which account 0 holds the impossible grant.
func spoofed(t *testing.T) *devnet.Chain {
	t.Helper()
	c := devnet.New(t, devnet.Config{Nodes: everySetting()[:4], Genesis: granted})
	c.AdvanceTo(8)
	return c
}

// On its way into a mempool a reveal is refused by every node, and so it is when simulated; what no
// node can see at its mempool is refused in its block.
func TestSpoofedRevealIsNotRelayed(t *testing.T) {
	c := spoofed(t)
	for _, s := range spoofs() {
		t.Run("fails: "+s.name, func(t *testing.T) {
			v := c.Proposer().Validator
			msg := &beacontypes.MsgReveal{Validator: v.Operator(), Preimage: v.Chain.Preimage(revealer(t, c, v).Current.Used)}
			right := nextReveal(t, c, v)
			tx := s.tx(c, msg, right)
			for _, n := range c.Nodes {
				_, _, err := n.App.Simulate(tx)
				require.ErrorIs(t, err, s.is, "node %d", n.Index)
			}
			for i, said := range c.Submit(tx) {
				require.Equal(t, s.checked, said.IsErr(), "node %d: %s", i, said.Log)
				if s.checked {
					require.Equal(t, s.is.Codespace(), said.Codespace)
					require.Equal(t, s.is.ABCICode(), said.Code)
					require.Zero(t, c.Nodes[i].Waiting())
				}
			}
			// The reveal was public before its block: it counts there, and only there.
			b := c.Advance()
			require.Equal(t, right, b.Txs[0])
			requireReveals(t, b)
			if !s.checked {
				requireRefused(t, s, b.Result(tx))
			}
			resync(c)
		})
	}
}

func resync(c *devnet.Chain) {
	for _, a := range append([]*devnet.Account{c.Validators[0].Account}, c.Accounts...) {
		a.Resync()
	}
}

// Even in a block that two thirds of the power force through, a spoofed reveal does nothing: behind
// the true one, behind a user's transaction, and in the reveal's place.
func TestSpoofedRevealInADecidedBlock(t *testing.T) {
	c := spoofed(t)
	payment := func() []byte { return c.Accounts[2].Sign(send(c.Accounts[2], c.Accounts[3], 1)) }
	for _, s := range spoofs() {
		for _, place := range []struct {
			name    string
			index   int
			reveals uint64
			block   func(right, spoofed []byte) [][]byte
		}{
			{"behind the true one", 1, 1, func(right, spoofed []byte) [][]byte { return [][]byte{right, spoofed} }},
			{"behind a payment", 1, 0, func(_, spoofed []byte) [][]byte { return [][]byte{payment(), spoofed} }},
			{"in its place", 0, 0, func(_, spoofed []byte) [][]byte { return [][]byte{spoofed} }},
		} {
			if s.name == "the canonical bytes" && place.index == 0 {
				continue // these are the reveal itself
			}
			t.Run("fails: "+s.name+", "+place.name, func(t *testing.T) {
				v := c.Proposer().Validator
				before, value := revealer(t, c, v), round(t, c, 0).Value
				used := before.Current.Used
				// What is spoofed is the reveal that would be next when it is executed.
				msg := &beacontypes.MsgReveal{Validator: v.Operator(), Preimage: v.Chain.Preimage(used + place.reveals)}
				tx := s.tx(c, msg, reveal(t, v, used+place.reveals))
				b := c.Decide(place.block(reveal(t, v, used), tx)...)
				requireRefused(t, s, b.Results[place.index])
				after := revealer(t, c, v)
				require.Equal(t, used+place.reveals, after.Current.Used)
				if place.reveals == 1 {
					requireReveals(t, b)
				} else {
					require.Len(t, misses(t, b), 1)
					require.Equal(t, before.Missed+1, after.Missed)
					require.Equal(t, value, round(t, c, 0).Value)
				}
				resync(c)
			})
		}
	}
}

// requireRefused wants the result of a spoofed reveal.
func requireRefused(t *testing.T, s spoof, r *abci.ExecTxResult) {
	t.Helper()
	require.Equal(t, s.is.Codespace(), r.Codespace, r.Log)
	require.Equal(t, s.is.ABCICode(), r.Code, r.Log)
	require.Empty(t, devnet.TypedEvents[beacontypes.EventRevealed](t, r.Events))
}

// Wrong reveals in a block that was forced through are missing ones and stop no node.
func TestWrongRevealInADecidedBlock(t *testing.T) {
	c := devnet.New(t, devnet.Config{Nodes: everySetting()[:4]})
	c.AdvanceTo(8)
	for _, wrong := range []struct {
		name string
		txs  func(v *devnet.Validator, used uint64) [][]byte
	}{
		{"fails: the reveal after the next", func(v *devnet.Validator, used uint64) [][]byte { return [][]byte{reveal(t, v, used+1)} }},
		{"fails: an old reveal", func(v *devnet.Validator, used uint64) [][]byte { return [][]byte{reveal(t, v, used-1)} }},
		{"fails: another's reveal", func(v *devnet.Validator, used uint64) [][]byte {
			for _, other := range c.Validators {
				if other != v {
					return [][]byte{nextReveal(t, c, other)}
				}
			}
			return nil
		}},
		{"fails: two wrong ones", func(v *devnet.Validator, used uint64) [][]byte {
			return [][]byte{reveal(t, v, used+1), reveal(t, v, used)}
		}},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			v := c.Proposer().Validator
			before := revealer(t, c, v)
			b := c.Decide(wrong.txs(v, before.Current.Used)...)
			for _, r := range b.Results {
				require.Equal(t, beacontypes.ModuleName, r.Codespace)
				require.EqualValues(t, 3, r.Code)
				require.EqualValues(t, beacontypes.RevealGas, r.GasWanted)
				require.Zero(t, r.GasUsed)
			}
			before.Missed++
			require.Equal(t, before, revealer(t, c, v))
			require.Len(t, misses(t, b), 1)
			requireReveals(t, c.Advance())
		})
	}
	t.Run("ok: the reveal twice counts once", func(t *testing.T) {
		v := c.Proposer().Validator
		used := revealer(t, c, v).Current.Used
		b := c.Decide(reveal(t, v, used), reveal(t, v, used))
		requireReveals(t, b)
		require.EqualValues(t, beacontypes.RevealGas, b.Results[0].GasUsed)
		require.EqualValues(t, 3, b.Results[1].Code)
		require.Equal(t, used+1, revealer(t, c, v).Current.Used)
	})
}
