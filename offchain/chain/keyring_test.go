package chain_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// words are the mnemonic of BIP-39's first test vector with 24 words of "abandon", and wordsAddress its
// first account with coin type 118, whose Cosmos Hub form, cosmos1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl,
// other wallets show.
const (
	words        = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art"
	wordsAddress = "mesh1r5v5srda7xfth3hn2s26txvrcrntldju3rtvjy"
)

func testKeyring(t *testing.T, dir string) *chain.Keyring {
	t.Helper()
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: dir, Backend: chain.BackendTest, ChainID: fakeChain})
	require.NoError(t, err)
	return kr
}

func TestOpenKeyring(t *testing.T) {
	for name, tc := range map[string]struct {
		backend, chainID string
		want             error
	}{
		"ok: test on a devnet":      {chain.BackendTest, "mesh-devnet-7", nil},
		"ok: test on a local chain": {chain.BackendTest, "mesh-local-1", nil},
		"ok: file anywhere":         {chain.BackendFile, "mesh-1", nil},
		"ok: file without a chain":  {chain.BackendFile, "", nil},
		"fails: test elsewhere":     {chain.BackendTest, "mesh-1", chain.ErrTestKeyring},
		"fails: test nowhere":       {chain.BackendTest, "", chain.ErrTestKeyring},
		"fails: unknown":            {"os", "mesh-1", chain.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keyring")
			kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: dir, Backend: tc.backend, ChainID: tc.chainID})
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.backend, kr.Backend())
			keys, err := kr.Keys()
			require.NoError(t, err)
			require.Empty(t, keys)
			_, err = kr.Key("owner")
			require.ErrorIs(t, err, chain.ErrKeyNotFound)
			_, err = os.Stat(dir)
			require.ErrorIs(t, err, os.ErrNotExist, "looking makes nothing")
		})
	}
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	kr := testKeyring(t, dir)
	owner, mnemonic, err := kr.Add("owner")
	require.NoError(t, err)
	require.Len(t, strings.Fields(mnemonic), 24)
	require.NoError(t, chain.CheckAddress(owner.Address))
	client, _, err := kr.Add("client")
	require.NoError(t, err)
	require.NotEqual(t, owner.Address, client.Address)

	_, _, err = kr.Add("owner")
	require.ErrorIs(t, err, chain.ErrKeyExists)
	again, err := testKeyring(t, dir).Key("owner")
	require.NoError(t, err)
	require.Equal(t, owner, again, "a key that exists is not overwritten")

	keys, err := kr.Keys()
	require.NoError(t, err)
	require.Equal(t, []chain.Key{client, owner}, keys)

	require.NoError(t, kr.Delete("owner"))
	require.ErrorIs(t, kr.Delete("owner"), chain.ErrKeyNotFound)
	restored, err := kr.Restore("owner", mnemonic)
	require.NoError(t, err)
	require.Equal(t, owner.Address, restored.Address)
}

func TestKeyNames(t *testing.T) {
	kr := testKeyring(t, t.TempDir())
	for _, name := range []string{"", "../x", "a/b", "a.info", "-a", "ä", strings.Repeat("a", 33), wordsAddress} {
		_, _, err := kr.Add(name)
		require.ErrorIs(t, err, chain.ErrInvalid, "name %q", name)
	}
	_, _, err := kr.Add("A-b_9")
	require.NoError(t, err)
}

func TestRestore(t *testing.T) {
	kr := testKeyring(t, t.TempDir())
	key, err := kr.Restore("a", "  "+strings.ReplaceAll(words, " ", "\n ")+"\n")
	require.NoError(t, err)
	require.Equal(t, wordsAddress, key.Address)
	_, err = kr.Restore("b", words)
	require.ErrorIs(t, err, chain.ErrKeyExists, "one key has one name")
	for name, bad := range map[string]string{
		"fails: a word changed": strings.Replace(words, "art", "act", 1),
		"fails: no words":       "",
		"fails: not words":      strings.Repeat("hello ", 24),
		"fails: too long":       strings.Repeat("a", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kr.Restore("c", bad)
			require.ErrorIs(t, err, chain.ErrInvalid)
		})
	}
}

func TestExportImport(t *testing.T) {
	from, to := testKeyring(t, t.TempDir()), testKeyring(t, t.TempDir())
	key, _, err := from.Add("owner")
	require.NoError(t, err)
	_, err = from.Export("owner", "short")
	require.ErrorIs(t, err, chain.ErrInvalid)
	_, err = from.Export("nobody", "long enough")
	require.ErrorIs(t, err, chain.ErrKeyNotFound)
	armor, err := from.Export("owner", "long enough")
	require.NoError(t, err)
	require.True(t, chain.IsArmor(armor))
	require.True(t, chain.IsArmor("\n "+armor))
	require.False(t, chain.IsArmor(words))

	_, err = to.Import("owner", armor, "wrong enough")
	require.ErrorIs(t, err, chain.ErrInvalid)
	_, err = to.Import("owner", "-----BEGIN nothing", "long enough")
	require.ErrorIs(t, err, chain.ErrInvalid)
	_, err = to.Import("owner", strings.Repeat("x", 5000), "long enough")
	require.ErrorIs(t, err, chain.ErrInvalid)
	moved, err := to.Import("moved", armor, "long enough")
	require.NoError(t, err)
	require.Equal(t, key.Address, moved.Address)

	_, err = to.Import("moved", armor, "long enough")
	require.ErrorIs(t, err, chain.ErrKeyExists)
	_, err = to.Import("other", armor, "long enough")
	require.ErrorIs(t, err, chain.ErrKeyExists, "one key has one name")
	keys, err := to.Keys()
	require.NoError(t, err)
	require.Equal(t, []chain.Key{moved}, keys)
}

func fileKeyring(t *testing.T, dir, input string) *chain.Keyring {
	t.Helper()
	kr, err := chain.OpenKeyring(chain.KeyringConfig{Dir: dir, Backend: chain.BackendFile, ChainID: "mesh-1", Input: bufio.NewReader(strings.NewReader(input))})
	require.NoError(t, err)
	return kr
}

func TestFileKeyring(t *testing.T) {
	dir := t.TempDir()
	_, _, err := fileKeyring(t, dir, "").Add("owner")
	require.ErrorIs(t, err, chain.ErrLocked, "nobody gives a passphrase")

	kr := fileKeyring(t, dir, "passphrase\npassphrase\n")
	key, _, err := kr.Add("owner")
	require.NoError(t, err)
	again, err := kr.Key("owner")
	require.NoError(t, err, "it is asked for once")
	require.Equal(t, key, again)

	_, err = fileKeyring(t, dir, "").Keys()
	require.ErrorIs(t, err, chain.ErrLocked)
	_, err = fileKeyring(t, dir, "").Key("owner")
	require.ErrorIs(t, err, chain.ErrLocked)
	_, err = fileKeyring(t, dir, "wrong one\nwrong two\nwrong three\n").Key("owner")
	require.ErrorIs(t, err, chain.ErrLocked)
	opened, err := fileKeyring(t, dir, "passphrase\n").Key("owner")
	require.NoError(t, err)
	require.Equal(t, key, opened)
}

func TestCheckAddress(t *testing.T) {
	require.NoError(t, chain.CheckAddress(wordsAddress))
	for _, bad := range []string{"", "mesh1", "owner", strings.Replace(wordsAddress, "mesh1", "cosmos1", 1), wordsAddress[:len(wordsAddress)-1] + "q", "cosmos1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl"} {
		require.ErrorIs(t, chain.CheckAddress(bad), chain.ErrInvalid, "address %q", bad)
	}
}
