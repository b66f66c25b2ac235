package main

import "path/filepath"

// keyringDir holds the keys of a home.
func keyringDir(home string) string { return filepath.Join(home, "keyring") }

// logicDir holds logic files of a home by their hash.
func logicDir(home string) string { return filepath.Join(home, "logic") }

// networksDir holds what a home knows of networks.
func networksDir(home string) string { return filepath.Join(home, "networks") }

// devnetDir holds the devnet of a home, unless another directory is named.
func devnetDir(home string) string { return filepath.Join(home, "devnet") }
