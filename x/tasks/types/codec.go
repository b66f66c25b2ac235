package types

import (
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the module's messages known to an interface registry.
func RegisterInterfaces(r codectypes.InterfaceRegistry) {
	r.RegisterImplementations((*sdk.Msg)(nil),
		&MsgOpenDeal{}, &MsgDrawDeal{}, &MsgCommitLayout{}, &MsgAck{}, &MsgExtendDeal{}, &MsgCancelDeal{}, &MsgSettleDeal{},
		&MsgClaim{}, &MsgProve{}, &MsgReportLoss{}, &MsgDeclareLoss{}, &MsgTakeIndex{}, &MsgRequestOpen{}, &MsgAnswerOpen{},
		&MsgOpenChannel{}, &MsgTopUpChannel{}, &MsgCloseChannel{}, &MsgRedeemVouchers{},
		&MsgPostTask{}, &MsgDrawTask{}, &MsgCommitResult{}, &MsgRevealResult{}, &MsgMoveTask{}, &MsgDisputeTask{},
	)
	msgservice.RegisterMsgServiceDesc(r, &_Msg_serviceDesc)
}
