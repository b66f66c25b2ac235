package node

import (
	"strconv"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// fingerprint tells two chains of one id apart, as when somebody makes a devnet anew: it covers what was fixed
// when the network was made. Peers compare it in their greetings.
func fingerprint(chainID string, n chain.Network) [32]byte {
	h := blake3.New(32, nil)
	for _, part := range []string{"mesh/fingerprint/v1", chainID, n.Id, n.Founder, n.Name, n.Token.Denom, strconv.FormatInt(n.CreatedHeight, 10)} {
		// Lengths keep two lists of parts from running together to the same bytes; writes to a hash do not fail.
		_, _ = h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return [32]byte(h.Sum(nil))
}
