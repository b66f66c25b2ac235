package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// chapterTime bounds the wait for anything that the network has to do by itself.
const chapterTime = 2 * time.Minute

func (d *demo) tell(format string, args ...any) {
	fmt.Fprintf(d.story, format+"\n", args...)
}

// mesh runs this program with arguments, as a person would, keeps its answer as evidence and
// returns it.
func (d *demo) mesh(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, d.self, append([]string{"--output", "json"}, args...)...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("mesh %v: %w: %s%s", args, err, out.Bytes(), problems.Bytes())
	}
	return out.Bytes(), d.keep(struct {
		Command []string        `json:"command"`
		Answer  json.RawMessage `json:"answer"`
	}{args, bytes.TrimSpace(out.Bytes())})
}

// meshInto is mesh with the answer read into a value.
func (d *demo) meshInto(ctx context.Context, answer any, args ...string) error {
	bz, err := d.mesh(ctx, args...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(bz, answer); err != nil {
		return fmt.Errorf("read what mesh %v answered: %w", args, err)
	}
	return nil
}

// asked keeps the answer of a query to the chain that a figure rests on.
func (d *demo) asked(figure, query string, height int64, answer any) error {
	return d.keep(struct {
		Figure string `json:"figure"`
		Query  string `json:"query"`
		Height int64  `json:"height"`
		Answer any    `json:"answer"`
	}{figure, query, height, answer})
}

// keep adds a line to the evidence.
func (d *demo) keep(what any) error {
	line, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(d.out, "evidence.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	defer f.Close()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	return nil
}

// until asks, at every block or so, until met says yes; an error ends it.
func (d *demo) until(ctx context.Context, what string, met func(ctx context.Context, height int64) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, chapterTime, fmt.Errorf("%s has not happened within %s", what, chapterTime))
	defer cancel()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		head, err := d.chain.Latest(ctx)
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		ok, err := met(ctx, head.Height)
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}
