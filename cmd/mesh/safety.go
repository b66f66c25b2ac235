package main

import (
	"context"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// Words for how safe a deal is, beside those of the chain.
const (
	dealProtected = "protected"
	dealNoSpare   = "no spare holders"
)

// dealSafety returns how safe a deal is: protected, unprotected where its reserve cannot pay a repair, or no spare holders where
// fewer owners count in draws than hold it and could follow all of those that it can miss.
func dealSafety(ctx context.Context, client *chain.Client, network string, deal uint64) (string, error) {
	d, err := client.Deal(ctx, deal)
	if err != nil {
		return "", err
	}
	set, err := client.ActiveSet(ctx, network)
	if err != nil {
		return "", err
	}
	if set.Owners < uint64(segment.OwnersFor(d.Profile)) {
		return dealNoSpare, nil
	}
	return d.Assurance, nil
}

// safetyText says what follows from how safe a deal is; nothing where all is well.
func safetyText(safety string) string {
	switch safety {
	case dealProtected, "":
		return ""
	case dealNoSpare:
		return "no spare holders: what a holder loses is not rebuilt before another owner joins"
	}
	return safety + ": the deal's reserve cannot pay for a repair; who repairs is paid what there is"
}
