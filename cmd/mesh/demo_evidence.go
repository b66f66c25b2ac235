package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// evidence is a line of evidence.jsonl: what a figure of the report rests on, or what a command answered.
type evidence struct {
	Figure  string          `json:"figure,omitempty"`  // of report.json; inner names after a point
	Value   any             `json:"value,omitempty"`   // as it is in the report
	Query   string          `json:"query,omitempty"`   // path at the REST port
	Height  int64           `json:"height,omitempty"`  // that was asked about
	Tx      string          `json:"tx,omitempty"`      // hash of the transaction the answer is about
	Path    string          `json:"path,omitempty"`    // of the file that was looked at
	Command []string        `json:"command,omitempty"` // of mesh, or kill
	Began   *time.Time      `json:"began,omitempty"`
	Ended   *time.Time      `json:"ended,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"` // as it came
}

// keep adds a line to the evidence.
func (d *demo) keep(line evidence) error {
	var bz bytes.Buffer
	enc := json.NewEncoder(&bz)
	enc.SetEscapeHTML(false) // an answer stays what it was
	if err := enc.Encode(line); err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(d.out, "evidence.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	defer f.Close()
	if _, err := f.Write(bz.Bytes()); err != nil {
		return fmt.Errorf("keep evidence: %w", err)
	}
	return nil
}

// rests keeps the answers of the chain that a figure rests on.
func (d *demo) rests(figure string, value any, on ...seen) error {
	for _, s := range on {
		if err := d.keep(evidence{Figure: figure, Value: value, Query: s.query, Height: s.height, Answer: s.answer}); err != nil {
			return err
		}
	}
	return nil
}

// timed returns the seconds since something began, and keeps from when to when that was. command is what was typed then.
func (d *demo) timed(figure string, began time.Time, command []string) (float64, error) {
	ended := time.Now()
	from, to := began.UTC(), ended.UTC()
	value := ended.Sub(began).Seconds()
	return value, d.keep(evidence{Figure: "seconds." + figure, Value: value, Command: command, Began: &from, Ended: &to})
}
