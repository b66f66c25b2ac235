package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	feegrantv1beta1 "cosmossdk.io/api/cosmos/feegrant/v1beta1"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
)

// operatorMessages are what the fee of an operator may be paid for.
func operatorMessages() []string {
	return []string{
		"/mesh.tasks.v1.MsgClaim", "/mesh.tasks.v1.MsgProve", "/mesh.tasks.v1.MsgAck", "/mesh.tasks.v1.MsgTakeIndex", "/mesh.tasks.v1.MsgDrawDeal",
		"/mesh.tasks.v1.MsgReportLoss", "/mesh.tasks.v1.MsgDeclareLoss", "/mesh.tasks.v1.MsgRequestOpen", "/mesh.tasks.v1.MsgAnswerOpen",
		"/mesh.tasks.v1.MsgRedeemVouchers",
		"/mesh.network.v1.MsgResume", "/mesh.network.v1.MsgPrune", "/mesh.rewards.v1.MsgWithdraw",
	}
}

// GrantOperatorFees lets the operator of a node spend up to daily of the granter's money a day, for fees of
// the messages that a node sends and nothing else. now is the time of the latest block. The granter signs.
func GrantOperatorFees(granter, operator string, daily Coin, now time.Time) (Msg, error) {
	coins := sdk.Coins{daily}
	periodic, err := codectypes.NewAnyWithValue(&feegrant.PeriodicAllowance{
		Period: 24 * time.Hour, PeriodSpendLimit: coins, PeriodCanSpend: coins, PeriodReset: now.Add(24 * time.Hour),
	})
	if err != nil {
		return Msg{}, fmt.Errorf("pack the allowance: %w", err)
	}
	limited, err := codectypes.NewAnyWithValue(&feegrant.AllowedMsgAllowance{Allowance: periodic, AllowedMessages: operatorMessages()})
	if err != nil {
		return Msg{}, fmt.Errorf("pack the allowance: %w", err)
	}
	return pack(&feegrant.MsgGrantAllowance{Granter: granter, Grantee: operator, Allowance: limited})
}

// HasAllowance tells whether an account pays fees of another.
func (c *Client) HasAllowance(ctx context.Context, granter, grantee string) (bool, error) {
	err := c.ask(ctx, "the fee allowance of "+grantee, func(ctx context.Context, conn *grpc.ClientConn) error {
		_, err := feegrantv1beta1.NewQueryClient(conn).Allowance(ctx, &feegrantv1beta1.QueryAllowanceRequest{Granter: granter, Grantee: grantee})
		return err
	})
	// The SDK answers Internal for an allowance that is not there.
	if s, _ := status.FromError(errors.Unwrap(err)); errors.Is(err, ErrNotFound) || s.Code() == codes.Internal && strings.Contains(s.Message(), "not found") {
		return false, nil
	}
	return err == nil, err
}

// Granters returns who pays fees of an account, at most 100.
func (c *Client) Granters(ctx context.Context, grantee string) ([]string, error) {
	var res *feegrantv1beta1.QueryAllowancesResponse
	err := c.ask(ctx, "the fee allowances of "+grantee, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = feegrantv1beta1.NewQueryClient(conn).Allowances(ctx, &feegrantv1beta1.QueryAllowancesRequest{Grantee: grantee})
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]string, len(res.GetAllowances()))
	for i, a := range res.GetAllowances() {
		list[i] = a.GetGranter()
	}
	return list, nil
}
