package client

import "sync"

// Stage names what a call is doing.
type Stage string

// The stages of a put are deal, draw, send, acknowledge and commit, those of a get find and fetch, and those of a removal
// find, acknowledge and commit. One that has nothing to do is left out.
const (
	StageDeal        Stage = "deal"        // finds or opens a deal
	StageDraw        Stage = "draw"        // waits for the nodes of a new deal
	StageSend        Stage = "send"        // sends pieces to holders
	StageAcknowledge Stage = "acknowledge" // collects acks of the new layout
	StageCommit      Stage = "commit"      // waits for the chain
	StageFind        Stage = "find"        // asks chain and holders where the object is
	StageFetch       Stage = "fetch"       // reads pieces
)

// Progress is where a call stands.
type Progress struct {
	Stage       Stage
	Done, Total uint64 // bytes of the objects, in send and fetch
}

// meter reports progress, one report after another.
type meter struct {
	report func(Progress) // may be nil

	mu sync.Mutex
	at Progress
}

// newMeter returns a meter for that many bytes.
func newMeter(report func(Progress), total uint64) *meter {
	return &meter{report: report, at: Progress{Total: total}}
}

// stage reports the beginning of a stage.
func (m *meter) stage(s Stage) { m.update(func(p *Progress) { p.Stage = s }) }

// add reports further bytes.
func (m *meter) add(bytes uint64) { m.update(func(p *Progress) { p.Done += bytes }) }

func (m *meter) update(change func(*Progress)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.at)
	if m.report != nil {
		m.report(m.at)
	}
}
