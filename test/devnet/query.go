package devnet

import (
	"context"
	"errors"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var errNoStreams = errors.New("a node of a devnet answers no streams")

// Conn is a connection to one node for the query clients that are generated from protobuf. Errors
// carry the codespace and code that the node gives, which errors.Is understands.
type Conn struct {
	node *Node
	// height is the state asked for, 0 the latest.
	height int64
}

var _ grpc.ClientConnInterface = Conn{}

// Conn asks the first node about the latest state.
func (c *Chain) Conn() Conn { return c.Nodes[0].Conn() }

// Conn asks the node about its latest state.
func (n *Node) Conn() Conn { return Conn{node: n} }

// At asks about the state after an earlier block.
func (q Conn) At(height int64) Conn { return Conn{node: q.node, height: height} }

// Invoke implements grpc.ClientConnInterface.
func (q Conn) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	bz, err := proto.Marshal(args.(proto.Message))
	if err != nil {
		return err
	}
	rsp, err := q.node.App.Query(ctx, &abci.RequestQuery{Path: method, Data: bz, Height: q.height})
	if err != nil {
		return err
	}
	if !rsp.IsOK() {
		return errorsmod.ABCIError(rsp.Codespace, rsp.Code, rsp.Log)
	}
	return proto.Unmarshal(rsp.Value, reply.(proto.Message))
}

// NewStream implements grpc.ClientConnInterface; it always fails.
func (Conn) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errNoStreams
}

// Balance returns what an account has of a denom.
func (c *Chain) Balance(who sdk.AccAddress, denom string) math.Int {
	n := c.Nodes[0]
	return n.App.Keepers.Bank.GetBalance(n.Context(), who, denom).Amount
}
