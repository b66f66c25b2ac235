package app

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
)

// RegisterAPIRoutes adds the REST routes of the chain to the API server.
func (app *App) RegisterAPIRoutes(s *api.Server, cfg config.APIConfig) {
	authtx.RegisterGRPCGatewayRoutes(s.ClientCtx, s.GRPCGatewayRouter)
	cmtservice.RegisterGRPCGatewayRoutes(s.ClientCtx, s.GRPCGatewayRouter)
	nodeservice.RegisterGRPCGatewayRoutes(s.ClientCtx, s.GRPCGatewayRouter)
	app.basics.RegisterGRPCGatewayRoutes(s.ClientCtx, s.GRPCGatewayRouter)
	if err := server.RegisterSwaggerAPI(s.ClientCtx, s.Router, cfg.Swagger); err != nil {
		panic(fmt.Errorf("register the API documentation: %w", err))
	}
}

// RegisterTxService lets clients simulate, send and look up transactions.
func (app *App) RegisterTxService(c client.Context) {
	authtx.RegisterTxService(app.GRPCQueryRouter(), c, app.Simulate, app.enc.registry)
}

// RegisterTendermintService lets clients ask for blocks and validators.
func (app *App) RegisterTendermintService(c client.Context) {
	wrapped := server.NewCometABCIWrapper(app)
	cmtservice.RegisterTendermintService(c, app.GRPCQueryRouter(), app.enc.registry, wrapped.Query)
}

// RegisterNodeService lets clients ask for the settings of the node.
func (app *App) RegisterNodeService(c client.Context, cfg config.Config) {
	nodeservice.RegisterNodeService(c, app.GRPCQueryRouter(), cfg, func() int64 { return app.CommitMultiStore().EarliestVersion() })
}
