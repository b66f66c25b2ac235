package message

import "errors"

// Sentinels, for errors.Is. What proof refuses about keys and signatures keeps proof's own errors.
var (
	// ErrTooLarge: more bytes or fields than the limit; nothing was allocated for them.
	ErrTooLarge = errors.New("exceeds the size limit")
	// ErrTruncated: the input ends inside a frame.
	ErrTruncated = errors.New("input ends early")
	// ErrMalformed: the bytes are not a protobuf message of the type.
	ErrMalformed = errors.New("malformed message")
	// ErrNotCanonical: the bytes are readable but are not the one encoding of what they say.
	ErrNotCanonical = errors.New("encoding is not canonical")
	// ErrInvalid: a field breaks the bound its definition documents.
	ErrInvalid = errors.New("invalid message")
	// ErrVersion: an envelope of a version that this one does not speak.
	ErrVersion = errors.New("unknown envelope version")
	// ErrUnsigned: a signature is required and missing.
	ErrUnsigned = errors.New("envelope is not signed")
	// ErrStale: the height in an envelope is too far from our own.
	ErrStale = errors.New("height is too far from ours")
	// ErrSeen: the message was seen before.
	ErrSeen = errors.New("message was seen before")
	// ErrUnhandled: no handler is registered for the type or the event.
	ErrUnhandled = errors.New("no handler")
	// ErrTaken: the type or the event has a handler already.
	ErrTaken = errors.New("handler exists")
	// ErrWrongType: an envelope of another type or event than the topic's.
	ErrWrongType = errors.New("envelope of another type")
)
