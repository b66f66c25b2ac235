package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// beginChain starts the devnet.
func (d *demo) beginChain(ctx context.Context) error {
	up, err := d.up(ctx)
	if err != nil {
		return err
	}
	d.report.Seconds.FirstBlock = up.FirstBlock
	d.tell("a chain makes blocks %.1f s after its daemon was started", up.FirstBlock)
	return d.keep(evidence{Figure: "seconds.first_block", Value: up.FirstBlock, Command: d.upCommand()})
}

func (d *demo) upCommand() []string { return []string{"devnet", "up", "--detach", "--home", d.home()} }

// up starts the devnet, or continues it.
func (d *demo) up(ctx context.Context) (up upAnswer, err error) {
	err = d.meshInto(ctx, &up, d.upCommand()...)
	d.rest = up.REST
	return up, err
}

// killChain kills the chain daemon with SIGKILL and starts it again.
func (d *demo) killChain(ctx context.Context) error {
	before, err := d.head(ctx)
	if err != nil {
		return err
	}
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	if len(state.Processes) == 0 {
		return errors.New("the devnet records no process")
	}
	if err := syscall.Kill(state.Processes[0].PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill the chain daemon: %w", err)
	}
	d.tell("kill -9 of the chain daemon at height %d", before)
	if _, err := d.mesh(ctx, "devnet", "down", "--home", d.home()); err != nil {
		return err
	}
	if _, err := d.up(ctx); err != nil {
		return err
	}
	after, err := d.head(ctx)
	if err != nil {
		return err
	}
	if after < before {
		return fmt.Errorf("the chain is at height %d after the restart and was at %d", after, before)
	}
	d.tell("the chain goes on at height %d", after)
	return nil
}

// found creates the network of the white paper's first example, with a node to enter it by.
func (d *demo) found(ctx context.Context) error {
	began := time.Now()
	command := []string{"init", "--home", d.founder(), "--yes", "--name", "StorageNet", "--token-name", "STORE",
		"--token-symbol", "STR", "--token-distribution", "uptime:40,tasks:40,governance:20", "--template", "storage"}
	var a initAnswer
	if err := d.meshInto(ctx, &a, command...); err != nil {
		return err
	}
	d.report.NetworkID = a.NetworkID
	if err := d.askNetwork(ctx, a.Height); err != nil {
		return err
	}
	d.tell("network %s is on chain at height %d, its token is %s", a.NetworkID, a.Height, d.report.Denom)
	if _, err := d.mesh(ctx, "devnet", "nodes", "0", "--home", d.home()); err != nil {
		return err
	}
	err := d.until(ctx, "a bootstrap record on chain", func(ctx context.Context, height int64) (bool, error) {
		var list struct{ Records []json.RawMessage }
		s, err := d.ask(ctx, height, d.ofNetwork("network", "/bootstraps"), &list)
		if err != nil || len(list.Records) == 0 {
			return false, err
		}
		if d.report.Seconds.NetworkLive, err = d.timed("network_live", began, command); err != nil {
			return false, err
		}
		return true, d.rests("seconds.network_live", d.report.Seconds.NetworkLive, s)
	})
	if err != nil {
		return err
	}
	d.tell("others can enter it %.1f s after its founder typed mesh init", d.report.Seconds.NetworkLive)
	return nil
}

// askNetwork asks what the chain has of the network.
func (d *demo) askNetwork(ctx context.Context, height int64) error {
	var n struct {
		Network struct {
			ID    string
			Token struct{ Denom, Symbol string }
		}
	}
	s, err := d.ask(ctx, height, d.ofNetwork("network", ""), &n)
	if err != nil {
		return err
	}
	d.report.NetworkID, d.report.Denom, d.symbol = n.Network.ID, n.Network.Token.Denom, n.Network.Token.Symbol
	return errors.Join(d.rests("network_id", d.report.NetworkID, s), d.rests("denom", d.report.Denom, s))
}

// join starts the nodes and waits until all of them count in draws.
func (d *demo) join(ctx context.Context) error {
	d.joined = time.Now()
	if _, err := d.mesh(ctx, d.joinCommand()...); err != nil {
		return err
	}
	err := d.until(ctx, "every node counting in draws", func(ctx context.Context, height int64) (bool, error) {
		var set struct {
			Nodes  int `json:",string"`
			Owners int `json:",string"`
		}
		s, err := d.ask(ctx, height, d.ofNetwork("network", "/active_set"), &set)
		if err != nil || set.Owners < d.nodes {
			return false, err
		}
		e, err := d.askEpoch(ctx, height)
		if err != nil || e.Nodes < d.nodes {
			return false, err
		}
		d.report.Nodes = set.Nodes
		return true, d.rests("nodes", set.Nodes, s)
	})
	if err != nil {
		return err
	}
	d.tell("%d nodes of as many owners have joined after %.1f s", d.report.Nodes, time.Since(d.joined).Seconds())
	return nil
}

func (d *demo) joinCommand() []string {
	return []string{"devnet", "nodes", strconv.Itoa(d.nodes), "--home", d.home()}
}

// demoEpoch is what the demo reads of an answer about an epoch.
type demoEpoch struct {
	Number uint64 `json:",string"`
	Nodes  int    `json:",string"`
}

// askEpoch asks about the epoch that a height is in.
func (d *demo) askEpoch(ctx context.Context, height int64) (demoEpoch, error) {
	var e struct{ Epoch demoEpoch }
	_, err := d.ask(ctx, height, d.ofNetwork("network", "/epochs/0"), &e)
	return e.Epoch, err
}
