package mutants

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mutant is a rule that is switched off, and who gains by it.
type mutant struct {
	rule  string // in words
	edits []edit
	gains string // the adversary that must be seen to gain
	seen  string // instead, where it gains nothing but others lose, or the books are broken: what its test says
}

// edit switches a part of a rule off.
type edit struct {
	file    string // from the root of the tree
	is, off string // the text of the rule, once in the file, and what stands there without it
}

// mutants returns all rules that can be switched off.
func mutants() map[string]mutant {
	all := workMutants()
	maps.Copy(all, channelMutants())
	maps.Copy(all, juryMutants())
	return all
}

// workMutants are the rules by which deals, uptime and duties are paid.
func workMutants() map[string]mutant {
	return map[string]mutant{
		"match_above_burn": {
			rule:  "emission that follows a payment is less than what was burnt of it",
			edits: []edit{{"x/rewards/keeper/pay.go", "MatchCapBps: e.Params.Pay.MatchCapBps", "MatchCapBps: 60_000"}},
			gains: "self_dealing_loses_money",
		},
		"bond_that_may_go": {
			rule:  "a node's bond stays while it can come to pay for its indices",
			edits: []edit{{"x/tasks/keeper/assign.go", "o.Exposure.Add(staked), nil", "o.Exposure.Add(staked).MulRaw(0), nil"}},
			gains: "founder_cannot_take_deposits",
		},
		"fee_without_burn": {
			rule:  "what a proof pays comes out of the escrow of the deal, burn included",
			edits: []edit{{"x/tasks/keeper/fee.go", "earned := gross.Sub(burnt)", "earned := gross"}},
			gains: "self_dealing_loses_money",
			seen:  "that was paid for epoch",
		},
		"loss_for_nothing": {
			rule:  "who loses an index pays for its repair",
			edits: []edit{{"x/tasks/keeper/loss.go", ".MulRaw(l.repairs)", ".MulRaw(0)"}},
			gains: "loss_and_repair_friends",
		},
		"latest_layout": {
			rule:  "a claim is proved against the layout that was acknowledged when it was made",
			edits: []edit{{"x/tasks/types/deal.go", "	if i.ClaimedEpoch == epoch {\n		return i.Claimed\n	}\n	return i.Acked", "	return i.Acked"}},
			gains: "layout_churner",
			seen:  "layout opening does not match",
		},
		"any_weight": {
			rule:  "a leaf weighs what the deal owes the node",
			edits: []edit{{"proof/storage.go", "if o.Leaf.Weight != views[i].Weight {", "if false {"}},
			gains: "inflated_leaf",
		},
		"any_chunk": {
			rule:  "a proof shows the bytes that were drawn",
			edits: []edit{{"proof/storage.go", "	_, err = VerifyChunk(piece.Root, piece.Length, piece.Chunk(), o.Chunk)\n	return err", "	_ = piece\n	return nil"}},
			gains: "dropped_pieces",
		},
		"returns_for_ever": {
			rule:  "who never proved an index does not take it again before others",
			edits: []edit{{"x/tasks/keeper/loss.go", "l.reason == lossReported || !proven", "proven && l.reason == lossReported"}},
			gains: "returner_with_nothing",
			seen:  "times it took an index again",
		},
		"one_place_for_a_key": {
			rule: "a leaf stands once in a claim, where the bits of its key lead",
			edits: []edit{
				{"proof/multiproof.go", "bytes.Compare(v.open[i-1].key[:], o.key[:]) >= 0", "bytes.Compare(v.open[i-1].key[:], o.key[:]) > 0"},
				{
					"proof/multiproof.go", "	for m < b && keyBit(&v.open[m].key, depth) == 0 {",
					"	same := b-a == 2 && v.open[a].key == v.open[a+1].key\n	for m < b && (same && m == a || !same && keyBit(&v.open[m].key, depth) == 0) {",
				},
			},
			gains: "repeated_leaves",
		},
		"any_tree": {
			rule: "a proof opens the tree that was claimed before its seed was known, and its leaves weigh what deals owe",
			edits: []edit{
				{"proof/multiproof.go", "	if got != root {", "	if got.IsEmpty() {"},
				{"proof/storage.go", "if o.Leaf.Weight != views[i].Weight {", "if false {"},
			},
			gains: "leaf_swapper",
		},
		"last_bytes": {
			rule: "positions are drawn over all bytes of an index",
			edits: []edit{
				{"proof/storage.go", "Draw(seed, TagByte, uint64(i), U64(views[i].LayoutBytes))", "U64(views[i].LayoutBytes-1)"},
				{"proof/storage_prove.go", "Draw(seed, TagByte, uint64(i), U64(root.Bytes)).Lo", "root.Bytes - 1"},
				{"test/adversary/forge.go", "proof.Draw(seed, proof.TagByte, uint64(i), proof.U64(layout.Root().Bytes)).Lo", "layout.Root().Bytes - 1"},
			},
			gains: "big_piece_dropper",
		},
		"reserve_that_is_kept": {
			rule:  "what goes back to a client is all that its deal has left",
			edits: []edit{{"x/tasks/keeper/settle.go", "d.Escrow.Sub(d.Spent).Add(d.Reserve)", "d.Escrow.Sub(d.Spent)"}},
			gains: "self_dealing_loses_money",
			seen:  "has not given back all that it had left",
		},
		"minted_twice": {
			rule:  "what is minted is the match of what was burnt",
			edits: []edit{{"x/rewards/keeper/withdraw.go", "k.mint(branch, network, sum(matches).Add(presence))", "k.mint(branch, network, sum(matches).Add(presence).MulRaw(2))"}},
			gains: "self_dealing_loses_money",
			seen:  "all balances of the token at height",
		},
		"any_attestation": {
			rule:  "a slot is attested by signatures of its watchers, for that slot of that node",
			edits: []edit{{"x/tasks/keeper/uptime.go", "watch.VerifyAttestation(n.PeerKey, w.domain, s.Sig[:]); err != nil", "watch.VerifyAttestation(n.PeerKey, w.domain, s.Sig[:]); err != nil && false"}},
			gains: "slot_forger",
		},
		"any_watcher": {
			rule: "only nodes that were drawn attest a slot",
			edits: []edit{
				{"x/tasks/keeper/uptime.go", "		if s.Seats == 0 {", "		if false {"},
				{"x/tasks/keeper/uptime.go", "sum += s.Seats", "sum += max(s.Seats, 1)"},
			},
			gains: "slot_forger",
		},
		"too_few_seats": {
			rule:  "enough seats attest a slot",
			edits: []edit{{"x/tasks/keeper/uptime.go", "	if sum < w.quorum() {", "	if sum == 0 {"}},
			gains: "absent_friends",
		},
		"any_duty": {
			rule:  "a duty was the watcher's, and is worth what its seats are",
			edits: []edit{{"x/tasks/keeper/uptime.go", "if seats[0].Seats == 0 || d.Weight != proof.U64(seats[0].Worth) {", "if len(seats) == 0 {"}},
			gains: "inflated_duties",
		},
		"any_answer": {
			rule:  "a watcher did its duty if the node it watched says so",
			edits: []edit{{"x/tasks/keeper/uptime.go", "return watch.VerifyAnswer(n.PeerKey, w.domain, d.Answer[:])", "_ = watch\n	return nil"}},
			gains: "inflated_duties",
		},
		"alike_by_head": {
			rule:  "uptime is paid by the bond",
			edits: []edit{{"x/rewards/types/presence.go", "bond.BigInt(), slots, p.Bonds.BigInt(), p.Slots)", "big.NewInt(1), slots, big.NewInt(8), p.Slots)"}},
			gains: "bond_splitter",
		},
		"less_to_large_owners": {
			rule:  "duties are paid by the bond, although an owner has only those of others to watch",
			edits: []edit{{"x/rewards/types/presence.go", "new(big.Int).SetUint64(p.Whole), others.BigInt())", "new(big.Int).SetUint64(p.Whole), p.Bonds.BigInt())"}},
			gains: "bond_splitter",
		},
		"rest_to_the_next": {
			rule:  "duties that nobody did are paid to nobody",
			edits: []edit{{"x/rewards/types/presence.go", "math.MinInt(pay, p.duties().Sub(paid))", "math.MaxInt(pay, p.duties().Sub(paid))"}},
			gains: "silent_watchers",
		},
		"anybodys_commitment": {
			rule:  "a commitment is bound to its node",
			edits: []edit{{"proof/result.go", "binary.BigEndian.AppendUint64(body, r.Node)", "binary.BigEndian.AppendUint64(body, 0)"}},
			gains: "copycat",
		},
		"half_is_enough": {
			rule:  "a result counts that more than half of the replicas have revealed",
			edits: []edit{{"x/tasks/types/task.go", "2*uint32(len(agreed)) > t.Wanted", "2*uint32(len(agreed)) >= t.Wanted"}},
			gains: "lying_replica",
		},
		"free_look": {
			rule:  "silence after a commitment costs what the task puts at stake",
			edits: []edit{{"x/tasks/keeper/task_settle.go", "		if to == types.REPLICA_STATUS_SILENT {", "		if false {"}},
			gains: "silent_replica",
		},
		"bond_spent_twice": {
			rule:  "a node's bond covers what it puts at stake for all its tasks together",
			edits: []edit{{"x/tasks/keeper/task.go", "if exposure.Add(by).GT(n.TotalBond()) {", "if exposure.IsNegative() {"}},
			gains: "spent_bond",
			seen:  "silences cost",
		},
		"absent_for_nothing": {
			rule:  "an input that nobody can get costs its client the burn of the fees",
			edits: []edit{{"x/tasks/keeper/task_settle.go", "o.task.Fee.MulRaw(int64(len(agreed)))", "o.task.Fee.MulRaw(0)"}},
			gains: "absent_input",
			seen:  "what is burnt where nobody could get the input",
		},
	}
}

// TestRulesAreThere: each rule that can be switched off is where it was, once.
func TestRulesAreThere(t *testing.T) {
	for name, m := range mutants() {
		t.Run(name, func(t *testing.T) { m.without(t, treeRoot(t)) })
	}
}

// TestMutants: with a rule switched off, the adversary that it is there for wins, and the test of the adversary fails.
// MESH_MUTANTS names one, or all; without it none is built.
func TestMutants(t *testing.T) {
	only, ran := os.Getenv("MESH_MUTANTS"), 0
	for name, m := range mutants() {
		if only != "all" && only != name {
			continue
		}
		ran++
		t.Run(name, func(t *testing.T) {
			out, err := m.play(t, treeRoot(t))
			require.Error(t, err, "%s is switched off, and %s gains nothing: either the rule does nothing or its test sees nothing", m.rule, m.gains)
			require.Contains(t, out, "--- FAIL: TestAdversary/"+m.gains, out)
			said := m.gains + " gains "
			if m.seen != "" {
				said = m.seen
			}
			require.Contains(t, out, said, "the test fails, but not for this: %s", out)
			t.Logf("without the rule that %s: %s", m.rule, lineWith(out, said))
		})
	}
	require.Equal(t, only != "", ran > 0, "no mutant is called %q", only)
}

func treeRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	return root
}

// without returns the files of the rule by their paths, each with its text without the rule.
func (m mutant) without(t *testing.T, root string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, e := range m.edits {
		path := filepath.Join(root, filepath.FromSlash(e.file))
		text, ok := texts[path]
		if !ok {
			source, err := os.ReadFile(path)
			require.NoError(t, err)
			text = string(source)
		}
		require.Equal(t, 1, strings.Count(text, e.is), "the rule is not where it was: %s", e.file)
		texts[path] = strings.Replace(text, e.is, e.off, 1)
	}
	return texts
}

// play runs the adversary on a chain without the rule.
func (m mutant) play(t *testing.T, root string) (out string, err error) {
	t.Helper()
	replaced := map[string]string{}
	for path, text := range m.without(t, root) {
		replaced[path] = filepath.Join(t.TempDir(), filepath.Base(path))
		require.NoError(t, os.WriteFile(replaced[path], []byte(text), 0o600))
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": replaced})
	require.NoError(t, err)
	list := filepath.Join(t.TempDir(), "overlay.json")
	require.NoError(t, os.WriteFile(list, overlay, 0o600))
	cmd := exec.CommandContext(context.Background(), "go", "test", "-overlay", list, "-count=1", "-timeout", "10m", "./test/devnet", "-run", "^TestAdversary$")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "MESH_ADVERSARY=^"+m.gains+"$")
	bz, err := cmd.CombinedOutput()
	return string(bz), err
}

// lineWith returns the line in which a test says something.
func lineWith(out, what string) string {
	for line := range strings.Lines(out) {
		if strings.Contains(line, what) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
