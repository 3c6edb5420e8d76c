//go:build !js

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// What INEI counts. A package that says otherwise has changed, and somebody has to look.
const (
	departments = 25
	provinces   = 196
	districts   = 1891
)

// callao is written in full by the package; addresses say Callao.
const callao = "0701"

// newer are the districts created after the package was made.
const newer = `
030611 Los Chankas
030612 Ahuayro
050413 Putis
050511 Oronccoy
050512 Unión Progreso
050513 Río Magdalena
050514 Ninabamba
050515 Patibamba
080914 Megantoni
080915 Kumpirushiato
080916 Cielo Punco
080917 Manitea
080918 Unión Ashaninka
090723 Santiago de Tucuma
090724 Lambras
090725 Cochabamba
100609 Pueblo Nuevo
100610 Santo Domingo de Anda
130112 Alto Trujillo
180107 San Antonio
211105 San Miguel
221006 Santa Lucia
250306 Huipoca
250307 Boquerón
`

// places is the whole table: a line for each place, its INEI code (2, 4 or 6 digits) and its name, by code.
func places(packages string) ([]byte, error) {
	names := map[string]string{}
	for _, file := range []string{"region", "province", "district"} {
		if err := read(filepath.Join(packages, "ubigeos", "dist", "data", file+".data.js"), names); err != nil {
			return nil, err
		}
	}
	for line := range strings.Lines(strings.TrimSpace(newer)) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		names[code] = name
	}
	names[callao] = "Callao"
	if err := check(names); err != nil {
		return nil, err
	}
	return write(names), nil
}

var entry = regexp.MustCompile(`data\.set\((?:'|")(\d+)(?:'|"), (?:'|")(.+)(?:'|")\);`)

func read(file string, names map[string]string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%w; run npm ci in static first", err)
	}
	for _, found := range entry.FindAllSubmatch(text, -1) {
		name := strings.ReplaceAll(string(found[2]), "_", "-")
		names[string(found[1])] = strings.Join(strings.Fields(name), " ")
	}
	return nil
}

// check refuses a table that is not complete, or in which a place has no place around it.
func check(names map[string]string) error {
	count := map[int]int{}
	for code := range names {
		count[len(code)]++
		if len(code) > 2 && names[code[:len(code)-2]] == "" {
			return fmt.Errorf("%s %s lies nowhere", code, names[code])
		}
	}
	if count[2] != departments || count[4] != provinces || count[6] != districts {
		return fmt.Errorf("%d departments, %d provinces, %d districts instead of %d, %d, %d",
			count[2], count[4], count[6], departments, provinces, districts)
	}
	return nil
}

func write(names map[string]string) []byte {
	codes := make([]string, 0, len(names))
	for code := range names {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	var table bytes.Buffer
	for _, code := range codes {
		fmt.Fprintf(&table, "%s %s\n", code, names[code])
	}
	return table.Bytes()
}
