package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Report counts operations.
type Report struct {
	// Operations were sent, Accepted of them succeeded. Blocks were made.
	Operations, Accepted, Blocks int
	// Sent and Taken count messages by their type URLs, those in a MsgExec too, and in Taken those of proposals that were executed.
	Sent, Taken map[string]int
	// Refused counts operations by the type URL of their first message and the error's codespace and code.
	Refused map[string]int
}

// NewReport returns a report of nothing.
func NewReport() *Report {
	return &Report{Sent: map[string]int{}, Taken: map[string]int{}, Refused: map[string]int{}}
}

// Share returns how many of a hundred operations succeeded.
func (r *Report) Share() float64 { return 100 * float64(r.Accepted) / float64(max(1, r.Operations)) }

// Missing returns those of some type URLs of which no message was accepted.
func (r *Report) Missing(urls []string) []string {
	return slices.DeleteFunc(slices.Clone(urls), func(url string) bool { return r.Taken[url] > 0 })
}

// Merge adds another report to it.
func (r *Report) Merge(other *Report) {
	r.Operations, r.Accepted, r.Blocks = r.Operations+other.Operations, r.Accepted+other.Accepted, r.Blocks+other.Blocks
	for _, m := range []struct{ to, from map[string]int }{{r.Sent, other.Sent}, {r.Taken, other.Taken}, {r.Refused, other.Refused}} {
		for key, n := range m.from {
			m.to[key] += n
		}
	}
}

// add counts an operation and how it ended.
func (r *Report) add(a *attempt) {
	r.Operations++
	urls := a.urls()
	for _, url := range urls {
		r.Sent[url]++
	}
	if a.err != nil {
		r.Refused[fmt.Sprintf("%s %s/%d", urls[len(urls)-1], a.codespace, a.code)]++
		return
	}
	r.Accepted++
	for _, url := range urls {
		r.Taken[url]++
	}
}

// String is the report for people: a line for each type of message, and one for each way in which some were refused.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d operations in %d blocks, %.1f %% succeeded\n", r.Operations, r.Blocks, r.Share())
	for _, url := range slices.Sorted(maps.Keys(r.Taken)) {
		fmt.Fprintf(&b, "%7d of %7d %s\n", r.Taken[url], r.Sent[url], url)
	}
	for _, why := range slices.Sorted(maps.Keys(r.Refused)) {
		fmt.Fprintf(&b, "%7d refused %s\n", r.Refused[why], why)
	}
	return b.String()
}

// Sizes says how much of everything there is.
func (s *Simulation) Sizes() string {
	g := s.places[0].State()
	return fmt.Sprintf("%d networks, %d nodes, %d deals, %d indices, %d requests, %d channels, %d tasks, %d slashes, %d bonds, %d unbondings, %d pays",
		len(g.Network.Networks), len(g.Network.Nodes), len(g.Tasks.Deals), len(g.Tasks.Indices), len(g.Tasks.Requests), len(g.Tasks.Channels),
		len(g.Tasks.Tasks), len(g.Tasks.Slashes), len(g.Network.Bonds), len(g.Network.Unbondings), len(g.Rewards.Pays))
}
