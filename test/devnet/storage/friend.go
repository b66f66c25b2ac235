package storage

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
)

// friendOf returns the account of a chain that may send everybody's messages.
func friendOf(c *devnet.Chain) *devnet.Account { return c.Accounts[len(c.Accounts)-1] }

// Msgs returns the type URLs of all messages of Mesh that a chain knows, in order.
func Msgs(c *devnet.Chain) []string {
	var urls []string
	for _, url := range c.Nodes[0].App.InterfaceRegistry().ListImplementations(sdk.MsgInterfaceProtoName) {
		if strings.HasPrefix(url, "/mesh.") {
			urls = append(urls, url)
		}
	}
	slices.Sort(urls)
	return urls
}

// grantAll lets the friend send, in the name of every account and validator, every message of Mesh and money.
func grantAll(t testing.TB, c *devnet.Chain, state app.GenesisState) {
	t.Helper()
	granters := slices.Clone(c.Accounts[:len(c.Accounts)-1])
	for _, v := range c.Validators {
		granters = append(granters, v.Account)
	}
	devnet.Edit(c, state, authz.ModuleName, func(g *authz.GenesisState) {
		for _, url := range append(Msgs(c), sdk.MsgTypeURL(&banktypes.MsgSend{})) {
			generic, err := codectypes.NewAnyWithValue(authz.NewGenericAuthorization(url))
			require.NoError(t, err)
			for _, a := range granters {
				g.Authorization = append(g.Authorization, authz.GrantAuthorization{
					Granter: a.String(), Grantee: friendOf(c).String(), Authorization: generic,
				})
			}
		}
	})
}

// sign returns the transaction of an account's messages: signed by itself, or by the friend that sends them in
// its name and pays the fee.
func (n *Network) sign(from *devnet.Account, msgs ...sdk.Msg) []byte {
	n.t.Helper()
	if n.Friend != nil {
		exec := authz.NewMsgExec(n.Friend.Address, msgs)
		from, msgs = n.Friend, []sdk.Msg{&exec}
	}
	return from.SignFor(devnet.Terms{Gas: gas}, msgs...)
}
