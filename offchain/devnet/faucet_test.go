package devnet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// fakePayer pays mesh1good only.
type fakePayer struct{}

func (fakePayer) Pay(_ context.Context, address string) (devnet.Grant, error) {
	switch address {
	case "mesh1good":
		return devnet.Grant{Tx: "AB", Height: 3, Amount: devnet.FaucetAmount}, nil
	case "mesh1broke":
		return devnet.Grant{}, errors.New("nothing left")
	}
	return devnet.Grant{}, fmt.Errorf("%w: %q is no address", devnet.ErrInvalid, address)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestFaucetHandler(t *testing.T) {
	for name, tc := range map[string]struct {
		method, path, body string
		code               int
		want               string
	}{
		"ok: pays": {"POST", "/faucet", `{"address":"mesh1good"}`, 200, `{"schema":1,"tx":"AB","height":3,"amount":"1000000000umesh"}`},
		"fails: bad address": {"POST", "/faucet", `{"address":"x"}`, 400,
			`{"schema":1,"error":"invalid devnet: \"x\" is no address"}`},
		"fails: cannot pay":  {"POST", "/faucet", `{"address":"mesh1broke"}`, 502, `{"schema":1,"error":"nothing left"}`},
		"fails: not JSON":    {"POST", "/faucet", `mesh1good`, 400, ""},
		"fails: two":         {"POST", "/faucet", `{"address":"mesh1good"}{"address":"mesh1good"}`, 400, ""},
		"fails: more":        {"POST", "/faucet", `{"address":"mesh1good","amount":"all"}`, 400, ""},
		"fails: no address":  {"POST", "/faucet", `{}`, 400, ""},
		"fails: too long":    {"POST", "/faucet", `{"address":"` + strings.Repeat("a", 2000) + `"}`, 413, ""},
		"ok: says who it is": {"GET", "/faucet", "", 200, fmt.Sprintf(`{"schema":1,"pid":%d,"amount":"1000000000umesh"}`, os.Getpid())},
		"fails: PUT":         {"PUT", "/faucet", "", 405, ""},
		"fails: elsewhere":   {"POST", "/", `{"address":"mesh1good"}`, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			devnet.FaucetHandler(fakePayer{}, quiet()).ServeHTTP(w, httptest.NewRequest(tc.method, tc.path, strings.NewReader(tc.body)))
			require.Equal(t, tc.code, w.Code)
			if tc.want != "" {
				require.Equal(t, tc.want, strings.TrimSpace(w.Body.String()))
				require.Equal(t, "application/json", w.Header().Get("Content-Type"))
			}
		})
	}
}

func TestServeFaucet(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- devnet.ServeFaucet(ctx, l, fakePayer{}, quiet()) }()
	url := "http://" + l.Addr().String() + devnet.FaucetPath

	g, err := devnet.Request(t.Context(), url, "mesh1good")
	require.NoError(t, err)
	require.Equal(t, devnet.Grant{Schema: 1, Tx: "AB", Height: 3, Amount: devnet.FaucetAmount}, g)
	_, err = devnet.Request(t.Context(), url, "mesh1broke")
	require.ErrorIs(t, err, devnet.ErrFaucet)
	require.EqualError(t, err, "faucet did not pay: nothing left")

	stop()
	require.NoError(t, <-done)
	_, err = devnet.Request(t.Context(), url, "mesh1good")
	require.ErrorIs(t, err, devnet.ErrFaucet)
}

func TestRequestOddAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		code int
		body string
		want string
	}{
		"fails: no reason":    {500, "<html>", "it answered 500 Internal Server Error"},
		"fails: not JSON":     {200, "<html>", "read its answer"},
		"fails: no payment":   {200, `{"schema":1}`, "is no payment"},
		"fails: other schema": {200, `{"schema":2,"tx":"A","height":1,"amount":"1umesh"}`, "is no payment"},
		"fails: endless":      {200, strings.Repeat(" ", 100_000), "read its answer"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.code)
				_, _ = io.Copy(w, bytes.NewReader([]byte(tc.body)))
			}))
			t.Cleanup(server.Close)
			_, err := devnet.Request(t.Context(), server.URL, "mesh1good")
			require.ErrorIs(t, err, devnet.ErrFaucet)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := devnet.Request(t.Context(), "://", "mesh1good")
	require.ErrorIs(t, err, devnet.ErrFaucet)
}
