package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxGrant bounds the faucet's answer, bytes.
const maxGrant = 16 << 10

// Request asks a faucet to pay FaucetAmount to an account and returns when that is in a block. url is that
// of devnet.json. The error wraps ErrFaucet.
func Request(ctx context.Context, url, address string) (Grant, error) {
	body, err := json.Marshal(map[string]string{"address": address})
	if err != nil {
		return Grant{}, fmt.Errorf("%w: %w", ErrFaucet, err)
	}
	ctx, cancel := context.WithTimeout(ctx, payTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Grant{}, fmt.Errorf("%w: %w", ErrFaucet, err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Grant{}, fmt.Errorf("%w: %w", ErrFaucet, err)
	}
	defer res.Body.Close()
	bz, err := io.ReadAll(io.LimitReader(res.Body, maxGrant))
	if err != nil {
		return Grant{}, fmt.Errorf("%w: read its answer: %w", ErrFaucet, err)
	}
	if res.StatusCode != http.StatusOK {
		return Grant{}, fmt.Errorf("%w: %s", ErrFaucet, decodeRefusal(res.Status, bz))
	}
	return DecodeGrant(bz)
}

// DecodeGrant reads the answer of a faucet that paid, at most 16 KiB. The error wraps ErrFaucet.
func DecodeGrant(bz []byte) (Grant, error) {
	var g Grant
	if len(bz) > maxGrant {
		return Grant{}, fmt.Errorf("%w: its answer has more than %d bytes", ErrFaucet, maxGrant)
	}
	if err := json.Unmarshal(bz, &g); err != nil {
		return Grant{}, fmt.Errorf("%w: read its answer: %w", ErrFaucet, err)
	}
	if g.Schema != schema || g.Tx == "" || g.Height <= 0 || g.Amount == "" {
		return Grant{}, fmt.Errorf("%w: its answer is no payment", ErrFaucet)
	}
	return g, nil
}

// decodeRefusal returns the faucet's reason, or the HTTP status where it gave none.
func decodeRefusal(status string, bz []byte) string {
	var r refusal
	if json.Unmarshal(bz, &r) != nil || r.Error == "" {
		return "it answered " + status
	}
	return r.Error
}
