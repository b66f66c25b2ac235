package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// keyAnswer is what the commands about one key print.
type keyAnswer struct {
	header
	keyView
}

// keyView is the public side of a key.
type keyView struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// keysAnswer is what mesh keys list prints.
type keysAnswer struct {
	header
	Backend string    `json:"keyring_backend"`
	Keys    []keyView `json:"keys"`
}

// keysCommand holds what can be done with keys.
func (c *cli) keysCommand() *cobra.Command {
	cmd := group("keys", "Make, show, move and delete keys",
		&cobra.Command{
			Use: "add NAME", Short: "Make a key and show its words once", Args: cobra.ExactArgs(1),
			RunE: c.with("make a key", c.addKey),
		},
		&cobra.Command{
			Use: "list", Short: "Show all keys", Args: cobra.NoArgs,
			RunE: c.with("list the keys", c.listKeys),
		},
		&cobra.Command{
			Use: "show NAME", Short: "Show one key", Args: cobra.ExactArgs(1), ValidArgsFunction: c.completeKey,
			RunE: c.with("show a key", c.showKey),
		},
		c.importCommand(),
		c.exportCommand(),
		&cobra.Command{
			Use: "delete NAME", Short: "Delete a key for good", Args: cobra.ExactArgs(1), ValidArgsFunction: c.completeKey,
			RunE: c.with("delete a key", c.deleteKey),
		},
	)
	cmd.Long = `Keys lie in the home's keyring: encrypted with a passphrase, or on a devnet not at all.
By convention "owner" creates networks, bonds and is paid, "operator" works for a node,
"client" pays for work. No command ever overwrites a key.`
	return cmd
}

func (c *cli) addKey(_ context.Context, s settings, args []string) error {
	kr, err := c.keyring(s)
	if err != nil {
		return err
	}
	key, mnemonic, err := kr.Add(args[0])
	if err != nil {
		return err
	}
	p := &page{color: c.con.errColor}
	p.line("Whoever has these words has the key. They are shown once and kept nowhere: write them down.")
	p.line("")
	p.line("  %s", mnemonic)
	p.line("")
	if _, err := fmt.Fprint(c.con.err, p.String()); err != nil {
		return fmt.Errorf("show the words of key %s: %w", key.Name, err)
	}
	return c.printKey(s, "keys add", "Made", key)
}

// printKey prints what became of a key.
func (c *cli) printKey(s settings, command, deed string, key chain.Key) error {
	return c.print(s, keyAnswer{answerTo(command), view(key)}, func(p *page) {
		if deed != "" {
			p.title("%s key %s.", deed, key.Name)
		}
		p.row("Name", "%s", key.Name)
		p.row("Address", "%s", key.Address)
	})
}

func view(k chain.Key) keyView { return keyView{Name: k.Name, Address: k.Address} }

func (c *cli) listKeys(_ context.Context, s settings, _ []string) error {
	kr, err := c.keyring(s)
	if err != nil {
		return err
	}
	keys, err := kr.Keys()
	if err != nil {
		return err
	}
	a := keysAnswer{header: answerTo("keys list"), Backend: kr.Backend(), Keys: []keyView{}}
	for _, k := range keys {
		a.Keys = append(a.Keys, view(k))
	}
	return c.print(s, a, func(p *page) {
		for _, k := range a.Keys {
			p.row(k.Name, "%s", k.Address)
		}
		if len(a.Keys) == 0 {
			p.line("There are no keys in %s (%s). mesh keys add NAME makes one.", keyringDir(s.Home), a.Backend)
		}
	})
}

func (c *cli) showKey(_ context.Context, s settings, args []string) error {
	kr, err := c.keyring(s)
	if err != nil {
		return err
	}
	key, err := kr.Key(args[0])
	if err != nil {
		return err
	}
	return c.printKey(s, "keys show", "", key)
}

func (c *cli) deleteKey(_ context.Context, s settings, args []string) error {
	kr, err := c.keyring(s)
	if err != nil {
		return err
	}
	key, err := kr.Key(args[0])
	if err != nil {
		return err
	}
	question := fmt.Sprintf("Delete key %s, %s? Without its words or an export it is lost.", key.Name, key.Address)
	if err := c.consent(s, "delete key "+key.Name, question, nil); err != nil {
		return err
	}
	if err := kr.Delete(key.Name); err != nil {
		return err
	}
	return c.printKey(s, "keys delete", "Deleted", key)
}
