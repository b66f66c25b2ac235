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
	"time"
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
	sum, size, err := hashFile(d.file)
	if err != nil {
		return err
	}
	d.report.FileSHA256, d.report.FileBytes = sum, size
	err = errors.Join(
		d.keep(evidence{Figure: "file_sha256", Value: sum, Path: d.file}),
		d.keep(evidence{Figure: "file_bytes", Value: size, Path: d.file}),
	)
	if err != nil {
		return err
	}
	began, command := time.Now(), []string{"put", "--home", d.client(), "--network-id", d.report.NetworkID, "--", d.file}
	var a putAnswer
	if err := d.meshInto(ctx, &a, command...); err != nil {
		return err
	}
	if d.report.Seconds.Put, err = d.timed("put", began, command); err != nil {
		return err
	}
	d.deal, d.uri = a.Deal, a.Objects[0].URI
	height, err := d.head(ctx)
	if err != nil {
		return err
	}
	deal, s, err := d.askDeal(ctx, height)
	if err != nil {
		return err
	}
	profile := deal.Deal.Profile
	d.report.Profile = fmt.Sprintf("%d/%d", profile.K, profile.N)
	d.tell("%s stored in %.1f s: any %d of %d holders are enough (%s)", sizeText(size), d.report.Seconds.Put, profile.K, profile.N, d.uri)
	return d.rests("profile", d.report.Profile, s)
}

// firstReward waits until somebody can withdraw fees for a proof that the chain has accepted.
func (d *demo) firstReward(ctx context.Context) error {
	return d.until(ctx, "the first reward", func(ctx context.Context, height int64) (bool, error) {
		for n := uint64(1); n <= uint64(d.nodes); n++ {
			fees, s, err := d.askFees(ctx, height, n)
			if err != nil {
				return false, err
			}
			if !fees.IsPositive() {
				continue
			}
			if d.report.Seconds.FirstReward, err = d.timed("first_reward", d.joined, d.joinCommand()); err != nil {
				return false, err
			}
			d.tell("node %d has proven what it holds and earned %s, %.1f s after the nodes started", n, tokens(fees, d.symbol), d.report.Seconds.FirstReward)
			return true, d.rests("seconds.first_reward", d.report.Seconds.FirstReward, s)
		}
		return false, nil
	})
}

// get reads the file back from those that are left.
func (d *demo) get(ctx context.Context) error {
	path := filepath.Join(d.out, "retrieved")
	began, command := time.Now(), []string{"get", d.uri, "--home", d.client(), "--out", path}
	if _, err := d.mesh(ctx, command...); err != nil {
		return err
	}
	var err error
	if d.report.Seconds.Get, err = d.timed("get", began, command); err != nil {
		return err
	}
	if err := d.countDown(); err != nil {
		return err
	}
	sum, size, err := hashFile(path)
	if err != nil {
		return err
	}
	if sum != d.report.FileSHA256 {
		return fmt.Errorf("the retrieved file of %d bytes has SHA-256 %s, the stored one %s", size, sum, d.report.FileSHA256)
	}
	d.report.RetrievedSHA256 = sum
	d.tell("read back in %.1f s without them, and equal: SHA-256 %s", d.report.Seconds.Get, sum)
	return d.keep(evidence{Figure: "retrieved_sha256", Value: sum, Path: path})
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
