package app

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	"github.com/cosmos/cosmos-sdk/x/auth/posthandler"
)

// setAnte installs what every transaction passes before and after its messages: the SDK's own
// chain, and around it the one road by which an unsigned reveal of the beacon may pass. No other
// rule of ours lives here, since messages routed by authz or governance never meet it.
func setAnte(app *App) {
	before, err := ante.NewAnteHandler(ante.HandlerOptions{
		AccountKeeper:   app.Keepers.Account,
		BankKeeper:      app.Keepers.Bank,
		FeegrantKeeper:  app.Keepers.FeeGrant,
		SignModeHandler: app.enc.tx.SignModeHandler(),
		SigGasConsumer:  ante.DefaultSigVerificationGasConsumer,
	})
	if err != nil {
		panic(fmt.Errorf("build the ante handler: %w", err))
	}
	after, err := posthandler.NewPostHandler(posthandler.HandlerOptions{})
	if err != nil {
		panic(fmt.Errorf("build the post handler: %w", err))
	}
	app.SetAnteHandler(app.Keepers.Beacon.Ante(before))
	app.SetPostHandler(after)
}
