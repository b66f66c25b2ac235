package client

import (
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// manifestFields is what the fields of a manifest take at most beside name, type and segments.
const manifestFields = 80

// room is what a put needs of a deal.
type room struct {
	profile  work.Profile
	bytes    uint64 // on each index
	segments int
	epochs   uint64   // of a new deal; one that is used must have half of them left
	space    uint64   // that must be free on each index
	deal     uint64   // of which bytes is enough; 0 = none
	full     []uint64 // deals whose holders have refused it
}

// fits says whether a deal has the profile, the space and the time that a put needs.
func (r room) fits(d work.Deal, epoch uint64) bool {
	return d.Profile == r.profile && !d.Settled && d.LastEpoch >= epoch+max(r.epochs/2, minEpochs) &&
		free(d) >= r.bytes && (free(d) >= r.space || d.ID == r.deal) && !slices.Contains(r.full, d.ID)
}

// order returns deals in the order in which a put tries them.
func (r room) order(deals []work.Deal) []work.Deal {
	i := slices.IndexFunc(deals, func(d work.Deal) bool { return d.ID == r.deal })
	if i < 0 {
		return deals
	}
	return slices.Concat(deals[i:i+1], deals[:i], deals[i+1:])
}

// free returns how many bytes on each index of a deal are left. Its blank segment counts for nothing, as it goes with the next commit.
func free(d work.Deal) uint64 {
	if d.Layout.Bytes <= 1 {
		return d.Space
	}
	return d.Space - min(d.Layout.Bytes, d.Space)
}

// checkSources checks what can be known before anything is read, and returns the number of bytes.
func checkSources(sources []Source) (total uint64, err error) {
	if len(sources) == 0 || len(sources) > MaxSources {
		return 0, fmt.Errorf("%w: %d objects, a put has 1 to %d", ErrInvalid, len(sources), MaxSources)
	}
	for _, s := range sources {
		if segment.Count(s.Size) > segment.MaxPlain/32 {
			return 0, fmt.Errorf("%w: object of %d bytes", ErrInvalid, s.Size)
		}
		m := record.Manifest{Name: s.Name, Size: s.Size, Type: s.Type, Modified: s.Modified, Segments: make([][32]byte, segment.Count(s.Size))}
		if _, err := m.Encode(); err != nil {
			return 0, fmt.Errorf("%w: %.200q: %w", ErrInvalid, s.Name, err)
		}
		total += s.Size
	}
	return total, nil
}

// add adds what sources take.
func (r *room) add(sources []Source) error {
	for _, s := range sources {
		count := segment.Count(s.Size)
		manifest := manifestFields + len(s.Name) + len(s.Type) + 32*int(count)
		lengths := []int{min(manifest, segment.MaxPlain)}
		if count > 0 {
			lengths = append(lengths, segment.LengthOf(s.Size, count-1))
		}
		for _, plain := range lengths {
			piece, err := pieceLength(plain, r.profile.K)
			if err != nil {
				return err
			}
			r.bytes += piece
		}
		if count > 1 {
			full, err := pieceLength(segment.MaxPlain, r.profile.K)
			if err != nil {
				return err
			}
			r.bytes += (count - 1) * full
		}
		r.segments += int(count) + 1
	}
	return nil
}

// pieceLength returns the length of a piece of a segment of that many plain bytes.
func pieceLength(plain, k int) (uint64, error) {
	content, err := segment.ContentLength(plain)
	if err != nil {
		return 0, err
	}
	length, err := segment.PieceLength(content, k)
	return uint64(length), err
}
