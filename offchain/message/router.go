package message

import (
	"context"
	"fmt"
	"sync"
)

// From says who sent a message.
type From struct {
	Source string // the peer at the other end of the stream, as the transport names it
	Signer []byte // ed25519 public key that signed the envelope, 32 bytes; nil if none did
}

// Handler answers an envelope. It may be called by several goroutines at once, and ctx ends at the deadline of the
// message. A nil answer acknowledges without saying anything. The error reaches the sender as RefusalOf makes it.
type Handler func(ctx context.Context, from From, e *Envelope) (*Envelope, error)

// Router hands envelopes to the handler of their type or, for custom events, of their name. It lets through what the
// checker believes and what was not seen before. Its methods may be called by several goroutines at once.
type Router struct {
	checker Checker
	replay  *Replay

	mu     sync.RWMutex // guards the following
	types  map[Type]Handler
	events map[string]Handler
}

// NewRouter makes a router without handlers.
func NewRouter(checker Checker, replay *Replay) *Router {
	return &Router{checker: checker, replay: replay, types: make(map[Type]Handler), events: make(map[string]Handler)}
}

// HandleType registers the handler of a message type. It returns ErrTaken if there is one, and ErrInvalid for
// TypeUnspecified. A handler of TypeCustom gets the events that nobody is registered for.
func (r *Router) HandleType(t Type, h Handler) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t <= TypeUnspecified {
		return fmt.Errorf("handle type %d: %w", t, ErrInvalid)
	}
	if _, taken := r.types[t]; taken {
		return fmt.Errorf("handle type %d: %w", t, ErrTaken)
	}
	r.types[t] = h
	return nil
}

// HandleEvent registers the handler of the custom events of a name: ErrTaken if there is one, ErrInvalid for a name
// that no event can have.
func (r *Router) HandleEvent(name string, h Handler) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !isName(name, MaxEventName) {
		return fmt.Errorf("handle event %.80q: %w", name, ErrInvalid)
	}
	if _, taken := r.events[name]; taken {
		return fmt.Errorf("handle event %s: %w", name, ErrTaken)
	}
	r.events[name] = h
	return nil
}

// On registers a typed handler for a topic; errors as of HandleType and HandleEvent.
func On[T any](r *Router, t Topic[T], h func(ctx context.Context, from From, v T) (*Envelope, error)) error {
	untyped := func(ctx context.Context, from From, e *Envelope) (*Envelope, error) {
		v, err := t.Open(e)
		if err != nil {
			return nil, err
		}
		return h(ctx, from, v)
	}
	if t.typ == TypeCustom {
		return r.HandleEvent(t.event, untyped)
	}
	return r.HandleType(t.typ, untyped)
}

// Serve decodes, checks and answers one envelope from a peer; the answer is an encoded envelope, or empty. Errors: of
// Decode, of Checker.Check, ErrSeen, ErrUnhandled, and the handler's.
func (r *Router) Serve(ctx context.Context, source string, b []byte) ([]byte, error) {
	e := new(Envelope)
	if err := Decode(b, e); err != nil {
		return nil, err
	}
	handler, err := r.handler(e)
	if err != nil {
		return nil, err
	}
	if err := r.checker.Check(e); err != nil {
		return nil, err
	}
	from := From{Source: source, Signer: e.Signer}
	if !r.replay.First(from.vouching(), e.Type, [IDSize]byte(e.Id)) {
		return nil, fmt.Errorf("serve %s: %w", e.Type, ErrSeen)
	}
	ctx, cancel := context.WithTimeout(ctx, r.checker.Freshness.Deadline(e))
	defer cancel()
	answer, err := handler(ctx, from, e)
	if err != nil || answer == nil {
		return nil, err
	}
	return Encode(answer)
}

// vouching names who answers for the message, so that keys and peers cannot be taken for one another.
func (f From) vouching() string {
	if f.Signer != nil {
		return "k" + string(f.Signer)
	}
	return "p" + f.Source
}

// handler finds who answers an envelope, or returns ErrUnhandled.
func (r *Router) handler(e *Envelope) (Handler, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	what := e.Type.String()
	if e.Type == TypeCustom {
		event, err := OpenEvent(e)
		if err != nil {
			return nil, err
		}
		if h, ok := r.events[event.Name]; ok {
			return h, nil
		}
		what = event.Name
	}
	if h, ok := r.types[e.Type]; ok {
		return h, nil
	}
	return nil, fmt.Errorf("serve %s: %w", what, ErrUnhandled)
}
