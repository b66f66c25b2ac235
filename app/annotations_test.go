package app_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// A message without its signer annotation could be signed by nobody. What is registered is fixed
// when the program is built, so it is checked here and not at each start, half of which it took.
func TestEveryMessageNamesItsSigner(t *testing.T) {
	files, err := proto.MergedRegistry()
	require.NoError(t, err)
	require.NoError(t, msgservice.ValidateProtoAnnotations(files))
}
