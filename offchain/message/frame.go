package message

import (
	"fmt"
	"io"
)

// WriteBody writes a frame that carries a body. The limit holds for the frame, which is at most MaxFrameOverhead bytes
// longer than the body. Errors as of WriteFrame.
func WriteBody(w io.Writer, body []byte, limit int) error {
	if body == nil {
		body = []byte{} // the generated encoder takes nil for no content at all
	}
	return writeFrame(w, &Frame{Content: &Frame_Body{Body: body}}, limit)
}

// WriteRefusal writes a frame that carries a refusal. Errors as of WriteFrame and of Refusal.Validate.
func WriteRefusal(w io.Writer, r *Refusal) error {
	if err := r.Validate(); err != nil {
		return fmt.Errorf("write refusal: %w", err)
	}
	return writeFrame(w, &Frame{Content: &Frame_Refusal{Refusal: r}}, MaxControlFrame)
}

// MaxFrameOverhead is what a frame adds to a body of up to MaxControlFrame: a tag and a length.
const MaxFrameOverhead = 4

func writeFrame(w io.Writer, f *Frame, limit int) error {
	b, err := f.Marshal()
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	return WriteFrame(w, b, limit)
}

// ReadBody reads a frame and returns its body, which may be empty. A refusal comes back as a *Refusal inside the
// error. Other errors as of ReadFrame and of Decode.
func ReadBody(r io.Reader, limit int) ([]byte, error) {
	b, err := ReadFrame(r, min(limit, MaxControlFrame))
	if err != nil {
		return nil, err
	}
	var f Frame
	if err := Decode(b, &f); err != nil {
		return nil, err
	}
	if refusal := f.GetRefusal(); refusal != nil {
		return nil, fmt.Errorf("read answer: %w", refusal)
	}
	return f.GetBody(), nil
}

// Validate checks that there is content, and a refusal's own bounds; its error wraps ErrInvalid.
func (m *Frame) Validate() error {
	switch content := m.Content.(type) {
	case *Frame_Body:
		return nil
	case *Frame_Refusal:
		return content.Refusal.Validate()
	default:
		return fmt.Errorf("%w: frame without content", ErrInvalid)
	}
}
