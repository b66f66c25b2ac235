package e2e

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
)

// earned is what mesh earnings says of a day or of an epoch.
type earned struct {
	Net, Earned, Matched, Uptime, Duties string
	Kinds                                []struct{ Kind, Gross, Burnt, Earned string }
	Presences                            []struct{ Uptime, Duties, Reason string }
}

// paidFor returns the kinds of work that clients have paid a node for, and holds days, epochs and what each of them is of against each other.
func (n *storageNet) paidFor(home string) (kinds []string) {
	n.t.Helper()
	var e struct{ Days, Epochs []earned }
	n.okJSON(&e, "earnings", "--home", home)
	require.NotEmpty(n.t, e.Epochs)
	sum := func(list []earned) (net, kinds int, names map[string]bool) {
		names = map[string]bool{}
		for _, r := range list {
			net += number(n.t, r.Net)
			require.Equal(n.t, number(n.t, r.Net), number(n.t, r.Earned)+number(n.t, r.Matched)+number(n.t, r.Uptime)+number(n.t, r.Duties))
			for _, k := range r.Kinds {
				names[k.Kind], kinds = true, kinds+number(n.t, k.Earned)
				require.Equal(n.t, number(n.t, k.Gross), number(n.t, k.Burnt)+number(n.t, k.Earned))
			}
			for _, there := range r.Presences {
				require.Contains(n.t, there.Reason, "attested in ")
			}
		}
		return net, kinds, names
	}
	net, fees, names := sum(e.Days)
	netOfEpochs, feesOfEpochs, ofEpochs := sum(e.Epochs)
	require.Equal(n.t, []any{netOfEpochs, feesOfEpochs, ofEpochs}, []any{net, fees, names})
	return slices.Sorted(maps.Keys(names))
}
