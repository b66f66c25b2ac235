package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/server"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/mesh-protocol/mesh/app"
)

// initCommand is the SDK's init with the genesis of a chain of Mesh: the denom's metadata, and
// limits on a block's size and gas.
func initCommand(model *app.App, home string) *cobra.Command {
	cmd := genutilcli.InitCmd(model.Basics(), home)
	sdkInit := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := sdkInit(cmd, args); err != nil {
			return err
		}
		cfg := server.GetServerContextFromCmd(cmd).Config
		doc, err := genutiltypes.AppGenesisFromFile(cfg.GenesisFile())
		if err != nil {
			return fmt.Errorf("read the new genesis: %w", err)
		}
		if doc.AppState, err = json.MarshalIndent(model.DefaultGenesis(), "", "  "); err != nil {
			return fmt.Errorf("encode the genesis state: %w", err)
		}
		doc.Consensus.Params.Block = app.ConsensusParams().Block
		return doc.SaveAs(cfg.GenesisFile())
	}
	return cmd
}
