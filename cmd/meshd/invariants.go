package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/debug"
	"github.com/cosmos/cosmos-sdk/server"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/mesh-protocol/mesh/app"
)

// debugCommand is the SDK's debug with what is only of Mesh.
func debugCommand(model *app.App) *cobra.Command {
	cmd := debug.Cmd()
	cmd.AddCommand(invariantsCommand(model))
	return cmd
}

// invariantsCommand holds a state against the invariants of the app.
func invariantsCommand(model *app.App) *cobra.Command {
	return &cobra.Command{
		Use:   "invariants [GENESIS]",
		Short: "Check that the state of a stopped node, or an exported genesis, adds up",
		Long: `Hold the state after the last block of the stopped node in HOME, or that of a genesis file, against every
invariant: what the modules say is valid, the supply is the sum of all balances, and every module account has
what the ledgers of its module say, to the unit. Prints each with ok or broken, and fails if one is broken.`,
		Example: "meshd debug invariants --home ./testnet/node0\nmeshd export --output-document state.json && meshd debug invariants state.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			read := stateOfHome
			if len(args) > 0 {
				read = func(*cobra.Command) (app.GenesisState, error) { return stateOfFile(args[0]) }
			}
			state, err := read(cmd)
			if err != nil {
				return err
			}
			return printInvariants(cmd, model, state)
		},
	}
}

// stateOfFile reads a genesis.
func stateOfFile(path string) (app.GenesisState, error) {
	doc, err := genutiltypes.AppGenesisFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the genesis: %w", err)
	}
	return decodeState(doc.AppState)
}

// stateOfHome exports what the node in the home of the command has after its last block.
func stateOfHome(cmd *cobra.Command) (app.GenesisState, error) {
	svr, dir := server.GetServerContextFromCmd(cmd), filepath.Join(client.GetClientContextFromCmd(cmd).HomeDir, "data")
	if _, err := os.Stat(filepath.Join(dir, "application.db")); err != nil {
		return nil, fmt.Errorf("find the state of a node, which --home names: %w", err)
	}
	db, err := dbm.NewDB("application", server.GetAppDBBackend(svr.Viper), dir)
	if err != nil {
		return nil, fmt.Errorf("open the state in %s, which a node that runs keeps for itself: %w", dir, err)
	}
	node := app.New(log.NewNopLogger(), db, true, svr.Viper)
	exported, err := node.Export(false, nil)
	if err := errors.Join(err, node.Close()); err != nil {
		return nil, err
	}
	return decodeState(exported.AppState)
}

func decodeState(bz []byte) (app.GenesisState, error) {
	var state app.GenesisState
	if err := json.Unmarshal(bz, &state); err != nil {
		return nil, fmt.Errorf("decode the genesis: %w", err)
	}
	return state, nil
}

// printInvariants prints a line for each, and fails if one is broken.
func printInvariants(cmd *cobra.Command, model *app.App, state app.GenesisState) error {
	list, err := state.Invariants(model.AppCodec())
	if err != nil {
		return err
	}
	broken, out := 0, cmd.OutOrStdout()
	for _, i := range list {
		if i.Broken == nil {
			fmt.Fprintf(out, "ok      %s\n", i.Name)
			continue
		}
		broken++
		fmt.Fprintf(out, "broken  %s: %v\n", i.Name, i.Broken)
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d invariants are broken", broken, len(list))
	}
	return nil
}
