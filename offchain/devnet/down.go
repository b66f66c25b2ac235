package devnet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/mesh-protocol/mesh/offchain/dirlock"
)

// Down ends the devnet of the directory and returns the processes it ended: those that devnet.json
// records, as long as they are still the same. Who runs it in the foreground is ended first and takes the
// others along. With purge the devnet's files are removed, and the directory with them unless something
// else is in it. The error wraps ErrNone or ErrRunning, the latter while another command starts or ends it.
func Down(dir string, purge bool, grace time.Duration) ([]Process, error) {
	state, err := Read(dir)
	if err != nil {
		return nil, err
	}
	running := state.Running()
	supervisors := 0
	for supervisors < len(running) && running[supervisors].Name == supervisorName {
		supervisors++
	}
	// The supervisor ends its children within their own grace, and then itself.
	err = errors.Join(end(running[:supervisors], 2*grace), end(running[supervisors:], grace))
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if purge {
		return running, remove(dir, state)
	}
	state.Processes = nil
	return running, state.write(dir)
}

// remove deletes what a devnet keeps in its directory: never what it did not make.
func remove(dir string, state State) error {
	names := append(homesOf(dir, state), validatorDir, validatorDir+".new", logDir)
	// The file that makes it a devnet goes last, so that an interrupted removal can be repeated.
	names = append(names, StateFile, dirlock.FileName)
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("remove the devnet: %w", err)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("remove the devnet: %w", err)
	}
	if len(left) > 0 {
		return nil
	}
	if err := os.Remove(dir); err != nil {
		return fmt.Errorf("remove the devnet: %w", err)
	}
	return nil
}

// homesOf returns the names of the homes of keys and of the faucet that lie directly in the directory.
func homesOf(dir string, state State) []string {
	homes := []string{faucetName}
	for _, k := range state.Keys {
		if home := filepath.Clean(k.Home); filepath.Dir(home) == filepath.Clean(dir) {
			homes = append(homes, filepath.Base(home))
		}
	}
	return homes
}
