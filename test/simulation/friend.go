package simulation

import (
	"slices"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// grant is the leave of an account for the friend to send messages of one type in its name.
type grant struct{ granter, url string }

func grantOperations() []operation {
	return []operation{{2, (*Simulation).allow}, {1, (*Simulation).revoke}}
}

// Msgs returns the type URLs of all messages of Mesh, in order: what its Msg services take.
func (s *Simulation) Msgs() []string {
	s.t.Helper()
	var urls []string
	s.Chain.Nodes[0].App.InterfaceRegistry().RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			if !strings.HasPrefix(string(service.FullName()), "mesh.") || service.Name() != "Msg" {
				continue
			}
			for k := range service.Methods().Len() {
				urls = append(urls, "/"+string(service.Methods().Get(k).Input().FullName()))
			}
		}
		return true
	})
	require.NotEmpty(s.t, urls)
	slices.Sort(urls)
	return urls
}

// ungrantable are messages that no account of the simulation sends.
func ungrantable(url string) bool {
	return slices.Contains([]string{
		sdk.MsgTypeURL(&networktypes.MsgUpdateParams{}), sdk.MsgTypeURL(&beacontypes.MsgUpdateParams{}), sdk.MsgTypeURL(&beacontypes.MsgReveal{}),
	}, url)
}

// allow has an account grant one more type of message.
func (s *Simulation) allow() bool {
	a, _ := pick(s, s.everybody)
	url, _ := pick(s, s.Msgs())
	if s.granted[grant{a.String(), url}] || ungrantable(url) {
		return false
	}
	return s.grantTo(a, url)
}

// grantTo has an account grant a type of message to the friend, for some hours.
func (s *Simulation) grantTo(a *devnet.Account, url string) bool {
	until := s.ctx.BlockTime().Add(time.Duration(s.between(1, 24)) * time.Hour)
	msg, err := authz.NewMsgGrant(a.Address, s.friend.Address, authz.NewGenericAuthorization(url), &until)
	require.NoError(s.t, err)
	return s.send(a, msg, func(*abci.ExecTxResult) { s.granted[grant{a.String(), url}] = true })
}

func (s *Simulation) revoke() bool {
	a, _ := pick(s, s.everybody)
	url, _ := pick(s, s.Msgs())
	at := grant{a.String(), url}
	if !s.granted[at] {
		return false
	}
	msg := authz.NewMsgRevoke(a.Address, s.friend.Address, url)
	return s.send(a, &msg, func(*abci.ExecTxResult) { delete(s.granted, at) })
}

// throughFriend lets the friend send a message now and then, if it may.
func (s *Simulation) throughFriend(a *attempt) {
	if !s.granted[grant{a.by.String(), sdk.MsgTypeURL(a.msgs[0])}] || !s.chance(1, 5) {
		return
	}
	exec := authz.NewMsgExec(s.friend.Address, a.msgs)
	a.inner, a.msgs, a.by = a.msgs, []sdk.Msg{&exec}, s.friend
}

// isExec tells whether an answer is that to a MsgExec.
func isExec(url string) bool { return url == sdk.MsgTypeURL(&authz.MsgExecResponse{}) }

// innerAnswer returns the answer to the one message within a MsgExec.
func innerAnswer(s *Simulation, bz []byte) []byte {
	s.t.Helper()
	var rsp authz.MsgExecResponse
	require.NoError(s.t, rsp.Unmarshal(bz))
	require.Len(s.t, rsp.Results, 1)
	return rsp.Results[0]
}
