package devnet_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/adversary"
)

// TestAdversary plays those of the catalogue whose name matches MESH_ADVERSARY, and prints a line of JSON for each. None gains.
func TestAdversary(t *testing.T) {
	only, played := regexp.MustCompile(os.Getenv("MESH_ADVERSARY")), 0
	for _, a := range adversary.All() {
		if !only.MatchString(a.Name) {
			continue
		}
		played++
		t.Run(a.Name, func(t *testing.T) {
			tally := a.Play(t)
			figure := a.Figure(tally)
			fmt.Println(figure.Line(t))
			require.True(t, tally.Net.LTE(math.ZeroInt()), "%s gains %s", a.Name, tally.Net)
		})
	}
	require.NotZero(t, played, "no adversary is called %q", only)
}

func TestAdversaryFigureIsOneLineOfJSON(t *testing.T) {
	one := math.NewInt(1)
	line := adversary.Adversary{Name: "any"}.Figure(adversary.Tally{Claimed: one, Proven: one, Paid: one, Burnt: one, Net: one.Neg()}).Line(t)
	require.NotContains(t, line, "\n")
	var fields map[string]string
	require.NoError(t, json.Unmarshal([]byte(line), &fields))
	require.Equal(t, map[string]string{"name": "any", "claimed": "1", "proven": "1", "paid": "1", "burnt": "1", "net": "-1"}, fields)
}

func TestAdversaryNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range adversary.All() {
		require.False(t, seen[a.Name], a.Name)
		seen[a.Name] = true
	}
}
