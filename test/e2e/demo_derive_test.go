package e2e

import (
	"encoding/json"
	"strings"

	"github.com/stretchr/testify/require"
)

// answerOf reads what the only line of a figure with a query of that end has as its answer.
func (d *demoRun) answerOf(figure, end string, into any) {
	d.t.Helper()
	var found []line
	for _, l := range d.of(figure) {
		if strings.HasSuffix(l.Query, end) {
			found = append(found, l)
		}
	}
	require.Len(d.t, found, 1, "%s: queries that end in %s", figure, end)
	require.NoError(d.t, json.Unmarshal(found[0].Answer, into))
}

// requireDerived works the figures out from nothing but what the chain answered.
func (d *demoRun) requireDerived() {
	d.t.Helper()
	r := d.report
	var network struct {
		Network struct {
			ID    string
			Token struct{ Denom string }
		}
	}
	d.answerOf("network_id", "/networks/"+r.NetworkID, &network)
	require.Equal(d.t, r.NetworkID, network.Network.ID)
	d.answerOf("denom", "/networks/"+r.NetworkID, &network)
	require.Equal(d.t, r.Denom, network.Network.Token.Denom)
	var set struct{ Nodes, Owners string }
	d.answerOf("nodes", "/active_set", &set)
	require.Equal(d.t, [2]string{"5", "5"}, [2]string{set.Nodes, set.Owners})
	var deal dealOnChain
	d.answerOf("profile", "/deals/1", &deal)
	require.Equal(d.t, r.Profile, itoa(deal.Deal.Profile.K)+"/"+itoa(deal.Deal.Profile.N))
	var block struct {
		Block struct{ Header struct{ Height string } }
	}
	d.answerOf("chain_height", "/blocks/"+itoa(int(r.ChainHeight)), &block)
	require.Equal(d.t, itoa(int(r.ChainHeight)), block.Block.Header.Height)
	var records struct{ Records []json.RawMessage }
	d.answerOf("seconds.network_live", "/bootstraps", &records)
	require.Len(d.t, records.Records, 1)
	var earned struct{ Fees string }
	d.answerOf("seconds.first_reward", "/earnings", &earned)
	require.Positive(d.t, number(d.t, earned.Fees))
	require.Equal(d.t, r.Claims, d.accepted("claims_on_chain", "/mesh.tasks.v1.MsgClaim"))
	require.Equal(d.t, r.Proofs, d.accepted("proofs_verified_on_chain", "/mesh.tasks.v1.MsgProve"))
	d.requireWithdrawn()
}

// txOnChain is a transaction and what became of it.
type txOnChain struct {
	Hash   string `json:"txhash"`
	Height string
	Code   int
	Tx     struct {
		Body struct {
			Messages []struct {
				Type string `json:"@type"`
			}
		}
	}
}

// accepted counts the messages of a type in the transactions that a figure rests on, all of which must have succeeded.
func (d *demoRun) accepted(figure, typeURL string) (count int) {
	d.t.Helper()
	for _, page := range d.of(figure) {
		var txs struct {
			Results []txOnChain `json:"tx_responses"`
			Total   string
		}
		require.NoError(d.t, json.Unmarshal(page.Answer, &txs))
		require.Len(d.t, txs.Results, number(d.t, txs.Total), "a demo of this size has one page")
		for _, tx := range txs.Results {
			require.Zero(d.t, tx.Code)
			require.LessOrEqual(d.t, number(d.t, tx.Height), int(d.report.ChainHeight))
			for _, m := range tx.Tx.Body.Messages {
				if m.Type == typeURL {
					count++
				}
			}
		}
	}
	return count
}

// requireWithdrawn holds the withdrawal against the owner's balance before and after the block that it is in.
func (d *demoRun) requireWithdrawn() {
	d.t.Helper()
	lines := d.of("withdrawn")
	require.Len(d.t, lines, 3)
	paid, had, has := lines[0], lines[1], lines[2]
	var tx struct {
		Result txOnChain `json:"tx_response"`
	}
	require.NoError(d.t, json.Unmarshal(paid.Answer, &tx))
	require.Equal(d.t, paid.Tx, tx.Result.Hash)
	require.Equal(d.t, itoa(int(paid.Height)), tx.Result.Height)
	require.Zero(d.t, tx.Result.Code)
	require.Equal(d.t, "/mesh.rewards.v1.MsgWithdraw", tx.Result.Tx.Body.Messages[0].Type)
	require.Equal(d.t, had.Query, has.Query)
	require.Equal(d.t, [2]int64{paid.Height - 1, paid.Height}, [2]int64{had.Height, has.Height})
	var before, after struct {
		Balance struct{ Denom, Amount string }
	}
	require.NoError(d.t, json.Unmarshal(had.Answer, &before))
	require.NoError(d.t, json.Unmarshal(has.Answer, &after))
	require.Equal(d.t, d.report.Denom, after.Balance.Denom)
	require.Equal(d.t, number(d.t, d.report.Withdrawn), number(d.t, after.Balance.Amount)-number(d.t, before.Balance.Amount))
}

// indicesOnChain are the indices of a deal.
type indicesOnChain struct {
	Indices []struct {
		Status string
		Node   string
		From   string `json:"from_epoch"`
		Acked  struct{ Root, Bytes string }
	}
}

// requireRepaired follows the repaired pieces from the index that lost its holder to the list on the disk of the new one.
func (d *demoRun) requireRepaired() {
	d.t.Helper()
	var before, after indicesOnChain
	d.answerOf("retrieved_with_holders_down", "/deals/1", &before)
	d.answerOf("pieces_repaired", "/deals/1", &after)
	pieces, repaired := 0, 0
	for _, l := range d.of("pieces_repaired") {
		if l.Path == "" {
			continue
		}
		require.FileExists(d.t, l.Path)
		var list struct {
			Index, Node, Bytes, Pieces int
			Root                       string
		}
		require.NoError(d.t, json.Unmarshal(l.Answer, &list))
		was, now := before.Indices[list.Index], after.Indices[list.Index]
		require.Equal(d.t, "INDEX_STATUS_HELD", now.Status)
		require.Equal(d.t, itoa(list.Node), now.Node)
		require.NotEqual(d.t, was.Node, now.Node)
		require.Equal(d.t, list.Root, now.Acked.Root)
		require.Equal(d.t, itoa(list.Bytes), now.Acked.Bytes)
		var owed struct {
			Owed struct {
				Epoch      string
				LastProven string `json:"last_proven"`
			}
		}
		for _, o := range d.of("pieces_repaired") {
			if strings.Contains(o.Query, "/nodes/"+now.Node+"/owed/") {
				require.NoError(d.t, json.Unmarshal(o.Answer, &owed))
			}
		}
		require.GreaterOrEqual(d.t, number(d.t, owed.Owed.LastProven), number(d.t, now.From))
		pieces, repaired = pieces+list.Pieces, repaired+1
	}
	require.Equal(d.t, d.report.RetrievedDown, repaired)
	require.Equal(d.t, d.report.PiecesRepaired, pieces)
}
