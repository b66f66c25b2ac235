package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
)

// answersRoutes asks the REST server of a running chain for every route there is of ours, and its gRPC server which services it has: each
// route answers with what it is about, and services can be found by reflection.
func (n *storageNet) answersRoutes(deal, channel, task uint64) {
	n.t.Helper()
	bz, err := os.ReadFile("../../docs/openapi/meshd.swagger.json")
	require.NoError(n.t, err)
	var openapi struct{ Paths map[string]json.RawMessage }
	require.NoError(n.t, json.Unmarshal(bz, &openapi))
	require.Greater(n.t, len(openapi.Paths), 30)
	values := n.routeValues(deal)
	values["{channel}"], values["{task}"] = itoa(int(channel)), itoa(int(task))
	services := map[string]bool{}
	for path := range openapi.Paths {
		asked := regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(path, func(field string) string {
			require.Contains(n.t, values, field, path)
			if field == "{epoch}" && strings.Contains(path, "/owed/") {
				return values["now"] // of epochs that were claimed since nobody knows
			}
			return values[field]
		})
		code, body := n.fetches(asked)
		require.Equal(n.t, http.StatusOK, code, "%s: %s", asked, body)
		require.True(n.t, json.Valid(body), asked)
		services["mesh."+strings.Split(path, "/")[2]+".v1.Query"] = true
	}
	code, body := n.fetches("/mesh/network/v1/networks/net_ffffffff")
	require.Equal(n.t, http.StatusNotFound, code)
	require.Contains(n.t, string(body), `"code":5`)
	code, body = n.fetches("/mesh/tasks/v1/deals/seven")
	require.Equal(n.t, http.StatusBadRequest, code)
	require.Contains(n.t, string(body), `"code":3`)

	found := n.reflected()
	for service := range services {
		require.Contains(n.t, found, service)
	}
	require.Contains(n.t, found, "cosmos.tx.v1beta1.Service")
}

// routeValues returns for each field in a route something that there is on the chain.
func (n *storageNet) routeValues(deal uint64) map[string]string {
	n.t.Helper()
	get := func(into any, path string) {
		code, body := n.fetches(path)
		require.Equal(n.t, http.StatusOK, code, "%s: %s", path, body)
		require.NoError(n.t, json.Unmarshal(body, into))
	}
	var d dealOnChain
	get(&d, "/mesh/tasks/v1/deals/"+itoa(int(deal)))
	node := d.Indices[0].Node
	var member struct {
		Node struct {
			Operator string
			Peer     string `json:"peer_id"`
		}
	}
	get(&member, "/mesh/network/v1/networks/"+n.network+"/nodes/"+node)
	var network struct{ Network struct{ Name string } }
	get(&network, "/mesh/network/v1/networks/"+n.network)
	var owed struct {
		Owed struct {
			Proven string `json:"last_proven"`
		}
	}
	var now struct{ Calendar struct{ Epoch string } }
	get(&now, "/mesh/network/v1/networks/"+n.network+"/epochs/0")
	get(&owed, "/mesh/tasks/v1/networks/"+n.network+"/nodes/"+node+"/owed/"+itoa(number(n.t, now.Calendar.Epoch)+100))
	var validators struct {
		Validators []struct {
			Operator string `json:"operator_address"`
		}
	}
	get(&validators, "/cosmos/staking/v1beta1/validators")
	return map[string]string{
		"{network}": n.network, "{id}": n.network, "{name}": network.Network.Name, "{node}": node, "{operator}": member.Node.Operator,
		"{peerId}": member.Node.Peer, "{client}": n.state(n.dir).key("client"), "{deal}": itoa(int(deal)), "{epoch}": owed.Owed.Proven,
		"{number}": owed.Owed.Proven, "{height}": itoa(int(n.height())), "{close}": "2", "{delay}": "2", "{mMax}": "1",
		"now": itoa(number(n.t, now.Calendar.Epoch) + 100), "{validator}": validators.Validators[0].Operator,
	}
}

// fetches asks the REST server.
func (n *storageNet) fetches(path string) (code int, body []byte) {
	n.t.Helper()
	request, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, "http://"+n.state(n.dir).REST+path, nil)
	require.NoError(n.t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(n.t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err = io.ReadAll(answer.Body)
	require.NoError(n.t, err)
	return answer.StatusCode, body
}

// reflected returns the services that the gRPC server names, in the version of reflection that the SDK serves.
//
//nolint:staticcheck // it is deprecated, and there is no other
func (n *storageNet) reflected() (list []string) {
	n.t.Helper()
	conn, err := grpc.NewClient(n.state(n.dir).GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(n.t, err)
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(n.t.Context())
	defer cancel()
	stream, err := grpc_reflection_v1alpha.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	require.NoError(n.t, err)
	require.NoError(n.t, stream.Send(&grpc_reflection_v1alpha.ServerReflectionRequest{
		MessageRequest: &grpc_reflection_v1alpha.ServerReflectionRequest_ListServices{},
	}))
	answer, err := stream.Recv()
	require.NoError(n.t, err)
	for _, s := range answer.GetListServicesResponse().GetService() {
		list = append(list, s.Name)
	}
	return list
}
