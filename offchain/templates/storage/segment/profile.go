package segment

import (
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// NamedProfile is a profile with the name that people use for it.
type NamedProfile struct {
	Name string
	work.Profile
}

// Profiles returns the profiles that have a name, from the narrowest to the widest.
func Profiles() []NamedProfile {
	return []NamedProfile{
		{"copy", work.Profile{K: 1, N: 3}},
		{"tiny", work.Profile{K: 2, N: 4}},
		{"small", work.Profile{K: 4, N: 8}},
		{"std", work.Profile{K: 8, N: 20}},
		{"wide", work.Profile{K: 29, N: 80}},
	}
}

// ByName returns the profile of that name, or ErrProfile.
func ByName(name string) (work.Profile, error) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p.Profile, nil
		}
	}
	return work.Profile{}, fmt.Errorf("%w: %q", ErrProfile, name)
}

// Name returns the name of a profile, or "k/n" for one that has none.
func Name(p work.Profile) string {
	for _, named := range Profiles() {
		if named.Profile == p {
			return named.Name
		}
	}
	return fmt.Sprintf("%d/%d", p.K, p.N)
}

// OwnersFor returns how many distinct owners a profile needs so that every index has a holder and every one that may be
// lost can go to somebody else. With fewer, but at least n, there are no spare holders.
func OwnersFor(p work.Profile) int { return p.N + p.N - p.K }

// Choose returns the widest profile that the distinct owners of live nodes suffice for, or an *OwnersError that says how
// many the narrowest needs.
func Choose(owners int) (work.Profile, error) {
	all := Profiles()
	for i := len(all) - 1; i >= 0; i-- {
		if owners >= OwnersFor(all[i].Profile) {
			return all[i].Profile, nil
		}
	}
	return work.Profile{}, &OwnersError{Need: OwnersFor(all[0].Profile), Have: owners}
}

// check returns ErrProfile for a profile that nothing can be coded with.
func check(p work.Profile) error {
	if p.K < 1 || p.N <= p.K || p.N > proof.MaxPieces {
		return fmt.Errorf("%w: %d/%d", ErrProfile, p.K, p.N)
	}
	return nil
}
