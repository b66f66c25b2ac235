package proof

import (
	"crypto/ed25519"
	"fmt"
)

// Kinds of what the two ends of a probe sign. Both sign the same body; the kind says which of them did.
const (
	// KindAttestation is signed by the watcher: the node answered.
	KindAttestation = "attestation"
	// KindAnswer is signed by the node: the watcher asked.
	KindAnswer = "answer"
)

// MaxWatchSize bounds an encoded Watch: three integers of 64 bits and one of 32 with their tags.
const MaxWatchSize = 3*(1+maxVarint64) + (1 + 5)

// Watch is one duty of an epoch: a node that was drawn to watch asks another in a slot whether it is there. There is nothing to
// choose in it, so that whoever signs it twice, also after it came back from an old backup, has signed the same bytes.
type Watch struct {
	Epoch   uint64
	Slot    uint32 // 0 to the number of slots − 1
	Node    uint64 // number of the node that is watched
	Watcher uint64 // number of the node that watches
}

// Encode returns the canonical bytes, at most MaxWatchSize.
func (w Watch) Encode() []byte {
	b := make([]byte, 0, MaxWatchSize)
	b = appendUint(b, 1, w.Epoch)
	b = appendUint(b, 2, uint64(w.Slot))
	b = appendUint(b, 3, w.Node)
	return appendUint(b, 4, w.Watcher)
}

// DecodeWatch reads what Encode writes and nothing else. Errors: ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange,
// ErrNotCanonical.
func DecodeWatch(b []byte) (Watch, error) {
	var w Watch
	f := openBody(b, MaxWatchSize)
	w.Epoch = f.uint(1)
	w.Slot = f.uint32(2)
	w.Node = f.uint(3)
	w.Watcher = f.uint(4)
	if err := f.end(); err != nil {
		return Watch{}, fmt.Errorf("decode watch: %w", err)
	}
	return w, nil
}

// Attest signs that the node answered, with the watcher's peer key.
func (w Watch) Attest(key ed25519.PrivateKey, d Domain) ([]byte, error) {
	return SignBody(key, KindAttestation, d, w.Encode())
}

// VerifyAttestation checks the signature of the watcher's peer key; errors as of VerifyBody.
func (w Watch) VerifyAttestation(pub []byte, d Domain, sig []byte) error {
	return VerifyBody(pub, KindAttestation, d, w.Encode(), sig)
}

// Answer signs that the watcher asked, with the peer key of the node that is watched.
func (w Watch) Answer(key ed25519.PrivateKey, d Domain) ([]byte, error) {
	return SignBody(key, KindAnswer, d, w.Encode())
}

// VerifyAnswer checks the signature of the peer key of the node that is watched; errors as of VerifyBody.
func (w Watch) VerifyAnswer(pub []byte, d Domain, sig []byte) error {
	return VerifyBody(pub, KindAnswer, d, w.Encode(), sig)
}
