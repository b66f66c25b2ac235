package chain_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	bankv1beta1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	abciv1beta1 "cosmossdk.io/api/cosmos/base/abci/v1beta1"
	tmv1beta1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// signer is a keyring with one key, owner, and a message that sends 5 umesh to itself.
type signer struct {
	keyring *chain.Keyring
	key     chain.Key
	msgs    []chain.Msg
}

func newSigner(t *testing.T) signer {
	t.Helper()
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: t.TempDir(), Backend: chain.BackendTest, ChainID: fakeChain})
	require.NoError(t, err)
	key, _, err := kr.Add("owner")
	require.NoError(t, err)
	msg, err := chain.Send(key.Address, key.Address, chain.Coin{Denom: "umesh", Amount: math.NewInt(5)})
	require.NoError(t, err)
	return signer{kr, key, []chain.Msg{msg}}
}

func (s signer) tx() chain.Tx { return chain.Tx{From: "owner", Msgs: s.msgs} }

// decoded is a transaction as the chain reads it.
type decoded struct {
	raw  txtypes.TxRaw
	body txtypes.TxBody
	auth txtypes.AuthInfo
}

func decode(t *testing.T, bz []byte) decoded {
	t.Helper()
	var d decoded
	require.NoError(t, d.raw.Unmarshal(bz))
	require.NoError(t, d.body.Unmarshal(d.raw.BodyBytes))
	require.NoError(t, d.auth.Unmarshal(d.raw.AuthInfoBytes))
	return d
}

// requireSigned fails unless the signature is that of the key it names, over this chain and account.
func (d decoded) requireSigned(t *testing.T, number uint64) {
	t.Helper()
	require.Len(t, d.auth.SignerInfos, 1)
	require.Len(t, d.raw.Signatures, 1)
	info := d.auth.SignerInfos[0]
	require.Equal(t, signing.SignMode_SIGN_MODE_DIRECT, info.ModeInfo.GetSingle().Mode)
	require.Equal(t, "/cosmos.crypto.secp256k1.PubKey", info.PublicKey.TypeUrl)
	var public secp256k1.PubKey
	require.NoError(t, public.Unmarshal(info.PublicKey.Value))
	preimage, err := (&txtypes.SignDoc{BodyBytes: d.raw.BodyBytes, AuthInfoBytes: d.raw.AuthInfoBytes, ChainId: fakeChain, AccountNumber: number}).Marshal()
	require.NoError(t, err)
	require.True(t, public.VerifySignature(preimage, d.raw.Signatures[0]))
}

func TestSubmit(t *testing.T) {
	s, node := newSigner(t), newFakeNode()
	node.rich(s.key.Address)
	r, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
	require.NoError(t, err)
	require.Len(t, node.seen(), 1)
	require.Equal(t, hashOf(node.seen()[0]), r.Hash)
	require.Equal(t, int64(42), r.Height)
	require.Equal(t, uint64(90_000), r.GasUsed)
	require.Equal(t, "651umesh", r.Fee.String())

	d := decode(t, node.seen()[0])
	d.requireSigned(t, 7)
	require.Equal(t, uint64(3), d.auth.SignerInfos[0].Sequence)
	require.False(t, d.body.Unordered)
	require.Nil(t, d.body.TimeoutTimestamp)
	require.Zero(t, d.body.TimeoutHeight)
	require.Equal(t, uint64(130_001), d.auth.Fee.GasLimit, "100,000 as simulated, and three tenths")
	require.Equal(t, "651umesh", d.auth.Fee.Amount.String())
	require.Len(t, d.body.Messages, 1)
	require.Equal(t, "/cosmos.bank.v1beta1.MsgSend", d.body.Messages[0].TypeUrl)
	var send bankv1beta1.MsgSend
	require.NoError(t, proto.Unmarshal(d.body.Messages[0].Value, &send))
	require.True(t, proto.Equal(&bankv1beta1.MsgSend{
		FromAddress: s.key.Address, ToAddress: s.key.Address, Amount: []*basev1beta1.Coin{{Denom: "umesh", Amount: "5"}},
	}, &send))
}

func TestSubmitUntil(t *testing.T) {
	s, node := newSigner(t), newFakeNode()
	node.rich(s.key.Address)
	tx := s.tx()
	tx.Until = 99
	_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), tx)
	require.NoError(t, err)
	d := decode(t, node.seen()[0])
	d.requireSigned(t, 7)
	require.Equal(t, uint64(99), d.body.TimeoutHeight)
}

// TestSubmitAtAPrice: who is in a hurry pays a multiple of the price, and nobody pays less than the price.
func TestSubmitAtAPrice(t *testing.T) {
	for percent, want := range map[int]string{-5: "651umesh", 0: "651umesh", 99: "651umesh", 100: "651umesh", 250: "1626umesh"} {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		tx := s.tx()
		tx.Price = percent
		r, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), tx)
		require.NoError(t, err)
		require.Equal(t, want, r.Fee.String(), "%d %%", percent)
	}
}

// TestSubmitAtAPriceThatCannotBePaid: nobody fails for having been in a hurry. What the usual price cannot do either is not
// tried again.
func TestSubmitAtAPriceThatCannotBePaid(t *testing.T) {
	used := &abciv1beta1.TxResponse{Code: 2, Codespace: "feegrant", RawLog: "fee limit exceeded"}
	for name, tc := range map[string]struct {
		allowed, has string // of the granter, in umesh: the most in one fee, and all it has
		price        int
		sent         int
		err          error
	}{
		"ok: more than is allowed":       {"1000", "1000000", 250, 2, nil},
		"ok: more than there is":         {"1000000", "1000", 250, 1, nil},
		"ok: allowed":                    {"1626", "1626", 250, 1, nil},
		"fails: the usual price is, too": {"650", "1000000", 250, 2, chain.ErrRejected},
		"fails: it was the usual price":  {"650", "1000000", 100, 1, chain.ErrRejected},
		"fails: the usual is not there":  {"1000000", "650", 250, 0, chain.ErrInsufficientFunds},
	} {
		t.Run(name, func(t *testing.T) {
			s, node := newSigner(t), newFakeNode()
			node.rich(s.key.Address)
			node.balances[wordsAddress] = []*basev1beta1.Coin{{Denom: "umesh", Amount: tc.has}}
			node.take = func(n *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error) {
				fee, err := strconv.Atoi(decode(t, raw).auth.Fee.Amount[0].Amount.String())
				require.NoError(t, err)
				if most, err := strconv.Atoi(tc.allowed); err != nil || fee > most {
					return used, err
				}
				n.include(raw, 0, "")
				return &abciv1beta1.TxResponse{}, nil
			}
			tx := s.tx()
			tx.Price, tx.FeesFrom = tc.price, wordsAddress
			_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), tx)
			require.ErrorIs(t, err, tc.err)
			require.Len(t, node.seen(), tc.sent)
		})
	}
}

// wrongSequence refuses a transaction as the chain does when its sequence is used.
func wrongSequence() *abciv1beta1.TxResponse {
	return &abciv1beta1.TxResponse{Code: 32, Codespace: "sdk", RawLog: "account sequence mismatch, expected 4, got 3: incorrect account sequence"}
}

func TestSubmitSequence(t *testing.T) {
	t.Run("ok: a second time with the next number", func(t *testing.T) {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		node.take = func(n *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error) {
			if len(n.sent) == 1 {
				n.accounts[s.key.Address].Sequence++
				return wrongSequence(), nil
			}
			n.include(raw, 0, "")
			return &abciv1beta1.TxResponse{}, nil
		}
		_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
		require.NoError(t, err)
		require.Len(t, node.seen(), 2)
		for i, raw := range node.seen() {
			d := decode(t, raw)
			d.requireSigned(t, 7)
			require.Equal(t, uint64(3+i), d.auth.SignerInfos[0].Sequence)
		}
	})
	t.Run("fails: not a third time", func(t *testing.T) {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		node.take = func(n *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error) {
			n.accounts[s.key.Address].Sequence++
			return wrongSequence(), nil
		}
		_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
		require.ErrorIs(t, err, chain.ErrRejected)
		require.Len(t, node.seen(), 2)
	})
	t.Run("fails: the number stays as it was", func(t *testing.T) {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		node.take = func(*fakeNode, []byte) (*abciv1beta1.TxResponse, error) { return wrongSequence(), nil }
		cfg := testConfig(node.serve(t))
		cfg.CallTimeout = 300 * time.Millisecond
		_, err := newClient(t, cfg, s.keyring).Submit(t.Context(), s.tx())
		var rejected *chain.RejectedError
		require.ErrorAs(t, err, &rejected)
		require.Equal(t, uint32(32), rejected.Code)
		require.Len(t, node.seen(), 1)
	})
	t.Run("ok: found out by the simulation", func(t *testing.T) {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		var once sync.Once
		good := node.simulate
		node.simulate = func() *tmv1beta1.ABCIQueryResponse {
			res := good()
			once.Do(func() {
				node.mu.Lock()
				defer node.mu.Unlock()
				node.accounts[s.key.Address].Sequence++
				res = &tmv1beta1.ABCIQueryResponse{Code: 32, Codespace: "sdk", Log: "account sequence mismatch"}
			})
			return res
		}
		_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
		require.NoError(t, err)
		require.Equal(t, uint64(4), decode(t, node.seen()[0]).auth.SignerInfos[0].Sequence)
	})
}

func TestSubmitRefusals(t *testing.T) {
	rejected := func(log string, height int64, hashed bool) func(t *testing.T, node *fakeNode, err error) {
		return func(t *testing.T, node *fakeNode, err error) {
			var r *chain.RejectedError
			require.ErrorAs(t, err, &r)
			require.ErrorIs(t, err, chain.ErrRejected)
			want := chain.RejectedError{Code: 5, Codespace: "bank", Log: log, Height: height}
			if hashed {
				want.Hash = hashOf(node.seen()[0])
			}
			require.Equal(t, want, *r)
		}
	}
	for name, tc := range map[string]struct {
		set  func(node *fakeNode, address string)
		sent int
		want func(t *testing.T, node *fakeNode, err error)
	}{
		"fails: in the simulation": {
			func(n *fakeNode, _ string) {
				n.simulate = func() *tmv1beta1.ABCIQueryResponse {
					return &tmv1beta1.ABCIQueryResponse{Code: 5, Codespace: "bank", Log: "failed to simulate tx: failed to execute message; message index: 0: no [really]"}
				}
			}, 0, rejected("no [really]", 0, false),
		},
		"fails: at the door": {
			func(n *fakeNode, _ string) {
				n.take = func(*fakeNode, []byte) (*abciv1beta1.TxResponse, error) {
					return &abciv1beta1.TxResponse{Code: 5, Codespace: "bank", RawLog: "shut"}, nil
				}
			}, 1, rejected("shut", 0, true),
		},
		"fails: in the block": {
			func(n *fakeNode, _ string) {
				n.take = func(n *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error) {
					n.include(raw, 5, "too late")
					return &abciv1beta1.TxResponse{}, nil
				}
			}, 1, rejected("too late", 42, true),
		},
		"fails: no account": {
			func(n *fakeNode, a string) { delete(n.accounts, a); delete(n.balances, a) }, 0,
			func(t *testing.T, _ *fakeNode, err error) {
				var funds *chain.FundsError
				require.ErrorAs(t, err, &funds)
				require.Equal(t, "umesh", funds.Denom)
				require.Equal(t, "0", funds.Has.String())
				require.Equal(t, "255", funds.Needs.String(), "what is sent, and a fee lower than any")
			},
		},
		"fails: all but the fee": {
			func(n *fakeNode, a string) { n.balances[a] = []*basev1beta1.Coin{{Denom: "umesh", Amount: "655"}} }, 0,
			func(t *testing.T, _ *fakeNode, err error) {
				var funds *chain.FundsError
				require.ErrorAs(t, err, &funds)
				require.ErrorIs(t, err, chain.ErrInsufficientFunds)
				require.Equal(t, "655", funds.Has.String())
				require.Equal(t, "656", funds.Needs.String())
				require.Equal(t, "have somebody send 1umesh to "+funds.Account+" (a devnet's faucet gives MESH)", funds.HowToGet())
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, node := newSigner(t), newFakeNode()
			node.rich(s.key.Address)
			tc.set(node, s.key.Address)
			_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
			tc.want(t, node, err)
			require.Len(t, node.seen(), tc.sent)
		})
	}
}

func TestSubmitNeeds(t *testing.T) {
	s, node := newSigner(t), newFakeNode()
	node.rich(s.key.Address)
	endpoint := node.serve(t)
	_, err := newClient(t, testConfig(endpoint), nil).Submit(t.Context(), s.tx())
	require.ErrorIs(t, err, chain.ErrInvalid, "no keyring")
	cfg := testConfig(endpoint)
	cfg.ChainID = ""
	_, err = newClient(t, cfg, s.keyring).Submit(t.Context(), s.tx())
	require.ErrorIs(t, err, chain.ErrInvalid, "no chain id")
	_, err = newClient(t, testConfig(endpoint), s.keyring).Submit(t.Context(), chain.Tx{From: "nobody", Msgs: s.msgs})
	require.ErrorIs(t, err, chain.ErrKeyNotFound)
	require.Empty(t, node.seen())
}

// TestSubmitLostAnswer loses the answer to a transaction that the chain has taken: it must not be made again.
func TestSubmitLostAnswer(t *testing.T) {
	s, first, second := newSigner(t), newFakeNode(), newFakeNode()
	first.rich(s.key.Address)
	second.rich(s.key.Address)
	first.take = func(_ *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error) {
		second.mu.Lock()
		defer second.mu.Unlock()
		second.include(raw, 0, "")
		second.accounts[s.key.Address].Sequence++
		return nil, status.Error(codes.Unavailable, "lost")
	}
	second.take = func(*fakeNode, []byte) (*abciv1beta1.TxResponse, error) { return wrongSequence(), nil }
	r, err := newClient(t, testConfig(first.serve(t), second.serve(t)), s.keyring).Submit(t.Context(), s.tx())
	require.NoError(t, err)
	require.Len(t, second.seen(), 1)
	require.Equal(t, first.seen(), second.seen(), "one transaction, never a second signature")
	require.Equal(t, hashOf(first.seen()[0]), r.Hash)
}

func TestSubmitKnownAlready(t *testing.T) {
	s, node := newSigner(t), newFakeNode()
	node.rich(s.key.Address)
	node.take = func(n *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error) {
		n.include(raw, 0, "")
		return &abciv1beta1.TxResponse{Code: 19, Codespace: "sdk", RawLog: "tx already in mempool"}, nil
	}
	_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
	require.NoError(t, err)
}

func TestSubmitNeverIncluded(t *testing.T) {
	s, node := newSigner(t), newFakeNode()
	node.rich(s.key.Address)
	node.take = func(*fakeNode, []byte) (*abciv1beta1.TxResponse, error) { return &abciv1beta1.TxResponse{}, nil }
	cfg := testConfig(node.serve(t))
	cfg.InclusionTimeout = 50 * time.Millisecond
	_, err := newClient(t, cfg, s.keyring).Submit(t.Context(), s.tx())
	var late *chain.TimeoutError
	require.ErrorAs(t, err, &late)
	require.ErrorIs(t, err, chain.ErrTimeout)
	require.Equal(t, chain.TimeoutError{Hash: hashOf(node.seen()[0])}, *late)
}

// TestSubmitBrokenOff ends the caller's context, or every endpoint, while a transaction is under way: the
// caller must learn that it may still happen, and its hash.
func TestSubmitBrokenOff(t *testing.T) {
	t.Run("fails: the context ends", func(t *testing.T) {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		ctx, cancel := context.WithCancel(t.Context())
		node.take = func(*fakeNode, []byte) (*abciv1beta1.TxResponse, error) {
			cancel()
			return &abciv1beta1.TxResponse{}, nil
		}
		_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(ctx, s.tx())
		var late *chain.TimeoutError
		require.ErrorAs(t, err, &late)
		require.Equal(t, hashOf(node.seen()[0]), late.Hash)
		require.ErrorIs(t, late.Cause, context.Canceled)
	})
	t.Run("fails: no endpoint answers", func(t *testing.T) {
		s, node := newSigner(t), newFakeNode()
		node.rich(s.key.Address)
		node.take = func(*fakeNode, []byte) (*abciv1beta1.TxResponse, error) {
			return nil, status.Error(codes.Unavailable, "going down")
		}
		_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), s.tx())
		var late *chain.TimeoutError
		require.ErrorAs(t, err, &late)
		require.Equal(t, hashOf(node.seen()[0]), late.Hash)
		require.ErrorIs(t, late.Cause, chain.ErrUnreachable)
	})
}

// random returns random bytes of the seed.
func random(t *testing.T) *rand.ChaCha8 {
	t.Helper()
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seeded.Seed(t))
	return rand.NewChaCha8(key)
}

func TestSubmitUnordered(t *testing.T) {
	s, node := newSigner(t), newFakeNode()
	node.rich(s.key.Address)
	c, err := chain.New(testConfig(node.serve(t)), chain.Deps{Keyring: s.keyring, Rand: random(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	const n = 20
	for range n {
		tx := s.tx()
		tx.Unordered = true
		_, err := c.Submit(t.Context(), tx)
		require.NoError(t, err)
	}
	require.Len(t, node.seen(), n)
	seen := map[time.Time]bool{}
	for _, raw := range node.seen() {
		d := decode(t, raw)
		d.requireSigned(t, 7)
		require.True(t, d.body.Unordered)
		require.Zero(t, d.auth.SignerInfos[0].Sequence)
		require.NotNil(t, d.body.TimeoutTimestamp)
		at := *d.body.TimeoutTimestamp
		require.False(t, seen[at], "two transactions of one key expire at the same time")
		seen[at] = true
		after := at.Sub(fakeTime())
		require.GreaterOrEqual(t, after, 5*time.Minute, "counted from the block, not from a clock")
		require.Less(t, after, 5*time.Minute+time.Second)
	}

	_, err = newClientWithout(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), chain.Tx{From: "owner", Msgs: s.msgs, Unordered: true})
	require.ErrorIs(t, err, chain.ErrInvalid, "no randomness")
}

// newClientWithout makes a client without randomness.
func newClientWithout(t *testing.T, cfg chain.Config, kr *chain.Keyring) *chain.Client {
	t.Helper()
	c, err := chain.New(cfg, chain.Deps{Keyring: kr})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}
