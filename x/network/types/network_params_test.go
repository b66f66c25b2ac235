package types_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// roomyTerms are terms in which each figure alone can go to its limits without meeting another
// rule, as far as the rules allow.
func roomyTerms() types.NetworkParams {
	p := types.DefaultNetworkParams()
	p.Epoch = types.EpochParams{
		EpochBlocks: 17_280, UptimeSlots: 1, ClaimWindowBlocks: 1, SeedDelayBlocks: 1,
		ProofWindowBlocks: 1, SlackBlocks: 1, StaleEpochs: 3,
	}
	p.Uptime.Watchers, p.Uptime.Seats = 64, 1
	return p
}

// uptimeTerms are the default ones with other figures.
func uptimeTerms(openings, watchers, seats uint32) types.UptimeParams {
	u := types.DefaultNetworkParams().Uptime
	u.Openings, u.Watchers, u.Seats = openings, watchers, seats
	return u
}

// jointRules are the limits that no valid terms can reach, since another rule is stricter there.
var jointRules = map[string]string{
	"epoch.epoch_blocks at 1":            "an epoch of 1 blocks is shorter than its windows, 4 blocks: invalid params",
	"epoch.claim_window_blocks at 17280": "an epoch of 17280 blocks is shorter than its windows, 17283 blocks: invalid params",
	"epoch.proof_window_blocks at 17280": "an epoch of 17280 blocks is shorter than its windows, 17283 blocks: invalid params",
	"epoch.slack_blocks at 17280":        "an epoch of 17280 blocks is shorter than its windows, 17283 blocks: invalid params",
	"uptime.openings at 16":              "16 openings of up to 33 attestations do not fit into a proof, which has at most 384: invalid params",
}

// TestNetworkParamsBoundsAreFixed: founders and voters may choose within these and never leave them.
func TestNetworkParamsBoundsAreFixed(t *testing.T) {
	var text strings.Builder
	for _, b := range types.Bounds(types.DefaultNetworkParams()) {
		fmt.Fprintf(&text, "%s: %d to %d, default %d\n", b.Name, b.Min, b.Max, b.Value)
	}
	golden(t, "bounds.txt", text.String())
}

func TestNetworkParamsBounds(t *testing.T) {
	used := 0
	for _, b := range types.Bounds(roomyTerms()) {
		for _, v := range []uint64{b.Min, b.Max} {
			t.Run(fmt.Sprintf("ok: %s at %d", b.Name, v), func(t *testing.T) {
				err := withFigure(t, b.Name, v).Validate()
				if joint, ok := jointRules[fmt.Sprintf("%s at %d", b.Name, v)]; ok {
					used++
					require.EqualError(t, err, joint)
					return
				}
				require.NoError(t, err)
			})
		}
		outside := []uint64{b.Max + 1}
		if b.Min > 0 {
			outside = append(outside, b.Min-1)
		}
		for _, v := range outside {
			t.Run(fmt.Sprintf("fails: %s at %d", b.Name, v), func(t *testing.T) {
				err := withFigure(t, b.Name, v).Validate()
				require.ErrorIs(t, err, types.ErrInvalidParams)
				require.EqualError(t, err, fmt.Sprintf("%s is %d, it must be %d to %d: invalid params", b.Name, v, b.Min, b.Max))
			})
		}
	}
	require.Len(t, jointRules, used, "a joint rule names a limit that is gone")
}

// TestEveryFigureHasABound walks the message: a whole number without a limit lets a founder or a
// vote choose any.
func TestEveryFigureHasABound(t *testing.T) {
	var want, got []string
	terms := reflect.TypeFor[types.NetworkParams]()
	for i := range terms.NumField() {
		part := terms.Field(i)
		if part.Type == reflect.TypeFor[types.TokenDistribution]() {
			continue // its rule is that the shares total 100 %
		}
		for j := range part.Type.NumField() {
			figure := part.Type.Field(j)
			if figure.Type == reflect.TypeFor[math.Int]() {
				continue // an amount: see TestNetworkParamsAmounts
			}
			require.Contains(t, []reflect.Kind{reflect.Uint32, reflect.Uint64}, figure.Type.Kind(), figure.Name)
			want = append(want, protoName(part)+"."+protoName(figure))
		}
	}
	for _, b := range types.Bounds(types.DefaultNetworkParams()) {
		require.LessOrEqual(t, b.Min, b.Max, b.Name)
		got = append(got, b.Name)
	}
	require.Equal(t, want, got)
}

// Reading may be free, and what it costs is an amount like any other.
func TestReadPriceMayBeNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		amount math.Int
		ok     bool
	}{
		{"ok: nothing", math.ZeroInt(), true},
		{"ok: one", math.OneInt(), true},
		{"ok: largest", types.MaxAmount(), true},
		{"fails: missing", math.Int{}, false},
		{"fails: negative", math.NewInt(-1), false},
		{"fails: too much", types.MaxAmount().AddRaw(1), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := types.DefaultNetworkParams()
			p.Storage.ReadPrice = c.amount
			if err := p.Validate(); c.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrInvalidAmount)
			}
		})
	}
	p := types.DefaultNetworkParams()
	require.ErrorIs(t, p.CheckStep(term("storage.read_price", 1)), types.ErrInvalidParams, "what is free stays free")
}

func TestNetworkParamsAmounts(t *testing.T) {
	tooMuch := types.MaxAmount().AddRaw(1)
	for name, set := range map[string]func(*types.NetworkParams, math.Int){
		"bond.min_bond":       func(p *types.NetworkParams, a math.Int) { p.Bond.MinBond = a },
		"storage.price":       func(p *types.NetworkParams, a math.Int) { p.Storage.Price = a },
		"vote.proposal_stake": func(p *types.NetworkParams, a math.Int) { p.Vote.ProposalStake = a },
	} {
		for _, c := range []struct {
			name   string
			amount math.Int
			want   string
		}{
			{"ok: one", math.OneInt(), ""},
			{"ok: largest", types.MaxAmount(), ""},
			{"fails: missing", math.Int{}, name + " is missing: invalid amount"},
			{"fails: negative", math.NewInt(-1), name + " is -1, it cannot be negative: invalid amount"},
			{"fails: nothing", math.ZeroInt(), name + " must be more than nothing: invalid amount"},
			{"fails: too much", tooMuch, name + " is " + tooMuch.String() + ", the largest amount is 2^127: invalid amount"},
		} {
			t.Run(c.name+" "+name, func(t *testing.T) {
				p := types.DefaultNetworkParams()
				set(&p, c.amount)
				err := p.Validate()
				if c.want == "" {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, types.ErrInvalidAmount)
				require.EqualError(t, err, c.want)
			})
		}
	}
}

func TestNetworkParamsAgree(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*types.NetworkParams)
		want   string
	}{
		{"ok: default", func(*types.NetworkParams) {}, ""},
		{"ok: epoch as long as its windows", func(p *types.NetworkParams) { p.Epoch.EpochBlocks = 270 }, ""},
		{"ok: as many seats as watchers", func(p *types.NetworkParams) { p.Uptime.Seats = 15 }, ""},
		{"ok: as many attestations as fit", func(p *types.NetworkParams) { p.Uptime = uptimeTerms(6, 64, 64) }, ""},
		{"fails: more attestations than fit", func(p *types.NetworkParams) { p.Uptime = uptimeTerms(7, 64, 55) },
			"7 openings of up to 55 attestations do not fit into a proof, which has at most 384: invalid params"},
		{"fails: more where all others watch", func(p *types.NetworkParams) { p.Uptime = uptimeTerms(12, 64, 32) },
			"12 openings of up to 33 attestations do not fit into a proof, which has at most 384: invalid params"},
		{"ok: a slot a block", func(p *types.NetworkParams) { p.Epoch = shortEpoch(64) }, ""},
		{"ok: one bucket takes all", func(p *types.NetworkParams) { p.Distribution = types.TokenDistribution{TasksBps: 10_000} }, ""},
		{"fails: epoch one block too short", func(p *types.NetworkParams) { p.Epoch.EpochBlocks = 269 },
			"an epoch of 269 blocks is shorter than its windows, 270 blocks: invalid params"},
		{"fails: more seats than watchers", func(p *types.NetworkParams) { p.Uptime.Seats = 16 }, "16 seats of 15 watchers cannot sign: invalid params"},
		{"fails: more slots than blocks", func(p *types.NetworkParams) { p.Epoch = shortEpoch(63) },
			"an epoch of 63 blocks has no room for 64 uptime slots: invalid params"},
		{"fails: shares missing", func(p *types.NetworkParams) { p.Distribution = types.TokenDistribution{} },
			"distribution totals 0.00 %, it must total 100 %: invalid params"},
		{"fails: one hundredth of a percent missing", func(p *types.NetworkParams) { p.Distribution.UptimeBps-- },
			"distribution totals 99.99 %, it must total 100 %: invalid params"},
		{"fails: one hundredth of a percent too much", func(p *types.NetworkParams) { p.Distribution.GovernanceBps++ },
			"distribution totals 100.01 %, it must total 100 %: invalid params"},
		{"fails: shares that would wrap to 100 %", func(p *types.NetworkParams) {
			p.Distribution = types.TokenDistribution{UptimeBps: 1 << 31, TasksBps: 1 << 31, GovernanceBps: 10_000}
		}, "distribution totals 42949772.96 %, it must total 100 %: invalid params"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := types.DefaultNetworkParams()
			c.change(&p)
			err := p.Validate()
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidParams)
			require.EqualError(t, err, c.want)
		})
	}
}

// shortEpoch is an epoch with 64 slots and the shortest windows.
func shortEpoch(blocks uint64) types.EpochParams {
	return types.EpochParams{
		EpochBlocks: blocks, UptimeSlots: 64, ClaimWindowBlocks: 1, SeedDelayBlocks: 1, ProofWindowBlocks: 1, SlackBlocks: 1, StaleEpochs: 2,
	}
}

// withFigure returns roomy terms with one figure, named as in the protobuf, set to v.
func withFigure(t *testing.T, name string, v uint64) types.NetworkParams {
	t.Helper()
	p := roomyTerms()
	at := reflect.ValueOf(&p).Elem()
	for _, part := range strings.Split(name, ".") {
		i := 0
		for protoName(at.Type().Field(i)) != part {
			i++
		}
		at = at.Field(i)
	}
	require.False(t, at.OverflowUint(v))
	at.SetUint(v)
	return p
}

// protoName returns the name a field has in the protobuf.
func protoName(f reflect.StructField) string {
	return regexp.MustCompile(`name=(\w+)`).FindStringSubmatch(f.Tag.Get("protobuf"))[1]
}
