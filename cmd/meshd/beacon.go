package main

import (
	"encoding/base64"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"

	"github.com/mesh-protocol/mesh/app"
)

// defaultChainLength is the number of reveals of a new hash chain: at 5 s blocks and one proposal
// in a hundred blocks it lasts for centuries, alone in its set for two months.
const defaultChainLength = 1 << 20

// beaconCommand handles the secrets of the beacon in the home of a validator.
func beaconCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "beacon",
		Short: "Handle this validator's secrets of the randomness beacon",
		RunE:  client.ValidateCmd,
	}
	var length uint64
	create := &cobra.Command{
		Use:   "init",
		Short: "Make a secret hash chain in HOME/beacon and print how to register its tip",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home := client.GetClientContextFromCmd(cmd).HomeDir
			tip, err := app.NewSecrets(app.SecretsDir(home)).Create(length)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "A secret for %d reveals is in %s; keep a copy that nobody else can read.\nCommit to it with the key of the validator:\n  meshd tx beacon register %s %d --from KEY\n",
				length, app.SecretsDir(home), base64.StdEncoding.EncodeToString(tip), length)
			return nil
		},
	}
	create.Flags().Uint64Var(&length, "length", defaultChainLength, "number of reveals the chain holds")
	cmd.AddCommand(create)
	return cmd
}
