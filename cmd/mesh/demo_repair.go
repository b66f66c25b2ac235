package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/mesh-protocol/mesh/offchain/devnet"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// killedIndex is an index whose holder was killed.
type killedIndex struct {
	Index   int            `json:"index"`
	Node    uint64         `json:"node"`
	Owner   string         `json:"owner"`
	Process devnet.Process `json:"process"`
}

// killHolders kills as many holders with SIGKILL as the file can lose.
func (d *demo) killHolders(ctx context.Context) error {
	height, err := d.head(ctx)
	if err != nil {
		return err
	}
	deal, s, err := d.askDeal(ctx, height)
	if err != nil {
		return err
	}
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	d.before = deal
	for number, i := range deal.Indices[:deal.Deal.Profile.N-deal.Deal.Profile.K] {
		k := killedIndex{Index: number, Node: i.Node}
		if k.Owner, err = d.ownerOf(ctx, height, i.Node); err != nil {
			return err
		}
		if k.Process, err = processOf(state, k.Owner); err != nil {
			return err
		}
		if err := syscall.Kill(k.Process.PID, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill node %d: %w", i.Node, err)
		}
		d.killed = append(d.killed, k)
	}
	d.tell("kill -9 of the holders of %d indices, the data pieces first", len(d.killed))
	return d.rests("retrieved_with_holders_down", len(d.killed), s)
}

// processOf returns the process of the node of an owner of the devnet.
func processOf(state devnet.State, owner string) (devnet.Process, error) {
	home := homeOf(state, owner)
	i := slices.IndexFunc(state.Processes, func(p devnet.Process) bool { return p.Home == home })
	if home == "" || i < 0 {
		return devnet.Process{}, fmt.Errorf("no process of the devnet belongs to %s", owner)
	}
	return state.Processes[i], nil
}

// countDown counts the killed holders that are still down, now that the file has been read.
func (d *demo) countDown() error {
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	running, command := state.Running(), []string{"kill", "-9"}
	for _, k := range d.killed {
		command = append(command, strconv.Itoa(k.Process.PID))
		if slices.ContainsFunc(running, func(p devnet.Process) bool { return p.Home == k.Process.Home }) {
			return fmt.Errorf("node %d runs again, it was killed", k.Node)
		}
	}
	d.report.RetrievedDown = len(d.killed)
	answer, err := json.Marshal(d.killed)
	if err != nil {
		return err
	}
	return d.keep(evidence{Figure: "retrieved_with_holders_down", Value: len(d.killed), Command: command, Answer: answer})
}

// repair waits until every index is held, and those that have another holder than before are proven by it.
func (d *demo) repair(ctx context.Context) error {
	began, told := time.Now(), 0
	return d.until(ctx, "the repair of every index", func(ctx context.Context, height int64) (bool, error) {
		deal, s, err := d.askDeal(ctx, height)
		if err != nil {
			return false, err
		}
		replaced, proven, err := d.askReplaced(ctx, height, deal)
		if err != nil {
			return false, err
		}
		if len(proven) > told {
			told = len(proven)
			d.tell("%d of %d indices rebuilt by other nodes and proven, %.0f s after the kill", told, max(len(replaced), len(d.killed)), time.Since(began).Seconds())
		}
		for number := range d.killed {
			if !slices.Contains(replaced, number) {
				return false, nil
			}
		}
		if len(proven) < len(replaced) || slices.ContainsFunc(deal.Indices, func(i demoIndex) bool { return i.Status != indexHeld }) {
			return false, nil
		}
		return true, d.countPieces(ctx, height, deal, replaced, append(proven, s))
	})
}

// askReplaced returns the indices that lie on another node than before, and what shows of some of them that this node has
// proven them: an accepted proof for an epoch in which it was owed for the index.
func (d *demo) askReplaced(ctx context.Context, height int64, deal demoDeal) (replaced []int, proven []seen, err error) {
	epoch, err := d.askEpoch(ctx, height)
	if err != nil {
		return nil, nil, err
	}
	for number, now := range deal.Indices {
		if now.Status != indexHeld || now.Node == d.before.Indices[number].Node {
			continue
		}
		replaced = append(replaced, number)
		var o struct {
			Owed struct {
				LastProven uint64 `json:"last_proven,string"`
			}
		}
		s, err := d.ask(ctx, height, d.ofNode("tasks", now.Node, fmt.Sprintf("/owed/%d", epoch.Number)), &o)
		if err != nil {
			return nil, nil, err
		}
		if o.Owed.LastProven >= now.From {
			proven = append(proven, s)
		}
	}
	return replaced, proven, nil
}

// piecesOf is what the list of a new holder says about an index.
type piecesOf struct {
	Index  int    `json:"index"`
	Node   uint64 `json:"node"`
	Root   []byte `json:"root"` // of the layout, as the chain has it
	Bytes  uint64 `json:"bytes"`
	Pieces int    `json:"pieces"`
}

// countPieces counts the pieces of the replaced indices. The chain knows a layout by its root and its bytes, but not the
// number of its segments, each of which has a piece on every index. That is in the list which the new holder keeps, and
// which has that root.
func (d *demo) countPieces(ctx context.Context, height int64, deal demoDeal, replaced []int, on []seen) error {
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	var lists []evidence
	for _, number := range replaced {
		now := deal.Indices[number]
		owner, err := d.ownerOf(ctx, height, now.Node)
		if err != nil {
			return err
		}
		list, path, err := node.ReadList(homeOf(state, owner), work.IndexRef{Deal: d.deal, Index: number}, now.layout())
		if err != nil {
			return err
		}
		answer, err := json.Marshal(piecesOf{number, now.Node, now.Acked.Root, now.Acked.Bytes, list.Len()})
		if err != nil {
			return err
		}
		d.report.PiecesRepaired += uint64(list.Len())
		lists = append(lists, evidence{Path: path, Answer: answer})
	}
	for _, line := range lists {
		line.Figure, line.Value = "pieces_repaired", d.report.PiecesRepaired
		if err := d.keep(line); err != nil {
			return err
		}
	}
	return d.rests("pieces_repaired", d.report.PiecesRepaired, on...)
}

// layout returns what the holder has acknowledged.
func (i demoIndex) layout() work.Layout {
	l := work.Layout{Version: i.Acked.Version, Bytes: i.Acked.Bytes}
	copy(l.Root[:], i.Acked.Root)
	return l
}
