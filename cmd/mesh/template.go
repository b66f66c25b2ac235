package main

import (
	"fmt"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// template is a kind of work with the token that suits it. Figures that are zero are left to the chain's
// defaults, and every flag goes before them.
type template struct {
	name, does   string
	distribution chain.Distribution
	burnBps      uint32
}

// templates is the one table of presets. Storage is what the chain's defaults were made for. Where work
// comes in tasks that a client pays for one by one, more of the emission follows payments and less the
// mere presence; a CDN lives from edges that are there, so there it is the other way round.
var templates = []template{
	{name: "storage", does: "keep files, sharded and proven"},
	{name: "compute", does: "run code close to where it is needed", distribution: chain.Distribution{UptimeBps: 2_000, TasksBps: 6_000, GovernanceBps: 2_000}},
	{name: "ml", does: "train models on data that stays where it is", distribution: chain.Distribution{UptimeBps: 1_000, TasksBps: 7_000, GovernanceBps: 2_000}},
	{name: "cdn", does: "deliver content from nearby", distribution: chain.Distribution{UptimeBps: 5_000, TasksBps: 3_500, GovernanceBps: 1_500}, burnBps: 1_000},
	{name: "custom", does: "whatever the logic file does"},
}

// templateOf returns the template of a name; an empty name stands for custom where there is logic, else for
// storage.
func templateOf(name string, logic bool) (template, error) {
	if name == "" {
		name = "storage"
		if logic {
			name = "custom"
		}
	}
	for _, t := range templates {
		if t.name == name {
			return t, nil
		}
	}
	return template{}, fmt.Errorf("unknown template %q, known are %s", name, strings.Join(chain.Templates(), ", "))
}

// apply fills in what the founder left open.
func (t template) apply(n *chain.NewNetwork) {
	n.Template = t.name
	if n.Distribution.IsZero() {
		n.Distribution = t.distribution
	}
	if n.BurnBps == 0 {
		n.BurnBps = t.burnBps
	}
}
