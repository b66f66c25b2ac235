package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/node"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// objectView is an object of the client's own.
type objectView struct {
	URI      string `json:"uri"`
	Name     string `json:"name"`
	Size     uint64 `json:"size"` // bytes
	Deal     uint64 `json:"deal"`
	State    string `json:"state"`
	Stored   string `json:"stored"` // when it was put, RFC 3339
	Modified int64  `json:"modified,omitempty"`
}

func viewObject(network string, o storage.Object) objectView {
	return objectView{
		URI: "mesh://" + network + "/" + o.CID, Name: o.Name, Size: o.Size, Deal: o.Deal, State: string(o.State),
		Stored: o.Stored.UTC().Format(time.RFC3339), Modified: o.Modified,
	}
}

// dialed is what a command needs that moves objects.
type dialed struct {
	network chain.Network
	client  *node.Client
	door    *chain.Client
	key     chain.Key
	close   func() error
}

// dial enters the network as a client. pays tells whether the command signs; where reading costs something every command may.
func (c *cli) dial(ctx context.Context, s settings, id string, bootstrap []string, pays bool) (dialed, error) {
	kr, client, err := c.signing(ctx, s)
	if err != nil {
		return dialed{}, err
	}
	d := dialed{close: client.Close, door: client}
	d.network, err = whichNetwork(ctx, s, client, id)
	if err == nil && (pays || !d.network.Params.Storage.ReadPrice.IsZero()) {
		d.key, err = c.fundedKey(ctx, s, kr, s.From)
		if err != nil && !pays {
			err = fmt.Errorf("reading costs %s in network %s: %w", readingText(d.network), d.network.Id, err)
		}
	}
	if err == nil {
		c.note("entering network " + d.network.Id)
		d.client, err = node.Dial(ctx, node.ClientConfig{
			Home: s.Home, ChainID: s.ChainID, Network: d.network.Id, Key: d.key.Name, Bootstrap: bootstrap, Poll: pollOf(s.ChainID),
		}, c.nodeDeps(s, kr, client))
	}
	if err != nil {
		_ = client.Close() // the first error is the one to tell
		return dialed{}, err
	}
	d.close = func() error {
		err := d.client.Close()
		if closed := client.Close(); err == nil {
			err = closed
		}
		return err
	}
	return d, nil
}

// ownObjects opens the objects of the home without entering the network.
func (c *cli) ownObjects(s settings, id string) (*storage.Client, string, error) {
	id, err := whichID(s, id)
	if err != nil {
		return nil, "", err
	}
	objects, err := node.OpenObjects(s.Home, s.ChainID, id)
	return objects, id, err
}

// sizeText writes bytes for people.
func sizeText(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}
