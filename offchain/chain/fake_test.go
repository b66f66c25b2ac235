package chain_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1beta1 "cosmossdk.io/api/cosmos/auth/v1beta1"
	bankv1beta1 "cosmossdk.io/api/cosmos/bank/v1beta1"
	abciv1beta1 "cosmossdk.io/api/cosmos/base/abci/v1beta1"
	nodev1beta1 "cosmossdk.io/api/cosmos/base/node/v1beta1"
	queryv1beta1 "cosmossdk.io/api/cosmos/base/query/v1beta1"
	tmv1beta1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"
	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	p2pv1 "cosmossdk.io/api/tendermint/p2p"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
)

const fakeChain = "mesh-devnet-1"

// fakeTime is the time of every block of a fake node.
func fakeTime() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC) }

// fakeNode answers like a node whose state the test sets. Fields are set before the first call, and read
// after the last one.
type fakeNode struct {
	nodev1beta1.UnimplementedServiceServer
	chainID  string
	height   string // what it says of the block it answers from; "" = nothing
	hangs    bool   // it takes questions and answers none
	keeps    int64  // the first block it has not pruned
	accounts map[string]*authv1beta1.BaseAccount
	balances map[string][]*basev1beta1.Coin
	simulate func() *tmv1beta1.ABCIQueryResponse
	// take decides about a transaction; nil takes it into a block at once.
	take func(n *fakeNode, raw []byte) (*abciv1beta1.TxResponse, error)

	// answers, by full method, go before everything else.
	answers map[string]func(req any) (any, error)

	mu    sync.Mutex
	sent  [][]byte
	block map[string]*abciv1beta1.TxResponse
	calls int
}

func newFakeNode() *fakeNode {
	return &fakeNode{
		chainID: fakeChain, accounts: map[string]*authv1beta1.BaseAccount{}, balances: map[string][]*basev1beta1.Coin{},
		block: map[string]*abciv1beta1.TxResponse{},
		simulate: func() *tmv1beta1.ABCIQueryResponse {
			return &tmv1beta1.ABCIQueryResponse{Value: []byte(`{"gas_info":{"gas_wanted":"0","gas_used":"100000"},"result":{}}`)}
		},
	}
}

// rich gives an account number 7, sequence 3 and a thousand MESH.
func (n *fakeNode) rich(address string) {
	n.accounts[address] = &authv1beta1.BaseAccount{Address: address, AccountNumber: 7, Sequence: 3}
	n.balances[address] = []*basev1beta1.Coin{{Denom: "umesh", Amount: "1000000000"}}
}

// serve starts the node and returns its address.
func (n *fakeNode) serve(t *testing.T, more ...func(*grpc.Server)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	wire := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).GRPCCodec()
	s := grpc.NewServer(grpc.ForceServerCodec(wire), grpc.UnaryInterceptor(n.count))
	nodev1beta1.RegisterServiceServer(s, n)
	tmv1beta1.RegisterServiceServer(s, fakeComet{n: n})
	authv1beta1.RegisterQueryServer(s, fakeAuth{n: n})
	bankv1beta1.RegisterQueryServer(s, fakeBank{n: n})
	txv1beta1.RegisterServiceServer(s, fakeTx{n: n})
	for _, register := range more {
		register(s)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Stop()
		<-done
	})
	return l.Addr().String()
}

func (n *fakeNode) count(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	n.mu.Lock()
	n.calls++
	n.mu.Unlock()
	if n.height != "" {
		_ = grpc.SetHeader(ctx, metadata.Pairs("x-cosmos-block-height", n.height))
	}
	if n.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if answer, ok := n.answers[info.FullMethod]; ok {
		return answer(req)
	}
	return next(ctx, req)
}

// seen returns the transactions that arrived.
func (n *fakeNode) seen() [][]byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent
}

// called returns how many questions arrived.
func (n *fakeNode) called() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls
}

// include puts a transaction into block 42.
func (n *fakeNode) include(raw []byte, code uint32, log string) {
	hash := hashOf(raw)
	n.block[hash] = &abciv1beta1.TxResponse{Txhash: hash, Height: 42, Code: code, Codespace: "bank", RawLog: log, GasUsed: 90_000}
}

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func (n *fakeNode) Status(context.Context, *nodev1beta1.StatusRequest) (*nodev1beta1.StatusResponse, error) {
	return &nodev1beta1.StatusResponse{Height: 41, Timestamp: timestamppb.New(fakeTime())}, nil
}

type fakeComet struct {
	tmv1beta1.UnimplementedServiceServer
	n *fakeNode
}

func (f fakeComet) GetNodeInfo(context.Context, *tmv1beta1.GetNodeInfoRequest) (*tmv1beta1.GetNodeInfoResponse, error) {
	return &tmv1beta1.GetNodeInfoResponse{DefaultNodeInfo: &p2pv1.DefaultNodeInfo{Network: f.n.chainID}}, nil
}

// GetBlockByHeight knows the blocks that are not pruned, three seconds apart.
func (f fakeComet) GetBlockByHeight(_ context.Context, req *tmv1beta1.GetBlockByHeightRequest) (*tmv1beta1.GetBlockByHeightResponse, error) {
	if req.Height < f.n.keeps || req.Height > 40 {
		return nil, status.Errorf(codes.InvalidArgument, "no block %d", req.Height)
	}
	at := fakeTime().Add(-time.Duration(41-req.Height) * 3 * time.Second)
	return &tmv1beta1.GetBlockByHeightResponse{SdkBlock: &tmv1beta1.Block{Header: &tmv1beta1.Header{Height: req.Height, Time: timestamppb.New(at)}}}, nil
}

func (f fakeComet) ABCIQuery(_ context.Context, req *tmv1beta1.ABCIQueryRequest) (*tmv1beta1.ABCIQueryResponse, error) {
	if req.Path != "/app/simulate" {
		return nil, status.Errorf(codes.InvalidArgument, "path %s", req.Path)
	}
	return f.n.simulate(), nil
}

type fakeAuth struct {
	authv1beta1.UnimplementedQueryServer
	n *fakeNode
}

func (f fakeAuth) AccountInfo(_ context.Context, req *authv1beta1.QueryAccountInfoRequest) (*authv1beta1.QueryAccountInfoResponse, error) {
	f.n.mu.Lock()
	defer f.n.mu.Unlock()
	a, ok := f.n.accounts[req.Address]
	if !ok {
		return nil, status.Errorf(codes.NotFound, "account %s not found", req.Address)
	}
	return &authv1beta1.QueryAccountInfoResponse{Info: &authv1beta1.BaseAccount{Address: a.Address, AccountNumber: a.AccountNumber, Sequence: a.Sequence}}, nil
}

type fakeBank struct {
	bankv1beta1.UnimplementedQueryServer
	n *fakeNode
}

func (f fakeBank) Balance(_ context.Context, req *bankv1beta1.QueryBalanceRequest) (*bankv1beta1.QueryBalanceResponse, error) {
	for _, c := range f.n.balances[req.Address] {
		if c.Denom == req.Denom {
			return &bankv1beta1.QueryBalanceResponse{Balance: c}, nil
		}
	}
	return &bankv1beta1.QueryBalanceResponse{Balance: &basev1beta1.Coin{Denom: req.Denom, Amount: "0"}}, nil
}

// AllBalances gives two coins a page.
func (f fakeBank) AllBalances(_ context.Context, req *bankv1beta1.QueryAllBalancesRequest) (*bankv1beta1.QueryAllBalancesResponse, error) {
	all, from := f.n.balances[req.Address], 0
	if k := req.Pagination.GetKey(); len(k) == 1 {
		from = int(k[0])
	}
	to := min(from+2, len(all))
	page := &queryv1beta1.PageResponse{}
	if to < len(all) {
		page.NextKey = []byte{byte(to)}
	}
	return &bankv1beta1.QueryAllBalancesResponse{Balances: all[from:to], Pagination: page}, nil
}

func (f fakeBank) DenomMetadataByQueryString(_ context.Context, req *bankv1beta1.QueryDenomMetadataByQueryStringRequest) (*bankv1beta1.QueryDenomMetadataByQueryStringResponse, error) {
	if req.Denom != "umesh" {
		return nil, status.Errorf(codes.NotFound, "client metadata for denom %s", req.Denom)
	}
	return &bankv1beta1.QueryDenomMetadataByQueryStringResponse{Metadata: &bankv1beta1.Metadata{
		Base: "umesh", Display: "mesh", Name: "Mesh", Symbol: "MESH",
		DenomUnits: []*bankv1beta1.DenomUnit{{Denom: "umesh"}, {Denom: "mesh", Exponent: 6}},
	}}, nil
}

type fakeTx struct {
	txv1beta1.UnimplementedServiceServer
	n *fakeNode
}

func (f fakeTx) BroadcastTx(_ context.Context, req *txv1beta1.BroadcastTxRequest) (*txv1beta1.BroadcastTxResponse, error) {
	f.n.mu.Lock()
	defer f.n.mu.Unlock()
	f.n.sent = append(f.n.sent, req.TxBytes)
	if f.n.take == nil {
		f.n.include(req.TxBytes, 0, "")
		return &txv1beta1.BroadcastTxResponse{TxResponse: &abciv1beta1.TxResponse{}}, nil
	}
	res, err := f.n.take(f.n, req.TxBytes)
	return &txv1beta1.BroadcastTxResponse{TxResponse: res}, err
}

func (f fakeTx) GetTx(_ context.Context, req *txv1beta1.GetTxRequest) (*txv1beta1.GetTxResponse, error) {
	f.n.mu.Lock()
	defer f.n.mu.Unlock()
	if res, ok := f.n.block[req.Hash]; ok {
		return &txv1beta1.GetTxResponse{TxResponse: res}, nil
	}
	return nil, status.Error(codes.NotFound, fmt.Sprintf("tx not found: %s", req.Hash))
}
