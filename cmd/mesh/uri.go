package main

import (
	"fmt"

	storagerecord "github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

// networkOf returns the network that files are looked for in: that of the URIs and links among their names, or else the given one.
func networkOf(id string, names ...string) (string, error) {
	said := ""
	for _, name := range names {
		if !storagerecord.IsURI(name) {
			continue
		}
		u, err := storagerecord.ParseURI(name)
		if err != nil {
			return "", usage("read the URI", err.Error(), "mesh ls shows those of your own, mesh share makes links for others")
		}
		if said != "" && u.Network != said {
			return "", usage("read the URIs", fmt.Sprintf("they are of networks %s and %s", said, u.Network), "name files of one network at a time")
		}
		said = u.Network
	}
	if said == "" {
		return id, nil
	}
	return said, nil
}
