package chain_test

import (
	"errors"
	"fmt"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"

	"cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/offchain/chain"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// refusals are the reasons that callers act on, as they come over the wire. Codes are never used again.
func refusals() map[string]struct {
	reason    error
	codespace string
	code      uint32
} {
	type row = struct {
		reason    error
		codespace string
		code      uint32
	}
	list := map[string]row{}
	for name, err := range map[string]error{
		"seed pending": chain.ErrSeedPending, "window": chain.ErrWindow, "claim exists": chain.ErrClaimExists, "claim not found": chain.ErrClaimNotFound,
		"invalid claim": chain.ErrInvalidClaim, "invalid proof": chain.ErrInvalidProof, "wrong state": chain.ErrWrongState, "not your turn": chain.ErrNotYourTurn,
		"not lost": chain.ErrNotLost, "price too high": chain.ErrPriceTooHigh, "owners exhausted": chain.ErrOwnersExhausted, "node exists": chain.ErrNodeExists,
		"wrong status": chain.ErrWrongStatus,
	} {
		var coded interface {
			Codespace() string
			ABCICode() uint32
		}
		if errors.As(err, &coded) {
			list[name] = row{err, coded.Codespace(), coded.ABCICode()}
		}
	}
	return list
}

func TestRefusals(t *testing.T) {
	all := refusals()
	require.Len(t, all, 13)
	for name, tc := range all {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("send it: %w", &chain.RejectedError{Code: tc.code, Codespace: tc.codespace, Log: "no"})
			require.ErrorIs(t, err, chain.ErrRejected)
			for other, o := range all {
				require.Equal(t, other == name, errors.Is(err, o.reason), other)
			}
			require.NotErrorIs(t, &chain.RejectedError{Code: tc.code + 1000, Codespace: tc.codespace}, tc.reason)
			require.NotErrorIs(t, &chain.RejectedError{Code: tc.code, Codespace: "sdk"}, tc.reason)
		})
	}
}

// answered is the result of a transaction that was answered so.
func answered(t *testing.T, messages ...gogoproto.Message) chain.Result {
	t.Helper()
	var data sdk.TxMsgData
	for _, m := range messages {
		packed, err := codectypes.NewAnyWithValue(m)
		require.NoError(t, err)
		data.MsgResponses = append(data.MsgResponses, packed)
	}
	bz, err := data.Marshal()
	require.NoError(t, err)
	return chain.Answered(bz)
}

// TestResults: each answer is read as its own type, and as no other.
func TestResults(t *testing.T) {
	paid := rewardstypes.MsgWithdrawResponse{Fees: math.NewInt(1), Matched: math.NewInt(2), Presence: math.NewInt(5), Commission: math.NewInt(3), EpochsLeft: 4}
	cases := map[string]struct {
		answer gogoproto.Message
		read   func(r chain.Result) (any, error)
		want   any
	}{
		"network": {&networktypes.MsgCreateNetworkResponse{Id: network}, func(r chain.Result) (any, error) { return r.CreatedNetwork() }, network},
		"node":    {&networktypes.MsgRegisterNodeResponse{Node: 7}, func(r chain.Result) (any, error) { return r.RegisteredNode() }, uint64(7)},
		"deal": {&taskstypes.MsgOpenDealResponse{Deal: 12, Deposit: math.NewInt(9)}, func(r chain.Result) (any, error) {
			id, deposit, err := r.OpenedDeal()
			return []any{id, deposit}, err
		}, []any{uint64(12), math.NewInt(9)}},
		"acks":       {&taskstypes.MsgCommitLayoutResponse{Acked: 3}, func(r chain.Result) (any, error) { return r.Acked() }, 3},
		"withdrawal": {&paid, func(r chain.Result) (any, error) { return r.Withdrawn() }, paid},
	}
	for name, tc := range cases {
		t.Run("ok: "+name, func(t *testing.T) {
			got, err := tc.read(answered(t, tc.answer, &networktypes.MsgBondResponse{}))
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
		for other, o := range cases {
			if other == name {
				continue
			}
			t.Run("fails: "+name+" as "+other, func(t *testing.T) {
				_, err := o.read(answered(t, tc.answer))
				require.EqualError(t, err, fmt.Sprintf("read the answer to transaction AB: it is /%s, not /%s", gogoproto.MessageName(tc.answer), gogoproto.MessageName(o.answer)))
			})
		}
		t.Run("fails: none for "+name, func(t *testing.T) {
			_, err := tc.read(answered(t))
			require.ErrorContains(t, err, "it holds none")
		})
	}
}

// TestGranter: the fee is the granter's, in what is signed and in what is checked; the rest is the signer's.
func TestGranter(t *testing.T) {
	poor := func(n *fakeNode, address, denom, amount string) {
		n.balances[address] = []*basev1beta1.Coin{{Denom: denom, Amount: amount}}
	}
	for name, tc := range map[string]struct {
		signer, granter string // umesh they have
		lacks           string // whose funds are short
		needs           int64
	}{
		"ok: all that is needed":         {"5", "651", "", 0},
		"fails: the granter has no fee":  {"1000000", "250", "granter", 651},
		"fails: not even the least fee":  {"1000000", "0", "granter", 250},
		"fails: the signer has no funds": {"4", "1000000", "signer", 5},
	} {
		t.Run(name, func(t *testing.T) {
			s, node := newSigner(t), newFakeNode()
			node.rich(s.key.Address)
			poor(node, s.key.Address, "umesh", tc.signer)
			poor(node, wordsAddress, "umesh", tc.granter)
			tx := s.tx()
			tx.FeesFrom = wordsAddress
			_, err := newClient(t, testConfig(node.serve(t)), s.keyring).Submit(t.Context(), tx)
			if tc.lacks == "" {
				require.NoError(t, err)
				d := decode(t, node.seen()[0])
				d.requireSigned(t, 7)
				require.Equal(t, wordsAddress, d.auth.Fee.Granter)
				require.Empty(t, d.auth.Fee.Payer)
				require.Equal(t, "651umesh", d.auth.Fee.Amount.String())
				return
			}
			var funds *chain.FundsError
			require.ErrorAs(t, err, &funds)
			require.Equal(t, map[string]string{"signer": s.key.Address, "granter": wordsAddress}[tc.lacks], funds.Account)
			require.Equal(t, tc.needs, funds.Needs.Int64())
			require.Empty(t, node.seen(), "nothing was sent")
		})
	}
}
