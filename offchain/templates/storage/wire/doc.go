// Package wire is what clients, holders and those who rebuild say to each other about pieces and layouts: the messages
// with their bounds, their one encoding, the codes of what is refused, and frames over a work.Stream. The protocol is
// in docs/protocol/storage.md, section Streams; package holder answers it and package remote asks.
//
// A request and an answer are control frames, each perhaps followed by a body: bare bytes in bulk frames of BulkFrame
// bytes, the last shorter. The length of a body is known before its first frame, from the request or the answer.
//
// # Trust model
//
// Every byte comes from an enemy. The length of a message is limited by the frame, the number of its fields before
// anything is allocated for them, and a message counts only if encoding it again gives the same bytes; unknown fields
// are kept for later versions. A body of other frames than announced ends the stream, so that nobody can send a piece
// byte by byte, or without end. Whether roots, signatures and grants hold is not looked at here.
//
// # Limitations
//
// A piece is at most MaxPiece bytes, what the profile copy makes of a segment, so that the list of its CVs fits the
// answer. A change that keeps more than MaxRanges runs of segments has to send the whole list.
package wire
