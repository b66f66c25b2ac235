package keeper_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

const (
	// startTime is the block time at which a nodeFixture starts, in Unix seconds.
	startTime = 1_700_000_000
	// blockSeconds is the time between two blocks.
	blockSeconds = 5
	// epochBlocks and unbondingSeconds are a devnet's.
	epochBlocks      = 20
	unbondingSeconds = 60
	// minBond is that of the fixture's networks, in base units.
	minBond = 100
)

// nodeFixture is a fixture with networks of short epochs, and with fakes for the modules to the right.
type nodeFixture struct {
	*fixture
	nets   []types.Network
	duties *fakeDuties
	hooks  *fakeHooks
	// bondHooks are told of changes of bonds.
	bondHooks *fakeBondHooks
	// obligations say what else of a network is open, or fail.
	obligations *fakeObligations
}

// fakeObligations says what is open in each network, or fails.
type fakeObligations struct {
	open map[uint64]string
	err  error
}

func (o *fakeObligations) OpenIn(_ context.Context, network uint64) (string, error) {
	return o.open[network], o.err
}

// fakeDuties says which (network, node) is stale, and what each can come to pay.
type fakeDuties struct {
	stale    map[[2]uint64]bool
	exposure map[[2]uint64]int64
}

func (d *fakeDuties) IsStale(_ context.Context, network uint64, node types.Node) (bool, error) {
	return d.stale[[2]uint64{network, node.Id}], nil
}

func (d *fakeDuties) Exposure(_ context.Context, network, node uint64) (math.Int, error) {
	return math.NewInt(d.exposure[[2]uint64{network, node}]), nil
}

// fakeHooks notes the closed epochs of each network. A network in fail is refused before it is noted.
type fakeHooks struct {
	closed map[uint64][]uint64
	fail   map[uint64]bool
}

func (h *fakeHooks) AfterEpochClosed(_ context.Context, network, epoch uint64) error {
	if h.fail[network] {
		return errLedger
	}
	h.closed[network] = append(h.closed[network], epoch)
	return nil
}

// fakeBondHooks notes what the bonds of a node were each time they were about to change, or fails.
type fakeBondHooks struct {
	bonds func(ctx context.Context, network, node uint64) ([]types.Bond, error)
	seen  [][]types.Bond
	fail  bool
}

func (h *fakeBondHooks) BeforeBondsChanged(ctx context.Context, network, node uint64) error {
	if h.fail {
		return errLedger
	}
	bonds, err := h.bonds(ctx, network, node)
	h.seen = append(h.seen, bonds)
	return err
}

// newNodeFixture makes networks called Net 1, Net 2 and so on.
func newNodeFixture(t *testing.T, networks int) *nodeFixture {
	t.Helper()
	f := &nodeFixture{
		fixture: newFixture(t),
		duties:  &fakeDuties{stale: map[[2]uint64]bool{}, exposure: map[[2]uint64]int64{}},
		hooks:   &fakeHooks{closed: map[uint64][]uint64{}, fail: map[uint64]bool{}},
	}
	f.bondHooks = &fakeBondHooks{bonds: f.keeper.BondsOf}
	f.ctx = f.ctx.WithBlockTime(time.Unix(startTime, 0).UTC())
	p := types.DevnetParams()
	p.CreateFee.Amount = math.ZeroInt()
	_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
	f.obligations = &fakeObligations{open: map[uint64]string{}}
	f.keeper.Connect(f.hooks, f.bondHooks, f.duties, f.obligations)
	for i := range networks {
		f.found(t, fmt.Sprintf("Net %d", i+1), minBond)
	}
	return f
}

// found makes another network, with a minimum of bonds.
func (f *nodeFixture) found(t require.TestingT, name string, minBond int64) types.Network {
	msg := f.msg(t, name)
	msg.MinBond = math.NewInt(minBond)
	res, err := f.msgs.CreateNetwork(f.ctx, msg)
	require.NoError(t, err)
	n, err := f.keeper.Network(f.ctx, res.Seq)
	require.NoError(t, err)
	f.nets = append(f.nets, n)
	return n
}

// fund gives an account tokens of a network, out of what the founder was allocated.
func (f *nodeFixture) fund(t require.TestingT, n types.Network, to sdk.AccAddress, amount int64) {
	require.NoError(t, f.bank.move("fund", f.founder, to, coins(n.Token.Denom, amount)))
}

// has returns what an account has of a network's token.
func (f *nodeFixture) has(n types.Network, account sdk.AccAddress) int64 {
	return f.bank.balances[string(account)].AmountOf(n.Token.Denom).Int64()
}

// held returns what the module has of a network's token.
func (f *nodeFixture) held(n types.Network) int64 { return f.has(n, moduleAccount(types.ModuleName)) }

// operatorKey and hostKey return the same key for the same name.
func operatorKey(name string) *secp256k1.PrivKey {
	return secp256k1.GenPrivKeyFromSecret([]byte("operator " + name))
}

func hostKey(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("host " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func hostPublic(name string) []byte { return hostKey(name).Public().(ed25519.PublicKey) }

// operator returns the address of an operator.
func operator(name string) sdk.AccAddress { return operatorKey(name).PubKey().Address().Bytes() }

func domain(n types.Network) proof.Domain {
	return proof.Domain{ChainID: genesisChainID, Network: n.Id}
}

// bind signs that an operator and a host belong to an owner.
func bind(t require.TestingT, n types.Network, owner sdk.AccAddress, op, host string) (operatorSig, hostSig []byte) {
	b := proof.Binding{Owner: owner, Operator: operator(op), PeerKey: [32]byte(hostPublic(host))}
	pre, err := b.SignBytes(domain(n))
	require.NoError(t, err)
	operatorSig, err = operatorKey(op).Sign(pre)
	require.NoError(t, err)
	hostSig, err = b.Sign(hostKey(host), domain(n))
	require.NoError(t, err)
	return operatorSig, hostSig
}

// registration asks for a node whose operator and host have the given names.
func (f *nodeFixture) registration(t require.TestingT, n types.Network, owner sdk.AccAddress, op, host string, bond int64) *types.MsgRegisterNode {
	operatorSig, hostSig := bind(t, n, owner, op, host)
	return &types.MsgRegisterNode{
		Owner: f.text(t, owner), Network: n.Id, Offer: types.Offer{Region: "eu", StorageBytes: 1 << 40},
		OperatorKey: operatorKey(op).PubKey().Bytes(), OperatorSignature: operatorSig,
		PeerKey: hostPublic(host), PeerSignature: hostSig, Bond: math.NewInt(bond),
	}
}

// register makes a node of a funded owner with an own bond and returns its number.
func (f *nodeFixture) register(t require.TestingT, n types.Network, owner sdk.AccAddress, name string, bond int64) uint64 {
	f.fund(t, n, owner, bond+1)
	res, err := f.msgs.RegisterNode(f.ctx, f.registration(t, n, owner, name, name, bond))
	require.NoError(t, err)
	return res.Node
}

// node returns a node of a network.
func (f *nodeFixture) node(t require.TestingT, n types.Network, id uint64) types.Node {
	node, err := f.keeper.Node(f.ctx, n.Seq, id)
	require.NoError(t, err)
	return node
}

// give bonds an account's money for a node.
func (f *nodeFixture) give(t require.TestingT, n types.Network, node uint64, giver sdk.AccAddress, amount int64) error {
	_, err := f.msgs.Bond(f.ctx, &types.MsgBond{Giver: f.text(t, giver), Network: n.Id, Node: node, Amount: math.NewInt(amount)})
	return err
}

// unbond takes an account's money out of a node and returns when it is back.
func (f *nodeFixture) unbond(t require.TestingT, n types.Network, node uint64, giver sdk.AccAddress, amount int64) (int64, error) {
	res, err := f.msgs.Unbond(f.ctx, &types.MsgUnbond{Giver: f.text(t, giver), Network: n.Id, Node: node, Amount: math.NewInt(amount)})
	return res.GetCompletes(), err
}

// bonds returns what the query says of a node's bonds.
func (f *nodeFixture) bonds(t require.TestingT, n types.Network, node uint64) *types.QueryBondsResponse {
	res, err := f.queries.Bonds(f.ctx, &types.QueryBondsRequest{Network: n.Id, Node: node})
	require.NoError(t, err)
	return res
}

// calendar returns what a network does next.
func (f *nodeFixture) calendar(t require.TestingT, n types.Network) types.Calendar {
	cal, err := f.keeper.Calendar(f.ctx, n.Seq)
	require.NoError(t, err)
	return cal
}

// block begins the next block.
func (f *nodeFixture) block(t require.TestingT) {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithBlockTime(f.ctx.BlockTime().Add(blockSeconds * time.Second))
	require.NoError(t, f.keeper.BeginBlock(f.ctx))
}

// until begins blocks up to a height.
func (f *nodeFixture) until(t require.TestingT, height int64) {
	for f.ctx.BlockHeight() < height {
		f.block(t)
	}
}

// open begins blocks until the network's next epoch has opened, and returns its number.
func (f *nodeFixture) open(t require.TestingT, n types.Network) uint64 {
	cal := f.calendar(t, n)
	require.Positive(t, cal.RollsAt, "the network is dormant")
	f.until(t, cal.RollsAt)
	require.Equal(t, cal.Epoch+1, f.calendar(t, n).Epoch)
	return cal.Epoch + 1
}

// bytes returns the address that messages carry as text.
func (f *nodeFixture) bytes(t require.TestingT, text string) sdk.AccAddress {
	bz, err := f.addresses.StringToBytes(text)
	require.NoError(t, err)
	return bz
}
