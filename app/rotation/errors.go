package rotation

import "errors"

// ErrNoKey is a validator whose key this node cannot sign with by itself.
var ErrNoKey = errors.New("the key of the validator is not at hand")
