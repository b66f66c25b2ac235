package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// tokens writes an amount of a network's token with its symbol, which is not unique: the denomination must
// stand nearby.
func tokens(a chain.Amount, symbol string) string { return chain.FormatTokens(a) + " " + symbol }

// typed writes an amount as commands read it: without separators and spaces.
func typed(a chain.Amount, symbol string) string {
	return strings.ReplaceAll(chain.FormatTokens(a), ",", "") + symbol
}

// showTerms adds the terms of a network to a page, as its founder, operators and clients need to know them.
func showTerms(p *page, n chain.Network) {
	t, terms := n.Token, n.Params
	p.row("Template", "%s", n.Template)
	p.row("Logic", "%s", logicText(n.LogicHash))
	p.row("Token", "%s (%s), 6 decimals, denom %s", t.Name, t.Symbol, t.Denom)
	p.row("Supply cap", "%s", tokens(t.SupplyCap, t.Symbol))
	p.row("Founder gets", "%s at once, the only tokens nobody earned", tokens(t.InitialAllocation, t.Symbol))
	p.row("Emission", "at most %s in the first epoch, halved every %d epochs", tokens(t.FirstEmission(), t.Symbol), t.HalvingEpochs)
	p.row("Distribution", "%s", formatDistribution(terms.Distribution))
	p.row("Epoch", "%d blocks", terms.Epoch.EpochBlocks)
	p.row("Burnt of payments", "%s", formatPercent(terms.Pay.BurnBps))
	p.row("Minted for burnt", "at most %s of it, to who earned the payment", formatPercent(terms.Pay.MatchCapBps))
	p.row("Bond of a node", "at least %s, back after %s", tokens(terms.Bond.MinBond, t.Symbol), span(terms.Bond.UnbondingSeconds))
	p.row("Price", "%s for 1 GiB and %s", tokens(terms.Storage.Price, t.Symbol), counted(uint64(terms.Storage.PriceEpochs), "epoch"))
	p.row("Reading", "%s", readingText(n))
	p.row("Repairs", "%s of an escrow on top, as a reserve; an index without a proof for %s is lost", formatPercent(terms.Storage.ReserveBps), counted(uint64(terms.Storage.LostEpochs), "epoch"))
	p.row("Hand-over", "to its members in epoch %d at the latest", n.HandoverEpoch)
}

// readingText says what reading costs.
func readingText(n chain.Network) string {
	if n.Params.Storage.ReadPrice.IsZero() {
		return "free, and stays so"
	}
	return fmt.Sprintf("%s for 1 GiB, to who gives it", tokens(n.Params.Storage.ReadPrice, n.Token.Symbol))
}

// logicText says which logic a network runs.
func logicText(hash []byte) string {
	if len(hash) == 0 {
		return "that of the template"
	}
	return "BLAKE3 " + hex.EncodeToString(hash)
}

// counted writes a number with its noun.
func counted(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// span writes seconds in the largest unit that fits.
func span(seconds uint64) string {
	for _, unit := range []struct {
		seconds uint64
		noun    string
	}{{24 * 3600, "day"}, {3600, "hour"}, {60, "minute"}} {
		if seconds > 0 && seconds%unit.seconds == 0 {
			return counted(seconds/unit.seconds, unit.noun)
		}
	}
	return counted(seconds, "second")
}
