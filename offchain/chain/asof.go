package chain

import (
	"context"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
)

// asOf collects of which block the answers to the calls of a context are the state: the height of the last block they
// know, the lowest if they differ, 0 if one does not say.
type asOf struct {
	height int64
	calls  int
}

type asOfKey struct{}

// withAsOf returns a context whose calls note their heights, one call after the other.
func withAsOf(ctx context.Context) (context.Context, *asOf) {
	a := &asOf{}
	return context.WithValue(ctx, asOfKey{}, a), a
}

// noteHeight is the interceptor that does it. A call that failed is one of no height.
func noteHeight(
	ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	a, ok := ctx.Value(asOfKey{}).(*asOf)
	if !ok {
		return call(ctx, method, req, reply, conn, opts...)
	}
	var header metadata.MD
	if err := call(ctx, method, req, reply, conn, append(opts, grpc.Header(&header))...); err != nil {
		return err
	}
	a.note(header.Get(grpctypes.GRPCBlockHeightHeader))
	return nil
}

func (a *asOf) note(header []string) {
	var height int64
	if len(header) == 1 {
		height, _ = strconv.ParseInt(header[0], 10, 64)
	}
	if a.calls == 0 || height < a.height {
		a.height = height
	}
	a.calls++
}
