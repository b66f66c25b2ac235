package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

const (
	// defaultBootstrapPort is where the founder's bootstrap node will listen.
	defaultBootstrapPort = 8080
	// maxPort is the largest port.
	maxPort = 65_535
)

// initFlags are the flags of mesh init as they were typed; empty means left out.
type initFlags struct {
	name, tokenName, tokenSymbol, distribution string
	logic, template                            string
	supplyCap, initialAllocation               string
	minBond, price, readPrice, burn            string
	epochBlocks, halvingEpochs, handoverEpoch  string
	bootstrapPort                              string
	simulate                                   string
}

// add declares the flags.
func (f *initFlags) add(set *pflag.FlagSet) {
	set.StringVar(&f.name, "name", "", "name of the network, 3 to 32 characters, unique on the chain (required)")
	set.StringVar(&f.tokenName, "token-name", "", "what people call the token (required)")
	set.StringVar(&f.tokenSymbol, "token-symbol", "", "its ticker, 2 to 16 letters and digits (default the token name in upper case)")
	set.StringVar(&f.distribution, "token-distribution", "", `emission by bucket, in percent or basis points (default "uptime:40,tasks:40,governance:20")`)
	set.StringVar(&f.bootstrapPort, "bootstrap-port", strconv.Itoa(defaultBootstrapPort), "port of the first bootstrap node")
	set.StringVar(&f.logic, "logic", "", "file with the network's own logic, at most 1 MiB; its hash goes on chain")
	set.StringVar(&f.template, "template", "", "kind of work: "+strings.Join(chain.Templates(), ", ")+" (default storage, with --logic custom)")
	set.StringVar(&f.supplyCap, "supply-cap", "", "most tokens there will ever be (default 1000000000)")
	set.StringVar(&f.initialAllocation, "initial-allocation", "", "percent of the cap for the founder, at most 20 (default 10)")
	set.StringVar(&f.epochBlocks, "epoch-blocks", "", "blocks of an epoch (default the chain's)")
	set.StringVar(&f.minBond, "min-bond", "", "tokens a node puts up at least (default 100)")
	set.StringVar(&f.price, "price", "", "tokens for one GiB and the chain's price period (default 1)")
	set.StringVar(&f.readPrice, "read-price", "", "tokens for one GiB that is read (default 0: reading is free, and stays so)")
	set.StringVar(&f.burn, "burn", "", "percent of every payment that is burnt, 1 to 50 (default 20)")
	set.StringVar(&f.halvingEpochs, "halving-epochs", "", "epochs after which the emission halves (default 35040)")
	set.StringVar(&f.simulate, "simulate", "", "create nothing, but say what the terms come to (default "+plainPlan+")")
	set.Lookup("simulate").NoOptDefVal = plainPlan
	set.StringVar(&f.handoverEpoch, "handover-epoch", "", "epoch in which the founder's power ends (default as late as the chain allows)")
}

// request is what the flags ask for.
type request struct {
	msg   chain.NewNetwork
	logic *logicFile // nil for none
	port  int
}

// request reads the flags, and the logic file. The error is a failure of usage that names the flag.
func (f *initFlags) request() (request, error) {
	r := request{msg: chain.NewNetwork{Name: f.name, TokenName: f.tokenName}}
	m := &r.msg
	var chosen template
	for _, step := range []struct {
		flag, value string
		read        func(string) error
	}{
		{"name", f.name, required},
		{"token-name", f.tokenName, func(s string) error { return errors.Join(required(s), chain.CheckNotNative(s, "")) }},
		{"token-symbol", f.tokenSymbol, func(s string) (err error) { m.TokenSymbol, err = symbolOf(s, f.tokenName); return err }},
		{"token-distribution", f.distribution, optional(parseDistribution, &m.Distribution)},
		{"bootstrap-port", f.bootstrapPort, optional(parsePort, &r.port)},
		{"logic", f.logic, optional(readLogic, &r.logic)},
		{"template", f.template, func(s string) (err error) { chosen, err = templateOf(s, r.logic != nil); return err }},
		{"supply-cap", f.supplyCap, optional(parseTokens, &m.SupplyCap)},
		{"initial-allocation", f.initialAllocation, optional(parsePercent, &m.InitialAllocationBps)},
		{"epoch-blocks", f.epochBlocks, optional(parseCount, &m.EpochBlocks)},
		{"min-bond", f.minBond, optional(parseTokens, &m.MinBond)},
		{"price", f.price, optional(parseTokens, &m.StoragePrice)},
		{"read-price", f.readPrice, optional(chain.ParseTokens, &m.ReadPrice)},
		{"burn", f.burn, optional(parsePercent, &m.BurnBps)},
		{"halving-epochs", f.halvingEpochs, optional(parseCount, &m.HalvingEpochs)},
		{"handover-epoch", f.handoverEpoch, optional(parseCount, &m.HandoverEpoch)},
	} {
		if err := step.read(step.value); err != nil {
			return request{}, usage("read --"+step.flag, err.Error(), "mesh init --help shows every flag with its bounds")
		}
	}
	if r.logic != nil {
		m.LogicHash = r.logic.hash[:]
	}
	chosen.apply(m)
	return r, nil
}

// required refuses an empty value.
func required(s string) error {
	if s == "" {
		return errors.New("it must be given")
	}
	return nil
}

// optional makes a reader of a flag that may be left out.
func optional[T any](parse func(string) (T, error), into *T) func(string) error {
	return func(s string) (err error) {
		if s != "" {
			*into, err = parse(s)
		}
		return err
	}
}

// symbolOf returns the symbol, by default the token's name in upper case without anything but A-Z and 0-9.
func symbolOf(symbol, tokenName string) (string, error) {
	if symbol != "" {
		return symbol, errors.Join(chain.CheckSymbol(symbol), chain.CheckNotNative("", symbol))
	}
	made := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(tokenName))
	if err := errors.Join(chain.CheckSymbol(made), chain.CheckNotNative("", made)); err != nil {
		return "", fmt.Errorf("the token name %q makes the symbol %q, which cannot be one (%w): give one with --token-symbol", tokenName, made, err)
	}
	return made, nil
}

// parseTokens reads a number of tokens that is more than nothing.
func parseTokens(s string) (chain.Amount, error) {
	a, err := chain.ParseTokens(s)
	if err == nil && !a.IsPositive() {
		err = fmt.Errorf("%w: it must be more than 0", chain.ErrInvalid)
	}
	return a, err
}

// parseCount reads a whole number from 1 on.
func parseCount(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a whole number from 1 on", s)
	}
	return n, nil
}

// parsePort reads a port.
func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a port, 1 to %d", s, maxPort)
	}
	return int(n), nil
}
