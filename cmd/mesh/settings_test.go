package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// gather resolves the settings of a command line in a home with that config.toml ("" for none).
func gather(t *testing.T, config string, env map[string]string, args ...string) (settings, error) {
	t.Helper()
	home := t.TempDir()
	if config != "" {
		require.NoError(t, os.WriteFile(filepath.Join(home, configName), []byte(config), 0o600))
	}
	cmd := &cobra.Command{}
	addGlobalFlags(cmd.PersistentFlags())
	require.NoError(t, cmd.ParseFlags(args))
	return settingsOf(cmd, func(name string) (string, bool) {
		if name == "MESH_HOME" {
			return home, true
		}
		v, ok := env[name]
		return v, ok
	})
}

func TestSettingsDefault(t *testing.T) {
	s, err := gather(t, "", nil)
	require.NoError(t, err)
	require.DirExists(t, s.Home)
	s.Home = ""
	require.Equal(t, settings{
		Nodes: []string{"127.0.0.1:9090"}, From: "owner", KeyringBackend: "file", Output: "text",
		LogLevel: slog.LevelWarn, GasPrice: "0.005umesh",
	}, s)
}

// TestSettingsPrecedence sets every setting in the file, overrides it in the environment and that by a flag.
func TestSettingsPrecedence(t *testing.T) {
	const file = `
chain-id = "mesh-devnet-file"
node = ["file:1", "file:2"]
from = "file"
keyring-backend = "test"
output = "json"
yes = true
log-level = "debug"
gas-price = "1umesh"
faucet = "http://f"
devnet = "/d"
`
	env := map[string]string{
		"MESH_CHAIN_ID": "mesh-devnet-env", "MESH_NODE": "env:1,env:2", "MESH_FROM": "env", "MESH_KEYRING_BACKEND": "file",
		"MESH_OUTPUT": "text", "MESH_YES": "false", "MESH_LOG_LEVEL": "error",
	}
	s, err := gather(t, file, nil)
	require.NoError(t, err)
	s.Home = ""
	require.Equal(t, settings{
		ChainID: "mesh-devnet-file", Nodes: []string{"file:1", "file:2"}, From: "file", KeyringBackend: "test", Output: "json", Yes: true,
		LogLevel: slog.LevelDebug, GasPrice: "1umesh", Faucet: "http://f", Devnet: "/d",
	}, s)

	s, err = gather(t, file, env)
	require.NoError(t, err)
	s.Home = ""
	require.Equal(t, settings{
		ChainID: "mesh-devnet-env", Nodes: []string{"env:1", "env:2"}, From: "env", KeyringBackend: "file", Output: "text",
		LogLevel: slog.LevelError, GasPrice: "1umesh", Faucet: "http://f", Devnet: "/d",
	}, s)

	home := t.TempDir()
	s, err = gather(t, file, env, "--home", home, "--chain-id", "mesh-devnet-flag", "--node", "flag:1", "--node", "flag:2", "--from", "flag",
		"--keyring-backend", "test", "--output", "json", "--yes", "--log-level", "info")
	require.NoError(t, err)
	require.Equal(t, settings{
		Home: home, ChainID: "mesh-devnet-flag", Nodes: []string{"flag:1", "flag:2"}, From: "flag", KeyringBackend: "test", Output: "json", Yes: true,
		LogLevel: slog.LevelInfo, GasPrice: "0.005umesh",
	}, s, "another home has another file")
}

func TestSettingsKeyringBackend(t *testing.T) {
	for chainID, want := range map[string]string{"": "file", "mesh-1": "file", "mesh-devnet-1": "test", "mesh-local-1": "test"} {
		s, err := gather(t, "", map[string]string{"MESH_CHAIN_ID": chainID})
		require.NoError(t, err)
		require.Equal(t, want, s.KeyringBackend, "chain %q", chainID)
	}
}

func TestSettingsRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		config string
		env    map[string]string
		args   []string
		what   string
	}{
		"fails: output":             {"", nil, []string{"--output", "yaml"}, "read --output"},
		"fails: output in the file": {`output = "yaml"`, nil, nil, "read --output"},
		"fails: backend":            {"", map[string]string{"MESH_KEYRING_BACKEND": "os"}, nil, "read --keyring-backend"},
		"fails: yes":                {"", map[string]string{"MESH_YES": "perhaps"}, nil, "read --yes"},
		"fails: level":              {"", nil, []string{"--log-level", "loud"}, "read --log-level"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gather(t, tc.config, tc.env, tc.args...)
			var f *failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, exitUsage, f.Exit)
			require.Equal(t, tc.what, f.What)
		})
	}
}

func TestSettingsHome(t *testing.T) {
	cmd := &cobra.Command{}
	addGlobalFlags(cmd.PersistentFlags())
	user := t.TempDir()
	t.Setenv("HOME", user)
	s, err := settingsOf(cmd, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	require.Equal(t, filepath.Join(user, ".mesh"), s.Home)
	s, err = settingsOf(cmd, func(name string) (string, bool) { return "", name == "MESH_HOME" })
	require.NoError(t, err)
	require.Equal(t, filepath.Join(user, ".mesh"), s.Home, "an empty variable says nothing")
	require.NoError(t, cmd.ParseFlags([]string{"--home", "here"}))
	s, err = settingsOf(cmd, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	here, err := filepath.Abs("here")
	require.NoError(t, err)
	require.Equal(t, here, s.Home)
}
