package holder

import (
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// renews says whether a version is one of the two by which a client is rid of those that wait for the chain in vain: the layout on
// chain once more, or the blank one. They are made in spite of MaxWaiting. A layout of any other single byte is not: of its n
// roots a client may choose all but the holder's own, and so have as many of them as it likes.
func renews(m made, on work.Layout) bool {
	return m.layout.Version == on.Version+1 && (m.layout.Root == on.Root || isBlank(m.list))
}

// isBlank says whether a list is what a client commits to a deal that has nothing in it, as no layout may be empty: one segment
// whose pieces are all one zero byte. There is one such list for each n, labels apart, which no layout knows of.
func isBlank(list *record.List) bool {
	if list.Len() != 1 || list.At(0).Length != 1 {
		return false
	}
	zero, err := proof.GroupCV([]byte{0}, 0, 1)
	if err != nil {
		return false
	}
	for _, root := range list.At(0).Roots {
		if root != zero {
			return false
		}
	}
	return true
}
