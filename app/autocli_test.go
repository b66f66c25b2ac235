package app_test

import (
	"strings"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// TestCommandsNameWhatExists holds the commands of our modules against the protobuf: every service,
// method and argument named there exists, and no command is offered that nobody can send.
func TestCommandsNameWhatExists(t *testing.T) {
	c := newChain(t)
	rows := authorities()
	services := map[string]bool{}
	for _, options := range c.AutoCLI().ModuleOptions {
		for _, d := range []*autocliv1.ServiceCommandDescriptor{options.GetQuery(), options.GetTx()} {
			if !strings.HasPrefix(d.GetService(), "mesh.") {
				continue
			}
			services[d.Service] = true
			found, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(d.Service))
			require.NoError(t, err)
			methods := found.(protoreflect.ServiceDescriptor).Methods()
			skipped := map[protoreflect.FullName]bool{}
			for _, cmd := range d.RpcCommandOptions {
				method := methods.ByName(protoreflect.Name(cmd.RpcMethod))
				require.NotNil(t, method, "%s has no %s", d.Service, cmd.RpcMethod)
				requireArguments(t, cmd, method.Input())
				skipped[method.Input().FullName()] = cmd.Skip
			}
			for i := range methods.Len() {
				input := methods.Get(i).Input().FullName()
				if row, ok := rows[string(input)]; ok && (row.signer == "" || row.handler == forbidden) {
					require.True(t, skipped[input], "a command for %s is of no use", input)
				}
			}
		}
	}
	for _, d := range meshMsgs(t) {
		require.True(t, services[string(d.ParentFile().Package())+".Msg"], "%s has no commands", d.ParentFile().Package())
		require.True(t, services[string(d.ParentFile().Package())+".Query"], "%s has no queries", d.ParentFile().Package())
	}
}

// requireArguments checks that a command says what it does and that its arguments are fields.
func requireArguments(t *testing.T, cmd *autocliv1.RpcCommandOptions, input protoreflect.MessageDescriptor) {
	t.Helper()
	if cmd.Skip {
		return
	}
	require.NotEmpty(t, cmd.Use, cmd.RpcMethod)
	require.NotEmpty(t, cmd.Short, cmd.RpcMethod)
	require.Equal(t, len(cmd.PositionalArgs), strings.Count(cmd.Use, "["), cmd.Use)
	for _, arg := range cmd.PositionalArgs {
		require.NotNil(t, input.Fields().ByName(protoreflect.Name(arg.ProtoField)), "%s has no %s", cmd.RpcMethod, arg.ProtoField)
	}
}
