package devnet

import (
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// TypedEvents returns the events that were made of messages of type E, in their order.
func TypedEvents[E any, P interface {
	*E
	proto.Message
}](t testing.TB, events []abci.Event) []E {
	t.Helper()
	var list []E
	for _, e := range events {
		if e.Type != proto.MessageName(P(new(E))) {
			continue
		}
		// baseapp adds where in the block the event happened, and not as JSON.
		e.Attributes = slices.DeleteFunc(slices.Clone(e.Attributes), func(a abci.EventAttribute) bool { return a.Key == "mode" })
		parsed, err := sdk.ParseTypedEvent(e)
		require.NoError(t, err)
		list = append(list, *parsed.(P))
	}
	return list
}
