package journal_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestManyAtOnce(t *testing.T) {
	cfg := killConfig(t.TempDir())
	j, err := journal.Open(cfg)
	require.NoError(t, err)
	const workers, rounds = 8, 20
	var working, watching sync.WaitGroup
	stop := make(chan struct{})
	errs := make(chan error, workers*rounds*4)
	for w := range workers {
		working.Go(func() {
			for i := range rounds {
				name := fmt.Sprintf("%d/%06d", w, i)
				_, err := j.Append(t.Context(), receipt, []byte(name))
				errs <- err
				errs <- j.Put(t.Context(), intent(name))
				errs <- j.Retry(t.Context(), name, "no answer", 0)
				if i%2 == 0 {
					errs <- j.Done(t.Context(), name, outcomeOf(name))
				}
			}
		})
	}
	for _, watch := range []func() error{
		func() error { _, err := j.Compact(t.Context(), keepAll); return err },
		func() error { return j.Read(1, func(journal.Record) error { return nil }) },
		func() error { j.Due(time.Now(), 99); j.Stats(); return nil },
	} {
		watching.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if err := watch(); err != nil {
						panic(err)
					}
				}
			}
		})
	}
	working.Wait()
	close(stop)
	watching.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	j, err = journal.Open(cfg)
	require.NoError(t, err)
	require.Len(t, texts(t, j, 1), workers*rounds)
	due := j.Due(time.Now(), 1<<20)
	require.Len(t, due, workers*rounds/2)
	require.True(t, slices.IsSortedFunc(due, func(a, b journal.Intent) int { return int(a.Seq) - int(b.Seq) }))
	require.Equal(t, workers*rounds/2, j.Stats().Done)
	require.NoError(t, j.Close())
}
