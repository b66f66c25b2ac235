// Command meshd is the chain daemon of Mesh: validator, full node and the command line of every
// transaction and query of the chain.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/mesh-protocol/mesh/app"
)

// envPrefix starts the environment variables that stand for flags, such as MESHD_HOME.
const envPrefix = "MESHD"

func main() {
	app.ConfigureSDK()
	home, err := defaultHome()
	if err == nil {
		err = svrcmd.Execute(newRoot(home), envPrefix, home)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "meshd:", err)
		os.Exit(1)
	}
}

// defaultHome returns $MESHD_HOME, or ~/.meshd.
func defaultHome() (string, error) {
	if home := os.Getenv(envPrefix + "_HOME"); home != "" {
		return home, nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home directory: %w; set %s_HOME or pass --home", err, envPrefix)
	}
	return filepath.Join(user, "."+app.Name), nil
}
