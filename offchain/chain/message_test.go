package chain_test

import (
	"crypto/ed25519"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// chainCodec reads messages as the chain does.
func chainCodec(t *testing.T) *codec.ProtoCodec {
	t.Helper()
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: gogoproto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec: addresscodec.NewBech32Codec("mesh"), ValidatorAddressCodec: addresscodec.NewBech32Codec("meshvaloper"),
		},
	})
	require.NoError(t, err)
	for _, register := range []func(codectypes.InterfaceRegistry){
		cryptocodec.RegisterInterfaces, feegrant.RegisterInterfaces, networktypes.RegisterInterfaces, taskstypes.RegisterInterfaces, rewardstypes.RegisterInterfaces,
	} {
		register(registry)
	}
	return codec.NewProtoCodec(registry)
}

// host is a libp2p host's key.
func host() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytesOf(1)) }

// TestMessages: every message is, on the wire, what it says, and is signed by who it says.
func TestMessages(t *testing.T) {
	const who = wordsAddress
	ref, node := work.IndexRef{Deal: 12, Index: 2}, chain.Operated{Operator: who, Network: network}
	l := work.Layout{Version: 6, Root: root(7), Bytes: 2048}
	coin := chain.Coin{Denom: "net_1a2b3c4d/ustr", Amount: math.NewInt(9)}
	bound := chain.Bound{OperatorKey: []byte{1}, OperatorSignature: []byte{2}, PeerKey: []byte{3}, PeerSignature: []byte{4}}
	for name, tc := range map[string]struct {
		make   func() (chain.Msg, error)
		want   gogoproto.Message
		spends []chain.Coin
	}{
		"register": {
			func() (chain.Msg, error) {
				return chain.RegisterNode(who, network, bound, work.Offer{Region: "eu-1", StorageBytes: 1, MemoryBytes: 2, CommissionBps: 3}, coin)
			},
			&networktypes.MsgRegisterNode{
				Owner: who, Network: network, OperatorKey: []byte{1}, OperatorSignature: []byte{2}, PeerKey: []byte{3}, PeerSignature: []byte{4},
				Offer: networktypes.Offer{Region: "eu-1", StorageBytes: 1, MemoryBytes: 2, CommissionBps: 3}, Bond: math.NewInt(9),
			}, []chain.Coin{coin},
		},
		"bond":   {func() (chain.Msg, error) { return chain.BondNode(who, network, 3, coin) }, &networktypes.MsgBond{Giver: who, Network: network, Node: 3, Amount: math.NewInt(9)}, []chain.Coin{coin}},
		"unbond": {func() (chain.Msg, error) { return chain.UnbondNode(who, network, 3, math.NewInt(9)) }, &networktypes.MsgUnbond{Giver: who, Network: network, Node: 3, Amount: math.NewInt(9)}, nil},
		"leave":  {func() (chain.Msg, error) { return chain.LeaveNetwork(who, network, 3) }, &networktypes.MsgLeave{Owner: who, Network: network, Node: 3}, nil},
		"resume": {func() (chain.Msg, error) { return chain.ResumeNode(who, network, 3) }, &networktypes.MsgResume{Operator: who, Network: network, Node: 3}, nil},
		"open a deal": {
			func() (chain.Msg, error) {
				return chain.OpenDeal(who, chain.NewDeal{
					Network: network, Profile: work.Profile{K: 2, N: 3}, Space: 4096, Epochs: 7, MaxRate: math.NewInt(5), Region: "eu", Without: []string{"mesh1x"},
				})
			},
			&taskstypes.MsgOpenDeal{
				Client: who, Network: network, Profile: taskstypes.Profile{K: 2, N: 3}, Space: 4096, Epochs: 7, MaxRate: math.NewInt(5), Region: "eu", Without: []string{"mesh1x"},
			}, nil,
		},
		"draw":      {func() (chain.Msg, error) { return chain.DrawDeal(who, 12) }, &taskstypes.MsgDrawDeal{Sender: who, Deal: 12}, nil},
		"node draw": {func() (chain.Msg, error) { return node.Draw(12) }, &taskstypes.MsgDrawDeal{Sender: who, Deal: 12}, nil},
		"commit": {
			func() (chain.Msg, error) {
				return chain.CommitLayout(who, 12, l, []chain.SignedAck{{Index: 0, Signature: []byte{8}}, {Index: 2, Signature: []byte{9}}})
			},
			&taskstypes.MsgCommitLayout{
				Client: who, Deal: 12, Layout: taskstypes.Layout{Version: 6, Root: bytesOf(7), Bytes: 2048},
				Acks: []taskstypes.SignedAck{{Index: 0, Signature: []byte{8}}, {Index: 2, Signature: []byte{9}}},
			}, nil,
		},
		"extend":       {func() (chain.Msg, error) { return chain.ExtendDeal(who, 12, 5) }, &taskstypes.MsgExtendDeal{Client: who, Deal: 12, Epochs: 5}, nil},
		"cancel":       {func() (chain.Msg, error) { return chain.CancelDeal(who, 12) }, &taskstypes.MsgCancelDeal{Client: who, Deal: 12}, nil},
		"settle":       {func() (chain.Msg, error) { return chain.SettleDeal(who, 12) }, &taskstypes.MsgSettleDeal{Sender: who, Deal: 12}, nil},
		"request open": {func() (chain.Msg, error) { return chain.RequestOpen(who, ref, 99) }, &taskstypes.MsgRequestOpen{Requester: who, Deal: 12, Index: 2, Position: 99}, nil},
		"ack": {
			func() (chain.Msg, error) { return node.Ack([]work.Ack{{Ref: ref, Version: 6}}) },
			&taskstypes.MsgAck{Operator: who, Network: network, Acks: []taskstypes.IndexAck{{Deal: 12, Index: 2, Version: 6}}}, nil,
		},
		"claim": {
			func() (chain.Msg, error) {
				return node.Claim(work.Claim{
					Epoch: 4, Deals: proof.Node{Hash: root(5), Sum: proof.U128{Hi: 1}}, Slots: proof.Node{Hash: root(6), Sum: u(3)},
					Duties: proof.Node{Hash: root(7), Sum: u(9)},
				})
			},
			&taskstypes.MsgClaim{
				Operator: who, Network: network, Epoch: 4, Root: bytesOf(5), Total: chain.IntOf(proof.U128{Hi: 1}), UptimeRoot: bytesOf(6), UptimeSlots: 3,
				DutyRoot: bytesOf(7), DutyWorth: 9,
			}, nil,
		},
		"claim of nothing but duties": {
			func() (chain.Msg, error) {
				return node.Claim(work.Claim{Epoch: 4, Duties: proof.Node{Hash: root(7), Sum: u(9)}})
			},
			&taskstypes.MsgClaim{Operator: who, Network: network, Epoch: 4, Total: chain.IntOf(proof.U128{}), DutyRoot: bytesOf(7), DutyWorth: 9}, nil,
		},
		"prove": {
			func() (chain.Msg, error) {
				return node.Prove(work.Proven{Epoch: 4, Deals: []byte{1, 2}, Slots: []byte{3}, Duties: []byte{4}})
			},
			&taskstypes.MsgProve{Operator: who, Network: network, Epoch: 4, Proof: []byte{1, 2}, Uptime: []byte{3}, Duties: []byte{4}}, nil,
		},
		"report":  {func() (chain.Msg, error) { return node.ReportLoss(ref) }, &taskstypes.MsgReportLoss{Operator: who, Network: network, Deal: 12, Index: 2}, nil},
		"declare": {func() (chain.Msg, error) { return node.DeclareLoss(ref) }, &taskstypes.MsgDeclareLoss{Sender: who, Deal: 12, Index: 2}, nil},
		"prune":   {func() (chain.Msg, error) { return node.Prune(8) }, &networktypes.MsgPrune{Reporter: who, Network: network, Node: 8}, nil},
		"take":    {func() (chain.Msg, error) { return node.TakeIndex(ref) }, &taskstypes.MsgTakeIndex{Operator: who, Network: network, Deal: 12, Index: 2}, nil},
		"answer": {
			func() (chain.Msg, error) { return node.AnswerOpen(5, []byte{1}, []byte{2}) },
			&taskstypes.MsgAnswerOpen{Operator: who, Request: 5, LayoutOpening: []byte{1}, ChunkOpening: []byte{2}}, nil,
		},
		"open channel": {
			func() (chain.Msg, error) {
				return chain.OpenChannel(who, "umesh", chain.NewChannel{Network: network, Node: 3, Key: root(5), Deposit: u(700), Expires: 99})
			},
			&taskstypes.MsgOpenChannel{Client: who, Network: network, Node: 3, Key: bytesOf(5), Deposit: math.NewInt(700), Expires: 99},
			[]chain.Coin{{Denom: "umesh", Amount: math.NewInt(700)}},
		},
		"top up a channel": {
			func() (chain.Msg, error) { return chain.TopUpChannel(who, "umesh", 4, u(70), 99) },
			&taskstypes.MsgTopUpChannel{Client: who, Channel: 4, Amount: math.NewInt(70), Expires: 99}, []chain.Coin{{Denom: "umesh", Amount: math.NewInt(70)}},
		},
		"keep a channel open": {
			func() (chain.Msg, error) { return chain.TopUpChannel(who, "umesh", 4, u(0), 99) },
			&taskstypes.MsgTopUpChannel{Client: who, Channel: 4, Amount: math.ZeroInt(), Expires: 99}, nil,
		},
		"close a channel": {func() (chain.Msg, error) { return chain.CloseChannel(who, 4) }, &taskstypes.MsgCloseChannel{Sender: who, Channel: 4}, nil},
		"redeem": {
			func() (chain.Msg, error) {
				return chain.RedeemVouchers(who, []work.Voucher{{
					Voucher: proof.Voucher{Channel: 4, Amount: u(70), Count: 2, Evidence: root(5)}, Signature: [64]byte{1, 2},
				}})
			},
			&taskstypes.MsgRedeemVouchers{Sender: who, Vouchers: []taskstypes.Voucher{{
				Channel: 4, Amount: math.NewInt(70), Count: 2, Evidence: bytesOf(5), Signature: append([]byte{1, 2}, make([]byte, 62)...),
			}}}, nil,
		},
		"withdraw": {func() (chain.Msg, error) { return chain.Withdraw(who, network, 3) }, &rewardstypes.MsgWithdraw{Sender: who, Network: network, Node: 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := tc.make()
			require.NoError(t, err)
			packed, spends := chain.Content(m)
			require.Equal(t, "/"+gogoproto.MessageName(tc.want), packed.TypeUrl)
			require.Equal(t, tc.spends, spends)
			got := reflect.New(reflect.TypeOf(tc.want).Elem()).Interface().(gogoproto.Message)
			require.NoError(t, gogoproto.Unmarshal(packed.Value, got))
			require.Equal(t, tc.want, got)
			requireSigner(t, packed)
		})
	}
}

// requireSigner fails unless the account of the tests signs the message.
func requireSigner(t *testing.T, packed *codectypes.Any) {
	t.Helper()
	signers, _, err := chainCodec(t).GetMsgAnySigners(packed)
	require.NoError(t, err)
	require.Len(t, signers, 1)
	signer, err := addresscodec.NewBech32Codec("mesh").BytesToString(signers[0])
	require.NoError(t, err)
	require.Equal(t, wordsAddress, signer)
}

func TestNegativeCommission(t *testing.T) {
	m, err := chain.RegisterNode(wordsAddress, network, chain.Bound{}, work.Offer{CommissionBps: -1}, chain.Coin{Amount: math.ZeroInt()})
	require.NoError(t, err)
	packed, _ := chain.Content(m)
	var got networktypes.MsgRegisterNode
	require.NoError(t, gogoproto.Unmarshal(packed.Value, &got))
	require.Zero(t, got.Offer.CommissionBps)
}

// TestGrantOperatorFees: an allowance for the messages of a node only, renewed daily.
func TestGrantOperatorFees(t *testing.T) {
	m, err := chain.GrantOperatorFees(wordsAddress, account, chain.Coin{Denom: "umesh", Amount: math.NewInt(5)}, fakeTime())
	require.NoError(t, err)
	packed, spends := chain.Content(m)
	require.Empty(t, spends)
	requireSigner(t, packed)
	var got sdk.Msg
	require.NoError(t, chainCodec(t).UnpackAny(&codectypes.Any{TypeUrl: packed.TypeUrl, Value: packed.Value}, &got))
	grant := got.(*feegrant.MsgGrantAllowance)
	require.Equal(t, []string{wordsAddress, account}, []string{grant.Granter, grant.Grantee})
	limited, err := grant.GetFeeAllowanceI()
	require.NoError(t, err)
	allowed := limited.(*feegrant.AllowedMsgAllowance)
	for _, m := range []gogoproto.Message{
		&taskstypes.MsgClaim{}, &taskstypes.MsgProve{}, &taskstypes.MsgAck{}, &taskstypes.MsgTakeIndex{}, &taskstypes.MsgDrawDeal{}, &taskstypes.MsgReportLoss{},
		&taskstypes.MsgDeclareLoss{}, &taskstypes.MsgRequestOpen{}, &taskstypes.MsgAnswerOpen{}, &networktypes.MsgResume{}, &networktypes.MsgPrune{},
		&rewardstypes.MsgWithdraw{}, &taskstypes.MsgRedeemVouchers{},
	} {
		require.Contains(t, allowed.AllowedMessages, "/"+gogoproto.MessageName(m))
	}
	require.Len(t, allowed.AllowedMessages, 13, "and nothing else: no send, no bond")
	inner, err := allowed.GetAllowance()
	require.NoError(t, err)
	periodic := inner.(*feegrant.PeriodicAllowance)
	require.Equal(t, 24*time.Hour, periodic.Period)
	require.Equal(t, "5umesh", periodic.PeriodSpendLimit.String())
	require.Equal(t, "5umesh", periodic.PeriodCanSpend.String())
	require.Equal(t, fakeTime().Add(24*time.Hour), periodic.PeriodReset.UTC())
	require.NoError(t, periodic.ValidateBasic())
	require.NoError(t, allowed.ValidateBasic())
}

// TestBind: what a keyring and a host sign is what the chain verifies, for that owner, network and chain only.
func TestBind(t *testing.T) {
	s := newSigner(t)
	d := proof.Domain{ChainID: fakeChain, Network: network}
	b, err := s.keyring.Bind(d, wordsAddress, "owner", host())
	require.NoError(t, err)
	owner, err := addresscodec.NewBech32Codec("mesh").StringToBytes(wordsAddress)
	require.NoError(t, err)
	whole := networktypes.Binding{Domain: d, Owner: owner, OperatorKey: b.OperatorKey, PeerKey: b.PeerKey}
	require.NoError(t, whole.Verify(b.OperatorSignature, b.PeerSignature))
	require.Equal(t, []byte(host().Public().(ed25519.PublicKey)), b.PeerKey)
	require.Equal(t, s.key.Account(), whole.Operator())
	for name, spoil := range map[string]func(*networktypes.Binding){
		"another owner":   func(b *networktypes.Binding) { b.Owner = []byte(strings.Repeat("x", 20)) },
		"another network": func(b *networktypes.Binding) { b.Domain.Network = "net_00000001" },
		"another chain":   func(b *networktypes.Binding) { b.Domain.ChainID = "mesh-1" },
		"another host":    func(b *networktypes.Binding) { b.PeerKey = bytesOf(2) },
	} {
		t.Run(name, func(t *testing.T) {
			other := whole
			spoil(&other)
			require.ErrorIs(t, other.Verify(b.OperatorSignature, b.PeerSignature), networktypes.ErrInvalidSignature)
		})
	}
	_, err = s.keyring.Bind(d, "cosmos1x", "owner", host())
	require.ErrorIs(t, err, chain.ErrInvalid)
	_, err = s.keyring.Bind(d, wordsAddress, "nobody", host())
	require.ErrorIs(t, err, chain.ErrKeyNotFound)
	_, err = s.keyring.Bind(proof.Domain{}, wordsAddress, "owner", host())
	require.Error(t, err, "no chain and no network")
}

// TestPublishBootstrap: the chain takes the record, signed by the host.
func TestPublishBootstrap(t *testing.T) {
	d := proof.Domain{ChainID: fakeChain, Network: network}
	m, err := chain.PublishBootstrap(wordsAddress, d, host(), []string{"/ip4/1.2.3.4/tcp/4001"}, 90)
	require.NoError(t, err)
	packed, spends := chain.Content(m)
	require.Empty(t, spends)
	requireSigner(t, packed)
	var got networktypes.MsgPublishBootstrap
	require.NoError(t, gogoproto.Unmarshal(packed.Value, &got))
	require.Equal(t, []string{wordsAddress, network}, []string{got.Publisher, got.Network})
	require.Equal(t, []string{"/ip4/1.2.3.4/tcp/4001"}, got.Record.Addrs)
	require.Equal(t, int64(90), got.Record.ExpiresHeight)
	require.Equal(t, []byte(host().Public().(ed25519.PublicKey)), got.Record.PeerKey)
	require.NoError(t, got.Record.Verify(d, got.PeerSignature))
	require.Error(t, got.Record.Verify(proof.Domain{ChainID: fakeChain, Network: "net_00000001"}, got.PeerSignature))
	require.Equal(t, int64(networktypes.MaxBootstrapBlocks), int64(chain.MaxBootstrapBlocks))
}

func TestSignAccount(t *testing.T) {
	s := newSigner(t)
	public, signature, err := s.keyring.SignAccount("owner", []byte("said"))
	require.NoError(t, err)
	require.NoError(t, chain.VerifyAccount(s.key.Address, public, []byte("said"), signature))
	bad := append([]byte{}, signature...)
	bad[5] ^= 1
	for name, err := range map[string]error{
		"other bytes":     chain.VerifyAccount(s.key.Address, public, []byte("meant"), signature),
		"other address":   chain.VerifyAccount(wordsAddress, public, []byte("said"), signature),
		"other signature": chain.VerifyAccount(s.key.Address, public, []byte("said"), bad),
		"none":            chain.VerifyAccount(s.key.Address, public, []byte("said"), nil),
		"short key":       chain.VerifyAccount(s.key.Address, public[:32], []byte("said"), signature),
		"no key":          chain.VerifyAccount(s.key.Address, nil, []byte("said"), signature),
		"a key off curve": chain.VerifyAccount(s.key.Address, append([]byte{9}, public[1:]...), []byte("said"), signature),
		"no address":      chain.VerifyAccount("", public, []byte("said"), signature),
	} {
		require.ErrorIs(t, err, chain.ErrInvalid, name)
	}
	_, _, err = s.keyring.SignAccount("nobody", []byte("said"))
	require.ErrorIs(t, err, chain.ErrKeyNotFound)
}

// TestUnsigned: the SDK reads the transaction, with its messages, and finds fee and gas in it.
func TestUnsigned(t *testing.T) {
	register, err := chain.RegisterNode(wordsAddress, network, chain.Bound{PeerKey: bytesOf(1)}, work.Offer{Region: "eu"}, chain.Coin{Denom: "x", Amount: math.NewInt(9)})
	require.NoError(t, err)
	grant, err := chain.GrantOperatorFees(wordsAddress, account, chain.Coin{Denom: "umesh", Amount: math.NewInt(5)}, fakeTime())
	require.NoError(t, err)
	bz, err := newClient(t, testConfig(refusing(t)), nil).Unsigned(register, grant)
	require.NoError(t, err)
	require.True(t, json.Valid(bz))
	var tx txtypes.Tx
	require.NoError(t, chainCodec(t).UnmarshalJSON(bz, &tx))
	require.Empty(t, tx.Signatures)
	require.Equal(t, uint64(1_000_000), tx.AuthInfo.Fee.GasLimit)
	require.Equal(t, "5000umesh", tx.AuthInfo.Fee.Amount.String())
	require.Len(t, tx.Body.Messages, 2)
	for i, m := range []chain.Msg{register, grant} {
		want, _ := chain.Content(m)
		require.Equal(t, want.TypeUrl, tx.Body.Messages[i].TypeUrl)
		require.Equal(t, want.Value, tx.Body.Messages[i].Value)
		requireSigner(t, tx.Body.Messages[i])
	}
}
