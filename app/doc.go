// Package app names every module of the chain once and says in which order they act. It wires
// by hand, in plain code, and holds no business rule: a reader learns the shape of the chain from
// app.go, which keepers exist from keepers.go and the orders from modules.go.
package app
