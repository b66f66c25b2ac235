package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
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
	return out.Bytes(), d.keep(evidence{Command: args, Answer: out.Bytes()})
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

// until asks for the latest height, at every block or so, until met says yes; an error ends it.
func (d *demo) until(ctx context.Context, what string, met func(ctx context.Context, height int64) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, chapterTime, fmt.Errorf("%s has not happened within %s", what, chapterTime))
	defer cancel()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		height, err := d.head(ctx)
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		ok, err := met(ctx, height)
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
