package types

import "github.com/cosmos/cosmos-sdk/types/query"

// MaxOffset is the most entries a page may pass over. Who goes on reads from the key of the last page, which passes over nothing.
const MaxOffset = 1_000

// Page returns a page request whose cost is bounded, or ErrInvalidRequest: at most MaxPage entries, also where none were asked for,
// behind at most MaxOffset others. The total is never counted, since that walks over all there is.
func Page(p *query.PageRequest) (*query.PageRequest, error) {
	if p.GetLimit() > MaxPage {
		return nil, ErrInvalidRequest.Wrapf("a page of %d is over the limit of %d", p.GetLimit(), MaxPage)
	}
	if p.GetOffset() > MaxOffset {
		return nil, ErrInvalidRequest.Wrapf("an offset of %d is over the limit of %d; go on with the key of the page before", p.GetOffset(), MaxOffset)
	}
	bounded := query.PageRequest{Key: p.GetKey(), Offset: p.GetOffset(), Limit: p.GetLimit(), Reverse: p.GetReverse()}
	if bounded.Limit == 0 {
		bounded.Limit = MaxPage
	}
	return &bounded, nil
}
