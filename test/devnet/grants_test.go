package devnet_test

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// ofNoAccount are the messages that no account may send, and why.
func ofNoAccount() map[string]string {
	const governed = "comes from the chain's governance alone, which package app shows"
	return map[string]string{
		sdk.MsgTypeURL(&beacontypes.MsgReveal{}):        "comes from the proposer, and nobody signs it",
		sdk.MsgTypeURL(&beacontypes.MsgUpdateParams{}):  governed,
		sdk.MsgTypeURL(&networktypes.MsgUpdateParams{}): governed,
	}
}

// Every message of Mesh does the same whether it is sent by whom it names or, by a grant, by a friend of
// theirs. A life in which each of them is accepted at least once is played on both roads: after every step the
// chains have the same state, and in the end they have heard and answered the same and, but for the fees, have
// the same balances.
func TestLifeIsTheSameByGrants(t *testing.T) {
	direct, granted := newGrantLife(t, false), newGrantLife(t, true)
	for _, step := range []func(*life){
		func(*life) {}, (*life).manage, (*life).loseAndReport, (*life).ask, (*life).leave, (*life).pay, (*life).pruneAndResume,
		(*life).settle, (*life).register,
		(*life).work, (*life).sunset,
	} {
		step(direct)
		step(granted)
		requireSameState(t, direct.Network, granted.Network)
	}
	requireSameDeeds(t, direct, granted)
	want := slices.DeleteFunc(storage.Msgs(direct.Chain), func(url string) bool { return ofNoAccount()[url] != "" })
	require.Equal(t, want, accepted(t, direct), "accepted of whom the message names")
	require.Equal(t, want, accepted(t, granted), "accepted of a friend")
}

// newGrantLife is a life of a deal on a network that bears long absences, but soon calls them one.
func newGrantLife(t *testing.T, friend bool) *life {
	t.Helper()
	return newLife(t, storage.Config{
		Chain: devnet.Config{Validators: 1, Accounts: 20}, Friend: friend,
		Params: func(p *networktypes.Params) {
			p.DefaultParams.Storage.LostEpochs, p.DefaultParams.Epoch.StaleEpochs = 24, 2
		},
	}, 20)
}

// manage lets founder, owner and giver change what is theirs.
func (l *life) manage() {
	h, net := l.holder(3), l.Record.Id
	l.Send(l.Founder, h.BootstrapMsg(l.Founder, l.Chain.Height()+1_000), &networktypes.MsgUpdateNetwork{
		Founder: l.Founder.String(), Network: net, Changes: []networktypes.TermChange{{Name: "storage.answer_blocks", Value: math.NewInt(24)}},
	})
	offer := networktypes.Offer{Region: "us", StorageBytes: 1 << 41, CommissionBps: storage.Commission}
	l.Send(h.Owner, &networktypes.MsgUpdateNode{Owner: h.Owner.String(), Network: net, Node: h.ID, Offer: offer})
	l.Send(l.giver, &networktypes.MsgUnbond{Giver: l.giver.String(), Network: net, Node: h.ID, Amount: math.NewInt(storage.Token)})
	l.Next()
	require.Equal(l.t, offer, h.Node().Offer)
	require.EqualValues(l.t, 2*storage.Bond-storage.Token, h.Node().TotalBond().Int64())
	l.ToEpoch(3)
	require.EqualValues(l.t, 24, l.Terms().Storage.AnswerBlocks)
	l.To(l.Chain.Height() + 16) // epoch 2 is proven
}

// pruneAndResume has a node suspended that was away, which then comes back.
func (l *life) pruneAndResume() {
	h := l.holder(3)
	h.Away = true
	l.ToEpoch(l.Owed(h.ID).LastProven + 4) // two epochs are over without a proof
	l.Do(l.giver, &networktypes.MsgPrune{Reporter: l.giver.String(), Network: l.Record.Id, Node: h.ID})
	require.Equal(l.t, networktypes.NODE_STATUS_SUSPENDED, h.Node().Status)
	h.Away = false
	l.Do(h.Operator, h.ResumeMsg())
	require.Equal(l.t, networktypes.NODE_STATUS_JOINED, h.Node().Status)
}

// settle extends the deal, cancels it, and has it settled as soon as its last proofs are over.
func (l *life) settle() {
	l.Do(l.client.Account, l.client.ExtendMsg(l.deal, 5))
	require.EqualValues(l.t, 26, l.Deal(l.deal).LastEpoch)
	last := l.Epoch()
	l.Do(l.client.Account, l.client.CancelMsg(l.deal))
	l.ToEpoch(last + 1)
	l.To(l.Chain.Height() + 15)
	require.False(l.t, l.IsSettled(l.deal))
	l.Do(l.giver, &tasktypes.MsgSettleDeal{Sender: l.giver.String(), Deal: l.deal})
	require.True(l.t, l.IsSettled(l.deal))
	l.ToEpoch(last + 3)
	require.Empty(l.t, l.State().Rewards.Fees)
}

// register announces another hash chain of the validator.
func (l *life) register() {
	v, next := l.Chain.Validators[0], devnet.NewHashChain("next", 64)
	l.Do(v.Account, &beacontypes.MsgRegister{Validator: v.Operator(), Tip: next.Tip(), Length: next.Length()})
	require.Equal(l.t, next.Tip(), revealer(l.t, l.Chain, v).Next.Tip)
}

// deed is one transaction without what differs by the road it came on.
type deed struct {
	// Height of its block, and its messages.
	Height int64
	Msgs   []string
	// Codespace and Code it ended with, the Answers to its messages, and its Events of Mesh.
	Codespace string
	Code      uint32
	Answers   []string
	Events    []string
}

// deeds returns what a life is made of, without the reveals, and what each account has paid for it.
func deeds(t *testing.T, l *life) ([]deed, map[string]sdk.Coins) {
	t.Helper()
	var list []deed
	fees := map[string]sdk.Coins{}
	each(t, l, func(b *devnet.Block, at int, tx sdk.FeeTx, msgs []sdk.Msg) {
		payer := sdk.AccAddress(tx.FeePayer()).String()
		fees[payer] = fees[payer].Add(tx.GetFee()...)
		rsp := b.Results[at]
		d := deed{Height: b.Height, Codespace: rsp.Codespace, Code: rsp.Code, Answers: answers(t, l, rsp), Events: meshEvents(rsp)}
		for _, m := range msgs {
			d.Msgs = append(d.Msgs, sdk.MsgTypeURL(m)+" "+m.String())
		}
		list = append(list, d)
	})
	return list, fees
}

// each calls a function with every transaction of a life that somebody signed, and the messages in it: those
// that the friend carries where there is one, of whom then all transactions must be.
func each(t *testing.T, l *life, do func(b *devnet.Block, at int, tx sdk.FeeTx, msgs []sdk.Msg)) {
	t.Helper()
	decode := l.Chain.Nodes[0].App.TxConfig().TxDecoder()
	for _, b := range l.Chain.Blocks {
		for at, bz := range b.Txs {
			tx, err := decode(bz)
			require.NoError(t, err)
			msgs := tx.GetMsgs()
			if _, ok := msgs[0].(*beacontypes.MsgReveal); ok {
				continue
			}
			if l.Friend != nil {
				require.Len(t, msgs, 1)
				exec := msgs[0].(*authz.MsgExec)
				require.Equal(t, l.Friend.String(), exec.Grantee)
				msgs, err = exec.GetMessages()
				require.NoError(t, err)
			}
			do(b, at, tx.(sdk.FeeTx), msgs)
		}
	}
}

// answers returns the answer to each message of a transaction.
func answers(t *testing.T, l *life, rsp *abci.ExecTxResult) []string {
	t.Helper()
	var data sdk.TxMsgData
	require.NoError(t, proto.Unmarshal(rsp.Data, &data))
	var list []string
	for _, r := range data.MsgResponses {
		if l.Friend == nil {
			list = append(list, hex.EncodeToString(r.Value))
			continue
		}
		var inner authz.MsgExecResponse
		require.NoError(t, proto.Unmarshal(r.Value, &inner))
		for _, bz := range inner.Results {
			list = append(list, hex.EncodeToString(bz))
		}
	}
	return list
}

// meshEvents returns the events of Mesh in a result, without the numbers of the messages that made them.
func meshEvents(rsp *abci.ExecTxResult) []string {
	var list []string
	for _, e := range rsp.Events {
		if !strings.HasPrefix(e.Type, "mesh.") {
			continue
		}
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool {
			return a.Key == "msg_index" || a.Key == "authz_msg_index"
		})
		list = append(list, e.String())
	}
	return list
}

// accepted returns the messages of Mesh that a life was made of and that were accepted, in order.
func accepted(t *testing.T, l *life) []string {
	t.Helper()
	var urls []string
	each(t, l, func(b *devnet.Block, at int, _ sdk.FeeTx, msgs []sdk.Msg) {
		for _, m := range msgs {
			if url := sdk.MsgTypeURL(m); strings.HasPrefix(url, "/mesh.") && b.Results[at].Code == abci.CodeTypeOK {
				urls = append(urls, url)
			}
		}
	})
	slices.Sort(urls)
	return slices.Compact(urls)
}

// requireSameDeeds holds that two lives are made of the same deeds, which left the same in the modules that
// requireSameState does not look at.
func requireSameDeeds(t *testing.T, a, b *life) {
	t.Helper()
	left, paid := deeds(t, a)
	right, paidByFriend := deeds(t, b)
	require.Equal(t, left, right)
	require.Equal(t, beaconOf(t, a), beaconOf(t, b))
	require.Equal(t, wealth(a, paid), wealth(b, paidByFriend))
}

// beaconOf returns the state of the beacon.
func beaconOf(t *testing.T, l *life) *beacontypes.GenesisState {
	t.Helper()
	n := l.Chain.Nodes[0]
	g, err := n.App.Keepers.Beacon.ExportGenesis(n.Context())
	require.NoError(t, err)
	return g
}

// wealth returns what every account has of every denom, and had before it paid fees.
func wealth(l *life, fees map[string]sdk.Coins) map[string]string {
	has := map[string]string{}
	n := l.Chain.Nodes[0]
	for _, b := range n.App.Keepers.Bank.GetAccountsBalances(n.Context()) {
		has[b.Address] = b.Coins.Add(fees[b.Address]...).String()
	}
	return has
}
