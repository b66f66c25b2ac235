package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// buckets are what the emission of a network is divided between, in the order of chain.Distribution.
var buckets = []string{"uptime", "tasks", "governance"}

// parseDistribution reads "uptime:40,tasks:40,governance:20": whole percentages, which total 100, or basis
// points, which total 10,000. A bucket that is left out gets nothing.
func parseDistribution(s string) (chain.Distribution, error) {
	shares := make([]uint64, len(buckets))
	seen := make([]bool, len(buckets))
	var total uint64
	for _, part := range strings.Split(s, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok {
			return chain.Distribution{}, fmt.Errorf("%q is not BUCKET:SHARE, such as uptime:40", part)
		}
		i := slices.Index(buckets, strings.TrimSpace(name))
		if i < 0 {
			return chain.Distribution{}, fmt.Errorf("unknown bucket %q, known are %s", strings.TrimSpace(name), strings.Join(buckets, ", "))
		}
		if seen[i] {
			return chain.Distribution{}, fmt.Errorf("bucket %q occurs twice", buckets[i])
		}
		share, err := strconv.ParseUint(strings.TrimSpace(value), 10, 16)
		if err != nil || share > wholeBps {
			return chain.Distribution{}, fmt.Errorf("%q of bucket %q is neither a whole percentage nor basis points", strings.TrimSpace(value), buckets[i])
		}
		shares[i], seen[i], total = share, true, total+share
	}
	switch total {
	case 100:
		for i := range shares {
			shares[i] *= wholeBps / 100
		}
	case wholeBps:
	default:
		return chain.Distribution{}, fmt.Errorf("the shares total %d; they must total 100 (percent) or 10000 (basis points)", total)
	}
	return chain.Distribution{UptimeBps: uint32(shares[0]), TasksBps: uint32(shares[1]), GovernanceBps: uint32(shares[2])}, nil
}

// formatDistribution writes a distribution for people.
func formatDistribution(d chain.Distribution) string {
	return fmt.Sprintf("uptime %s, tasks %s, governance %s", formatPercent(d.UptimeBps), formatPercent(d.TasksBps), formatPercent(d.GovernanceBps))
}
