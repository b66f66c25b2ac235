package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// completionTimeout is how long a shell may be kept waiting for suggestions.
const completionTimeout = time.Second

// maxSuggestions is how many networks are suggested.
const maxSuggestions = 100

// completeGlobalFlags suggests the values of global flags that have few.
func completeGlobalFlags(root *cobra.Command, c *cli) {
	suggest := func(flag string, f cobra.CompletionFunc) { _ = root.RegisterFlagCompletionFunc(flag, f) }
	suggest("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	suggest("keyring-backend", cobra.FixedCompletions([]string{chain.BackendFile, chain.BackendTest}, cobra.ShellCompDirectiveNoFileComp))
	suggest("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	suggest("from", c.completeKey)
}

// completeInit suggests templates, each with what it does.
func completeInit(cmd *cobra.Command) {
	var names []string
	for _, t := range templates {
		names = append(names, cobra.CompletionWithDesc(t.name, t.does))
	}
	_ = cmd.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// completeKey suggests the keys of the home.
func (c *cli) completeKey(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return c.keyNames(cmd), cobra.ShellCompDirectiveNoFileComp
}

// keyNames lists the keys, as long as nobody has to be asked for a passphrase.
func (c *cli) keyNames(cmd *cobra.Command) []string {
	s, err := settingsOf(cmd, c.env)
	if err != nil || s.KeyringBackend != chain.BackendTest {
		return nil
	}
	kr, err := c.keyring(s)
	if err != nil {
		return nil
	}
	keys, err := kr.Keys()
	if err != nil {
		return nil
	}
	var names []string
	for _, k := range keys {
		names = append(names, cobra.CompletionWithDesc(k.Name, k.Address))
	}
	return names
}

// completeNetwork suggests network ids: those of the home, and those of the chain where it answers soon.
func (c *cli) completeNetwork(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp
	s, err := settingsOf(cmd, c.env)
	if err != nil || len(args) > 0 {
		return nil, directive
	}
	var ids []string
	seen := map[string]bool{}
	add := func(id, name string) {
		if !seen[id] {
			ids, seen[id] = append(ids, cobra.CompletionWithDesc(id, name)), true
		}
	}
	if records, err := readRecords(s.Home); err == nil {
		for _, r := range records {
			add(r.NetworkID, r.Name)
		}
	}
	client, err := c.client(s, nil)
	if err != nil {
		return ids, directive
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	if list, _, err := client.Networks(ctx, maxSuggestions); err == nil {
		for _, n := range list {
			add(n.Id, n.Name)
		}
	}
	return ids, directive
}
