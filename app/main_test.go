package app_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/app"
)

// TestMain sets the address prefixes before any test makes an address.
func TestMain(m *testing.M) {
	app.ConfigureSDK()
	os.Exit(m.Run())
}

// updating tells whether -update was given, which rewrites the golden files. A test library that the
// SDK's modules link has registered the flag already.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// golden compares got with testdata/<name>, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if updating() {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "go test ./app -update writes the file; look at what is new in it")
	require.Equal(t, string(want), got)
}
