package arch

import "strings"

// fromProtobuf reports whether a file has the name that protoc-gen-gocosmos and grpc-gateway give.
func fromProtobuf(name string) bool {
	return strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".pb.gw.go")
}

// checkGenerated refuses generated code that no protobuf definition stands behind; it also keeps
// anyone from escaping the rules by writing the header over a file of one's own.
func checkGenerated(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Go {
		if f.header && !f.Generated {
			found = append(found, t.finding(f, f.ast.Package, "wiring is plain code; protobuf is the only generator",
				"%s has the header of generated code", f.name()))
		}
	}
	return found
}
