package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"
)

const (
	// configName is the settings file in a home.
	configName = "config.toml"
	// maxConfig bounds it, bytes.
	maxConfig = 64 << 10
)

// fileConfig is the content of config.toml: the global flags under their own names, and what no flag says.
type fileConfig struct {
	ChainID        string   `toml:"chain-id,omitempty"`
	Node           []string `toml:"node,omitempty"`
	From           string   `toml:"from,omitempty"`
	KeyringBackend string   `toml:"keyring-backend,omitempty"`
	Output         string   `toml:"output,omitempty"`
	Yes            bool     `toml:"yes,omitempty"`
	LogLevel       string   `toml:"log-level,omitempty"`
	// GasPrice is offered for a unit of gas, such as 0.005umesh.
	GasPrice string `toml:"gas-price,omitempty"`
	// Faucet is the URL that gives money on a devnet.
	Faucet string `toml:"faucet,omitempty"`
	// Devnet is the directory of the devnet that wrote the file and keeps its addresses up to date.
	Devnet string `toml:"devnet,omitempty"`
}

// readConfig returns the settings of a home; all are empty where it has no file.
func readConfig(home string) (fileConfig, error) {
	path := filepath.Join(home, configName)
	bz, err := readLimited(path, maxConfig)
	if errors.Is(err, os.ErrNotExist) {
		return fileConfig{}, nil
	}
	if err != nil {
		return fileConfig{}, fmt.Errorf("read the settings: %w", err)
	}
	c, err := decodeConfig(bz)
	if err != nil {
		return fileConfig{}, usage("read "+path, err.Error(), "put the file right, or remove the line; known keys are "+knownKeys)
	}
	return c, nil
}

// knownKeys lists the keys of config.toml.
const knownKeys = "chain-id, node, from, keyring-backend, output, yes, log-level, gas-price, faucet, devnet"

// decodeConfig reads the content of config.toml, at most 64 KiB. Unknown keys are errors.
func decodeConfig(bz []byte) (fileConfig, error) {
	if len(bz) > maxConfig {
		return fileConfig{}, fmt.Errorf("%w: more than %d bytes", errTooLarge, maxConfig)
	}
	var c fileConfig
	err := toml.NewDecoder(bytes.NewReader(bz)).DisallowUnknownFields().Decode(&c)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		row, _ := first.Position()
		return fileConfig{}, fmt.Errorf("line %d: unknown key %q", row, first.Key())
	}
	var broken *toml.DecodeError
	if errors.As(err, &broken) {
		row, _ := broken.Position()
		return fileConfig{}, fmt.Errorf("line %d: %w", row, err)
	}
	return c, err
}

// configFor returns the settings file of a home of the devnet in dir. What a user added to the file,
// given in before, stays.
func configFor(before fileConfig, dir, chainID, node, faucet string) ([]byte, error) {
	c := before
	c.Devnet, c.ChainID, c.Node, c.Faucet, c.KeyringBackend = dir, chainID, []string{node}, faucet, "test"
	bz, err := toml.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write the settings: %w", err)
	}
	const head = "# Written by mesh devnet up, which keeps the addresses up to date as long as the line \"devnet\" is here.\n"
	return append([]byte(head), bz...), nil
}
