package app_test

import (
	"maps"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// operations are what was asked of the stores of a chain, by the name of the store.
type operations struct {
	// reads are gets, iterators and the keys they walk, writes are sets and removals.
	reads, writes map[string]int
}

func newOperations() *operations { return &operations{map[string]int{}, map[string]int{}} }

// take returns what was counted, and counts from zero again.
func (o *operations) take() operations {
	was := operations{maps.Clone(o.reads), maps.Clone(o.writes)}
	clear(o.reads)
	clear(o.writes)
	return was
}

// countedStores are the stores of a chain. What is asked of them, and of any branch of them, is counted; what a branch writes back is not
// counted again.
type countedStores struct {
	storetypes.CommitMultiStore
	count *operations
}

func newCountedStores(db dbm.DB, count *operations) countedStores {
	return countedStores{store.NewCommitMultiStore(db, log.NewNopLogger()), count}
}

func (s countedStores) CacheMultiStore() storetypes.CacheMultiStore {
	return countedBranch{s.CommitMultiStore.CacheMultiStore(), s.count}
}

// branch has another name than the method that makes one.
type branch = storetypes.CacheMultiStore

// countedBranch is a branch of the stores.
type countedBranch struct {
	branch
	count *operations
}

func (b countedBranch) CacheMultiStore() storetypes.CacheMultiStore {
	return countedBranch{b.branch.CacheMultiStore(), b.count}
}

func (b countedBranch) GetKVStore(key storetypes.StoreKey) storetypes.KVStore {
	return countedStore{b.branch.GetKVStore(key), key.Name(), b.count}
}

// countedStore is the store of one module.
type countedStore struct {
	storetypes.KVStore
	name  string
	count *operations
}

func (s countedStore) Get(key []byte) []byte {
	s.count.reads[s.name]++
	return s.KVStore.Get(key)
}

func (s countedStore) Has(key []byte) bool {
	s.count.reads[s.name]++
	return s.KVStore.Has(key)
}

func (s countedStore) Set(key, value []byte) {
	s.count.writes[s.name]++
	s.KVStore.Set(key, value)
}

func (s countedStore) Delete(key []byte) {
	s.count.writes[s.name]++
	s.KVStore.Delete(key)
}

func (s countedStore) Iterator(start, end []byte) storetypes.Iterator {
	s.count.reads[s.name]++
	return countedIterator{s.KVStore.Iterator(start, end), s}
}

func (s countedStore) ReverseIterator(start, end []byte) storetypes.Iterator {
	s.count.reads[s.name]++
	return countedIterator{s.KVStore.ReverseIterator(start, end), s}
}

// countedIterator counts the keys that are walked over.
type countedIterator struct {
	storetypes.Iterator
	store countedStore
}

func (i countedIterator) Next() {
	i.store.count.reads[i.store.name]++
	i.Iterator.Next()
}
