package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLikeAddress(t *testing.T) {
	for s, want := range map[string]bool{
		"mesh1qqqqqqqqqqqqqqqqqqqqqen0w4hxgetjjalfdy": false, // is one
		"mesh1qqqqqqqqqqqqqqqqqqqqqen0w4hxgetjjalfdz": true,
		"mesh1qqqqqqqqqqqqqqqqqqqqqen0w4hxgetjjalf":   true,
		"MESH1QQQ":   true,
		"cosmos1abc": true,
		"cosmos1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl": true,
		"else1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl":   true,
		"owner": false, "owner1": false, "node12": false, "client1a": false, "mesh1": false, "": false, "my-key1abcdefghijklmnopqrstuvw": false,
	} {
		require.Equal(t, want, likeAddress(s), s)
	}
	var f *failure
	require.ErrorAs(t, checkNoAddress("cosmos1abc"), &f)
	require.Equal(t, "bad_address", f.Code)
	require.Equal(t, exitUsage, f.Exit)
	require.NoError(t, checkNoAddress("owner"))
}
