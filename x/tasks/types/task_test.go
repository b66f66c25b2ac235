package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// TestVerdict: what more than half of those wanted say, whoever is asked first, and nothing else.
func TestVerdict(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		task := types.Task{Wanted: rapid.SampledFrom([]uint32{1, 2, 3, 5}).Draw(rt, "wanted")}
		counts := map[string]int{}
		for node := range rapid.IntRange(0, int(task.Wanted)).Draw(rt, "replicas") { // never more than are wanted
			r := types.Replica{Node: uint64(node) + 1, Status: types.ReplicaStatus(rapid.IntRange(1, 5).Draw(rt, "status"))}
			if rapid.Bool().Draw(rt, "reveals") {
				r.Status = types.REPLICA_STATUS_REVEALED
			}
			said := rapid.SampledFrom([]string{"a", "b", "nothing"}).Draw(rt, "says")
			r.Unavailable = said == "nothing"
			if r.Result = make([]byte, 32); !r.Unavailable {
				copy(r.Result, said)
			}
			if r.Status == types.REPLICA_STATUS_REVEALED {
				counts[said]++
			}
			task.Replicas = append(task.Replicas, r)
		}
		agreed, unavailable, ok := task.Verdict()
		most := max(counts["a"], counts["b"], counts["nothing"])
		require.Equal(rt, 2*most > int(task.Wanted), ok)
		if ok {
			require.Len(rt, agreed, most)
			require.Equal(rt, counts["nothing"] == most, unavailable)
			for _, at := range agreed {
				require.Equal(rt, task.Replicas[agreed[0]].Result, task.Replicas[at].Result)
			}
		}
	})
}

func TestEscalated(t *testing.T) {
	var got []uint32
	for _, wanted := range []uint32{1, 2, 3, 5} {
		got = append(got, types.Task{Wanted: wanted}.Escalated())
	}
	require.Equal(t, []uint32{0, 3, 5, 0}, got)
}
