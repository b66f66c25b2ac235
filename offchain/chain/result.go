package chain

import (
	"fmt"

	gogoproto "github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskstypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// CreatedNetwork returns the id of the network that the transaction's first message made.
func (r Result) CreatedNetwork() (id string, err error) {
	var created networktypes.MsgCreateNetworkResponse
	if err := r.answer(&created); err != nil {
		return "", err
	}
	return created.Id, CheckNetworkID(created.Id)
}

// RegisteredNode returns the number of the node that the transaction's first message registered.
func (r Result) RegisteredNode() (number uint64, err error) {
	var registered networktypes.MsgRegisterNodeResponse
	err = r.answer(&registered)
	return registered.Node, err
}

// OpenedDeal returns the id of the deal that the transaction's first message opened and what was paid in all.
func (r Result) OpenedDeal() (id uint64, deposit Amount, err error) {
	var opened taskstypes.MsgOpenDealResponse
	err = r.answer(&opened)
	return opened.Deal, opened.Deposit, err
}

// Acked returns how many indices have acknowledged the layout that the transaction's first message committed.
func (r Result) Acked() (int, error) {
	var committed taskstypes.MsgCommitLayoutResponse
	err := r.answer(&committed)
	return int(committed.Acked), err
}

// Withdrawal is what a withdrawal paid.
type Withdrawal = rewardstypes.MsgWithdrawResponse

// Withdrawn returns what the transaction's first message paid out.
func (r Result) Withdrawn() (Withdrawal, error) {
	var w Withdrawal
	err := r.answer(&w)
	return w, err
}

// answer reads what the chain answered to the transaction's first message.
func (r Result) answer(into gogoproto.Message) error {
	var data sdk.TxMsgData
	if err := data.Unmarshal(r.answers); err != nil {
		return fmt.Errorf("read the answer to transaction %s: %w", r.Hash, err)
	}
	if len(data.MsgResponses) == 0 {
		return fmt.Errorf("read the answer to transaction %s: it holds none", r.Hash)
	}
	first := data.MsgResponses[0]
	if want := "/" + gogoproto.MessageName(into); first.TypeUrl != want {
		return fmt.Errorf("read the answer to transaction %s: it is %s, not %s", r.Hash, first.TypeUrl, want)
	}
	if err := gogoproto.Unmarshal(first.Value, into); err != nil {
		return fmt.Errorf("read the answer to transaction %s: %w", r.Hash, err)
	}
	return nil
}
