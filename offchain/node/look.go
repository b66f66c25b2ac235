package node

import (
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// ReadList returns the list that the node with the home keeps of an index in a layout, and the path of its file; see
// holder.ReadList. The node may run.
func ReadList(home string, ref work.IndexRef, of work.Layout) (list *record.List, path string, err error) {
	return holder.ReadList(dataDir(home, "layouts"), ref, of)
}
