package message_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/message"
)

func TestValidateWatch(t *testing.T) {
	nonce, sig := make([]byte, 8), make([]byte, 64)
	for name, c := range map[string]struct {
		m  message.Body
		ok bool
	}{
		"ok: summons":                      {&message.Summons{Epoch: 1, Node: 2, Slots: 1 << 63, Nonce: nonce}, true},
		"fails: summons of no epoch":       {&message.Summons{Node: 2, Slots: 1, Nonce: nonce}, false},
		"fails: summons of nobody":         {&message.Summons{Epoch: 1, Slots: 1, Nonce: nonce}, false},
		"fails: summons to nothing":        {&message.Summons{Epoch: 1, Node: 2, Nonce: nonce}, false},
		"fails: summons without a nonce":   {&message.Summons{Epoch: 1, Node: 2, Slots: 1}, false},
		"fails: summons with a long nonce": {&message.Summons{Epoch: 1, Node: 2, Slots: 1, Nonce: make([]byte, 17)}, false},
		"ok: probe":                        {&message.Probe{Epoch: 1, Slot: 63, Watcher: 2, Nonce: nonce}, true},
		"fails: probe of slot 64":          {&message.Probe{Epoch: 1, Slot: 64, Watcher: 2, Nonce: nonce}, false},
		"fails: probe of no epoch":         {&message.Probe{Watcher: 2, Nonce: nonce}, false},
		"fails: probe by nobody":           {&message.Probe{Epoch: 1, Nonce: nonce}, false},
		"fails: probe without a nonce":     {&message.Probe{Epoch: 1, Watcher: 2}, false},
		"ok: answer":                       {&message.ProbeAnswer{Sig: sig}, true},
		"fails: short answer":              {&message.ProbeAnswer{Sig: sig[1:]}, false},
		"ok: attestation":                  {&message.Attestation{Epoch: 1, Watcher: 2, Sig: sig, Nonce: nonce}, true},
		"fails: attestation of slot 64":    {&message.Attestation{Epoch: 1, Slot: 64, Watcher: 2, Sig: sig, Nonce: nonce}, false},
		"fails: attestation by nobody":     {&message.Attestation{Epoch: 1, Sig: sig, Nonce: nonce}, false},
		"fails: attestation of no epoch":   {&message.Attestation{Watcher: 2, Sig: sig, Nonce: nonce}, false},
		"fails: long signature":            {&message.Attestation{Epoch: 1, Watcher: 2, Sig: append(sig, 0), Nonce: nonce}, false},
		"fails: attestation without nonce": {&message.Attestation{Epoch: 1, Watcher: 2, Sig: sig}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if !c.ok {
				require.ErrorIs(t, c.m.Validate(), message.ErrInvalid)
				return
			}
			require.NoError(t, c.m.Validate())
			require.NotEmpty(t, encode(t, c.m))
		})
	}
}

// FuzzWatch reads any bytes as each of the messages: what is read is written the same.
func FuzzWatch(f *testing.F) {
	nonce, sig := bytes.Repeat([]byte{7}, 8), bytes.Repeat([]byte{9}, 64)
	for _, m := range []message.Body{
		&message.Summons{Epoch: 1, Node: 2, Slots: 3, Nonce: nonce}, &message.Probe{Epoch: 1, Slot: 2, Watcher: 3, Nonce: nonce},
		&message.ProbeAnswer{Sig: sig}, &message.Attestation{Epoch: 1, Slot: 2, Watcher: 3, Sig: sig, Nonce: nonce},
	} {
		f.Add(encode(f, m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, m := range []message.Body{new(message.Summons), new(message.Probe), new(message.ProbeAnswer), new(message.Attestation)} {
			if message.Decode(b, m) == nil {
				require.Equal(t, b, encode(t, m))
			}
		}
	})
}
