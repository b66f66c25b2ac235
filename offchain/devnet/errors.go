package devnet

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels, for errors.Is.
var (
	// ErrRunning: the devnet of that directory runs already, or is being started.
	ErrRunning = errors.New("devnet is running")
	// ErrNone: the directory holds no devnet.
	ErrNone = errors.New("no devnet")
	// ErrTaken: the directory holds something else.
	ErrTaken = errors.New("directory is taken")
	// ErrInvalid: a configuration, or devnet.json, breaks a documented rule.
	ErrInvalid = errors.New("invalid devnet")
	// ErrDied is what a *DiedError wraps.
	ErrDied = errors.New("process died")
	// ErrNotReady is what a *NotReadyError wraps.
	ErrNotReady = errors.New("not ready in time")
	// errPortTaken: somebody else listens where a process of the devnet should.
	errPortTaken = errors.New("address already in use")
	// ErrFaucet: the faucet refused or could not pay.
	ErrFaucet = errors.New("faucet did not pay")
)

// DiedError says which process ended that should not have, and what it last said.
type DiedError struct {
	Name string
	Exit string   // how it ended
	Log  []string // the last lines of its log, at most 50
	File string   // where the log is
}

// Error names the process and its end, without the log.
func (e *DiedError) Error() string { return fmt.Sprintf("%s: %v: %s", e.Name, ErrDied, e.Exit) }

// Unwrap returns ErrDied.
func (e *DiedError) Unwrap() error { return ErrDied }

// portTaken tells whether a process died because somebody else had its port.
func (e *DiedError) portTaken() bool {
	for _, line := range e.Log {
		if strings.Contains(line, errPortTaken.Error()) {
			return true
		}
	}
	return false
}

// NotReadyError says which process has not become useful within the deadline, and what it last said.
type NotReadyError struct {
	Name string
	Why  string
	Log  []string // the last lines of its log, at most 50
	File string
}

// Error names the process and what is missing, without the log.
func (e *NotReadyError) Error() string { return fmt.Sprintf("%s: %v: %s", e.Name, ErrNotReady, e.Why) }

// Unwrap returns ErrNotReady.
func (e *NotReadyError) Unwrap() error { return ErrNotReady }
