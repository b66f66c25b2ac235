package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// authority says for one message who may send it and what comes of it.
type authority struct {
	// msg is the message in the name of its signer; label makes it different each time.
	msg func(label string) sdk.Msg
	// signer is the member the message names, or empty where nobody's signature will do.
	signer string
	// handler is what the handler says to the signer: nothing, or a reason of its own.
	handler result
}

// Results that are the same for every message.
var (
	wrongKey = result{"sdk", 8}
	noGrant  = result{"authz", 2}
	notGov   = result{"gov", 13}
	noReveal = result{"beacon", 3}
)

func TestEveryMessageHasAnAuthority(t *testing.T) {
	rows := authorities()
	for _, d := range meshMsgs(t) {
		require.Contains(t, rows, string(d.FullName()), "say in authorities who may send it")
		delete(rows, string(d.FullName()))
	}
	require.Empty(t, rows, "rows of messages that are gone")
}

// TestAuthority sends every message on every road there is: signed by whom it names, signed by
// another key, inside authz without and with a grant, and as a proposal of the chain's governance.
func TestAuthority(t *testing.T) {
	c := newChain(t, withHashChain(), withGrants(t))
	c.block()
	founder := who("founder")
	c.mustDeliver(founder, newNetwork(founder, "StorageNet"))
	c.mustDeliver(founder, newNode("first"), newNode("signed leaves"), newNode("granted leaves"))
	for _, d := range meshMsgs(t) {
		name := string(d.FullName())
		row, stranger, friend := authorities()[name], who("stranger"), who("friend")
		signer, refused := who(row.signer), wrongKey
		if row.signer == "" {
			signer, refused = who("client"), noReveal
		} else {
			t.Run("signed "+name, func(t *testing.T) {
				want := c.sequence(signer) + 1
				res := c.deliver(signer, row.msg("signed"))
				require.Equal(t, row.handler, resultOf(res), res.Log)
				require.Equal(t, want, c.sequence(signer), "the handler was not reached")
			})
		}
		t.Run("fails: signed by another "+name, func(t *testing.T) {
			want := c.sequence(signer)
			res := c.block(c.signAs(signer, stranger.key, 0, row.msg("stolen"))).TxResults[0]
			require.Equal(t, refused, resultOf(res), res.Log)
			require.Equal(t, want, c.sequence(signer), "the ante handler let it pass")
		})
		t.Run("fails: without a grant "+name, func(t *testing.T) {
			res := c.deliver(stranger, exec(stranger, row.msg("taken")))
			require.Equal(t, noGrant, resultOf(res), res.Log)
		})
		t.Run("with a grant "+name, func(t *testing.T) {
			res := c.deliver(friend, exec(friend, row.msg("granted")))
			require.Equal(t, row.handler, resultOf(res), res.Log)
		})
		t.Run("fails: as a proposal "+name, func(t *testing.T) {
			res := c.deliver(stranger, proposal(t, stranger, row.msg("proposed")))
			require.Equal(t, notGov, resultOf(res), res.Log)
		})
	}
}

// exec has m send a message in the name of the account it names.
func exec(m member, msg sdk.Msg) sdk.Msg {
	e := authz.NewMsgExec(m.addr, []sdk.Msg{msg})
	return &e
}

// proposal asks the chain's governance to send a message.
func proposal(t *testing.T, m member, msgs ...sdk.Msg) sdk.Msg {
	t.Helper()
	deposit := sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 10_000_000))
	p, err := govv1.NewMsgSubmitProposal(msgs, deposit, m.text(), "", "title", "summary", false)
	require.NoError(t, err)
	return p
}

// withGrants lets the member friend send every message of ours in the name of the account it names.
func withGrants(t *testing.T) edit {
	t.Helper()
	return func(cdc codec.Codec, g app.GenesisState) {
		change(authz.ModuleName, func(s *authz.GenesisState) {
			for _, d := range meshMsgs(t) {
				signers, _, err := cdc.GetMsgV1Signers(authorities()[string(d.FullName())].msg("granted"))
				require.NoError(t, err)
				generic, err := codectypes.NewAnyWithValue(authz.NewGenericAuthorization("/" + string(d.FullName())))
				require.NoError(t, err)
				s.Authorization = append(s.Authorization, authz.GrantAuthorization{
					Granter: sdk.AccAddress(signers[0]).String(), Grantee: who("friend").text(), Authorization: generic,
				})
			}
		})(cdc, g)
	}
}

// TestGovernanceChangesParams: what nobody may do alone, the chain's governance may.
func TestGovernanceChangesParams(t *testing.T) {
	gov := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	network, beacon := networktypes.DevnetParams(), beacontypes.DefaultParams()
	beacon.RotateDelayBlocks = 7
	updates := map[string]sdk.Msg{
		"mesh.network.v1.MsgUpdateParams": &networktypes.MsgUpdateParams{Authority: gov, Params: network},
		"mesh.beacon.v1.MsgUpdateParams":  &beacontypes.MsgUpdateParams{Authority: gov, Params: beacon},
	}
	var msgs []sdk.Msg
	for _, d := range meshMsgs(t) {
		if d.Name() == "MsgUpdateParams" {
			require.Contains(t, updates, string(d.FullName()))
			msgs = append(msgs, updates[string(d.FullName())])
		}
	}
	c := newChain(t, change(govtypes.ModuleName, func(s *govv1.GenesisState) {
		voting, expedited := 2*interval, interval
		s.Params.VotingPeriod, s.Params.ExpeditedVotingPeriod = &voting, &expedited
	}))
	c.block()
	client, validator := who("client"), who("validator")
	c.mustDeliver(client, proposal(t, client, msgs...))
	c.mustDeliver(validator, govv1.NewMsgVote(validator.addr, 1, govv1.OptionYes, ""))
	c.block()

	var p govv1.QueryProposalResponse
	require.True(t, c.ask("/cosmos.gov.v1.Query/Proposal", 0, &govv1.QueryProposalRequest{ProposalId: 1}, &p).IsOK())
	require.Equal(t, govv1.StatusPassed, p.Proposal.Status, p.Proposal.FailedReason)
	var n networktypes.QueryParamsResponse
	require.True(t, c.ask("/mesh.network.v1.Query/Params", 0, &networktypes.QueryParamsRequest{}, &n).IsOK())
	require.Equal(t, network.String(), n.Params.String())
	var b beacontypes.QueryParamsResponse
	require.True(t, c.ask("/mesh.beacon.v1.Query/Params", 0, &beacontypes.QueryParamsRequest{}, &b).IsOK())
	require.Equal(t, beacon.String(), b.Params.String())
}
