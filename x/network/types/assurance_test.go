package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func TestAssurance(t *testing.T) {
	for _, c := range []struct {
		others           uint64
		seats, revealers uint32
		level, reason    string
	}{
		{0, 15, 4, "none", "there is no other owner who could watch"},
		{0, 15, 1, "none", "there is no other owner who could watch"},
		{500, 15, 3, "none", "3 validators have a part in the draws, with fewer than 4 they can be chosen"},
		{1, 15, 4, "low", "all other owners watch, of whom there are 1; seats are drawn from 15 on"},
		{14, 15, 4, "low", "all other owners watch, of whom there are 14; seats are drawn from 15 on"},
		{15, 15, 4, "standard", "15 seats are drawn among 15 other owners"},
		{99, 15, 100, "standard", "15 seats are drawn among 99 other owners"},
		{100, 15, 4, "high", "15 seats are drawn among 100 other owners"},
	} {
		level, reason := types.Assurance(c.others, c.seats, c.revealers)
		require.Equal(t, []string{c.level, c.reason}, []string{level, reason})
	}
}
