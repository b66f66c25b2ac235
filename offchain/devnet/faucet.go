package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

const (
	// FaucetPath is where the faucet takes requests.
	FaucetPath = "/faucet"
	// FaucetAmount is what one request gets: 1,000 MESH.
	FaucetAmount = "1000000000umesh"
	// maxRequest bounds a request, bytes: an address has 43 of them.
	maxRequest = 1 << 10
	// payTimeout bounds one payment: a block or two.
	payTimeout = time.Minute
	// maxPayments bounds how many payments are under way at once; further requests wait.
	maxPayments = 32
)

// Payer pays FaucetAmount to an account by a transaction and returns when that is in a block. It is called
// by several goroutines. Its error wraps ErrInvalid where the address is none.
type Payer interface {
	Pay(ctx context.Context, address string) (Grant, error)
}

// Grant is one payment of the faucet.
type Grant struct {
	Schema int    `json:"schema"`
	Tx     string `json:"tx"` // hash of the transaction
	Height int64  `json:"height"`
	Amount string `json:"amount"`
}

// faucetInfo is what the faucet answers to who asks what it is.
type faucetInfo struct {
	Schema int    `json:"schema"`
	PID    int    `json:"pid"` // of its process: who else has the port has another
	Amount string `json:"amount"`
}

// refusal is what the faucet answers when it did not pay.
type refusal struct {
	Schema int    `json:"schema"`
	Error  string `json:"error"`
}

// ServeFaucet answers requests on the listener until the context ends, then finishes those under way.
func ServeFaucet(ctx context.Context, l net.Listener, payer Payer, log *slog.Logger) error {
	server := &http.Server{Handler: FaucetHandler(payer, log), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve the faucet: %w", err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := server.Shutdown(finish)
	if err = errors.Join(err, server.Close()); err != nil {
		return fmt.Errorf("stop the faucet: %w", err)
	}
	<-done
	return nil
}

// FaucetHandler answers POST /faucet {"address":"mesh1…"} with a Grant, and GET /faucet with the amount and
// its process number.
func FaucetHandler(payer Payer, log *slog.Logger) http.Handler {
	places := make(chan struct{}, maxPayments)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+FaucetPath, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, faucetInfo{Schema: schema, PID: os.Getpid(), Amount: FaucetAmount})
	})
	mux.HandleFunc("POST "+FaucetPath, func(w http.ResponseWriter, r *http.Request) {
		bz, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, fmt.Errorf("a request has at most %d bytes", maxRequest))
			return
		}
		address, err := DecodeRequest(bz)
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), payTimeout)
		defer cancel()
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		case <-ctx.Done():
			refuse(w, http.StatusServiceUnavailable, errors.New("too many payments are under way"))
			return
		}
		grant, err := payer.Pay(ctx, address)
		switch {
		case errors.Is(err, ErrInvalid):
			refuse(w, http.StatusBadRequest, err)
		case err != nil:
			log.Error("payment failed", "address", address, "error", err)
			refuse(w, http.StatusBadGateway, err)
		default:
			log.Info("paid", "address", address, "tx", grant.Tx, "height", grant.Height)
			grant.Schema = schema
			answer(w, http.StatusOK, grant)
		}
	})
	return mux
}

// DecodeRequest reads {"address":"…"}, at most 1 KiB with no other field. The error wraps ErrInvalid.
func DecodeRequest(bz []byte) (address string, err error) {
	if len(bz) > maxRequest {
		return "", fmt.Errorf("%w: a request has at most %d bytes", ErrInvalid, maxRequest)
	}
	var r struct {
		Address string `json:"address"`
	}
	d := json.NewDecoder(bytes.NewReader(bz))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || d.More() || r.Address == "" {
		return "", fmt.Errorf(`%w: a request is {"address":"mesh1…"} and nothing else`, ErrInvalid)
	}
	return r.Address, nil
}

func refuse(w http.ResponseWriter, code int, err error) {
	answer(w, code, refusal{Schema: schema, Error: err.Error()})
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	// What the client does not read it does not get.
	_ = json.NewEncoder(w).Encode(v)
}
