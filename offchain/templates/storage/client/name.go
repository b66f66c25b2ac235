package client

import (
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

// own returns the client's own object that a name, cid, URI or link means: of several of one name that which was stored last. Errors:
// ErrNotFound, *record.URIError, ErrInvalid for an object of another network.
func (c *Client) own(name string) (entry, error) {
	name, _, err := c.readName(name)
	if err != nil {
		return entry{}, err
	}
	return c.book.find(name)
}

// readName returns the name or cid that somebody means, and what a link has beside it.
func (c *Client) readName(name string) (string, *record.Share, error) {
	if !record.IsURI(name) {
		return name, nil, nil
	}
	u, err := record.ParseURI(name)
	if err != nil {
		return "", nil, err
	}
	if u.Network != c.cfg.Domain.Network {
		return "", nil, fmt.Errorf("%w: the object is on network %s, this is %s", ErrInvalid, u.Network, c.cfg.Domain.Network)
	}
	return u.CID.String(), u.Share, nil
}
