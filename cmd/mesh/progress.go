package main

import (
	"fmt"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// bar shows how far a transfer has come: on a terminal with rate and time left, elsewhere a line for each stage.
type bar struct {
	con  *console
	what string
	show bool

	mu    sync.Mutex
	stage storage.Stage
	bytes uint64
	box   *mpb.Progress
	line  *mpb.Bar
}

// progress returns a bar that is not shown yet.
func (c *cli) progress(s settings, what string) *bar {
	return &bar{con: c.con, what: what, show: !s.json()}
}

// stageWords say what is going on.
func stageWords(s storage.Stage) string {
	switch s {
	case storage.StageDeal:
		return "finding or opening a deal"
	case storage.StageDraw:
		return "waiting for the chain to draw the nodes"
	case storage.StageSend:
		return "sending pieces"
	case storage.StageAcknowledge:
		return "collecting acknowledgements"
	case storage.StageCommit:
		return "waiting for the layout to get into a block"
	case storage.StageFind:
		return "asking where the pieces are"
	case storage.StageFetch:
		return "reading pieces"
	}
	return string(s)
}

// report takes what the client says.
func (b *bar) report(p storage.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes = p.Total
	if p.Stage != b.stage {
		b.stage = p.Stage
		b.next(p)
	}
	if b.line != nil {
		b.line.SetCurrent(int64(p.Done))
	}
}

// next begins a stage.
func (b *bar) next(p storage.Progress) {
	b.finish()
	if !b.show {
		return
	}
	moves := p.Stage == storage.StageSend || p.Stage == storage.StageFetch
	if !b.con.asks || !moves {
		fmt.Fprintln(b.con.err, faint(b.con.errColor, stageWords(p.Stage)+" …"))
		return
	}
	b.box = mpb.New(mpb.WithOutput(b.con.err), mpb.WithWidth(40))
	b.line = b.box.AddBar(int64(p.Total),
		mpb.PrependDecorators(decor.Name(b.what+" "), decor.CountersKibiByte("% .1f / % .1f")),
		mpb.AppendDecorators(decor.AverageSpeed(decor.SizeB1024(0), "% .1f"), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)))
}

// finish ends the bar that is shown.
func (b *bar) finish() {
	if b.line == nil {
		return
	}
	b.line.Abort(false)
	b.box.Wait()
	b.box, b.line = nil, nil
}

// stop ends the showing.
func (b *bar) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.finish()
}

// total returns how many bytes there were to move.
func (b *bar) total() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes
}
