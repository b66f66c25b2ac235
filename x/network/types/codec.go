package types

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known to an interface registry.
func RegisterInterfaces(r codectypes.InterfaceRegistry) {
	r.RegisterImplementations((*sdk.Msg)(nil),
		&MsgCreateNetwork{}, &MsgUpdateNetwork{}, &MsgSunsetNetwork{}, &MsgRegisterNode{}, &MsgUpdateNode{}, &MsgBond{}, &MsgUnbond{}, &MsgLeave{},
		&MsgResume{}, &MsgPrune{}, &MsgPublishBootstrap{}, &MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(r, &_Msg_serviceDesc)
}
