package main

import (
	"context"
	"fmt"

	"github.com/cometbft/cometbft/rpc/client/local"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/app/rotation"
)

// group runs what belongs to the daemon; the daemon ends when all of it has.
type group interface{ Go(run func() error) }

// runRotation renews the validator's hash chain of the beacon beside the running node. Without gRPC
// and REST the SDK gives no client of the node itself, and a client of another must not do.
func runRotation[G group](svr *server.Context, node client.Context, ctx context.Context, g G) error {
	if _, own := node.Client.(*local.Local); !own {
		svr.Logger.Info("the hash chain of the beacon is not renewed by itself: gRPC and REST are off")
		return nil
	}
	secrets := app.NewSecrets(app.SecretsDir(svr.Config.RootDir))
	price, err := gasPrice(svr.Viper.GetString(server.FlagMinGasPrices))
	if err != nil {
		return err
	}
	r, err := rotation.New(rotation.DefaultConfig(), rotation.NewLocalNode(node, price), secrets, svr.Logger)
	if err != nil {
		return fmt.Errorf("set up the rotation of the beacon's hash chain: %w", err)
	}
	g.Go(func() error { return r.Run(ctx) })
	return nil
}

// gasPrice returns what a node pays for gas that asks for own itself, and for the usual if it asks for less.
func gasPrice(own string) (sdk.DecCoin, error) {
	usual, err := sdk.ParseDecCoin(minGasPrice)
	if err != nil {
		return sdk.DecCoin{}, fmt.Errorf("read the usual gas price: %w", err)
	}
	asked, err := sdk.ParseDecCoins(own)
	if err != nil {
		return sdk.DecCoin{}, fmt.Errorf("read %s: %w", server.FlagMinGasPrices, err)
	}
	if a := asked.AmountOf(app.BondDenom); a.GT(usual.Amount) {
		usual.Amount = a
	}
	return usual, nil
}
