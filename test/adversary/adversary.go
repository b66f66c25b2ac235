package adversary

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"
)

// Figure is what an adversary came to, in base units of the network's token.
type Figure struct {
	// Name of the adversary.
	Name string `json:"name"`
	// Claimed of deals by all its nodes, Proven of that, and Paid to their owners, emission and what being there pays included. Where
	// channels pay, what vouchers asked for and what was redeemed.
	Claimed string `json:"claimed"`
	Proven  string `json:"proven"`
	Paid    string `json:"paid"`
	// Burnt is what of its payments, or of those to it, is gone.
	Burnt string `json:"burnt"`
	// Net is what it has gained over not taking part. Where it does honest work beside, over doing that alone.
	Net string `json:"net"`
	// Above says in words what Net does not count: what it would come to where it has more than a rule bears, or what it brings about
	// and gains nothing by.
	Above string `json:"above,omitempty"`
}

// Adversary is one of the catalogue.
type Adversary struct {
	// Name in words of the glossary, joined by underscores.
	Name string
	// Play lets it do what it does on a chain of its own until everything is settled. The test fails where it was
	// not refused what it must be.
	Play func(t testing.TB) Tally
}

// Tally is a Figure in numbers.
type Tally struct {
	Claimed, Proven, Paid, Burnt, Net math.Int
	Above                             string
}

// Figure names a tally.
func (a Adversary) Figure(t Tally) Figure {
	return Figure{
		Name: a.Name, Claimed: t.Claimed.String(), Proven: t.Proven.String(), Paid: t.Paid.String(), Burnt: t.Burnt.String(), Net: t.Net.String(),
		Above: t.Above,
	}
}

// Line returns the figure as one line of JSON.
func (f Figure) Line(t testing.TB) string {
	t.Helper()
	bz, err := json.Marshal(f)
	require.NoError(t, err)
	return string(bz)
}

// All returns the catalogue.
func All() []Adversary {
	return []Adversary{
		{"dropped_pieces", playDroppedPieces},
		{"inflated_leaf", playInflatedLeaf},
		{"repeated_leaves", playRepeatedLeaves},
		{"leaf_swapper", playLeafSwapper},
		{"big_piece_dropper", playBigPieceDropper},
		{"layout_churner", playLayoutChurner},
		{"returner_with_nothing", playReturner},
		{"loss_and_repair_friends", playLossAndRepairFriends},
		{"open_griefer", playOpenGriefer},
		{"self_dealing_loses_money", playSelfDealing},
		{"founder_cannot_take_deposits", playFounder},
		{"voucher_cheat", playVoucherCheat},
		{"early_closer", playEarlyCloser},
		{"count_jumper", playCountJumper},
		{"dust_vouchers", playDustVouchers},
		{"channel_self_payer_loses_money", playChannelSelfPayer},
		{"sleeper", playSleeper},
		{"jackpot_waiter", playJackpotWaiter},
		{"slot_forger", playSlotForger},
		{"inflated_duties", playInflatedDuties},
		{"absent_friends", playAbsentFriends},
		{"bond_splitter", playBondSplitter},
		{"silent_watchers", playSilentWatchers},
		{"lying_replica", playLyingReplica},
		{"copycat", playCopycat},
		{"silent_replica", playSilentReplica},
		{"spent_bond", playSpentBond},
		{"false_disputer", playFalseDisputer},
		{"lying_jurors", playLyingJurors},
		{"jury_staller", playJuryStaller},
		{"silent_jurors", playSilentJurors},
		{"liar_disputed", playLiarDisputed},
		{"own_disputer", playOwnDisputer},
		{"steering_client", playSteeringClient},
		{"steered_draw", playSteeredDraw},
		{"backup_restorer", playBackupRestorer},
		{"absent_input", playAbsentInput},
	}
}
