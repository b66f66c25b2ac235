package simulation

import (
	"strconv"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	v1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// maxProposals is how many are open at a time.
const maxProposals = 3

func proposalOperations() []operation {
	return []operation{{1, (*Simulation).propose}, {1, (*Simulation).deposit}}
}

// proposals returns the proposals with a status.
func (s *Simulation) proposals(status v1.ProposalStatus) []v1.Proposal {
	s.t.Helper()
	var list []v1.Proposal
	require.NoError(s.t, s.keepers().Gov.Proposals.Walk(s.ctx, nil, func(_ uint64, p v1.Proposal) (bool, error) {
		if p.Status == status {
			list = append(list, p)
		}
		return false, nil
	}))
	return list
}

// propose has somebody propose other params for x/network or x/beacon, with enough of a deposit or half of it.
func (s *Simulation) propose() bool {
	if len(s.proposals(v1.StatusVotingPeriod))+len(s.proposals(v1.StatusDepositPeriod)) >= maxProposals || !s.first("propose") {
		return false
	}
	a, _ := pick(s, s.everybody)
	deposit := minDeposit()
	if s.chance(1, 2) {
		deposit.Amount = deposit.Amount.QuoRaw(2)
	}
	msg, err := v1.NewMsgSubmitProposal([]sdk.Msg{s.otherParams()}, sdk.NewCoins(deposit), a.String(), "", "Other params", "At height "+strconv.FormatInt(s.height(), 10), false)
	require.NoError(s.t, err)
	return s.send(a, msg, nil)
}

// otherParams changes a figure of a module.
func (s *Simulation) otherParams() sdk.Msg {
	s.t.Helper()
	authority := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	if s.chance(1, 2) {
		params := s.places[0].State().Network.Params
		params.CreateFee.Amount = math.NewInt(s.between(1, 200) * devnet.OneMesh)
		return &networktypes.MsgUpdateParams{Authority: authority, Params: params}
	}
	rsp, err := beacontypes.NewQueryClient(s.Chain.Conn()).Params(s.t.Context(), &beacontypes.QueryParamsRequest{})
	require.NoError(s.t, err)
	rsp.Params.RotateDelayBlocks = uint64(s.between(20, 80))
	return &beacontypes.MsgUpdateParams{Authority: authority, Params: rsp.Params}
}

func (s *Simulation) deposit() bool {
	p, ok := pick(s, s.proposals(v1.StatusDepositPeriod))
	a, _ := pick(s, s.everybody)
	return ok && s.first("deposit", p.Id) && s.send(a, v1.NewMsgDeposit(a.Address, p.Id, sdk.NewCoins(minDeposit())), nil)
}

// vote has validators vote on what is open, one in five in each block, mostly in favour.
func (s *Simulation) vote() {
	for _, p := range s.proposals(v1.StatusVotingPeriod) {
		for _, v := range s.Chain.Validators {
			if !s.chance(1, 5) {
				continue
			}
			option := v1.OptionYes
			if s.chance(1, 5) {
				option = v1.OptionNo
			}
			s.send(v.Account, v1.NewMsgVote(v.Account.Address, p.Id, option, ""), nil)
		}
	}
}

// readProposals counts the messages of proposals that the block executed.
func (s *Simulation) readProposals(b *devnet.Block) {
	s.t.Helper()
	for _, e := range b.Events {
		if e.Type != govtypes.EventTypeActiveProposal {
			continue
		}
		said := map[string]string{}
		for _, a := range e.Attributes {
			said[a.Key] = a.Value
		}
		if said[govtypes.AttributeKeyProposalResult] != govtypes.AttributeValueProposalPassed {
			continue
		}
		id, err := strconv.ParseUint(said[govtypes.AttributeKeyProposalID], 10, 64)
		require.NoError(s.t, err)
		p, err := s.keepers().Gov.Proposals.Get(s.ctx, id)
		require.NoError(s.t, err)
		for _, m := range p.Messages {
			s.Report.Sent[m.TypeUrl]++
			s.Report.Taken[m.TypeUrl]++
		}
	}
}
