package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// madeBytes is the size of the file that a demo makes by itself.
const madeBytes = 64 << 20

// put stores the file.
func (d *demo) put(ctx context.Context) error {
	if d.file == "" {
		d.file = filepath.Join(d.out, "made")
		if err := makeFile(d.file, madeBytes); err != nil {
			return err
		}
	}
	var err error
	if d.report.FileSHA256, d.report.FileBytes, err = hashFile(d.file); err != nil {
		return err
	}
	began := time.Now()
	var a putAnswer
	if err := d.meshInto(ctx, &a, "put", "--home", d.client(), "--network-id", d.network.Id, "--", d.file); err != nil {
		return err
	}
	d.report.Seconds.Put = time.Since(began).Seconds()
	d.deal, d.uri = a.Deal, a.Objects[0].URI
	deal, err := d.chain.Deal(ctx, d.deal)
	if err != nil {
		return err
	}
	d.report.Profile = fmt.Sprintf("%d/%d", deal.Profile.K, deal.Profile.N)
	d.tell("%s stored in %.1f s: any %d of %d holders are enough (%s)", sizeText(d.report.FileBytes), d.report.Seconds.Put, deal.Profile.K, deal.Profile.N, a.Objects[0].URI)
	return d.asked("profile", "mesh.tasks.v1.Query/Deal", deal.Height, deal)
}

// firstReward waits until somebody can withdraw fees for a proof that the chain has accepted.
func (d *demo) firstReward(ctx context.Context) error {
	return d.until(ctx, "the first reward", func(ctx context.Context, height int64) (bool, error) {
		for n := uint64(1); n <= uint64(d.nodes); n++ {
			e, err := d.chain.Earnings(ctx, d.network.Id, n)
			if err != nil {
				return false, err
			}
			if e.Fees.IsPositive() {
				d.report.Seconds.FirstReward = time.Since(d.joined).Seconds()
				d.tell("node %d has proven what it holds and earned %s, %.1f s after the nodes started", n, tokens(e.Fees, d.network.Token.Symbol), d.report.Seconds.FirstReward)
				return true, d.asked("first_reward", "mesh.rewards.v1.Query/Earnings", height, e)
			}
		}
		return false, nil
	})
}

// killHolders kills as many holders with SIGKILL as the file can lose.
func (d *demo) killHolders(ctx context.Context) error {
	deal, err := d.chain.Deal(ctx, d.deal)
	if err != nil {
		return err
	}
	state, err := devnet.Read(d.home())
	if err != nil {
		return err
	}
	for number, i := range deal.Indices {
		if number == deal.Profile.N-deal.Profile.K {
			break
		}
		m, err := d.chain.Member(ctx, d.network.Id, i.Node)
		if err != nil {
			return err
		}
		pid, err := processOf(state, m.Owner)
		if err != nil {
			return err
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill node %d: %w", i.Node, err)
		}
		d.killed = append(d.killed, i)
	}
	d.report.RetrievedDown = len(d.killed)
	d.tell("kill -9 of the holders of %d indices, the data pieces first", len(d.killed))
	return d.asked("retrieved_with_holders_down", "mesh.tasks.v1.Query/Deal", deal.Height, deal)
}

// processOf returns the process of the node of an owner of the devnet.
func processOf(state devnet.State, owner string) (int, error) {
	for _, k := range state.Keys {
		for _, p := range state.Processes {
			if k.Address == owner && p.Home == k.Home {
				return p.PID, nil
			}
		}
	}
	return 0, fmt.Errorf("no process of the devnet belongs to %s", owner)
}

// get reads the file back from those that are left.
func (d *demo) get(ctx context.Context) error {
	path := filepath.Join(d.out, "retrieved")
	began := time.Now()
	if _, err := d.mesh(ctx, "get", d.uri, "--home", d.client(), "--out", path); err != nil {
		return err
	}
	d.report.Seconds.Get = time.Since(began).Seconds()
	sum, size, err := hashFile(path)
	if err != nil {
		return err
	}
	if sum != d.report.FileSHA256 {
		return fmt.Errorf("the retrieved file of %d bytes has SHA-256 %s, the stored one %s", size, sum, d.report.FileSHA256)
	}
	d.report.RetrievedSHA256 = sum
	d.tell("read back in %.1f s without them, and equal: SHA-256 %s", d.report.Seconds.Get, sum)
	return nil
}

// repair waits until every index is held again by a node that runs and has proven it.
func (d *demo) repair(ctx context.Context) error {
	began := time.Now()
	told := 0
	err := d.until(ctx, "the repair of every index", func(ctx context.Context, height int64) (bool, error) {
		deal, err := d.chain.Deal(ctx, d.deal)
		if err != nil {
			return false, err
		}
		repaired := 0
		for _, i := range deal.Indices {
			if i.Status != work.IndexHeld {
				return false, nil
			}
		}
		for number, was := range d.killed {
			ok, err := d.repaired(ctx, deal.Indices[number], was)
			if err != nil {
				return false, err
			}
			if ok {
				repaired++
			}
		}
		if repaired > told {
			told = repaired
			d.tell("%d of %d indices rebuilt by other nodes and proven, %.0f s after the kill", repaired, len(d.killed), time.Since(began).Seconds())
		}
		if repaired < len(d.killed) {
			return false, nil
		}
		return true, d.asked("pieces_repaired", "mesh.tasks.v1.Query/Deal", height, deal)
	})
	if err != nil {
		return err
	}
	// The manifest is a segment of its own.
	d.report.PiecesRepaired = uint64(len(d.killed)) * (segment.Count(d.report.FileBytes) + 1)
	return nil
}

// repaired tells whether an index lies on another node than before, which has proven it.
func (d *demo) repaired(ctx context.Context, now, was work.Index) (bool, error) {
	if now.Status != work.IndexHeld || now.Node == was.Node {
		return false, nil
	}
	e, _, err := d.chain.Epoch(ctx, d.network.Id, 0)
	if err != nil {
		return false, err
	}
	proven, err := d.chain.LastProven(ctx, d.network.Id, now.Node, e.Number)
	if errors.Is(err, chain.ErrNotFound) {
		return false, nil
	}
	return proven >= now.FromEpoch, err
}

// makeFile makes a file of random bytes.
func makeFile(path string, size int64) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.CopyN(f, rand.Reader, size)
	return err
}

// hashFile returns the SHA-256 of a file in hex, and its length.
func hashFile(path string) (sum string, size uint64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), uint64(n), err
}
