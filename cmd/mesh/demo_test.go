package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// newDemo returns a demo that asks a chain which answers as given, and the place of its evidence.
func newDemo(t *testing.T, answer http.HandlerFunc) (d *demo, path string) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	d = &demo{out: t.TempDir(), rest: strings.TrimPrefix(server.URL, "http://"), report: demoReport{NetworkID: "net_1a2b3c4d"}}
	return d, filepath.Join(d.out, "evidence.jsonl")
}

// txOf is a transaction of that many claims.
func txOf(claims, code int) string {
	return fmt.Sprintf(`{"code":%d,"tx":{"body":{"messages":[{"@type":"/mesh.tasks.v1.MsgAck"}%s]}}}`, code,
		strings.Repeat(`,{"@type":"/mesh.tasks.v1.MsgClaim"}`, claims))
}

func TestDemoCountsMessages(t *testing.T) {
	pages := [][]string{make([]string, 100), {txOf(2, 0), txOf(1, 5), txOf(0, 0)}}
	for i := range pages[0] {
		pages[0][i] = txOf(1, 0)
	}
	var asked []string
	d, path := newDemo(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, r.URL.Path, r.Header.Get(heightHeader), q.Get("query"), q.Get("limit"))
		page, _ := strconv.Atoi(q.Get("page"))
		fmt.Fprintf(w, `{"tx_responses":[%s],"total":"103"}`, strings.Join(pages[page-1], ","))
	})
	d.report.ChainHeight = 77
	got, err := d.accepted(t.Context(), "claims_on_chain", "/mesh.tasks.v1.MsgClaim")
	require.NoError(t, err)
	require.Equal(t, uint64(102), got, "two of one transaction, none of one that failed")
	page := []string{"/cosmos/tx/v1beta1/txs", "77", "message.action='/mesh.tasks.v1.MsgClaim' AND tx.height<=77", "100"}
	require.Equal(t, append(page, page...), asked)
	bz, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(bz), `{"figure":"claims_on_chain","value":102,"query":"/cosmos/tx/v1beta1/txs?`))

	pages[1] = nil // fewer than it says there are
	_, err = d.accepted(t.Context(), "claims_on_chain", "/mesh.tasks.v1.MsgClaim")
	require.ErrorContains(t, err, "page 2 of the transactions with /mesh.tasks.v1.MsgClaim is empty, after 100 of 103")
}

// TestDemoKeepsAnswers: what the chain said stays as it was, to the last character.
func TestDemoKeepsAnswers(t *testing.T) {
	const said = `{"b":"<&>é","a":[{"z":"1","y":1.50}],"unknown":null}`
	d, path := newDemo(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.Error(w, `{"code":5}`, http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(said))
	})
	var into struct{ B string }
	s, err := d.ask(t.Context(), 9, "/some?denom=a%2Fb", &into)
	require.NoError(t, err)
	require.Equal(t, "<&>é", into.B)
	require.NoError(t, d.rests("nodes", 5, s, s))
	line := `{"figure":"nodes","value":5,"query":"/some?denom=a%2Fb","height":9,"answer":` + said + "}\n"
	bz, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, line+line, string(bz))

	_, err = d.ask(t.Context(), 9, "/none", &into)
	require.EqualError(t, err, "ask for /none at height 9: 404 Not Found: {\"code\":5}\n")
	_, err = d.ask(t.Context(), 0, "/some", &[]string{})
	require.ErrorContains(t, err, "ask for /some at height 0: json: cannot unmarshal object")
}

// TestDemoSeesWhatWasReplaced tells an index that another node has proven from one it has not, and from those that are as before.
func TestDemoSeesWhatWasReplaced(t *testing.T) {
	proven := map[string]int{"/nodes/11": 6, "/nodes/12": 5}
	d, _ := newDemo(t, func(w http.ResponseWriter, r *http.Request) {
		rest := strings.TrimPrefix(r.URL.Path, "/mesh/tasks/v1/networks/net_1a2b3c4d")
		node, isOwed := strings.CutSuffix(rest, "/owed/7")
		switch {
		case r.Header.Get(heightHeader) != "40":
			t.Errorf("asked about height %s", r.Header.Get(heightHeader))
		case r.URL.Path == "/mesh/network/v1/networks/net_1a2b3c4d/epochs/0":
			fmt.Fprint(w, `{"epoch":{"number":"7","nodes":"5"}}`)
		case isOwed && proven[node] != 0:
			fmt.Fprintf(w, `{"owed":{"last_proven":"%d"}}`, proven[node])
		default:
			t.Errorf("asked for %s", r.URL)
		}
	})
	index := func(node uint64, status string) demoIndex { return demoIndex{Node: node, Status: status, From: 6} }
	d.before.Indices = []demoIndex{index(1, indexHeld), index(2, indexHeld), index(3, indexHeld), index(4, indexHeld)}
	now := demoDeal{Indices: []demoIndex{index(11, indexHeld), index(12, indexHeld), index(3, indexHeld), index(13, "INDEX_STATUS_RESERVED")}}
	replaced, shown, err := d.askReplaced(t.Context(), 40, now)
	require.NoError(t, err)
	require.Equal(t, []int{0, 1}, replaced)
	require.Equal(t, []seen{{"/mesh/tasks/v1/networks/net_1a2b3c4d/nodes/11/owed/7", 40, json.RawMessage(`{"owed":{"last_proven":"6"}}`)}}, shown)
}
