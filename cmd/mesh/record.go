package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// maxRecord bounds a record, bytes.
const maxRecord = 64 << 10

// record is what a home knows of a network: enough to name it, and what is needed before the chain is
// asked. The chain is the truth.
type record struct {
	Schema        int    `json:"schema"`
	NetworkID     string `json:"network_id"`
	ChainID       string `json:"chain_id"`
	Name          string `json:"name"`
	Symbol        string `json:"symbol"`
	Denom         string `json:"denom"`
	Template      string `json:"template"`
	LogicHash     string `json:"logic_hash"` // hex; empty for none
	BootstrapPort int    `json:"bootstrap_port"`
}

// save writes the record to the home.
func (r record) save(home string) error {
	r.Schema = outputSchema
	bz, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write down the network: %w", err)
	}
	return writeBeside(filepath.Join(networksDir(home), r.NetworkID+".json"), append(bz, '\n'))
}

// decodeRecord reads a record of at most 64 KiB; unknown fields are errors.
func decodeRecord(bz []byte) (record, error) {
	if len(bz) > maxRecord {
		return record{}, fmt.Errorf("%w: more than %d bytes", errTooLarge, maxRecord)
	}
	var r record
	d := json.NewDecoder(bytes.NewReader(bz))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return record{}, err
	}
	if d.More() || r.Schema != outputSchema {
		return record{}, fmt.Errorf("it is not one record of schema %d", outputSchema)
	}
	if r.BootstrapPort < 0 || r.BootstrapPort > maxPort {
		return record{}, fmt.Errorf("%d is no port", r.BootstrapPort)
	}
	return r, chain.CheckNetworkID(r.NetworkID)
}

// readRecords returns the networks a home knows, ordered by id. Files that are no records are not its own.
func readRecords(home string) ([]record, error) {
	entries, err := os.ReadDir(networksDir(home))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for networks: %w", err)
	}
	var list []record
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || chain.CheckNetworkID(id) != nil {
			continue
		}
		path := filepath.Join(networksDir(home), e.Name())
		bz, err := readLimited(path, maxRecord)
		if err != nil {
			return nil, fmt.Errorf("read the record of %s: %w", id, err)
		}
		r, err := decodeRecord(bz)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		list = append(list, r)
	}
	return list, nil
}
