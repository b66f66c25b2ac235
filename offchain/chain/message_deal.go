package chain

import (
	"github.com/mesh-protocol/mesh/offchain/work"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// NewDeal is what a client asks for.
type NewDeal struct {
	Network string
	Profile work.Profile
	Space   uint64 // bytes on each index
	Epochs  uint64 // from the next opening on
	MaxRate Amount // the most for one index and epoch
	Region  string
	Without []string // owners that are not wanted
}

// OpenDeal buys space; the client signs. The deposit is known to the chain only, so the client's funds are
// checked by simulation.
func OpenDeal(client string, d NewDeal) (Msg, error) {
	return pack(&taskstypes.MsgOpenDeal{
		Client: client, Network: d.Network, Profile: taskstypes.Profile{K: uint32(d.Profile.K), N: uint32(d.Profile.N)},
		Space: d.Space, Epochs: d.Epochs, MaxRate: d.MaxRate, Region: d.Region, Without: d.Without,
	})
}

// DrawDeal assigns the indices of a deal whose draw is due; anyone may sign.
func DrawDeal(sender string, deal uint64) (Msg, error) {
	return pack(&taskstypes.MsgDrawDeal{Sender: sender, Deal: deal})
}

// SignedAck is a holder's acknowledgement of a layout.
type SignedAck struct {
	Index     int
	Signature []byte // of the host, 64 bytes
}

// CommitLayout says what lies in a deal's space from now on; the client signs.
func CommitLayout(client string, deal uint64, l work.Layout, acks []SignedAck) (Msg, error) {
	m := &taskstypes.MsgCommitLayout{Client: client, Deal: deal, Layout: taskstypes.Layout{Version: l.Version, Root: l.Root[:], Bytes: l.Bytes}}
	for _, a := range acks {
		m.Acks = append(m.Acks, taskstypes.SignedAck{Index: uint32(a.Index), Signature: a.Signature})
	}
	return pack(m)
}

// ExtendDeal buys more epochs; the client signs.
func ExtendDeal(client string, deal, epochs uint64) (Msg, error) {
	return pack(&taskstypes.MsgExtendDeal{Client: client, Deal: deal, Epochs: epochs})
}

// CancelDeal ends a deal with the epoch that is open; the client signs.
func CancelDeal(client string, deal uint64) (Msg, error) {
	return pack(&taskstypes.MsgCancelDeal{Client: client, Deal: deal})
}

// SettleDeal gives back what a deal that is over has not cost; anyone may sign.
func SettleDeal(sender string, deal uint64) (Msg, error) {
	return pack(&taskstypes.MsgSettleDeal{Sender: sender, Deal: deal})
}

// RequestOpen asks the holder of an index to show the block at a byte; the client or the operator of a fellow
// holder signs.
func RequestOpen(requester string, ref work.IndexRef, position uint64) (Msg, error) {
	return pack(&taskstypes.MsgRequestOpen{Requester: requester, Deal: ref.Deal, Index: uint32(ref.Index), Position: position})
}
