package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// fakeDirectory knows one network.
type fakeDirectory struct {
	network chain.Network
	down    error
}

func (d fakeDirectory) Network(_ context.Context, id string) (chain.Network, chain.Coin, error) {
	return d.find(id == d.network.Id)
}

func (d fakeDirectory) NetworkByName(_ context.Context, name string) (chain.Network, chain.Coin, error) {
	return d.find(strings.EqualFold(name, d.network.Name))
}

func (d fakeDirectory) Members(context.Context, string) ([]work.Member, error) {
	return sampleMembers(), nil
}

func (d fakeDirectory) ActiveSet(context.Context, string) (chain.ActiveSet, error) {
	return sampleSet(), nil
}

func (d fakeDirectory) find(found bool) (chain.Network, chain.Coin, error) {
	if d.down != nil {
		return chain.Network{}, chain.Coin{}, d.down
	}
	if !found {
		return chain.Network{}, chain.Coin{}, fmt.Errorf("ask: %w", chain.ErrNotFound)
	}
	supply, err := chain.ParseTokens("9")
	return d.network, chain.Coin{Denom: d.network.Token.Denom, Amount: supply}, err
}

func TestPrepareAccounts(t *testing.T) {
	dir := t.TempDir()
	a, err := prepareAccounts(dir, "mesh-devnet-1")
	require.NoError(t, err)
	require.Equal(t, "faucet", a.Faucet.Name)
	require.Equal(t, filepath.Join(dir, "faucet"), a.Faucet.Home)
	require.Len(t, a.Keys, 2)
	for i, want := range []struct{ name, key string }{{"founder", "owner"}, {"client", "client"}} {
		require.Equal(t, want.name, a.Keys[i].Name)
		require.Equal(t, filepath.Join(dir, want.name), a.Keys[i].Home)
		r := &runner{home: a.Keys[i].Home, env: map[string]string{"MESH_HOME": a.Keys[i].Home, "MESH_CHAIN_ID": "mesh-devnet-1"}}
		require.Equal(t, a.Keys[i].Address, addressOf(t, r.run(t, "keys", "show", want.key, "-o", "json").out))
	}
	again, err := prepareAccounts(dir, "mesh-devnet-1")
	require.NoError(t, err)
	require.Equal(t, a, again, "keys are kept")
	_, err = prepareAccounts(t.TempDir(), "mesh-1")
	require.ErrorIs(t, err, chain.ErrTestKeyring)
}

func TestPointHomes(t *testing.T) {
	dir := t.TempDir()
	state := devnet.State{ChainID: "mesh-devnet-1", GRPC: "127.0.0.1:2", Faucet: "http://f", Keys: []devnet.Key{
		{Name: "founder", Home: filepath.Join(dir, "founder")}, {Name: "client", Home: filepath.Join(dir, "client")},
	}}
	pointed := fileConfig{Devnet: dir, ChainID: "mesh-devnet-1", Node: []string{"127.0.0.1:2"}, Faucet: "http://f", KeyringBackend: "test"}
	for name, tc := range map[string]struct {
		before string
		own    bool
		from   string
	}{
		"ok: no settings yet":      {"", true, ""},
		"ok: those of this devnet": {"devnet = \"" + dir + "\"\nnode = [\"old:1\"]\nfrom = \"me\"\n", true, "me"},
		"ok: those of another":     {"devnet = \"/elsewhere\"\n", false, ""},
		"ok: the user's own":       {"chain-id = \"mesh-1\"\n", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			path := filepath.Join(home, configName)
			if tc.before != "" {
				require.NoError(t, os.WriteFile(path, []byte(tc.before), 0o600))
			}
			own, err := pointHomes(state, devnetPlace{dir: dir, own: home})
			require.NoError(t, err)
			require.Equal(t, tc.own, own)
			if !tc.own {
				bz, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, tc.before, string(bz), "left alone")
				return
			}
			got, err := readConfig(home)
			require.NoError(t, err)
			want := pointed
			want.From = tc.from
			require.Equal(t, want, got)
		})
	}
	own, err := pointHomes(state, devnetPlace{dir: dir})
	require.NoError(t, err)
	require.False(t, own)
	founder, err := readConfig(filepath.Join(dir, "founder"))
	require.NoError(t, err)
	require.Equal(t, pointed, founder)
	client, err := readConfig(filepath.Join(dir, "client"))
	require.NoError(t, err)
	require.Equal(t, "client", client.From)

	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, configName), []byte("?"), 0o600))
	_, err = pointHomes(state, devnetPlace{dir: dir, own: broken})
	require.Error(t, err)
}

func TestFindMeshd(t *testing.T) {
	bin := t.TempDir()
	path := filepath.Join(bin, "meshd")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700))
	t.Setenv("PATH", bin)
	env := map[string]string{}
	c := &cli{env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	got, err := c.findMeshd("")
	require.NoError(t, err)
	require.Equal(t, path, got, "on PATH")
	other := filepath.Join(t.TempDir(), "other")
	require.NoError(t, os.WriteFile(other, []byte("#!/bin/sh\n"), 0o700))
	env["MESHD"] = other
	got, err = c.findMeshd("")
	require.NoError(t, err)
	require.Equal(t, other, got, "MESHD goes before PATH")
	got, err = c.findMeshd(path)
	require.NoError(t, err)
	require.Equal(t, path, got, "the flag goes before MESHD")

	delete(env, "MESHD")
	t.Setenv("PATH", t.TempDir())
	_, err = c.findMeshd("")
	var f *failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, exitNotFound, f.Exit)
}

func TestCheckNameFree(t *testing.T) {
	d := fakeDirectory{network: sampleNetwork(t)}
	require.NoError(t, checkNameFree(t.Context(), d, "OtherNet"))
	var f *failure
	require.ErrorAs(t, checkNameFree(t.Context(), d, "storagenet"), &f)
	require.Equal(t, "name_taken", f.Code)
	require.Equal(t, exitRejected, f.Exit)
	require.Equal(t, `the name reads as "StorageNet" of network net_1a2b3c4d`, f.Why)
	d.down = errors.New("down")
	require.ErrorIs(t, checkNameFree(t.Context(), d, "OtherNet"), d.down)
}

func TestShowNetworkByIDAndName(t *testing.T) {
	d := fakeDirectory{network: sampleNetwork(t)}
	for _, which := range []string{"net_1a2b3c4d", "StorageNet", "STORAGENET"} {
		var out strings.Builder
		c := &cli{con: &console{out: &out}}
		require.NoError(t, c.showNetwork(t.Context(), settings{Output: "json"}, d, which))
		requireGolden(t, "network.json", out.String())
	}
	require.ErrorIs(t, (&cli{}).showNetwork(t.Context(), settings{}, d, "net_ffffffff"), chain.ErrNotFound)
}

func TestOwnNetworks(t *testing.T) {
	home := t.TempDir()
	here, gone, elsewhere := sampleRecord(), sampleRecord(), sampleRecord()
	gone.NetworkID, elsewhere.NetworkID, elsewhere.ChainID = "net_00000002", "net_00000003", "mesh-1"
	for _, r := range []record{here, gone, elsewhere} {
		require.NoError(t, r.save(home))
	}
	d := fakeDirectory{network: sampleNetwork(t)}
	list, err := ownNetworks(t.Context(), home, d, "mesh-devnet-1")
	require.NoError(t, err)
	onChain := map[string]bool{}
	for _, n := range list {
		onChain[n.NetworkID] = n.OnChain
	}
	require.Equal(t, map[string]bool{"net_1a2b3c4d": true, "net_00000002": false, "net_00000003": false}, onChain)
	d.down = errors.New("down")
	_, err = ownNetworks(t.Context(), home, d, "mesh-devnet-1")
	require.ErrorIs(t, err, d.down)
}

func TestKeyBalances(t *testing.T) {
	r := newRunner(t)
	require.Equal(t, 0, r.run(t, "keys", "add", "owner").code)
	c := &cli{con: newTestConsole("", &strings.Builder{})}
	s := settings{Home: r.home, ChainID: "mesh-devnet-1", KeyringBackend: "test"}
	list, locked, err := c.keyBalances(t.Context(), s, rich{})
	require.NoError(t, err)
	require.False(t, locked)
	require.Len(t, list, 1)
	require.Equal(t, "owner", list[0].Name)
	require.Equal(t, []coinView{{"umesh", "1500000", "1.5 MESH"}}, list[0].Balances)

	r.env["MESH_CHAIN_ID"], r.input = "mesh-1", "passphrase\npassphrase\n"
	require.Equal(t, 0, r.run(t, "keys", "add", "owner").code)
	s.ChainID, s.KeyringBackend = "mesh-1", "file"
	list, locked, err = c.keyBalances(t.Context(), s, rich{})
	require.NoError(t, err)
	require.True(t, locked)
	require.Empty(t, list)
}

// rich is a bank where everybody holds 1.5 MESH.
type rich struct{ bank }

func (rich) Balances(context.Context, string) ([]chain.Coin, error) {
	a, err := chain.ParseTokens("1.5")
	return []chain.Coin{{Denom: "umesh", Amount: a}}, err
}

func TestRecipient(t *testing.T) {
	dir := t.TempDir()
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: dir, Backend: chain.BackendTest, ChainID: "mesh-devnet-1"})
	require.NoError(t, err)
	key, _, err := kr.Add("operator")
	require.NoError(t, err)
	for _, s := range []string{"operator", key.Address} {
		to, err := recipient(kr, s)
		require.NoError(t, err)
		require.Equal(t, key.Address, to)
	}
	for _, s := range []string{"nobody", "", "../operator", strings.ToUpper(key.Address[:10]) + key.Address[10:]} {
		_, err := recipient(kr, s)
		var f *failure
		require.ErrorAs(t, err, &f)
		require.Equal(t, "recipient_not_found", f.Code)
	}
}

func TestGrantText(t *testing.T) {
	require.Equal(t, "1,000 MESH", grantText(devnet.Grant{Amount: devnet.FaucetAmount}))
	require.Equal(t, "5ustr", grantText(devnet.Grant{Amount: "5ustr"}))
	require.Equal(t, "many", grantText(devnet.Grant{Amount: "many"}))
}

func TestFounderKey(t *testing.T) {
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: t.TempDir(), Backend: chain.BackendTest, ChainID: "mesh-devnet-1"})
	require.NoError(t, err)
	c := &cli{con: newTestConsole("", &strings.Builder{})}
	_, err = c.fundedKey(t.Context(), settings{ChainID: "mesh-devnet-1"}, kr, "owner")
	f := failureOf(t, explain("create", err))
	require.Equal(t, "key_not_found", f.Code)
	require.Contains(t, f.Next, "mesh keys add owner makes it")
	keys, err := kr.Keys()
	require.NoError(t, err)
	require.Empty(t, keys, "without a faucet none is made")

	made, _, err := kr.Add("owner")
	require.NoError(t, err)
	got, err := c.fundedKey(t.Context(), settings{ChainID: "mesh-devnet-1"}, kr, "owner")
	require.NoError(t, err)
	require.Equal(t, made, got)
}

func TestAfterInit(t *testing.T) {
	f := failureOf(t, explain("x", afterInit("net_1a2b3c4d", chain.Result{Height: 7}, errors.New("disk full"))))
	require.Equal(t, "created_not_recorded", f.Code)
	require.Equal(t, "it was created in block 7, but: disk full", f.Why)
	require.Contains(t, f.Next, "do not create it again")
}
