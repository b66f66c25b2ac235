package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
)

func TestParsePlan(t *testing.T) {
	for s, want := range map[string]chain.Plan{
		plainPlan: {Epoch: 1, Nodes: 12, Stored: 100 << 30, Profile: work.Profile{K: 4, N: 8}},
		"":        {Epoch: 1, Nodes: 12, Stored: 100 << 30, Profile: work.Profile{K: 4, N: 8}},
		"nodes:6, stored:1TiB ,read:2GiB,epoch:40000": {Epoch: 40_000, Nodes: 6, Stored: 1 << 40, Read: 2 << 30, Profile: work.Profile{K: 2, N: 4}},
		"nodes:1,stored:0":                            {Epoch: 1, Nodes: 1},
	} {
		got, err := parsePlan(s)
		require.NoError(t, err, s)
		require.Equal(t, want, got, s)
	}
	for s, why := range map[string]string{
		"nodes":           `"nodes" is not WHAT:HOWMUCH`,
		"nodes:0":         `"0" is not a whole number from 1 on`,
		"nodes:2":         "owners",
		"stored:much":     `"much" is not a size`,
		"colour:red":      `unknown figure "colour"`,
		"nodes:12,,":      `"" is not WHAT:HOWMUCH`,
		"epoch:-1":        `"-1" is not a whole number`,
		"nodes:12;read:1": `"12;read:1" is not a whole number`,
	} {
		_, err := parsePlan(s)
		require.ErrorContains(t, err, why, s)
	}
}

func TestSimulateAnswer(t *testing.T) {
	n := sampleNetwork(t)
	for name, asked := range map[string]string{"simulate": plainPlan, "simulate_few": "nodes:4,stored:0,read:5GiB"} {
		plan, err := parsePlan(asked)
		require.NoError(t, err)
		f := chain.Foresee(n, plan)
		a := forecastAnswer(n, plan, f, 3600)
		requireAnswer(t, name, a, func(p *page) { showForecast(p, a, n, f) })
	}
}
