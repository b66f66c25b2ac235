package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/mesh-protocol/mesh/offchain/dirlock"
	"github.com/mesh-protocol/mesh/offchain/node"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/piece"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	storagerecord "github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// explainNode says what to do about a node or a client that cannot enter its network.
func explainNode(f *failure, err error) bool {
	var locked *dirlock.LockedError
	switch {
	case errors.As(err, &locked):
		f.Code, f.Exit = "home_in_use", exitRefused
		f.Next = fmt.Sprintf("a home runs one node at a time: end %s first, or choose another home with --home", processText(locked.PID))
	case errors.Is(err, node.ErrNoEntrance):
		f.Code, f.Exit, f.Next = "no_entrance", exitNotFound, "have its founder run mesh bootstrap, or name an address with --bootstrap"
	case errors.Is(err, node.ErrNoPeer):
		f.Code, f.Exit, f.Next = "no_peer", exitUnreachable, "mesh networks shows whether the network lives; name an address that answers with --bootstrap"
	case errors.Is(err, node.ErrNoNodes):
		f.Code, f.Exit, f.Next = "no_nodes", exitNotFound, "nodes join with mesh join; on a devnet: mesh devnet nodes 6"
	case errors.Is(err, p2p.ErrKeyMode), errors.Is(err, p2p.ErrKeyFile):
		f.Code, f.Exit, f.Next = "node_key", exitRefused, "restore the file from a backup, or take others' access from it (chmod 600); it is never overwritten"
	case errors.Is(err, node.ErrInvalid), errors.Is(err, p2p.ErrAddress), errors.Is(err, p2p.ErrInvalid):
		f.Code, f.Exit, f.Next = "invalid", exitUsage, "put the value right; --help shows what is expected"
	default:
		return false
	}
	return true
}

// pending is the advice for a change of files whose outcome is not known: nothing is lost by waiting.
const pending = "it may have happened: mesh ls shows the files as pending; once the chain answers, the next put or rm finds out, and mesh ls tells"

// unopened is the advice for a deal whose opening is uncertain: no file waits for it.
const unopened = "the deal may be open and paid for, and no file is in it or pending: run it again once the chain answers; it finds out, and uses the deal if there is one"

// orUncertain is the advice for what went wrong with the chain, unless it is not known what came of a transaction by it. The hash of
// that is empty if it is not known either.
func orUncertain(err error, hash, otherwise string) string {
	advice := ""
	switch {
	case errors.Is(err, storage.ErrUncertain):
		advice = pending
	case errors.Is(err, storage.ErrUnopened):
		advice = unopened
	default:
		return otherwise
	}
	if hash != "" {
		advice += "; the transaction is " + hash + ": meshd query tx " + hash
	}
	return advice
}

// processText names a process, whose number may not be known.
func processText(pid int) string {
	if pid == 0 {
		return "the other process"
	}
	return fmt.Sprintf("process %d", pid)
}

// explainObjects says what to do about files that cannot be stored or read.
func explainObjects(f *failure, err error) bool {
	var locked *storage.LockedError
	var wide *segment.OwnersError
	var owners *storage.OwnersError
	switch {
	case errors.Is(err, storage.ErrUncertain), errors.Is(err, storage.ErrUnopened):
		f.Code, f.Exit, f.Next = "timeout", exitTimeout, orUncertain(err, "", "")
	case piece.IsFull(err):
		f.Code, f.Exit, f.Next = "disk_full", exitFailure, "make room on the disk of the home, or name a place on another one; what was stored before is stored still"
	case errors.As(err, &locked):
		f.Code, f.Exit, f.Next = "objects_in_use", exitRefused, fmt.Sprintf("wait until %s has ended; one command at a time uses the files of a home", processText(locked.PID))
	case errors.Is(err, storage.ErrReadOnly):
		f.Code, f.Exit, f.Next = "read_only", exitRefused, "the home must be writable, also to list and to read: mount its disk for writing, run mesh as the user it belongs to, or copy the home to where you may write and name it with --home"
	case errors.As(err, &wide):
		f.Code, f.Exit = "too_few_owners", exitRefused
		f.Next = "wait for more nodes of other owners, or choose a profile that has no spare holders with --profile"
	case errors.As(err, &owners) && owners.Cancelled != nil:
		f.Code, f.Exit = "too_few_owners", exitRefused
		f.Next = fmt.Sprintf("the deal is still open and paid for: the next put tries it again, and meshd tx tasks cancel-deal %d gives back what it has not cost", owners.Deal)
	case errors.Is(err, storage.ErrOwners):
		f.Code, f.Exit, f.Next = "too_few_owners", exitRefused, "what the deal has not cost comes back; run it again when more nodes of other owners have joined, or have room and bond, or ask for less with --space or --profile"
	case errors.Is(err, storage.ErrFull):
		f.Code, f.Exit, f.Next = "no_room", exitRefused, "run it again when the nodes of the deal have room, or with --space SIZE, such as 64MiB: then it uses another deal, or opens one"
	case errors.Is(err, storage.ErrHolders):
		f.Code, f.Exit, f.Next = "too_few_holders", exitUnreachable, "run it again when more of the nodes are there; the network replaces those that stay away. With --space SIZE, such as 64MiB, a put uses another deal, or opens one"
	case errors.Is(err, storage.ErrExpired), errors.Is(err, storage.ErrUnprepared):
		f.Code, f.Exit, f.Next = "timeout", exitTimeout, "nothing was changed: run it again; if that goes on, the chain is full or stands still"
	case errors.Is(err, storage.ErrConflict):
		f.Code, f.Exit, f.Next = "conflict", exitFailure, "another program changes the same deal: run it again when that is done"
	case errors.Is(err, storage.ErrNotFound):
		f.Code, f.Exit, f.Next = "not_found", exitNotFound, "mesh ls lists the files of this home; those of others need the link that mesh share makes"
	case errors.Is(err, storage.ErrOver):
		f.Code, f.Exit, f.Next = "deal_over", exitNotFound, "what was paid for has ended: mesh put stores a copy of yours again; mesh extend in time keeps the next one longer"
	case errors.Is(err, storage.ErrKey):
		f.Code, f.Exit, f.Next = "wrong_key", exitRefused, "ask whoever shared the file for the whole link"
	case errors.Is(err, storage.ErrDamaged), errors.Is(err, storage.ErrCorrupt):
		f.Code, f.Exit, f.Next = "damaged", exitFailure, "nothing wrong was written; restore what is damaged from a backup if it is in this home"
	case errors.Is(err, storage.ErrChanged):
		f.Code, f.Exit, f.Next = "file_changed", exitFailure, "store it when nobody writes to it"
	case errors.Is(err, storagerecord.ErrURI), errors.Is(err, storage.ErrInvalid):
		f.Code, f.Exit, f.Next = "invalid", exitUsage, "put the value right; --help shows what is expected"
	case errors.Is(err, os.ErrExist):
		f.Code, f.Exit, f.Next = "file_exists", exitRefused, "choose another name"
	default:
		return false
	}
	return true
}
