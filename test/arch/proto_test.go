package arch_test

func protoCases() []ruleCase {
	return []ruleCase{
		{"ok: integers, lists, comments, quotes, the overlay's floats", "proto", `
-- proto/mesh/tasks/v1/t.proto --
syntax = "proto3";
// no map<string, string> here; /* double
/* map<a, b>
   map<a, b> */
/*/ map<a, b> */
message T {
  string float_note = 1 [(x) = " map<a,b> // \" map<a,b>"];
  uint64 mapped = 2;
  Bitmap map = 3;
}
-- proto/mesh/overlay/v1/o.proto --
message O { 
  double latency = 1;
}
-- proto/google/any.proto --
message A { map<string, string> m = 1; }
`, nil},
		{"fails: maps everywhere, floats on chain", "proto", `
-- proto/mesh/overlay/v1/o.proto --
message O {
  /* why */ map <string, bytes> m = 1;
}
-- proto/mesh/tasks/v1/t.proto --
message T {
  map<string, string> m = 1;
  double d = 2;
  repeated float f = 3; // "
  optional  double o = 4;
  string s = 5 [(x) = "\""]; map<string, string> n = 6;
  string u = 7 [(x) = "it's"]; map<string, string> v = 8;
  string w = 9; /* why */ map<string, string> x = 10;
}
-- proto/mesh/beacon/v1/b.proto --
  double d = 1;
-- proto/mesh/gov/v1/g.proto --
  double d = 1;
-- proto/mesh/network/v1/n.proto --
  double d = 1;
-- proto/mesh/rewards/v1/r.proto --
  double d = 1;
`, []string{
			"proto/mesh/beacon/v1/b.proto:1: a floating-point field",
			"proto/mesh/gov/v1/g.proto:1: a floating-point field",
			"proto/mesh/network/v1/n.proto:1: a floating-point field",
			"proto/mesh/overlay/v1/o.proto:2: a map field",
			"proto/mesh/rewards/v1/r.proto:1: a floating-point field",
			"proto/mesh/tasks/v1/t.proto:2: a map field",
			"proto/mesh/tasks/v1/t.proto:3: a floating-point field",
			"proto/mesh/tasks/v1/t.proto:4: a floating-point field",
			"proto/mesh/tasks/v1/t.proto:5: a floating-point field",
			"proto/mesh/tasks/v1/t.proto:6: a map field",
			"proto/mesh/tasks/v1/t.proto:7: a map field",
			"proto/mesh/tasks/v1/t.proto:8: a map field",
		}},
	}
}
