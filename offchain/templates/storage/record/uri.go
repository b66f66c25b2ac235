package record

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

const (
	uriScheme     = "mesh://"
	networkPrefix = "net_"
	networkLen    = len(networkPrefix) + 8
)

// URI names an object of a network, and may carry what it takes to read it.
type URI struct {
	Network string // its id, net_ and 8 hex digits
	CID     CID
	Share   *Share // nil in a URI that only its client can use
}

// Share lets anyone read an object.
type Share struct {
	Deal uint64 // that it lies in, at least 1
	Key  segment.Key
}

// String returns the URI without what is shared, so that it can be shown and logged: mesh://<network>/<cid>.
func (u URI) String() string { return uriScheme + u.Network + "/" + u.CID.String() }

// Link returns the URI with what is shared, if there is anything: mesh://<network>/<cid>?deal=<id>#<key>. Whoever sees it
// can read the object.
func (u URI) Link() string {
	if u.Share == nil {
		return u.String()
	}
	return fmt.Sprintf("%v?deal=%d#%s", u, u.Share.Deal, u.Share.Key.Text())
}

// IsURI says whether a text is meant as a URI or link, be it a good one or not.
func IsURI(text string) bool { return strings.HasPrefix(text, uriScheme) }

// ParseURI reads what String and Link write, and nothing else. Errors are *URIError.
func ParseURI(text string) (URI, error) {
	rest, ok := strings.CutPrefix(text, uriScheme)
	if !ok {
		return URI{}, &URIError{"scheme", "does not begin with " + uriScheme}
	}
	rest, key, hasKey := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	network, id, _ := strings.Cut(rest, "/")
	if err := checkNetwork(network); err != nil {
		return URI{}, err
	}
	u := URI{Network: network}
	var err error
	if u.CID, err = ParseCID(id); err != nil {
		return URI{}, &URIError{"cid", err.Error()}
	}
	if !hasQuery && !hasKey {
		return u, nil
	}
	if u.Share, err = parseShare(query, key); err != nil {
		return URI{}, err
	}
	return u, nil
}

func checkNetwork(id string) error {
	digits, ok := strings.CutPrefix(id, networkPrefix)
	if !ok || len(id) != networkLen || strings.Trim(digits, "0123456789abcdef") != "" {
		return &URIError{"network", "is not net_ and 8 hex digits"}
	}
	return nil
}

func parseShare(query, key string) (*Share, error) {
	number, ok := strings.CutPrefix(query, "deal=")
	if !ok {
		return nil, &URIError{"deal", "is missing: a link has ?deal=<id> before the key"}
	}
	deal, err := strconv.ParseUint(number, 10, 64)
	if err != nil || deal == 0 || strconv.FormatUint(deal, 10) != number {
		return nil, &URIError{"deal", "is not a number from 1 on"}
	}
	s := &Share{Deal: deal}
	if s.Key, err = segment.ParseKey(key); err != nil {
		return nil, &URIError{"key", err.Error()}
	}
	return s, nil
}
