package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// plainPlan is what mesh init --simulate reckons with where it is told nothing.
const plainPlan = "nodes:12,stored:100GiB,read:0,epoch:1"

// simulateAnswer is what mesh init --simulate prints: amounts in base units and for one epoch.
type simulateAnswer struct {
	header
	Name          string `json:"name"`
	Symbol        string `json:"symbol"`
	Epoch         uint64 `json:"epoch"`
	EpochSeconds  uint64 `json:"epoch_seconds"` // 0 where it is not known how long blocks take
	Nodes         uint64 `json:"nodes"`
	Stored        uint64 `json:"stored"` // bytes
	Read          uint64 `json:"read"`   // bytes
	Profile       string `json:"profile"`
	Emission      string `json:"emission"`
	Uptime        string `json:"uptime_bucket"`
	Tasks         string `json:"tasks_bucket"`
	Governance    string `json:"governance_bucket"`
	Storage       string `json:"storage"`
	Reading       string `json:"reading"`
	Burnt         string `json:"burnt"`
	Earned        string `json:"earned"`
	Matched       string `json:"matched"`
	Presence      string `json:"presence"`
	Duties        string `json:"duties"`
	Node          string `json:"node"`
	Grown         string `json:"grown"`
	BackOfOneself string `json:"back_of_100"`
	DirectLimit   string `json:"direct_limit"`
	HasJuries     bool   `json:"has_juries"`
}

// parsePlan reads "nodes:12,stored:100GiB,read:10GiB,epoch:1", of which each part may be left out.
func parsePlan(s string) (chain.Plan, error) {
	var p chain.Plan
	for _, list := range []string{plainPlan, s} {
		if strings.TrimSpace(list) == "" {
			continue
		}
		for _, part := range strings.Split(list, ",") {
			name, value, ok := strings.Cut(strings.TrimSpace(part), ":")
			if !ok {
				return p, fmt.Errorf("%q is not WHAT:HOWMUCH, such as nodes:12", part)
			}
			if err := setPlan(&p, strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
				return p, err
			}
		}
	}
	if p.Stored == 0 {
		return p, nil
	}
	profile, err := segment.Choose(int(min(p.Nodes, 1_000)))
	p.Profile = profile
	return p, err
}

func setPlan(p *chain.Plan, name, value string) (err error) {
	size := func(into *uint64) error {
		if value == "0" {
			*into = 0
			return nil
		}
		*into, err = parseSize(value)
		return err
	}
	switch name {
	case "nodes":
		p.Nodes, err = parseCount(value)
		return err
	case "epoch":
		p.Epoch, err = parseCount(value)
		return err
	case "stored":
		return size(&p.Stored)
	case "read":
		return size(&p.Read)
	}
	return fmt.Errorf("unknown figure %q, known are nodes, stored, read and epoch", name)
}

// simulate shows what the terms of a network would come to, and sends nothing.
func (c *cli) simulate(ctx context.Context, s settings, client *chain.Client, n chain.Network, asked string) error {
	plan, err := parsePlan(asked)
	if err != nil {
		return usage("read --simulate", err.Error(), "for example --simulate="+plainPlan)
	}
	_, pace, err := client.Pace(ctx)
	if err != nil {
		return err
	}
	f := chain.Foresee(n, plan)
	a := forecastAnswer(n, plan, f, epochSeconds(n, pace))
	return c.print(s, a, func(p *page) { showForecast(p, a, n, f) })
}

func forecastAnswer(n chain.Network, plan chain.Plan, f chain.Forecast, seconds uint64) simulateAnswer {
	return simulateAnswer{
		header: answerTo("init --simulate"), Name: n.Name, Symbol: n.Token.Symbol, Epoch: plan.Epoch, EpochSeconds: seconds,
		Nodes: plan.Nodes, Stored: plan.Stored, Read: plan.Read, Profile: profileText(plan), Emission: f.Emission.String(), Uptime: f.UptimeBucket.String(),
		Tasks: f.TasksBucket.String(), Governance: f.GovernanceBucket.String(), Storage: f.Storage.String(), Reading: f.Reading.String(),
		Burnt: f.Burnt.String(), Earned: f.Earned.String(), Matched: f.Matched.String(), Presence: f.Presence.String(), Duties: f.Duties.String(),
		Node: f.Node.String(), Grown: f.Grown.String(), BackOfOneself: f.BackOfOneself.String(), DirectLimit: f.DirectLimit.String(), HasJuries: f.HasJuries,
	}
}

// epochSeconds returns how long an epoch takes at a pace of blocks, 0 where that is not known.
func epochSeconds(n chain.Network, pace time.Duration) uint64 {
	return uint64(pace * time.Duration(n.Params.Epoch.EpochBlocks) / time.Second)
}

func profileText(p chain.Plan) string {
	if p.Stored == 0 {
		return ""
	}
	return strconv.Itoa(p.Profile.K) + "/" + strconv.Itoa(p.Profile.N)
}

func showForecast(p *page, a simulateAnswer, n chain.Network, f chain.Forecast) {
	in := func(amount chain.Amount) string { return tokens(amount, a.Symbol) }
	p.title("What the terms of network %s come to in epoch %d. Nothing is sent.", a.Name, a.Epoch)
	p.row("Reckoned with", "%s of one owner each, all with the least bond of %s and always there", counted(a.Nodes, "node"), in(n.Params.Bond.MinBond))
	if a.Stored > 0 {
		p.row("", "%s kept by clients, in pieces of which %s are enough (k/n)", sizeText(a.Stored), a.Profile)
	}
	if a.Read > 0 {
		p.row("", "%s read by clients in the epoch", sizeText(a.Read))
	}
	p.row("An epoch", "%s", epochText(n, a.EpochSeconds))
	p.row("May be minted", "%s: uptime %s, tasks %s, governance %s (nothing of that yet)", in(f.Emission), in(f.UptimeBucket), in(f.TasksBucket), in(f.GovernanceBucket))
	p.row("Clients pay", "%s for storage, %s for reading", in(f.Storage), in(f.Reading))
	p.row("Of that", "%s are burnt, %s are earned by nodes", in(f.Burnt), in(f.Earned))
	bound := "the bucket"
	if f.IsCapped {
		bound = formatPercent(n.Params.Pay.MatchCapBps) + " of what is burnt"
	}
	p.row("Match", "%s are minted for it: %s", in(f.Matched), bound)
	bound = "the bucket"
	if f.IsYield {
		bound = "the yield on all bonds; larger bonds make it more"
	}
	p.row("Being there", "%s are minted for all nodes, %s of it for watching others: %s", in(f.Presence), in(f.Duties), bound)
	p.row("A node", "has %s of all that%s", in(f.Node), returnsText(n, f))
	p.row("The supply", "%s", grownText(f, a.Symbol))
	p.row("Paying oneself", "of %s that somebody pays to his own node at most %s come back", in(chain.OneHundred()), in(f.BackOfOneself))
	juries := "there can be juries for them"
	if !f.HasJuries {
		juries = fmt.Sprintf("with so few owners there is no jury, and a fee is at most %s", in(f.DirectLimit))
	}
	p.row("Posted tasks", "%s", juries)
	p.line("")
	p.line("Each figure is of docs/protocol/economy.md. Try others: --simulate=%s", plainPlan)
}

func epochText(n chain.Network, seconds uint64) string {
	blocks := counted(n.Params.Epoch.EpochBlocks, "block")
	if seconds == 0 {
		return blocks
	}
	return fmt.Sprintf("%s, which takes %s at the pace of this chain", blocks, about(time.Duration(seconds)*time.Second))
}

// returnsText says after how many epochs a node has earned its bond once.
func returnsText(n chain.Network, f chain.Forecast) string {
	if !f.Node.IsPositive() {
		return ""
	}
	return fmt.Sprintf(", and as much as its bond after %s", counted(n.Params.Bond.MinBond.Quo(f.Node).Uint64()+1, "epoch"))
}

func grownText(f chain.Forecast, symbol string) string {
	if f.Grown.IsNegative() {
		return "shrinks by " + tokens(f.Grown.Neg(), symbol) + ": more is burnt than minted"
	}
	return "grows by " + tokens(f.Grown, symbol)
}
