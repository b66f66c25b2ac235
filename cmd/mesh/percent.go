package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// wholeBps is one whole in basis points, hundredths of a percent.
const wholeBps = 10_000

// parsePercent reads a percentage with up to two decimals, more than 0 and at most 100, into basis points.
// A percent sign behind it is allowed.
func parsePercent(s string) (uint32, error) {
	whole, fraction, point := strings.Cut(strings.TrimSuffix(s, "%"), ".")
	if point && fraction == "" || len(fraction) > 2 {
		return 0, fmt.Errorf("%q is not a percentage with up to two decimals, such as 12.5", s)
	}
	n, err := strconv.ParseUint(whole+fraction+"00"[len(fraction):], 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a percentage with up to two decimals, such as 12.5", s)
	}
	if n == 0 || n > wholeBps {
		return 0, errors.New("a percentage here is more than 0 and at most 100")
	}
	return uint32(n), nil
}

// formatPercent writes basis points as a percentage without needless zeros, such as 12.5 %.
func formatPercent(bps uint32) string {
	s := fmt.Sprintf("%d.%02d", bps/100, bps%100)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + " %"
}
