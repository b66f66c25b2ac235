package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/dirlock"
)

// nodeStatus is a node that one of the home's keys operates.
type nodeStatus struct {
	NetworkID string `json:"network_id"`
	Node      uint64 `json:"node"`
	Operator  string `json:"operator"` // name of the key
	State     string `json:"state"`    // joined, suspended or left
	Counts    bool   `json:"counts"`   // in draws
	PID       int    `json:"pid"`      // of the process that uses the home, 0 for none
	Indices   int    `json:"indices"`  // it was drawn for, holds or rebuilds
	Proven    uint64 `json:"proven"`   // epochs
	Missed    uint64 `json:"missed"`
	Lost      uint64 `json:"lost"` // indices
	Next      string `json:"next"` // duty, in words; empty for none
}

// nodesOfKeys returns the nodes of the home's keys in the networks it knows.
func nodesOfKeys(ctx context.Context, home string, client *chain.Client, a statusAnswer) ([]nodeStatus, error) {
	list := []nodeStatus{}
	pid, err := dirlock.Holder(home)
	if err != nil {
		return nil, err
	}
	for _, n := range a.Networks {
		for _, k := range a.Keys {
			if !n.OnChain {
				continue
			}
			m, err := client.MemberByOperator(ctx, n.NetworkID, k.Address)
			if errors.Is(err, chain.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			s := nodeStatus{
				NetworkID: n.NetworkID, Node: m.Number, Operator: k.Name, State: m.Status.String(), Counts: !m.Weight.IsZero(),
				PID: pid, Proven: m.Proven, Missed: m.Missed, Lost: m.Lost,
			}
			if err := s.addDuties(ctx, client, a.Height); err != nil {
				return nil, err
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// addDuties adds what the node holds and has to do next.
func (s *nodeStatus) addDuties(ctx context.Context, client *chain.Client, height int64) error {
	held, err := client.Held(ctx, s.NetworkID, s.Node)
	if err != nil {
		return err
	}
	s.Indices = len(held)
	duties, err := client.Duties(ctx, s.NetworkID, s.Node)
	if err != nil || len(duties) == 0 {
		return err
	}
	next := duties[0]
	switch {
	case next.From > height:
		s.Next = fmt.Sprintf("%s, from height %d", next.Kind, next.From)
	case next.Until > 0:
		s.Next = fmt.Sprintf("%s, before height %d", next.Kind, next.Until)
	default:
		s.Next = string(next.Kind)
	}
	return nil
}

func showNodeStatus(p *page, list []nodeStatus) {
	if len(list) == 0 {
		return
	}
	p.line("")
	p.title("Nodes of this home")
	for _, n := range list {
		runs := "no process runs it: mesh join --network-id " + n.NetworkID
		if n.PID > 0 {
			runs = fmt.Sprintf("process %d", n.PID)
		}
		p.row(fmt.Sprintf("Node %d", n.Node), "of %s, %s, %s", n.NetworkID, n.State, runs)
		if !n.Counts {
			p.row("", "is drawn for nothing: its bond is too small, or it does not take part")
		}
		p.row("", "%s; %s proven, %d missed; %d lost", fmt.Sprintf("indices: %d", n.Indices), counted(n.Proven, "epoch"), n.Missed, n.Lost)
		if n.Next != "" {
			p.row("Next duty", "%s", n.Next)
		}
	}
}
