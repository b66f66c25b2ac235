package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// defaultNode is where meshd serves gRPC unless it is told otherwise.
const defaultNode = "127.0.0.1:9090"

// settings are what the global flags, the environment and the home's config.toml say together.
type settings struct {
	Home           string
	ChainID        string
	Nodes          []string
	From           string
	KeyringBackend string
	Output         string // text or json
	Yes            bool
	LogLevel       slog.Level
	GasPrice       string
	Faucet         string
	Devnet         string
}

// json tells whether the answer is one JSON object.
func (s settings) json() bool { return s.Output == "json" }

// addGlobalFlags declares the flags that every command has.
func addGlobalFlags(f *pflag.FlagSet) {
	f.String("home", "", "directory of settings, keys and data (default ~/.mesh)")
	f.String("chain-id", "", "id of the chain; what is signed holds there only")
	f.StringArray("node", nil, "HOST:PORT of a node's gRPC server, https:// before it for TLS (repeatable, tried in turn; default "+defaultNode+")")
	f.String("from", "", "name of the key that signs and pays (default owner)")
	f.String("keyring-backend", "", "how keys are kept: file, or test on a devnet (default file, on a devnet test)")
	f.StringP("output", "o", "", "text for people, json for programs (default text)")
	f.BoolP("yes", "y", false, "do not ask, do it")
	f.String("log-level", "", "debug, info, warn or error (default warn)")
}

// source finds the value of a global setting: flag before environment before file before default.
type source struct {
	flags *pflag.FlagSet
	env   func(string) (string, bool)
}

// envName returns the environment variable that stands for a flag.
func envName(flag string) string {
	return "MESH_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// lookup returns what the flag or the environment says; an empty variable says nothing.
func (s source) lookup(flag string) (string, bool) {
	if f := s.flags.Lookup(flag); f != nil && f.Changed {
		return f.Value.String(), true
	}
	value, ok := s.env(envName(flag))
	return value, ok && value != ""
}

// text returns the value of a setting that is one word.
func (s source) text(flag, file, otherwise string) string {
	if v, ok := s.lookup(flag); ok {
		return v
	}
	if file != "" {
		return file
	}
	return otherwise
}

// nodes returns the endpoints; in the environment they are separated by commas.
func (s source) nodes(file []string) ([]string, error) {
	if s.flags.Changed("node") {
		return s.flags.GetStringArray("node")
	}
	if v, ok := s.lookup("node"); ok {
		return strings.Split(v, ","), nil
	}
	if len(file) > 0 {
		return file, nil
	}
	return []string{defaultNode}, nil
}

// yes returns whether the user agreed beforehand.
func (s source) yes(file bool) (bool, error) {
	v, ok := s.lookup("yes")
	if !ok {
		return file, nil
	}
	yes, err := strconv.ParseBool(v)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", v)
	}
	return yes, nil
}

// home returns the home directory; the file cannot say where it lies itself.
func (s source) home() (string, error) {
	home, ok := s.lookup("home")
	if !ok {
		user, err := os.UserHomeDir()
		if err != nil {
			return "", usage("find the home directory", err.Error(), "set MESH_HOME, or pass --home")
		}
		home = filepath.Join(user, ".mesh")
	}
	return filepath.Abs(home)
}

// settingsOf gathers the settings of a command. Its errors are failures of usage.
func settingsOf(cmd *cobra.Command, env func(string) (string, bool)) (settings, error) {
	src := source{flags: cmd.Flags(), env: env}
	home, err := src.home()
	if err != nil {
		return settings{}, err
	}
	file, err := readConfig(home)
	if err != nil {
		return settings{}, err
	}
	return resolve(src, home, file)
}

// resolve puts flags, environment and file together and checks every word that has a fixed set.
func resolve(src source, home string, file fileConfig) (settings, error) {
	s := settings{
		Home:    home,
		ChainID: src.text("chain-id", file.ChainID, ""),
		From:    src.text("from", file.From, "owner"),
		Output:  src.text("output", file.Output, "text"),
		Faucet:  file.Faucet, Devnet: file.Devnet, GasPrice: file.GasPrice,
	}
	if s.GasPrice == "" {
		s.GasPrice = chain.DefaultGasPrice
	}
	backend := chain.BackendFile
	if chain.IsDevnet(s.ChainID) {
		backend = chain.BackendTest
	}
	s.KeyringBackend = src.text("keyring-backend", file.KeyringBackend, backend)
	for _, word := range []struct {
		flag, value string
		known       []string
	}{
		{"output", s.Output, []string{"text", "json"}},
		{"keyring-backend", s.KeyringBackend, []string{chain.BackendFile, chain.BackendTest}},
	} {
		if !slices.Contains(word.known, word.value) {
			return settings{}, badSetting(word.flag, fmt.Errorf("%q is not one of %s", word.value, strings.Join(word.known, ", ")))
		}
	}
	var err error
	if s.Nodes, err = src.nodes(file.Node); err != nil {
		return settings{}, badSetting("node", err)
	}
	if s.Yes, err = src.yes(file.Yes); err != nil {
		return settings{}, badSetting("yes", err)
	}
	if err := s.LogLevel.UnmarshalText([]byte(src.text("log-level", file.LogLevel, "warn"))); err != nil {
		return settings{}, badSetting("log-level", err)
	}
	return s, nil
}

// badSetting is the failure of a global setting with a value it cannot have, wherever it was said.
func badSetting(flag string, err error) *failure {
	return usage("read --"+flag, err.Error(), fmt.Sprintf("put it right in the flag, in %s or in %s", envName(flag), configName))
}
