package types

// Bound is one coded limit of a network's terms.
type Bound struct {
	Name            string
	Value, Min, Max uint64
}

// Bounds returns the coded limits with the values p has.
func Bounds(p NetworkParams) []Bound {
	var list []Bound
	for _, b := range p.bounds() {
		list = append(list, Bound{b.name, b.value, b.min, b.max})
	}
	return list
}

// Scripts names the scripts a name may be written in.
func Scripts() []string {
	var list []string
	for _, s := range scripts {
		list = append(list, s.name)
	}
	return list
}

// ScriptOf returns the name of the script r is a letter of, or "".
func ScriptOf(r rune) string {
	if i := scriptOf(r); i >= 0 {
		return scripts[i].name
	}
	return ""
}
