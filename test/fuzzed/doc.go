// Package fuzzed is what the fuzz targets of the modules' messages and states have in common: reading any bytes as a message, changing a
// field of a valid one as the fuzzer says, and what must hold of every state that is imported.
package fuzzed
