package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	tmv1beta1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
)

// pool tries endpoints in turn, beginning with the one that answered last.
type pool struct {
	members []*member
	chainID string // "" for any
	timeout time.Duration

	mu      sync.Mutex
	current int
}

// member is one endpoint and what is known of it.
type member struct {
	endpoint
	conn *grpc.ClientConn

	mu      sync.Mutex
	checked bool // it runs the right chain
}

func newPool(cfg Config) (*pool, error) {
	p := &pool{chainID: cfg.ChainID, timeout: cfg.CallTimeout}
	wire := newCodec().GRPCCodec()
	for _, text := range cfg.Endpoints {
		e, err := parseEndpoint(text)
		if err != nil {
			return nil, err
		}
		conn, err := e.dial(wire)
		if err != nil {
			return nil, fmt.Errorf("prepare connection to %s: %w", e.text, err)
		}
		p.members = append(p.members, &member{endpoint: e, conn: conn})
	}
	return p, nil
}

// do calls f with a connection to an endpoint of the right chain, and with the next endpoint when that one
// does not answer in time. f may thus be called several times, and an earlier call may have had its effect
// although its answer got lost. The error is an *UnreachableError when none answers, a *WrongChainError
// when one belongs to another chain, otherwise what f or the context says.
func (p *pool) do(ctx context.Context, f func(ctx context.Context, conn *grpc.ClientConn) error) error {
	p.mu.Lock()
	start := p.current
	p.mu.Unlock()
	var tried []Attempt
	for i := range p.members {
		at := (start + i) % len(p.members)
		err := p.try(ctx, p.members[at], f)
		if ended(ctx) {
			return ctx.Err()
		}
		if !isUnanswered(err) {
			p.mu.Lock()
			p.current = at
			p.mu.Unlock()
			return err
		}
		tried = append(tried, Attempt{Endpoint: p.members[at].text, Err: plainReason(err)})
	}
	return &UnreachableError{Tried: tried}
}

// ended tells whether the caller's time is up. The deadline of a call may be noticed a moment before the
// same one of its caller, which is then waited for: the fault is not the endpoint's.
func ended(ctx context.Context) bool {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// try makes one attempt with one endpoint, which gets its own deadline.
func (p *pool) try(ctx context.Context, m *member, f func(ctx context.Context, conn *grpc.ClientConn) error) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	if p.chainID != "" {
		if err := m.check(ctx, p.chainID); err != nil {
			return err
		}
	}
	return f(ctx, m.conn)
}

// check asks the endpoint for its chain, once.
func (m *member) check(ctx context.Context, want string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.checked {
		return nil
	}
	got, err := askChainID(ctx, m.conn)
	if err != nil {
		return err
	}
	if got != want {
		return &WrongChainError{Endpoint: m.text, Want: want, Got: got}
	}
	m.checked = true
	return nil
}

// askChainID returns the chain id that a node says it runs.
func askChainID(ctx context.Context, conn *grpc.ClientConn) (string, error) {
	info, err := tmv1beta1.NewServiceClient(conn).GetNodeInfo(ctx, &tmv1beta1.GetNodeInfoRequest{})
	if err != nil {
		return "", err
	}
	return info.GetDefaultNodeInfo().GetNetwork(), nil
}

// endpoint returns the endpoint that answered last.
func (p *pool) endpoint() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.members[p.current].text
}

// isUnanswered tells whether the fault is the connection's, so that another endpoint may do better.
func isUnanswered(err error) bool {
	if err == nil {
		return false
	}
	code := status.Code(err)
	return code == codes.Unavailable || code == codes.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded)
}

// plainReason takes the wrapping of gRPC off the reason why an endpoint did not answer.
func plainReason(err error) error {
	message := status.Convert(err).Message()
	if errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded {
		return errors.New("no answer in time")
	}
	if _, cause, ok := strings.Cut(message, "while dialing: "); ok {
		message = strings.TrimSuffix(cause[strings.LastIndex(cause, ": ")+1:], `"`)
	}
	return errors.New(strings.TrimSpace(message))
}
