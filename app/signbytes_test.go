package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/mesh-protocol/mesh/app"
)

// signBytes are what a wallet signs for one message in one transaction.
type signBytes struct {
	DirectSHA256 string          `json:"direct_sha256"`
	DirectLength int             `json:"direct_length"`
	AminoSHA256  string          `json:"amino_sha256"`
	AminoJSON    json.RawMessage `json:"amino_json"` // set on many lines to be read; the hash is of what is signed
}

// TestSignBytes compares what wallets sign for each message of ours, empty, filled and with the
// largest values, with testdata. Whoever changes a message sees here which signatures no longer
// verify; a message without a golden file fails.
func TestSignBytes(t *testing.T) {
	c := newChain(t)
	files := map[string]bool{}
	for _, d := range meshMsgs(t) {
		name := string(d.FullName())
		files[name+".json"] = true
		t.Run(name, func(t *testing.T) {
			got := map[string]signBytes{}
			for label, fill := range map[string]filler{"zero": nil, "filled": filled{}, "maximum": maximum{}} {
				got[label] = signBytesOf(t, c.TxConfig(), newMsg(t, c.InterfaceRegistry(), d, fill))
			}
			bz, err := json.MarshalIndent(got, "", "  ")
			require.NoError(t, err)
			golden(t, "signbytes/"+name+".json", string(bz)+"\n")
		})
	}
	entries, err := os.ReadDir("testdata/signbytes")
	require.NoError(t, err)
	for _, e := range entries {
		require.True(t, files[e.Name()], "%s is of no message", e.Name())
	}
}

// newMsg returns a message with every field filled, as the chain decodes it.
func newMsg(t *testing.T, registry codectypes.InterfaceRegistry, d protoreflect.MessageDescriptor, fill filler) sdk.Msg {
	t.Helper()
	m := dynamicpb.NewMessage(d)
	if fill != nil {
		fillMessage(m, fill)
	}
	bz, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	require.NoError(t, err)
	msg, err := registry.Resolve("/" + string(d.FullName()))
	require.NoError(t, err)
	require.NoError(t, gogoproto.Unmarshal(bz, msg))
	return msg
}

// signBytesOf returns what the member client would sign to send the message.
func signBytesOf(t *testing.T, cfg client.TxConfig, msg sdk.Msg) signBytes {
	t.Helper()
	m := who("client")
	b := cfg.NewTxBuilder()
	require.NoError(t, b.SetMsgs(msg))
	b.SetGasLimit(200_000)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 1_000)))
	b.SetMemo("memo")
	data := authsigning.SignerData{Address: m.text(), ChainID: chainID, AccountNumber: 7, Sequence: 9, PubKey: m.key.PubKey()}
	bytesIn := func(mode signing.SignMode) []byte {
		empty := &signing.SingleSignatureData{SignMode: mode}
		require.NoError(t, b.SetSignatures(signing.SignatureV2{PubKey: data.PubKey, Data: empty, Sequence: data.Sequence}))
		bz, err := authsigning.GetSignBytesAdapter(t.Context(), cfg.SignModeHandler(), mode, data, b.GetTx())
		require.NoError(t, err)
		return bz
	}
	direct, aminoJSON := bytesIn(signing.SignMode_SIGN_MODE_DIRECT), bytesIn(signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON)
	return signBytes{DirectSHA256: sha(direct), DirectLength: len(direct), AminoSHA256: sha(aminoJSON), AminoJSON: aminoJSON}
}

func sha(bz []byte) string {
	sum := sha256.Sum256(bz)
	return hex.EncodeToString(sum[:])
}
