package keeper_test

import (
	"bytes"
	"context"
	"errors"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

var errStaking = errors.New("staking is broken")

// fakeStaking knows validators by their consensus address and writes down what it is asked.
type fakeStaking struct {
	operators map[string][]byte
	lookups   int
	slashes   []slash
	broken    bool
}

// slash is one call of SlashProposer.
type slash struct {
	consensus []byte
	height    int64
	fraction  math.LegacyDec
}

// OperatorOf implements types.StakingKeeper.
func (s *fakeStaking) OperatorOf(_ context.Context, consensus []byte) ([]byte, error) {
	s.lookups++
	if s.broken {
		return nil, errStaking
	}
	return s.operators[string(consensus)], nil
}

// HasValidator implements types.StakingKeeper.
func (s *fakeStaking) HasValidator(_ context.Context, operator []byte) (bool, error) {
	if s.broken {
		return false, errStaking
	}
	for _, known := range s.operators {
		if bytes.Equal(known, operator) {
			return true, nil
		}
	}
	return false, nil
}

// SlashProposer implements types.StakingKeeper: everybody has the same stake.
func (s *fakeStaking) SlashProposer(_ context.Context, consensus []byte, height int64, fraction math.LegacyDec) (math.Int, error) {
	if s.broken {
		return math.Int{}, errStaking
	}
	s.slashes = append(s.slashes, slash{consensus, height, fraction})
	return fraction.MulInt64(stake).TruncateInt(), nil
}

// countingStore counts what is read from the module's store.
type countingStore struct {
	corestore.KVStoreService
	reads int
}

func newCountingStore(key *storetypes.KVStoreKey) *countingStore {
	return &countingStore{KVStoreService: runtime.NewKVStoreService(key)}
}

// OpenKVStore implements store.KVStoreService.
func (s *countingStore) OpenKVStore(ctx context.Context) corestore.KVStore {
	return countingKV{s.KVStoreService.OpenKVStore(ctx), s}
}

type countingKV struct {
	corestore.KVStore
	count *countingStore
}

// Get implements store.KVStore.
func (s countingKV) Get(key []byte) ([]byte, error) {
	s.count.reads++
	return s.KVStore.Get(key)
}

// encoding is how the chain reads transactions, with the beacon's messages only.
type encoding struct {
	codec codec.Codec
	tx    client.TxConfig
}

func newEncoding(t tester) encoding {
	t.Helper()
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles:     proto.HybridResolver,
		SigningOptions: signing.Options{AddressCodec: address.NewBech32Codec("mesh"), ValidatorAddressCodec: operators()},
	})
	require.NoError(t, err)
	types.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	return encoding{codec: cdc, tx: authtx.NewTxConfig(cdc, authtx.DefaultSignModes)}
}
