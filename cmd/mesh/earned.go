package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// earnedView is what one epoch was worth, amounts in base units.
type earnedView struct {
	Epoch     uint64         `json:"epoch"` // in which it was paid; the work is of an earlier one
	Time      string         `json:"time"`  // of the first payment, RFC 3339 in UTC
	Gross     string         `json:"gross"`
	Burnt     string         `json:"burnt"`
	Earned    string         `json:"earned"`
	Matched   string         `json:"matched"`
	Uptime    string         `json:"uptime"`
	Duties    string         `json:"duties"`
	Net       string         `json:"net"` // earned, matched, uptime and duties
	State     string         `json:"state"`
	Reason    string         `json:"reason"`
	Kinds     []kindView     `json:"kinds"`
	Presences []presenceView `json:"presences"`
}

// kindView is what clients paid for one kind of work.
type kindView struct {
	Kind   string `json:"kind"`
	Gross  string `json:"gross"`
	Burnt  string `json:"burnt"`
	Earned string `json:"earned"`
}

// presenceView is what being there in one epoch was worth.
type presenceView struct {
	Epoch   uint64 `json:"epoch"`
	Slots   uint32 `json:"slots"`
	SlotsOf uint32 `json:"slots_of"` // 0 where the epoch is no longer known
	Uptime  string `json:"uptime"`
	Duties  string `json:"duties"`
	Reason  string `json:"reason"`
}

// earnedDay is what the epochs of one day were worth.
type earnedDay struct {
	Day     string     `json:"day"` // in UTC
	Gross   string     `json:"gross"`
	Burnt   string     `json:"burnt"`
	Earned  string     `json:"earned"`
	Matched string     `json:"matched"` // of an open epoch, at most
	Uptime  string     `json:"uptime"`
	Duties  string     `json:"duties"`
	Net     string     `json:"net"`
	Kinds   []kindView `json:"kinds"`
}

func earnedViews(rows []chain.EarnedEpoch) []earnedView {
	list := []earnedView{}
	for _, r := range rows {
		v := earnedView{
			Epoch: r.Epoch, Time: time.Unix(r.Time, 0).UTC().Format(time.RFC3339), Gross: r.Gross.String(), Burnt: r.Burnt.String(),
			Earned: r.Earned.String(), Matched: r.Matched.String(), Uptime: r.Uptime.String(), Duties: r.Duties.String(), Net: chain.EarnedNet(r).String(),
			State: r.State, Reason: r.Reason, Kinds: kindViews(r.Kinds), Presences: []presenceView{},
		}
		for _, t := range r.Presences {
			v.Presences = append(v.Presences, presenceView{
				Epoch: t.Epoch, Slots: t.Slots, SlotsOf: t.SlotsOf, Uptime: t.Uptime.String(), Duties: t.Duties.String(), Reason: t.Reason,
			})
		}
		list = append(list, v)
	}
	return list
}

func kindViews(kinds []chain.EarnedKind) []kindView {
	list := []kindView{}
	for _, k := range kinds {
		list = append(list, kindView{Kind: k.Kind, Gross: k.Earned.Add(k.Burnt).String(), Burnt: k.Burnt.String(), Earned: k.Earned.String()})
	}
	return list
}

func earnedDays(rows []chain.EarnedEpoch) []earnedDay {
	list := []earnedDay{}
	for _, d := range chain.EarnedDays(rows) {
		list = append(list, earnedDay{
			Day: d.Day, Gross: d.Sum.Gross.String(), Burnt: d.Sum.Burnt.String(), Earned: d.Sum.Earned.String(), Matched: d.Sum.Matched.String(),
			Uptime: d.Sum.Uptime.String(), Duties: d.Sum.Duties.String(), Net: chain.EarnedNet(d.Sum).String(), Kinds: kindViews(d.Sum.Kinds),
		})
	}
	return list
}

func (d earnedDay) show(p *page, symbol string) {
	p.line("")
	p.row(d.Day, "net %s: earned %s, match %s, uptime %s, watching others %s", unitsText(d.Net, symbol), unitsText(d.Earned, symbol),
		unitsText(d.Matched, symbol), unitsText(d.Uptime, symbol), unitsText(d.Duties, symbol))
	for _, k := range d.Kinds {
		p.row("", "for %s clients paid %s, burnt of it %s", kindText(k.Kind), unitsText(k.Gross, symbol), unitsText(k.Burnt, symbol))
	}
}

func (v earnedView) show(p *page, symbol string) {
	p.line("")
	paid := "nothing by clients"
	if len(v.Kinds) > 0 {
		var kinds []string
		for _, k := range v.Kinds {
			kinds = append(kinds, fmt.Sprintf("%s for %s", unitsText(k.Gross, symbol), kindText(k.Kind)))
		}
		paid = "by clients " + strings.Join(kinds, ", ")
	}
	p.row(fmt.Sprintf("Epoch %d", v.Epoch), "%s", paid)
	if v.Gross != "0" {
		p.row("", "of that burnt %s, earned %s, match %s (%s): %s", unitsText(v.Burnt, symbol), unitsText(v.Earned, symbol),
			unitsText(v.Matched, symbol), v.State, v.Reason)
	}
	for _, t := range v.Presences {
		p.row("", "for epoch %d: uptime %s, watching others %s: %s", t.Epoch, unitsText(t.Uptime, symbol), unitsText(t.Duties, symbol), t.Reason)
	}
}

// kindText says in words what a kind of fee is for.
func kindText(kind string) string {
	switch kind {
	case "proof":
		return "storage it proved"
	case "repair":
		return "pieces it rebuilt"
	case "answer":
		return "answers to requests to open"
	case "voucher":
		return "vouchers of channels"
	case "task":
		return "results of posted tasks"
	case "jury":
		return "verdicts as a juror"
	}
	return kind
}
