package record

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// Limits of a manifest.
const (
	// MaxName bounds the name of an object in bytes.
	MaxName = 1024
	// MaxType bounds the media type in bytes.
	MaxType = 255

	manifestVersion = 1
)

// Manifest says what an object is called and what it is made of. A valid one has segment.Count(Size) segments.
type Manifest struct {
	Name     string     // UTF-8, at most MaxName bytes, perhaps empty; not fit to be a path
	Size     uint64     // in bytes
	Hash     [32]byte   // BLAKE3-256 of the object
	Segments [][32]byte // ids in the order of the object
	Modified int64      // Unix seconds, 0 if not known
	Type     string     // media type in visible ASCII and spaces, at most MaxType bytes, or empty
}

// Validate returns ErrManifest with the reason unless every bound holds.
func (m *Manifest) Validate() error {
	switch {
	case len(m.Name) > MaxName:
		return fmt.Errorf("%w: name of %d bytes, at most %d", ErrManifest, len(m.Name), MaxName)
	case !utf8.ValidString(m.Name):
		return fmt.Errorf("%w: name is not UTF-8", ErrManifest)
	case uint64(len(m.Segments)) != segment.Count(m.Size):
		return fmt.Errorf("%w: %d segments, %d bytes have %d", ErrManifest, len(m.Segments), m.Size, segment.Count(m.Size))
	case m.Modified < 0:
		return fmt.Errorf("%w: modified before 1970", ErrManifest)
	case len(m.Type) > MaxType || strings.ContainsFunc(m.Type, func(r rune) bool { return r < ' ' || r > '~' }):
		return fmt.Errorf("%w: media type is too long or not ASCII", ErrManifest)
	}
	return nil
}

// Encode returns the one encoding of the manifest, or ErrManifest, also for an object so large that its manifest does not
// fit into a segment.
func (m *Manifest) Encode() ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	w := wire.Manifest{
		V: manifestVersion, Name: m.Name, Size_: m.Size, Hash: m.Hash[:], Modified: m.Modified, Type: m.Type,
		Segments: make([]byte, 0, 32*len(m.Segments)),
	}
	for i := range m.Segments {
		w.Segments = append(w.Segments, m.Segments[i][:]...)
	}
	if w.Size() > segment.MaxPlain {
		return nil, fmt.Errorf("encode manifest: %w: %d bytes, at most %d", ErrManifest, w.Size(), segment.MaxPlain)
	}
	b, err := w.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return b, nil
}

// DecodeManifest reads what Encode wrote, or returns ErrManifest. It keeps nothing of b.
func DecodeManifest(b []byte) (*Manifest, error) {
	if len(b) > segment.MaxPlain {
		return nil, fmt.Errorf("decode manifest: %w: %d bytes, at most %d", ErrManifest, len(b), segment.MaxPlain)
	}
	var w wire.Manifest
	if err := w.Unmarshal(b); err != nil {
		return nil, fmt.Errorf("decode manifest: %w: %w", ErrManifest, err)
	}
	switch {
	case w.V != manifestVersion:
		return nil, fmt.Errorf("decode manifest: %w: version %d", ErrManifest, w.V)
	case len(w.Hash) != 32 || len(w.Segments)%32 != 0:
		return nil, fmt.Errorf("decode manifest: %w: hash or ids of segments cut off", ErrManifest)
	}
	m := &Manifest{
		Name: w.Name, Size: w.Size_, Hash: [32]byte(w.Hash), Modified: w.Modified, Type: w.Type,
		Segments: make([][32]byte, len(w.Segments)/32),
	}
	for i := range m.Segments {
		m.Segments[i] = [32]byte(w.Segments[32*i:])
	}
	again, err := m.Encode()
	if err != nil {
		return nil, fmt.Errorf("decode manifest: %w", err)
	}
	if !bytes.Equal(again, b) {
		return nil, fmt.Errorf("decode manifest: %w: not in its one encoding", ErrManifest)
	}
	return m, nil
}

// Seal returns the manifest sealed under the object key, which is the content of a segment, and the cid of the object. A
// key seals one manifest only: two under one key would undo the cipher. Errors: ErrManifest.
func (m *Manifest) Seal(key segment.Key) ([]byte, CID, error) {
	plain, err := m.Encode()
	if err != nil {
		return nil, CID{}, err
	}
	cipher, err := key.Manifest()
	if err != nil {
		return nil, CID{}, fmt.Errorf("seal manifest: %w", err)
	}
	content, err := cipher.Seal(nil, plain)
	if err != nil {
		return nil, CID{}, fmt.Errorf("seal manifest: %w", err)
	}
	return content, blake3.Sum256(content), nil
}

// OpenManifest returns the manifest of an object from its sealed bytes, whoever they came from. Errors: ErrMismatch if
// they do not have the hash in the cid, segment.ErrSealed if the key is another one, ErrManifest.
func OpenManifest(content []byte, id CID, key segment.Key) (*Manifest, error) {
	if blake3.Sum256(content) != id {
		return nil, fmt.Errorf("open manifest: %w", ErrMismatch)
	}
	cipher, err := key.Manifest()
	if err != nil {
		return nil, fmt.Errorf("open manifest: %w", err)
	}
	plain, err := cipher.Open(nil, content)
	if err != nil {
		return nil, fmt.Errorf("open manifest: %w", err)
	}
	return DecodeManifest(plain)
}
