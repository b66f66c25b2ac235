package wire_test

import (
	"bytes"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// fill returns n bytes of one value.
func fill(value byte, n int) []byte { return bytes.Repeat([]byte{value}, n) }

func grantRequest() *wire.Request {
	return &wire.Request{Grant: &wire.Grant{Deal: 7, Index: 255, Height: 9, ClientKey: fill(1, 33), Signature: fill(2, 64)}}
}

func putRequest() *wire.Request {
	return &wire.Request{Put: &wire.Put{Root: fill(3, 32), Length: wire.MaxPiece}}
}

func getRequest() *wire.Request {
	return &wire.Request{Get: &wire.Get{Root: fill(3, 32), Offset: 5, Length: wire.MaxPiece - 5}}
}

func layoutRequest() *wire.Request {
	return &wire.Request{Layout: &wire.GetLayout{Deal: 1, Version: 1, Root: fill(4, 32)}}
}

func storeRequest() *wire.Request {
	return &wire.Request{Store: &wire.Store{
		Deal: 1, Version: 3, Base: 2, BaseRoot: fill(5, 32), Kept: []wire.Range{{From: 0, Count: 1}, {From: 2, Count: 3}}, ListBytes: wire.MaxList,
	}}
}

func payRequest() *wire.Request {
	return &wire.Request{Pay: &wire.Pay{Channel: 300, Amount: fill(8, 16), Count: 2, Evidence: fill(0, 32), Signature: fill(9, 64)}}
}

// askRequest is a Pay that hands nothing over.
func askRequest() *wire.Request { return &wire.Request{Pay: &wire.Pay{Channel: 1<<64 - 1}} }

func fellowRequest() *wire.Request { return &wire.Request{Fellow: &wire.Fellow{Deal: 300}} }

func requests() []*wire.Request {
	return []*wire.Request{
		grantRequest(), putRequest(), getRequest(), layoutRequest(), storeRequest(), payRequest(), askRequest(), fellowRequest(),
	}
}

// standing is where a channel stands of which something is used.
func standing() *wire.Answer {
	return &wire.Answer{Account: &wire.Account{Amount: fill(8, 16), Count: 2, Evidence: fill(5, 32), Signature: fill(9, 64), Used: fill(7, 16)}}
}

func given() *wire.Answer {
	return &wire.Answer{Length: wire.MaxPiece, Follow: 1, Cvs: fill(6, 512*32)}
}

func answers() []*wire.Answer {
	missing := wire.Refuse(wire.Missing, "gone")
	missing.Missing = []uint64{0, 5, wire.MaxSegments - 1}
	fresh, unused, redeemed := &wire.Account{}, standing().Account, &wire.Account{Used: fill(7, 16)}
	unused.Used = nil
	return []*wire.Answer{
		{}, given(), {Signature: fill(7, 64)}, missing.Answer(), wire.Refuse(99, "later").Answer(), wire.Refuse(wire.Unpaid, "5 bytes cost 5").Answer(),
		standing(), {Account: fresh}, {Account: unused}, {Account: redeemed},
	}
}
