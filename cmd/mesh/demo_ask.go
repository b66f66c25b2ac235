package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	// heightHeader asks the REST port for the state after the block of that height.
	heightHeader = "x-cosmos-block-height"
	// maxAnswer bounds what is read of an answer: a page of a hundred proofs has some 3 MB.
	maxAnswer = 64 << 20
	// answerTime bounds the wait for it.
	answerTime = 30 * time.Second
)

// seen is an answer of the chain, and what asks for it again.
type seen struct {
	query  string
	height int64
	answer json.RawMessage
}

// ask asks the chain by its REST port about the state after the block of a height, 0 for the latest, and reads what it
// answers into a value. The demo asks in the way anybody can repeat, and keeps the answer as it came.
func (d *demo) ask(ctx context.Context, height int64, query string, into any) (seen, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.rest+query, nil)
	if err != nil {
		return seen{}, fmt.Errorf("ask for %s: %w", query, err)
	}
	if height != 0 {
		req.Header.Set(heightHeader, strconv.FormatInt(height, 10))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return seen{}, fmt.Errorf("ask for %s: %w", query, err)
	}
	defer res.Body.Close()
	bz, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, bz)
	}
	if err == nil {
		err = json.Unmarshal(bz, into)
	}
	if err != nil {
		return seen{}, fmt.Errorf("ask for %s at height %d: %w", query, height, err)
	}
	return seen{query, height, bz}, nil
}

// head asks for the height of the latest state.
func (d *demo) head(ctx context.Context) (int64, error) {
	var s struct {
		Height int64 `json:"height,string"`
	}
	_, err := d.ask(ctx, 0, "/cosmos/base/node/v1beta1/status", &s)
	return s.Height, err
}

// ofNetwork is where the REST port answers about the demo's network in one of our modules.
func (d *demo) ofNetwork(module, rest string) string {
	return "/mesh/" + module + "/v1/networks/" + d.report.NetworkID + rest
}

// ofNode is the same about a node of it.
func (d *demo) ofNode(module string, node uint64, rest string) string {
	return d.ofNetwork(module, fmt.Sprintf("/nodes/%d%s", node, rest))
}

// demoDeal is what the demo reads of an answer about a deal.
type demoDeal struct {
	Deal struct {
		Profile struct{ K, N int }
	}
	Indices []demoIndex
}

// demoIndex is an index of it.
type demoIndex struct {
	Status string
	Node   uint64 `json:",string"`
	From   uint64 `json:"from_epoch,string"`
	Acked  struct {
		Version uint64 `json:",string"`
		Root    []byte
		Bytes   uint64 `json:",string"`
	}
}

// indexHeld is the status of an index that lies on a node.
const indexHeld = "INDEX_STATUS_HELD"

// askDeal asks about the deal of the stored file.
func (d *demo) askDeal(ctx context.Context, height int64) (deal demoDeal, s seen, err error) {
	s, err = d.ask(ctx, height, fmt.Sprintf("/mesh/tasks/v1/deals/%d", d.deal), &deal)
	return deal, s, err
}

// ownerOf asks who owns a node.
func (d *demo) ownerOf(ctx context.Context, height int64, node uint64) (string, error) {
	var n struct{ Node struct{ Owner string } }
	_, err := d.ask(ctx, height, d.ofNode("network", node, ""), &n)
	return n.Node.Owner, err
}
