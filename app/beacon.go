package app

import (
	"path/filepath"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/spf13/cast"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	beaconkeeper "github.com/mesh-protocol/mesh/x/beacon/keeper"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// revealMsg is the one message that nobody signs.
const revealMsg protoreflect.FullName = "mesh.beacon.v1.MsgReveal"

// revealSigner names the beacon's account as the signer of reveals, so that they do not fill the
// history of the validators' own accounts.
func revealSigner(protov2.Message) ([][]byte, error) {
	return [][]byte{authtypes.NewModuleAddress(beacontypes.ModuleName)}, nil
}

// setBeacon lets the beacon into every place where a block is made or judged. The proposal
// handlers are built from the mempool the options chose, never from its guard.
func setBeacon(app *App, opts servertypes.AppOptions) {
	k := app.Keepers.Beacon
	inner := app.Mempool()
	handler := baseapp.NewDefaultProposalHandler(inner, app.BaseApp)
	app.SetMempool(beaconkeeper.Guard{Inner: inner})
	secrets := NewSecrets(SecretsDir(cast.ToString(opts.Get(flags.FlagHome))))
	app.SetPrepareProposal(k.PrepareProposal(secrets, handler.PrepareProposalHandler()))
	app.SetProcessProposal(k.ProcessProposal(app.enc.tx.TxDecoder(), handler.ProcessProposalHandler()))
	app.SetPreBlocker(func(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		rsp, err := app.modules.PreBlock(ctx)
		if err != nil {
			return rsp, err
		}
		return rsp, k.PreBlock(ctx, req)
	})
}

// SecretsDir returns where a node's home keeps the secrets of the beacon.
func SecretsDir(home string) string { return filepath.Join(home, "beacon") }
