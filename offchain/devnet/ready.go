package devnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	// askTimeout bounds one question to a process that is starting.
	askTimeout = 2 * time.Second
	// serversTimeout is how long a node that commits blocks may take to serve gRPC and REST. Both start
	// before the first block.
	serversTimeout = 5 * time.Second
	// maxAnswer bounds the answer of a node, bytes.
	maxAnswer = 1 << 20
)

// awaitChain returns when the validator commits blocks, that is, its height grew while it was watched, and
// its gRPC and REST servers answer.
func (d *Devnet) awaitChain(ctx context.Context, c *child, v *validator) error {
	first := int64(-1)
	var live time.Time // when it was first seen to commit
	return d.await(ctx, c, func(ctx context.Context) error {
		height, err := askHeight(ctx, "http://"+address(v.rpc))
		switch {
		case err != nil:
			return err
		case first < 0:
			first = height
		}
		if height > 0 && d.firstBlock == 0 {
			d.firstBlock = time.Since(d.spawned)
		}
		if height == first {
			return fmt.Errorf("it stays at height %d", height)
		}
		if live.IsZero() {
			live = time.Now()
		}
		err = checkOwnREST(ctx, "http://"+address(v.rest), "tcp://"+address(v.rpc))
		if err != nil && time.Since(live) > serversTimeout {
			return fmt.Errorf("%w: %w", errPortTaken, err)
		}
		return err
	})
}

// awaitFaucet returns when the faucet answers, and not somebody else who took its port: the faucet says
// itself that it found it taken, and ends.
func (d *Devnet) awaitFaucet(ctx context.Context, c *child, port int) error {
	return d.await(ctx, c, func(ctx context.Context) error {
		bz, err := get(ctx, "http://"+address(port)+FaucetPath)
		if err != nil {
			return err
		}
		var info faucetInfo
		if err := json.Unmarshal(bz, &info); err != nil {
			return fmt.Errorf("read the faucet's answer: %w", err)
		}
		if info.PID != c.PID {
			return fmt.Errorf("port %d is not the faucet's", port)
		}
		return nil
	})
}

// await asks until met returns nil for the child. It returns a *DiedError when any process ends before,
// since validators need each other, an error that wraps errPortTaken when met does, a *NotReadyError when
// the context's deadline passes, otherwise the context's error.
func (d *Devnet) await(ctx context.Context, c *child, met func(context.Context) error) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	var why error
	for {
		ask, cancel := context.WithTimeout(ctx, askTimeout)
		err := met(ask)
		cancel()
		if err == nil || errors.Is(err, errPortTaken) {
			return err
		}
		// A question the deadline cut off says less than the answer before it.
		if why == nil || ctx.Err() == nil {
			why = err
		}
		select {
		case dead := <-d.died:
			if slices.Contains(d.children, dead) { // not one that Stop has ended
				return dead.died()
			}
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return ctx.Err()
			}
			return &NotReadyError{Name: c.Name, Why: why.Error(), Log: tail(c.file, c.from), File: c.file}
		case <-ticker.C:
		}
	}
}

// checkOwnREST returns nil when the REST server is that of the node with that RPC address, and an error
// that wraps errPortTaken when it is another's. meshd does not end when it finds the port of its gRPC or
// REST server taken: it runs on without either. REST asks gRPC, so its answer stands for both.
func checkOwnREST(ctx context.Context, rest, rpc string) error {
	bz, err := get(ctx, rest+"/cosmos/base/tendermint/v1beta1/node_info")
	if err != nil {
		return err
	}
	got, err := decodeRPCAddress(bz)
	if err != nil {
		return err
	}
	if got != rpc {
		return fmt.Errorf("%w: %s is served by the node with RPC at %s", errPortTaken, rest, got)
	}
	return nil
}

// decodeRPCAddress reads where a node's RPC listens out of the REST answer node_info.
func decodeRPCAddress(bz []byte) (string, error) {
	var answer struct {
		Node struct {
			Other struct {
				RPC string `json:"rpc_address"`
			} `json:"other"`
		} `json:"default_node_info"`
	}
	if err := json.Unmarshal(bz, &answer); err != nil {
		return "", fmt.Errorf("read the node's REST answer: %w", err)
	}
	if answer.Node.Other.RPC == "" {
		return "", errors.New("read the node's REST answer: it names no RPC address")
	}
	return answer.Node.Other.RPC, nil
}

// askHeight returns the height of the last block of the node with that RPC address.
func askHeight(ctx context.Context, rpc string) (int64, error) {
	bz, err := get(ctx, rpc+"/status")
	if err != nil {
		return 0, err
	}
	return decodeHeight(bz)
}

// get returns what an HTTP server of a node answers, at most 1 MiB of it.
func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the node: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the node: %w", err)
	}
	defer res.Body.Close()
	bz, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("ask the node: %w", err)
	}
	return bz, nil
}

// decodeHeight reads the height out of the answer of CometBFT's RPC method status.
func decodeHeight(bz []byte) (int64, error) {
	var answer struct {
		Result struct {
			Sync struct {
				Height string `json:"latest_block_height"`
			} `json:"sync_info"`
		} `json:"result"`
	}
	if err := json.Unmarshal(bz, &answer); err != nil {
		return 0, fmt.Errorf("read the node's status: %w", err)
	}
	height, err := strconv.ParseInt(answer.Result.Sync.Height, 10, 64)
	if err != nil || height < 0 {
		return 0, fmt.Errorf("read the node's status: %q is no height", answer.Result.Sync.Height)
	}
	return height, nil
}
