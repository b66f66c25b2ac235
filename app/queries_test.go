package app_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/cosmos/cosmos-sdk/types/query"
)

// maxPage is the most that any list of ours gives at once.
const maxPage = 100

// maxOffset is the most entries that any list of ours passes over.
const maxOffset = 1_000

// meshQueries returns the descriptor of every method of a service Query of ours, by name.
func meshQueries(t *testing.T) []protoreflect.MethodDescriptor {
	t.Helper()
	files, err := gogoproto.MergedRegistry()
	require.NoError(t, err)
	var list []protoreflect.MethodDescriptor
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		service := f.Services().ByName("Query")
		if !strings.HasPrefix(string(f.Package()), "mesh.") || service == nil {
			return true
		}
		for i := range service.Methods().Len() {
			list = append(list, service.Methods().Get(i))
		}
		return true
	})
	slices.SortFunc(list, func(a, b protoreflect.MethodDescriptor) int {
		return strings.Compare(string(a.FullName()), string(b.FullName()))
	})
	require.NotEmpty(t, list)
	return list
}

// TestEveryQueryHasARoute: each query can be asked over REST, by a GET under the path of its module that no other query
// answers.
func TestEveryQueryHasARoute(t *testing.T) {
	taken := map[string]protoreflect.FullName{}
	for _, m := range meshQueries(t) {
		require.Empty(t, routeFault(m, taken), m.FullName())
	}
}

// routeFault says what is wrong with the route of a method, "" if nothing. taken has the routes of others, and gets its own.
func routeFault(m protoreflect.MethodDescriptor, taken map[string]protoreflect.FullName) string {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	route := rule.GetGet()
	_, module, _ := strings.Cut(string(m.ParentFile().Package()), ".")
	if under := "/mesh/" + strings.TrimSuffix(module, ".v1") + "/v1/"; !strings.HasPrefix(route, under) {
		return fmt.Sprintf("%q is no GET under %s", route, under)
	}
	if len(rule.GetAdditionalBindings()) > 0 {
		return "more than one route"
	}
	asked := variable.ReplaceAllString(route, "{}")
	if other, ok := taken[asked]; ok {
		return "the route of " + string(other)
	}
	taken[asked] = m.FullName()
	return ""
}

// variable is a part of a route that stands for a field of the request; what it is called tells no routes apart.
var variable = regexp.MustCompile(`\{[^{}]*\}`)

// TestRouteFaultIsFound asks about methods that have what queries of ours must not.
func TestRouteFaultIsFound(t *testing.T) {
	for name, want := range map[protoreflect.FullName]string{
		"mesh.network.v1.Query.Node":         "the route of another",
		"mesh.network.v1.Msg.Bond":           `"" is no GET under /mesh/network/v1/`,
		"cosmos.bank.v1beta1.Query.Params":   `"/cosmos/bank/v1beta1/params" is no GET under /mesh/bank.v1beta1/v1/`,
		"cosmos.tx.v1beta1.Service.Simulate": `"" is no GET under /mesh/tx.v1beta1/v1/`,
	} {
		d, err := gogoproto.HybridResolver.FindDescriptorByName(name)
		require.NoError(t, err)
		taken := map[string]protoreflect.FullName{"/mesh/network/v1/networks/{}/nodes/{}": "another"}
		require.Equal(t, want, routeFault(d.(protoreflect.MethodDescriptor), taken))
	}
}

// absent names what the chain does not know, in the form of what it could.
type absent struct{ filled }

func (absent) text(f protoreflect.FieldDescriptor) string {
	if f.Name() == "network" {
		return "net_00000009"
	}
	return string(f.Name())
}

// TestEveryPageHasACap asks every list for more than its cap of what the chain does not know: it refuses the size of the
// page, and before it looks for anything; and it does not refuse a page of the cap for its size.
func TestEveryPageHasACap(t *testing.T) {
	c := newChain(t)
	c.block()
	ctx, err := c.CreateQueryContext(c.LastBlockHeight(), false)
	require.NoError(t, err)
	paged := 0
	for _, m := range meshQueries(t) {
		page := pageOf(m.Input())
		if page == nil {
			continue
		}
		paged++
		t.Run(string(m.FullName()), func(t *testing.T) {
			handler := c.GRPCQueryRouter().Route(fmt.Sprintf("/%s/%s", m.Parent().FullName(), m.Name()))
			require.NotNil(t, handler)
			ask := func(limit, offset uint64) error {
				_, err := handler(ctx, &abci.RequestQuery{Data: pageRequest(t, m.Input(), page, limit, offset)})
				return err
			}
			err := ask(maxPage+1, 0)
			require.Equal(t, codes.InvalidArgument, status.Code(err), "%v", err)
			require.Regexp(t, `^a page of 101( [a-z]+)? is over the limit of 100`, status.Convert(err).Message())
			err = ask(maxPage, maxOffset+1)
			require.Equal(t, codes.InvalidArgument, status.Code(err), "%v", err)
			require.Regexp(t, `^an offset of 1001 is over the limit of 1000`, status.Convert(err).Message())
			if err := ask(maxPage, maxOffset); err != nil {
				require.NotContains(t, status.Convert(err).Message(), "over the limit")
			}
		})
	}
	require.NotZero(t, paged)
}

// pageOf returns the field of a request that says which page of a list is asked for, nil if it asks for no list.
func pageOf(d protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if f.Message() != nil && string(f.Message().FullName()) == gogoproto.MessageName(&query.PageRequest{}) {
			return f
		}
	}
	return nil
}

// pageRequest returns a request of which every field is filled, for the first items of a list.
func pageRequest(t *testing.T, d protoreflect.MessageDescriptor, page protoreflect.FieldDescriptor, limit, offset uint64) []byte {
	t.Helper()
	m := dynamicpb.NewMessage(d)
	fillMessage(m, absent{})
	m.Clear(page)
	p := m.Mutable(page).Message()
	p.Set(p.Descriptor().Fields().ByName("limit"), protoreflect.ValueOfUint64(limit))
	p.Set(p.Descriptor().Fields().ByName("offset"), protoreflect.ValueOfUint64(offset))
	bz, err := proto.Marshal(m)
	require.NoError(t, err)
	return bz
}
