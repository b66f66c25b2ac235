package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

// beginChain starts the devnet.
func (d *demo) beginChain(ctx context.Context) error {
	up, err := d.up(ctx)
	if err != nil {
		return err
	}
	d.report.Seconds.FirstBlock = up.FirstBlock
	d.tell("a chain makes blocks %.1f s after its daemon was started", d.report.Seconds.FirstBlock)
	return nil
}

// up starts the devnet, or continues it.
func (d *demo) up(ctx context.Context) (up upAnswer, err error) {
	if err := d.meshInto(ctx, &up, "devnet", "up", "--detach", "--home", d.home()); err != nil {
		return up, err
	}
	if d.chain != nil {
		if err := d.chain.Close(); err != nil {
			return up, err
		}
	}
	d.chain, err = chain.New(chain.DefaultConfig([]string{up.GRPC}, up.ChainID), chain.Deps{})
	return up, err
}

// killChain kills the chain daemon with SIGKILL and starts it again.
func (d *demo) killChain(ctx context.Context) error {
	before, err := d.chain.Latest(ctx)
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
	d.tell("kill -9 of the chain daemon at height %d", before.Height)
	if _, err := d.mesh(ctx, "devnet", "down", "--home", d.home()); err != nil {
		return err
	}
	if _, err := d.up(ctx); err != nil {
		return err
	}
	after, err := d.chain.Latest(ctx)
	if err != nil {
		return err
	}
	if after.Height < before.Height {
		return fmt.Errorf("the chain is at height %d after the restart and was at %d", after.Height, before.Height)
	}
	d.tell("the chain goes on at height %d", after.Height)
	return nil
}

// found creates the network of the white paper's first example, with a node to enter it by.
func (d *demo) found(ctx context.Context) error {
	began := time.Now()
	var a initAnswer
	err := d.meshInto(ctx, &a, "init", "--home", d.founder(), "--yes", "--name", "StorageNet", "--token-name", "STORE",
		"--token-symbol", "STR", "--token-distribution", "uptime:40,tasks:40,governance:20", "--template", "storage")
	if err != nil {
		return err
	}
	d.report.NetworkID, d.report.Denom = a.NetworkID, a.Denom
	d.tell("network %s is on chain at height %d, its token is %s", a.NetworkID, a.Height, a.Denom)
	if _, err := d.mesh(ctx, "devnet", "nodes", "0", "--home", d.home()); err != nil {
		return err
	}
	err = d.until(ctx, "a bootstrap record on chain", func(ctx context.Context, height int64) (bool, error) {
		list, err := d.chain.Bootstraps(ctx, a.NetworkID)
		if err != nil || len(list) == 0 {
			return false, err
		}
		return true, d.asked("network_live", "mesh.network.v1.Query/Bootstraps", height, list)
	})
	if err != nil {
		return err
	}
	d.report.Seconds.NetworkLive = time.Since(began).Seconds()
	d.tell("others can enter it %.1f s after its founder typed mesh init", d.report.Seconds.NetworkLive)
	d.network, _, err = d.chain.Network(ctx, a.NetworkID)
	return err
}

// join starts the nodes and waits until all of them count in draws.
func (d *demo) join(ctx context.Context) error {
	d.joined = time.Now()
	if _, err := d.mesh(ctx, "devnet", "nodes", fmt.Sprint(d.nodes), "--home", d.home()); err != nil {
		return err
	}
	err := d.until(ctx, "every node counting in draws", func(ctx context.Context, height int64) (bool, error) {
		set, err := d.chain.ActiveSet(ctx, d.network.Id)
		if err != nil || int(set.Owners) < d.nodes {
			return false, err
		}
		e, _, err := d.chain.Epoch(ctx, d.network.Id, 0)
		if err != nil || int(e.Nodes) < d.nodes {
			return false, err
		}
		d.report.Nodes = int(set.Nodes)
		return true, d.asked("nodes", "mesh.network.v1.Query/ActiveSet", height, set)
	})
	if err != nil {
		return err
	}
	d.tell("%d nodes of as many owners have joined after %.1f s", d.report.Nodes, time.Since(d.joined).Seconds())
	return nil
}
