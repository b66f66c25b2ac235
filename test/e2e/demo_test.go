package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// report is report.json of a demo.
type report struct {
	Schema          int     `json:"schema"`
	NetworkID       string  `json:"network_id"`
	Denom           string  `json:"denom"`
	ChainHeight     int64   `json:"chain_height"`
	Nodes           int     `json:"nodes"`
	Profile         string  `json:"profile"`
	FileBytes       int     `json:"file_bytes"`
	FileSHA256      string  `json:"file_sha256"`
	RetrievedSHA256 string  `json:"retrieved_sha256"`
	RetrievedDown   int     `json:"retrieved_with_holders_down"`
	PiecesRepaired  int     `json:"pieces_repaired"`
	Claims          int     `json:"claims_on_chain"`
	Proofs          int     `json:"proofs_verified_on_chain"`
	Withdrawn       string  `json:"withdrawn"`
	Seconds         seconds `json:"seconds"`
}

type seconds struct {
	FirstBlock  float64 `json:"first_block"`
	NetworkLive float64 `json:"network_live"`
	Put         float64 `json:"put"`
	Get         float64 `json:"get"`
	FirstReward float64 `json:"first_reward"`
	Total       float64 `json:"total"`
}

// line is one of evidence.jsonl.
type line struct {
	Figure       string
	Value        json.RawMessage
	Query        string
	Height       int64
	Tx, Path     string
	Command      []string
	Began, Ended string
	Answer       json.RawMessage
}

// demoRun is a demo that has ended.
type demoRun struct {
	*machine
	out    string
	report report
	lines  []line
}

// TestDemo runs a demo, holds its report against the file, the disk and the answers it kept, and asks the chain, started again,
// for each of these answers once more.
func TestDemo(t *testing.T) {
	n := &storageNet{machine: newMachine(t)}
	content := n.file("small.bin", 100_000, 11)
	d := &demoRun{machine: n.machine, out: filepath.Join(filepath.Dir(n.home), "demo")}
	home := filepath.Join(d.out, "home")
	d.devnets = append(d.devnets, home)
	told := d.start("devnet", "demo", "--nodes", "5", "--file", "small.bin", "--out", d.out)
	for _, chapter := range []string{"5 nodes of as many owners have joined", "any 1 of 3 holders are enough", "has proven what it holds", "read back"} {
		d.until(chapter, func() bool { return told.ended() || told.says(chapter) })
	}
	require.True(t, told.succeeds())

	d.decodeStrictly("report.json", &d.report)
	d.readEvidence()
	d.requireGone()
	d.requireConsistent(content)
	d.requireEvidence()
	d.requireDerived()
	d.requireRepaired()

	settings, err := os.ReadFile(filepath.Join(home, "validators", "node0", "config", "app.toml"))
	require.NoError(t, err)
	require.Contains(t, string(settings), "\npruning = \"nothing\"\n")
	d.ok("devnet", "up", "--home", home, "--detach")
	asked := d.askAgain(d.state(home).REST)
	require.GreaterOrEqual(t, asked, 15)
	d.ok("devnet", "down", "--home", home)
}

// decodeStrictly reads a file of the demo whose fields must all be known.
func (d *demoRun) decodeStrictly(name string, into any) {
	d.t.Helper()
	bz, err := os.ReadFile(filepath.Join(d.out, name))
	require.NoError(d.t, err)
	decoder := json.NewDecoder(bytes.NewReader(bz))
	decoder.DisallowUnknownFields()
	require.NoError(d.t, decoder.Decode(into))
	_, err = decoder.Token()
	require.ErrorIs(d.t, err, io.EOF)
}

// readEvidence reads evidence.jsonl.
func (d *demoRun) readEvidence() {
	d.t.Helper()
	bz, err := os.ReadFile(filepath.Join(d.out, "evidence.jsonl"))
	require.NoError(d.t, err)
	for text := range bytes.Lines(bz) {
		var l line
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(d.t, decoder.Decode(&l), string(text))
		d.lines = append(d.lines, l)
	}
}

// of returns the lines of a figure.
func (d *demoRun) of(figure string) (lines []line) {
	for _, l := range d.lines {
		if l.Figure == figure {
			lines = append(lines, l)
		}
	}
	return lines
}

// requireGone wants every process to have ended that any command of the demo told of.
func (d *demoRun) requireGone() {
	d.t.Helper()
	names := make(map[string]bool)
	for _, l := range d.lines {
		var told struct{ Processes []process }
		if l.Figure != "" || json.Unmarshal(l.Answer, &told) != nil {
			continue
		}
		for _, p := range told.Processes {
			require.False(d.t, p.runs(), "%s (process %d) still runs", p.Name, p.PID)
			names[p.Name] = true
		}
	}
	require.Len(d.t, names, 8, "validator, faucet, bootstrap node and five nodes")
	require.Empty(d.t, d.state(filepath.Join(d.out, "home")).Processes)
}

// requireConsistent holds the report against the file that was stored and the one that came back.
func (d *demoRun) requireConsistent(content []byte) {
	d.t.Helper()
	r := d.report
	retrieved, err := os.ReadFile(filepath.Join(d.out, "retrieved"))
	require.NoError(d.t, err)
	require.True(d.t, bytes.Equal(content, retrieved))
	hash := sha256.Sum256(content)
	require.Equal(d.t, hex.EncodeToString(hash[:]), r.FileSHA256)
	require.Equal(d.t, r.FileSHA256, r.RetrievedSHA256)
	require.Equal(d.t, len(content), r.FileBytes)
	require.Equal(d.t, 1, r.Schema)
	require.Regexp(d.t, "^net_[0-9a-f]{8}$", r.NetworkID)
	require.Equal(d.t, r.NetworkID+"/ustr", r.Denom)
	require.Equal(d.t, 5, r.Nodes)
	require.Equal(d.t, "1/3", r.Profile)
	require.Equal(d.t, 2, r.RetrievedDown)
	require.Equal(d.t, 4, r.PiecesRepaired, "two indices, on each a piece of the file's segment and one of its manifest's")
	require.Positive(d.t, number(d.t, r.Withdrawn))
	require.GreaterOrEqual(d.t, r.Proofs, 3, "one of a first holder, one of each that rebuilt")
	require.GreaterOrEqual(d.t, r.Claims, r.Proofs)
	for _, part := range []float64{r.Seconds.FirstBlock, r.Seconds.NetworkLive, r.Seconds.Put, r.Seconds.Get, r.Seconds.FirstReward} {
		require.Positive(d.t, part)
		require.Greater(d.t, r.Seconds.Total, part)
	}
}

// requireEvidence wants lines for every field of the report, which all say its value, and none for anything else.
func (d *demoRun) requireEvidence() {
	d.t.Helper()
	fields, parts := make(map[string]json.RawMessage), make(map[string]json.RawMessage)
	d.decodeStrictly("report.json", &fields)
	require.NoError(d.t, json.Unmarshal(fields["seconds"], &parts))
	delete(fields, "schema") // tells how to read the file, and rests on nothing
	delete(fields, "seconds")
	for name, value := range parts {
		fields["seconds."+name] = value
	}
	for name := range fields {
		require.NotEmpty(d.t, d.of(name), "%s has no evidence", name)
	}
	for _, l := range d.lines {
		if l.Figure == "" {
			require.NotEmpty(d.t, l.Command)
			require.NotEmpty(d.t, l.Answer)
			continue
		}
		require.Contains(d.t, fields, l.Figure)
		require.JSONEq(d.t, string(fields[l.Figure]), string(l.Value), l.Figure)
		require.True(d.t, l.Query != "" && l.Height > 0 && len(l.Answer) > 0 || l.Path != "" || len(l.Command) > 0, "%s: nothing to look at", l.Figure)
	}
}

// askAgain asks every query of the evidence once more, about the same height, and wants the same answer.
func (d *demoRun) askAgain(rest string) (asked int) {
	d.t.Helper()
	client := http.Client{Timeout: deadline}
	for _, l := range d.lines {
		if l.Query == "" {
			continue
		}
		req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, "http://"+rest+l.Query, nil)
		require.NoError(d.t, err)
		req.Header.Set("x-cosmos-block-height", strconv.FormatInt(l.Height, 10))
		res, err := client.Do(req)
		require.NoError(d.t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(d.t, err)
		require.NoError(d.t, res.Body.Close())
		require.Equal(d.t, http.StatusOK, res.StatusCode, "%s: %s", l.Query, body)
		require.JSONEq(d.t, string(l.Answer), string(body), l.Query)
		asked++
	}
	return asked
}
