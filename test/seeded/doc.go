// Package seeded gives random tests what makes a failure repeatable: one seed, which is printed, set by MESH_SEED and otherwise 1, so that
// a run that nobody asked anything of is the same everywhere. MESH_CHECKS asks every property for more cases than it has by itself.
package seeded
