package devnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// validatorDir holds the homes node0 … of the validators.
	validatorDir = "validators"
	// portsPerValidator are those of p2p, RPC, gRPC and REST.
	portsPerValidator = 4
)

// validator is one meshd.
type validator struct {
	name, home           string
	nodeID               string // of its p2p key; only asked for where there are others
	p2p, rpc, grpc, rest int
}

// makeGenesis writes the homes of the validators of a new chain, whose faucet has that address. They appear at once, or not at all.
func makeGenesis(ctx context.Context, cfg Config, chainID, faucet string) error {
	target, next := filepath.Join(cfg.Dir, validatorDir), filepath.Join(cfg.Dir, validatorDir+".new")
	if err := os.RemoveAll(next); err != nil {
		return fmt.Errorf("remove what an interrupted start left: %w", err)
	}
	out, err := exec.CommandContext(ctx, cfg.Meshd, "testnet", "--devnet",
		"--validators", strconv.Itoa(max(1, cfg.Validators)), "--output", next, "--chain-id", chainID,
		"--account", faucet+"="+FaucetFunds, "--home", filepath.Join(next, "meshd")).CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("make the genesis: %w", ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("make the genesis with %s: %w: %s", cfg.Meshd, err, strings.TrimSpace(string(out)))
	}
	if err := os.RemoveAll(filepath.Join(next, "meshd")); err != nil {
		return fmt.Errorf("remove the home of the command: %w", err)
	}
	if err := os.Rename(next, target); err != nil {
		return fmt.Errorf("put the validators in place: %w", err)
	}
	return nil
}

// validators returns the validators whose homes are in dir, in order.
func validators(dir string) ([]*validator, error) {
	var list []*validator
	for i := 0; ; i++ {
		home := filepath.Join(dir, validatorDir, "node"+strconv.Itoa(i)) // as meshd testnet calls it
		switch _, err := os.Stat(home); {
		case errors.Is(err, os.ErrNotExist):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("look for the validators: %w", err)
		}
		list = append(list, &validator{name: "validator" + strconv.Itoa(i), home: home})
	}
}

// identify asks meshd for the ids under which validators dial each other.
func identify(ctx context.Context, meshd string, list []*validator) error {
	if len(list) == 1 {
		return nil
	}
	for _, v := range list {
		out, err := exec.CommandContext(ctx, meshd, "comet", "show-node-id", "--home", v.home).Output()
		if err != nil {
			return fmt.Errorf("ask %s for the node id of %s: %w", meshd, v.name, err)
		}
		v.nodeID = strings.TrimSpace(string(out))
	}
	return nil
}

// assignPorts gives every validator new ports and returns one more, for the faucet. The addresses that people are told keep
// theirs if they are free: those of the first validator and of the faucet, in the order rpc, grpc, rest, faucet.
func assignPorts(list []*validator, former []int) (faucet int, err error) {
	ports, err := planPorts(portsPerValidator*len(list) + 1)
	if err != nil {
		return 0, err
	}
	if len(former) == formerPorts && areFree(former) {
		copy(ports[1:portsPerValidator], former)
		ports[len(ports)-1] = former[formerPorts-1]
	}
	for i, v := range list {
		p := ports[portsPerValidator*i:]
		v.p2p, v.rpc, v.grpc, v.rest = p[0], p[1], p[2], p[3]
	}
	return ports[len(ports)-1], nil
}

// command returns the command line of the validator. Ports are said here and nowhere else, so that a home
// can be started again when others have taken them.
func (v *validator) command(meshd string, all []*validator) []string {
	var peers []string
	for _, other := range all {
		if other != v {
			peers = append(peers, other.nodeID+"@"+address(other.p2p))
		}
	}
	return []string{
		meshd, "start", "--home", v.home,
		"--p2p.laddr", "tcp://" + address(v.p2p),
		"--rpc.laddr", "tcp://" + address(v.rpc),
		"--grpc.address", address(v.grpc),
		"--api.address", "tcp://" + address(v.rest),
		"--p2p.persistent_peers", strings.Join(peers, ","),
		"--p2p.pex=false",
		"--log_level", "warn", "--log_no_color",
	}
}

// process returns what is recorded of the validator.
func (v *validator) process() Process {
	return Process{Name: v.name, Home: v.home, Ports: map[string]int{"p2p": v.p2p, "rpc": v.rpc, "grpc": v.grpc, "rest": v.rest}}
}
