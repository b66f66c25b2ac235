package chain

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"google.golang.org/grpc"

	tmv1beta1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
)

// simulationPath is the application's own simulation. The tx service has one too, but hands a refusal on
// as text only, without its code.
const simulationPath = "/app/simulate"

// simulate runs the transaction on the state of an endpoint, without an effect, and returns the gas it
// used. The error wraps ErrRejected where the chain would refuse it.
func (c *Client) simulate(ctx context.Context, d *draft) (uint64, error) {
	raw, err := d.unsigned()
	if err != nil {
		return 0, err
	}
	var res *tmv1beta1.ABCIQueryResponse
	err = c.pool.do(ctx, func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = tmv1beta1.NewServiceClient(conn).ABCIQuery(ctx, &tmv1beta1.ABCIQueryRequest{Path: simulationPath, Data: raw})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("simulate the transaction: %w", queryError(err))
	}
	if res.GetCode() != 0 {
		return 0, rejected(res.GetCode(), res.GetCodespace(), res.GetLog(), "", 0)
	}
	return decodeSimulation(res.GetValue())
}

// decodeSimulation reads the gas used out of the JSON of an sdk.SimulationResponse.
func decodeSimulation(bz []byte) (uint64, error) {
	var answer struct {
		Gas struct {
			Used string `json:"gas_used"`
		} `json:"gas_info"`
	}
	if err := json.Unmarshal(bz, &answer); err != nil {
		return 0, fmt.Errorf("read the simulation: %w", err)
	}
	// Bounded so that no fee computed from it can overflow.
	used, err := strconv.ParseUint(answer.Gas.Used, 10, 62)
	if err != nil {
		return 0, fmt.Errorf("read the gas of the simulation: %w", err)
	}
	return used, nil
}
