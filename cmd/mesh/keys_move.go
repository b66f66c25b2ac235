package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// maxKeyFile bounds a file with a key, bytes.
const maxKeyFile = 4 << 10

// exportAnswer is what mesh keys export prints.
type exportAnswer struct {
	header
	keyView
	Armor string `json:"armor"`
}

// importCommand takes over a key.
func (c *cli) importCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "import NAME", Short: "Take over a key from its words or from an export", Args: cobra.ExactArgs(1),
		Long: `Take over a key. Without --file its words are asked for, or read as one line from standard
input. With --file they are in a file, or the file is an export, whose passphrase is asked
for or read as one line from standard input.`,
		Example: "  mesh keys import owner\n  mesh keys import owner --file owner.key",
		RunE: c.with("import a key", func(_ context.Context, s settings, args []string) error {
			kr, err := c.keyring(s)
			if err != nil {
				return err
			}
			key, err := c.takeOver(kr, args[0], file)
			if err != nil {
				return err
			}
			return c.printKey(s, "keys import", "Imported", key)
		}),
	}
	cmd.Flags().StringVar(&file, "file", "", "file with the words or the export")
	return cmd
}

// takeOver reads words or an export and puts the key into the keyring.
func (c *cli) takeOver(kr *chain.Keyring, name, file string) (chain.Key, error) {
	if file == "" {
		words, err := c.con.secret("The words of the key:")
		if err != nil {
			return chain.Key{}, err
		}
		return kr.Restore(name, words)
	}
	bz, err := readLimited(file, maxKeyFile)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, errTooLarge) {
		return chain.Key{}, usage("import a key", err.Error(), "name the file that mesh keys export wrote, or one with the words")
	}
	if err != nil {
		return chain.Key{}, fmt.Errorf("read the key: %w", err)
	}
	if !chain.IsArmor(string(bz)) {
		return kr.Restore(name, string(bz))
	}
	passphrase, err := c.con.secret("Passphrase of the export:")
	if err != nil {
		return chain.Key{}, err
	}
	return kr.Import(name, string(bz), passphrase)
}

// exportCommand gives a key away, encrypted.
func (c *cli) exportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export NAME", Short: "Print a key, encrypted with a passphrase", Args: cobra.ExactArgs(1), ValidArgsFunction: c.completeKey,
		Long: `Print a key, encrypted with a passphrase of at least 8 characters that is asked for, or
read as one line from standard input (behind that of the keyring, where it has one).
meshd keys import reads it too.`,
		Example: "  mesh keys export owner > owner.key",
		RunE:    c.with("export a key", c.exportKey),
	}
}

func (c *cli) exportKey(_ context.Context, s settings, args []string) error {
	kr, err := c.keyring(s)
	if err != nil {
		return err
	}
	key, err := kr.Key(args[0])
	if err != nil {
		return err
	}
	passphrase, err := c.newPassphrase()
	if err != nil {
		return err
	}
	armor, err := kr.Export(key.Name, passphrase)
	if err != nil {
		return err
	}
	return c.print(s, exportAnswer{answerTo("keys export"), view(key), armor}, func(p *page) { p.line("%s", armor) })
}

// newPassphrase asks for a passphrase that nothing can check later, so on a terminal twice.
func (c *cli) newPassphrase() (string, error) {
	first, err := c.con.secret("Passphrase for the export:")
	if err != nil || !c.con.inTerminal {
		return first, err
	}
	again, err := c.con.secret("Once more:")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", usage("read the passphrase", "the two are not the same", "run it again")
	}
	return first, nil
}
