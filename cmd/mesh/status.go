package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// statusAnswer is what mesh status prints.
type statusAnswer struct {
	header
	ChainID    string       `json:"chain_id"`
	Height     int64        `json:"height"`
	Time       string       `json:"time"` // of the block, RFC 3339
	Endpoint   string       `json:"endpoint"`
	Home       string       `json:"home"`
	KeysLocked bool         `json:"keys_locked"` // there was nobody to ask for the passphrase
	Keys       []keyStatus  `json:"keys"`
	Networks   []ownNetwork `json:"networks"`
	Nodes      []nodeStatus `json:"nodes"`
}

// keyStatus is a key with what it holds.
type keyStatus struct {
	keyView
	Balances []coinView `json:"balances"`
}

// coinView is an amount in base units.
type coinView struct {
	Denom  string `json:"denom"`
	Amount string `json:"amount"`
	text   string
}

// ownNetwork is a network the home knows.
type ownNetwork struct {
	NetworkID string `json:"network_id"`
	Name      string `json:"name"`
	ChainID   string `json:"chain_id"`
	Denom     string `json:"denom"`
	OnChain   bool   `json:"on_chain"`
}

// statusCommand shows how things stand.
func (c *cli) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show the chain, the own keys with their balances, networks and nodes", Args: cobra.NoArgs,
		RunE: c.with("look at the chain", c.status),
	}
}

func (c *cli) status(ctx context.Context, s settings, _ []string) error {
	client, err := c.client(s, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	head, err := client.Latest(ctx)
	if err != nil {
		return err
	}
	a := statusAnswer{
		header: answerTo("status"), ChainID: head.ChainID, Height: head.Height, Time: head.Time.UTC().Format(time.RFC3339),
		Endpoint: head.Endpoint, Home: s.Home,
	}
	if a.Keys, a.KeysLocked, err = c.keyBalances(ctx, s, client); err != nil {
		return err
	}
	if a.Networks, err = ownNetworks(ctx, s.Home, client, head.ChainID); err != nil {
		return err
	}
	if a.Nodes, err = nodesOfKeys(ctx, s.Home, client, a); err != nil {
		return err
	}
	return c.print(s, a, func(p *page) { showStatus(p, a) })
}

// keyBalances returns the keys with what they hold. A locked keyring is no reason to show nothing.
func (c *cli) keyBalances(ctx context.Context, s settings, b bank) (list []keyStatus, locked bool, err error) {
	list = []keyStatus{}
	kr, err := c.keyring(s)
	if err != nil {
		return nil, false, err
	}
	keys, err := kr.Keys()
	if errors.Is(err, chain.ErrLocked) {
		return list, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, k := range keys {
		coins, err := b.Balances(ctx, k.Address)
		if err != nil {
			return nil, false, err
		}
		status := keyStatus{keyView: view(k), Balances: []coinView{}}
		for _, coin := range coins {
			status.Balances = append(status.Balances, coinView{coin.Denom, coin.Amount.String(), shownCoin(ctx, b, coin)})
		}
		list = append(list, status)
	}
	return list, false, nil
}

// ownNetworks returns the networks the home knows, and whether the chain that answers knows them too.
func ownNetworks(ctx context.Context, home string, d directory, chainID string) ([]ownNetwork, error) {
	records, err := readRecords(home)
	if err != nil {
		return nil, err
	}
	list := []ownNetwork{}
	for _, r := range records {
		n := ownNetwork{NetworkID: r.NetworkID, Name: r.Name, ChainID: r.ChainID, Denom: r.Denom}
		if r.ChainID == chainID {
			_, _, err := d.Network(ctx, r.NetworkID)
			if err != nil && !errors.Is(err, chain.ErrNotFound) {
				return nil, err
			}
			n.OnChain = err == nil
		}
		list = append(list, n)
	}
	return list, nil
}

func showStatus(p *page, a statusAnswer) {
	p.title("%s at height %d", a.ChainID, a.Height)
	p.row("Block time", "%s", a.Time)
	p.row("Endpoint", "%s", a.Endpoint)
	p.row("Home", "%s", a.Home)
	p.line("")
	p.title("Keys")
	for _, k := range a.Keys {
		p.row(k.Name, "%s", k.Address)
		for _, coin := range k.Balances {
			p.row("", "%s", coin.text)
		}
	}
	switch {
	case a.KeysLocked:
		p.line("  locked; run it in a terminal, or give the passphrase on standard input")
	case len(a.Keys) == 0:
		p.line("  none yet; mesh keys add NAME makes one")
	}
	p.line("")
	p.title("Networks of this home")
	for _, n := range a.Networks {
		where := "token " + n.Denom
		if !n.OnChain {
			where = "not on this chain; it was created on another " + n.ChainID
		}
		p.row(n.NetworkID, "%s, %s", n.Name, where)
	}
	if len(a.Networks) == 0 {
		p.line("  none yet; mesh init creates one")
	}
	showNodeStatus(p, a.Nodes)
}
