// Package devnet runs a whole chain as processes of this machine: validators, each a meshd with its own
// home and ports that the kernel chose, and a faucet that gives money to whoever asks. It writes down what
// runs in devnet.json, so that a later command finds it, can end it and can start the same chain again. It
// knows neither the chain nor how the faucet pays: a validator is a command that answers on an RPC port,
// the faucet's payer is an interface.
//
// # Trust model
//
// Everything listens on 127.0.0.1 and everybody on the machine may use it: a devnet holds nothing of worth,
// its keys lie unencrypted. What is ended is decided by more than a process number: a number that the
// system has given to somebody else since is left alone.
//
// # Limitations
//
// Unix only. Who starts a devnet in the foreground and is killed with SIGKILL leaves its processes behind,
// for Down to end. A port may be taken between its planning and its use; then all processes are stopped and
// others are planned, a few times.
package devnet
