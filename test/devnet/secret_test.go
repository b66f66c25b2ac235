package devnet_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// turn makes blocks up to and with the next one that a node proposes.
func turn(c *devnet.Chain, n *devnet.Node) *devnet.Block {
	for c.Proposer() != n {
		c.Advance()
	}
	return c.Advance()
}

// A secret that is missing or wrong costs the reveal, never the block; put right it helps at the
// next turn without a restart.
func TestBrokenSecrets(t *testing.T) {
	c := devnet.New(t, devnet.Config{Nodes: everySetting()[:4]})
	c.Advance()
	n := c.Nodes[1]
	v := n.Validator
	good, err := os.ReadFile(v.SecretPath)
	require.NoError(t, err)
	file := func(content string) func() error {
		return func() error { return os.WriteFile(v.SecretPath, []byte(content), 0o600) }
	}
	json := func(secret string, length uint64) string {
		return fmt.Sprintf(`{"tip":"%x","length":%d,"secret":%q}`, v.Chain.Tip(), length, secret)
	}
	right, foreign := fmt.Sprintf("%x", devnet.NewHashChain("validator1", 2).Preimage(1)), fmt.Sprintf("%x", devnet.NewHashChain("other", 2).Preimage(1))
	require.JSONEq(t, json(right, devnet.Reveals), string(good), "the secret is what the cases below change")
	var missed uint64
	for _, broken := range []struct {
		name  string
		spoil func() error
	}{
		{"missing", func() error { return os.Remove(v.SecretPath) }},
		{"empty", file("")},
		{"no JSON", file("{")},
		{"another JSON", file("[]")},
		{"no hex", file(json("zz", devnet.Reveals))},
		{"short", file(json(right[2:], devnet.Reveals))},
		{"long", file(json(right+"00", devnet.Reveals))},
		{"of another length", file(json(right, devnet.Reveals-1))},
		{"of another chain", file(json(foreign, devnet.Reveals))},
		{"readable by others", func() error { return os.Chmod(v.SecretPath, 0o640) }},
	} {
		t.Run("fails: "+broken.name, func(t *testing.T) {
			require.NoError(t, broken.spoil())
			n.Restart() // which forgets the secret it had read
			before, stake := revealer(t, c, v), tokens(t, c, v)
			b := turn(c, n)
			missed++
			require.Empty(t, b.Failed)
			require.Empty(t, b.Txs)
			slashed := stake / devnet.OneMesh // a millionth of whole units of power
			require.Equal(t, []beacontypes.EventMissed{
				{Validator: v.Operator(), Height: b.Height, Missed: missed, Slashed: fmt.Sprint(slashed)},
			}, misses(t, b))
			require.Equal(t, stake-slashed, tokens(t, c, v))
			before.Missed = missed
			require.Equal(t, before, revealer(t, c, v))

			require.NoError(t, os.RemoveAll(v.SecretPath))
			require.NoError(t, os.WriteFile(v.SecretPath, good, 0o600))
			requireReveals(t, turn(c, n))
			require.Equal(t, before.Current.Used+1, revealer(t, c, v).Current.Used)
		})
	}
	for _, other := range c.Nodes {
		if other != n {
			require.Zero(t, revealer(t, c, other.Validator).Missed)
		}
	}
}

// A node that has read its secret needs the file no more until it is restarted.
func TestSecretIsReadOnce(t *testing.T) {
	c := devnet.New(t, devnet.Config{Validators: 1})
	requireReveals(t, c.Advance())
	require.NoError(t, os.Remove(c.Validators[0].SecretPath))
	requireReveals(t, c.Advance())
	c.Nodes[0].Restart()
	require.Len(t, misses(t, c.Advance()), 1)
}

// A length out of bounds is refused before anything is hashed: the last of these would take for ever.
func TestCreateRefusesLengths(t *testing.T) {
	home := t.TempDir()
	for _, length := range []uint64{0, 1, beacontypes.MaxLength + 1, 1 << 60} {
		_, err := app.NewSecrets(app.SecretsDir(home)).Create(length)
		require.ErrorIs(t, err, beacontypes.ErrInvalidTip)
		require.NoDirExists(t, app.SecretsDir(home))
	}
}

// A validator registers a new tip, made as its operator makes it, and goes over to it at the height
// the chain told it, without a miss.
func TestRotation(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	c.AdvanceTo(6)
	n := c.Nodes[2]
	v := n.Validator
	tip, err := app.NewSecrets(app.SecretsDir(n.Home)).Create(64)
	require.NoError(t, err)
	tx := v.Account.Sign(&beacontypes.MsgRegister{Validator: v.Operator(), Tip: tip, Length: 64})
	b := c.Next(tx)
	delay := int64(beacontypes.DevnetParams().RotateDelayBlocks)
	require.Equal(t, []beacontypes.EventRegistered{
		{Validator: v.Operator(), Tip: tip, Length: 64, ActiveHeight: b.Height + delay},
	}, devnet.TypedEvents[beacontypes.EventRegistered](t, b.Result(tx).Events))

	for c.Height() < b.Height+delay-1 {
		requireReveals(t, c.Advance())
		require.Equal(t, v.Chain.Tip(), revealer(t, c, v).Current.Tip)
		require.EqualValues(t, 4, round(t, c, 0).Eligible)
	}
	turn(c, n)
	require.Equal(t, tip, revealer(t, c, v).Current.Tip)
	require.EqualValues(t, 1, revealer(t, c, v).Current.Used)
	require.False(t, revealer(t, c, v).Next.Exists())
	for range 12 {
		requireReveals(t, c.Advance())
		require.EqualValues(t, 4, round(t, c, 0).Eligible)
	}
	for _, other := range c.Validators {
		require.Zero(t, revealer(t, c, other).Missed)
	}
	require.EqualValues(t, 4, revealer(t, c, v).Current.Used)
}

func TestRegisterByAnotherIsRefused(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	c.Advance()
	a := c.Accounts[0]
	// The account signs for itself, but it is no validator's.
	tx := a.Sign(&beacontypes.MsgRegister{Validator: sdk.ValAddress(a.Address).String(), Tip: make([]byte, 32), Length: 9})
	require.Equal(t, beacontypes.ErrUnknownValidator.ABCICode(), c.Next(tx).Result(tx).Code)
	a.Sequence--
	for _, said := range c.Submit(c.Accounts[1].Sign(&beacontypes.MsgRegister{Validator: c.Validators[0].Operator(), Tip: make([]byte, 32), Length: 9})) {
		require.True(t, said.IsErr(), "somebody else's signature")
	}
	require.Zero(t, revealer(t, c, c.Validators[0]).Next.Length)
}
