package wire

import "errors"

// Sentinels, for errors.Is. What a holder answers is a *Refusal.
var (
	// ErrTooLarge: more bytes or fields than a message may have; nothing was allocated for them.
	ErrTooLarge = errors.New("exceeds the size limit")
	// ErrMalformed: the bytes are not a message of the type.
	ErrMalformed = errors.New("malformed message")
	// ErrNotCanonical: the bytes are readable but are not the one encoding of what they say.
	ErrNotCanonical = errors.New("encoding is not canonical")
	// ErrInvalid: a field breaks the bound that its definition documents.
	ErrInvalid = errors.New("invalid message")
	// ErrBody: a bulk frame is longer or shorter than the body asks for.
	ErrBody = errors.New("frame does not fit the body")
)
