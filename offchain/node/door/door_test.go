package door_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/node/door"
	"github.com/mesh-protocol/mesh/proof"
)

var domain = proof.Domain{ChainID: "mesh-test", Network: "net_00000001"}

// account is an account of the chain. It signs with ed25519 here, its key a byte longer, and its address is a part of the
// key.
type account struct{ key ed25519.PrivateKey }

func newAccount(seed byte) account {
	return account{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))}
}

func (a account) address() []byte { return a.public()[1:21] }

func (a account) public() []byte {
	return append([]byte{2}, a.key.Public().(ed25519.PublicKey)...)
}

// verify is what an account's signature is held against.
func verify(address, public, preimage, signature []byte) error {
	if !bytes.Equal(address, public[1:21]) || !ed25519.Verify(public[1:], preimage, signature) {
		return errors.New("not signed")
	}
	return nil
}

// hall is a door with the chain behind it.
type hall struct {
	*door.Door
	now     time.Time
	members map[peer.ID]door.Member
	down    error // why the chain does not answer
	asked   int
}

func newHall() *hall {
	h := &hall{now: time.Unix(1_000_000, 0), members: map[peer.ID]door.Member{}}
	h.Door = door.New(domain, door.Deps{MemberByPeer: h.memberByPeer, Verify: verify, Now: func() time.Time { return h.now }})
	return h
}

func (h *hall) memberByPeer(_ context.Context, id peer.ID) (door.Member, error) {
	h.asked++
	m, ok := h.members[id]
	switch {
	case h.down != nil:
		return door.Member{}, h.down
	case !ok:
		return door.Member{}, door.ErrUnknown
	}
	return m, nil
}

// visitor is a node with its accounts.
type visitor struct {
	host            ed25519.PrivateKey
	id              peer.ID
	owner, operator account
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	v := &visitor{host: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)), owner: newAccount(1), operator: newAccount(2)}
	key, err := crypto.UnmarshalEd25519PublicKey(v.host.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	v.id, err = peer.IDFromPublicKey(key)
	require.NoError(t, err)
	return v
}

func (v *visitor) member() door.Member {
	return door.Member{Owner: v.owner.address(), Operator: v.operator.address(), PeerKey: [32]byte(v.host.Public().(ed25519.PublicKey))}
}

// hello is the visitor's greeting, whose binding is that of a member of a domain.
func (v *visitor) hello(t *testing.T, m door.Member, d proof.Domain) *message.Hello {
	t.Helper()
	preimage, err := proof.Binding{Owner: m.Owner, Operator: m.Operator, PeerKey: m.PeerKey}.SignBytes(d)
	require.NoError(t, err)
	return &message.Hello{
		Roles: []string{"storage"}, Operator: v.operator.address(),
		BindingSig: append(v.operator.public(), ed25519.Sign(v.operator.key, preimage)...),
	}
}

func TestWelcome(t *testing.T) {
	for _, tc := range []struct {
		name  string
		scene func(t *testing.T, h *hall, v *visitor) *message.Hello
		want  string // of the refusal; "" = welcome
	}{
		{"ok: client", func(*testing.T, *hall, *visitor) *message.Hello { return &message.Hello{} }, ""},
		{"ok: bootstrap node", func(*testing.T, *hall, *visitor) *message.Hello { return &message.Hello{Roles: []string{"bootstrap"}} }, ""},
		{"ok: node", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			return v.hello(t, v.member(), domain)
		}, ""},
		{"fails: a role without an operator", func(*testing.T, *hall, *visitor) *message.Hello {
			return &message.Hello{Roles: []string{"storage"}}
		}, "names its operator"},
		{"fails: bootstrap and another role without an operator", func(*testing.T, *hall, *visitor) *message.Hello {
			return &message.Hello{Roles: []string{"bootstrap", "storage"}}
		}, "names its operator"},
		{"fails: not registered", func(t *testing.T, _ *hall, v *visitor) *message.Hello { return v.hello(t, v.member(), domain) }, "is no node of"},
		{"fails: has left", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			m := v.member()
			m.Left = true
			h.members[v.id] = m
			return v.hello(t, v.member(), domain)
		}, "has left"},
		{"fails: the chain does not answer", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.down = errors.New("down")
			return v.hello(t, v.member(), domain)
		}, "cannot be asked"},
		{"fails: another operator", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			v.operator = newAccount(3)
			return v.hello(t, v.member(), domain)
		}, "has another operator"},
		{"fails: not signed", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			hello := v.hello(t, v.member(), domain)
			hello.BindingSig = nil
			return hello
		}, "has not signed"},
		{"fails: signed by another account", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			operator := v.operator
			v.operator = newAccount(3)
			hello := v.hello(t, h.members[v.id], domain)
			hello.Operator = operator.address()
			return hello
		}, "has not signed"},
		{"fails: signed for another peer", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			other := v.member()
			other.PeerKey[0]++
			return v.hello(t, other, domain)
		}, "has not signed"},
		{"fails: signed for another owner", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			other := v.member()
			other.Owner = newAccount(4).address()
			return v.hello(t, other, domain)
		}, "has not signed"},
		{"fails: signed for another network", func(t *testing.T, h *hall, v *visitor) *message.Hello {
			h.members[v.id] = v.member()
			return v.hello(t, v.member(), proof.Domain{ChainID: domain.ChainID, Network: "net_00000002"})
		}, "has not signed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, v := newHall(), newVisitor(t)
			hello := tc.scene(t, h, v)
			err := h.Welcome(t.Context(), v.id, hello)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			var refusal *message.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, message.CodeNotWelcome, refusal.Code)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// A node is known for a while, so that the chain is not asked at every greeting; the greeting is looked at every time.
func TestRemembered(t *testing.T) {
	h, v := newHall(), newVisitor(t)
	h.members[v.id] = v.member()
	hello := v.hello(t, v.member(), domain)
	welcome := func() error { return h.Welcome(t.Context(), v.id, hello) }
	require.NoError(t, welcome())
	require.NoError(t, welcome())
	require.Equal(t, 1, h.asked)

	bad := *hello
	bad.BindingSig = bytes.Repeat([]byte{1}, message.BindingSize)
	require.ErrorContains(t, h.Welcome(t.Context(), v.id, &bad), "has not signed")
	require.Equal(t, 2, h.asked, "the operator may have been replaced")

	h.now = h.now.Add(10 * time.Minute)
	h.down = errors.New("down")
	require.NoError(t, welcome(), "it was a node lately, and nobody can say that it is none any more")
	require.Equal(t, 3, h.asked)
	require.ErrorContains(t, h.Welcome(t.Context(), v.id, &bad), "has not signed")

	h.down = nil
	delete(h.members, v.id)
	require.ErrorContains(t, welcome(), "is no node of")
	h.down = errors.New("down")
	require.ErrorContains(t, welcome(), "cannot be asked", "it is not remembered any more")
}

// An operator that was replaced is not let in for longer than a node is remembered, and the new one is at once.
func TestOperatorIsReplaced(t *testing.T) {
	h, v := newHall(), newVisitor(t)
	h.members[v.id] = v.member()
	old := v.hello(t, v.member(), domain)
	require.NoError(t, h.Welcome(t.Context(), v.id, old))

	v.operator = newAccount(5)
	h.members[v.id] = v.member()
	next := v.hello(t, v.member(), domain)
	require.NoError(t, h.Welcome(t.Context(), v.id, next))
	require.ErrorContains(t, h.Welcome(t.Context(), v.id, old), "has another operator")
}

// Who has left may come back at once.
func TestComesBack(t *testing.T) {
	h, v := newHall(), newVisitor(t)
	m := v.member()
	m.Left = true
	h.members[v.id] = m
	hello := v.hello(t, v.member(), domain)
	require.ErrorContains(t, h.Welcome(t.Context(), v.id, hello), "has left")
	h.members[v.id] = v.member()
	require.NoError(t, h.Welcome(t.Context(), v.id, hello))
}
