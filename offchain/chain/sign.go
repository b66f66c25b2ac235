package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
)

// signatureBytes is the length of every signature of a secp256k1 key.
const signatureBytes = 64

// draft is a transaction whose content is settled and that waits for gas, fee and signature.
type draft struct {
	key      Key
	granter  string // who pays the fee; "" = the signer
	account  Account
	msgs     []*codectypes.Any
	expires  time.Time // of an unordered transaction; zero for an ordered one
	price    gasPrice  // what it pays
	until    uint64    // height of the last block it may be in; 0 for no bound
	gasLimit uint64
	fee      Coin
}

// bodyAndAuth returns the two parts of a transaction that a signature covers.
func (d *draft) bodyAndAuth() (body, auth []byte, err error) {
	b := &txtypes.TxBody{Messages: d.msgs, TimeoutHeight: d.until}
	sequence := d.account.Sequence
	if !d.expires.IsZero() {
		b.Unordered, b.TimeoutTimestamp, sequence = true, &d.expires, 0
	}
	public, err := codectypes.NewAnyWithValue(d.key.public)
	if err != nil {
		return nil, nil, fmt.Errorf("pack the public key: %w", err)
	}
	fee := &txtypes.Fee{GasLimit: d.gasLimit, Granter: d.granter}
	if d.fee.IsPositive() {
		fee.Amount = sdk.Coins{d.fee}
	}
	a := &txtypes.AuthInfo{Fee: fee, SignerInfos: []*txtypes.SignerInfo{{
		PublicKey: public,
		ModeInfo:  &txtypes.ModeInfo{Sum: &txtypes.ModeInfo_Single_{Single: &txtypes.ModeInfo_Single{Mode: signing.SignMode_SIGN_MODE_DIRECT}}},
		Sequence:  sequence,
	}}}
	if body, err = b.Marshal(); err != nil {
		return nil, nil, fmt.Errorf("encode the transaction: %w", err)
	}
	if auth, err = a.Marshal(); err != nil {
		return nil, nil, fmt.Errorf("encode the transaction: %w", err)
	}
	return body, auth, nil
}

// unsigned returns the transaction with an empty signature of the right length, as a simulation takes it.
func (d *draft) unsigned() ([]byte, error) {
	body, auth, err := d.bodyAndAuth()
	if err != nil {
		return nil, err
	}
	return rawTx(body, auth, make([]byte, signatureBytes))
}

// signed returns the transaction as it is sent to the chain of that id.
func (d *draft) signed(k *Keyring, chainID string) ([]byte, error) {
	body, auth, err := d.bodyAndAuth()
	if err != nil {
		return nil, err
	}
	doc := &txtypes.SignDoc{BodyBytes: body, AuthInfoBytes: auth, ChainId: chainID, AccountNumber: d.account.Number}
	preimage, err := doc.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode what is signed: %w", err)
	}
	signature, err := k.sign(d.key.Name, preimage)
	if err != nil {
		return nil, err
	}
	return rawTx(body, auth, signature)
}

func rawTx(body, auth, signature []byte) ([]byte, error) {
	raw, err := (&txtypes.TxRaw{BodyBytes: body, AuthInfoBytes: auth, Signatures: [][]byte{signature}}).Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode the transaction: %w", err)
	}
	return raw, nil
}

// txHash returns the name a transaction has everywhere: SHA-256 in upper-case hex.
func txHash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
