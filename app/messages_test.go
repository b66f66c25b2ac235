package app_test

import (
	"slices"
	"strings"
	"testing"

	cosmos_proto "github.com/cosmos/cosmos-proto"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"cosmossdk.io/api/amino"
	msgv1 "cosmossdk.io/api/cosmos/msg/v1"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// maxAminoName is the longest name a Ledger shows.
const maxAminoName = 39

// meshMsgs returns the descriptor of every message a service Msg of ours takes, by name.
func meshMsgs(t *testing.T) []protoreflect.MessageDescriptor {
	t.Helper()
	files, err := gogoproto.MergedRegistry()
	require.NoError(t, err)
	var list []protoreflect.MessageDescriptor
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		msg := f.Services().ByName("Msg")
		if !strings.HasPrefix(string(f.Package()), "mesh.") || msg == nil {
			return true
		}
		for i := range msg.Methods().Len() {
			list = append(list, msg.Methods().Get(i).Input())
		}
		return true
	})
	slices.SortFunc(list, func(a, b protoreflect.MessageDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	return list
}

// TestEveryMessageIsRegistered: what a service takes is what the chain can decode, and no more.
func TestEveryMessageIsRegistered(t *testing.T) {
	var registered, served []string
	for _, url := range newChain(t).InterfaceRegistry().ListImplementations(sdk.MsgInterfaceProtoName) {
		if strings.HasPrefix(url, "/mesh.") {
			registered = append(registered, url)
		}
	}
	for _, d := range meshMsgs(t) {
		served = append(served, "/"+string(d.FullName()))
	}
	slices.Sort(registered)
	require.Equal(t, served, registered)
	require.NotEmpty(t, served)
}

// TestMessagesSuitWallets: each message has one signer that is an address, and a name a Ledger can
// show; nothing in it has two spellings of one value or is hidden from amino JSON.
func TestMessagesSuitWallets(t *testing.T) {
	names := map[string]protoreflect.FullName{}
	for _, d := range meshMsgs(t) {
		t.Run(string(d.FullName()), func(t *testing.T) {
			name := proto.GetExtension(d.Options(), amino.E_Name).(string)
			require.True(t, strings.HasPrefix(name, "mesh/"), name)
			require.LessOrEqual(t, len(name), maxAminoName, name)
			require.NotContains(t, names, name)
			names[name] = d.FullName()

			signers := proto.GetExtension(d.Options(), msgv1.E_Signer).([]string)
			require.Len(t, signers, 1)
			signer := d.Fields().ByName(protoreflect.Name(signers[0]))
			require.NotNil(t, signer)
			require.Contains(t, []string{"cosmos.AddressString", "cosmos.ValidatorAddressString"}, scalarOf(signer))
			require.Empty(t, unsuitable(d, nil))
		})
	}
}

// unsuitable returns the fields of a message, and of those inside it, that sign bytes must not have.
func unsuitable(d protoreflect.MessageDescriptor, seen []protoreflect.FullName) []protoreflect.FullName {
	if slices.Contains(seen, d.FullName()) {
		return nil
	}
	seen = append(seen, d.FullName())
	var list []protoreflect.FullName
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		kind := f.Kind()
		switch {
		case f.IsMap(), f.ContainingOneof() != nil, kind == protoreflect.FloatKind, kind == protoreflect.DoubleKind:
			list = append(list, f.FullName())
		case kind == protoreflect.MessageKind && f.Message().FullName() == "google.protobuf.Any":
			list = append(list, f.FullName())
		case kind == protoreflect.MessageKind:
			list = append(list, unsuitable(f.Message(), seen)...)
		}
	}
	return list
}

// TestUnsuitableIsFound asks about messages of the SDK that have what ours must not.
func TestUnsuitableIsFound(t *testing.T) {
	for name, want := range map[protoreflect.FullName]protoreflect.FullName{
		"cosmos.gov.v1.MsgSubmitProposal":          "cosmos.gov.v1.MsgSubmitProposal.messages",
		"cosmos.authz.v1beta1.MsgGrant":            "cosmos.authz.v1beta1.Grant.authorization",
		"tendermint.crypto.PublicKey":              "tendermint.crypto.PublicKey.ed25519",
		"cosmos.base.abci.v1beta1.SearchTxsResult": "cosmos.base.abci.v1beta1.TxResponse.tx",
	} {
		d, err := gogoproto.HybridResolver.FindDescriptorByName(name)
		require.NoError(t, err)
		require.Contains(t, unsuitable(d.(protoreflect.MessageDescriptor), nil), want)
	}
}

// scalarOf returns what a string field stands for, "" for text.
func scalarOf(f protoreflect.FieldDescriptor) string {
	return proto.GetExtension(f.Options(), cosmos_proto.E_Scalar).(string)
}
