package chain

import (
	"bytes"
	"context"
	"fmt"

	"google.golang.org/grpc"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/proof"
)

// ask makes one call and says what was asked for where it fails. The error wraps ErrNotFound, ErrInvalid,
// ErrUnreachable or ErrWrongChain.
func (c *Client) ask(ctx context.Context, what string, call func(context.Context, *grpc.ClientConn) error) error {
	if err := c.pool.do(ctx, call); err != nil {
		return fmt.Errorf("ask for %s: %w", what, queryError(err))
	}
	return nil
}

// maxPages bounds a walk over pages, so that a node that never says it is done ends it.
const maxPages = 10_000

// askPages walks over all pages of a query. call answers the key of the next page, empty after the last; it takes in
// what is on a page only if it has no error, since a page may be asked of several endpoints.
func (c *Client) askPages(ctx context.Context, what string, call func(context.Context, *grpc.ClientConn, *query.PageRequest) (*query.PageResponse, error)) error {
	var at []byte
	for range maxPages {
		var next []byte
		err := c.ask(ctx, what, func(ctx context.Context, conn *grpc.ClientConn) error {
			res, err := call(ctx, conn, &query.PageRequest{Key: at, Limit: pageSize})
			next = res.GetNextKey()
			return err
		})
		if err != nil || len(next) == 0 {
			return err
		}
		if bytes.Equal(next, at) {
			return fmt.Errorf("ask for %s: the node answered that a page follows itself", what)
		}
		at = next
	}
	return fmt.Errorf("ask for %s: the node answered more than %d pages", what, maxPages)
}

// reader turns what a node answered into values of package work and keeps the first thing that is none.
type reader struct{ err error }

// amount reads base units; nothing where the field is missing.
func (r *reader) amount(i math.Int) proof.U128 {
	if i.IsNil() {
		return proof.U128{}
	}
	u, err := proof.FromBig(i.BigInt())
	if err != nil {
		r.fail("the amount %s", i)
	}
	return u
}

// hash reads 32 bytes; zeros where there are none.
func (r *reader) hash(b []byte) [32]byte {
	if len(b) == 0 {
		return [32]byte{}
	}
	if len(b) != 32 {
		r.fail("a hash of %d bytes", len(b))
		return [32]byte{}
	}
	return [32]byte(b)
}

// root reads the root of a trie, which is empty where the sum is nothing.
func (r *reader) root(hash []byte, sum proof.U128) proof.Node {
	if sum.IsZero() {
		return proof.Node{}
	}
	return proof.Node{Hash: r.hash(hash), Sum: sum}
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("the node answered "+format, args...)
	}
}

// IntOf returns an amount of package proof as one that prints and adds.
func IntOf(u proof.U128) Amount { return math.NewIntFromBigInt(u.Big()) }
