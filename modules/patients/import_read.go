//go:build !js

package patients

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"hampi/modules/platform/fault"
)

// Limits of a list from a file.
const (
	MaxImportBytes   = 10 << 20
	maxImportRows    = 50_000
	maxImportColumns = 100
	maxCell          = 500       // letters; longer than anything we keep
	maxUnzipped      = 200 << 20 // bytes of an .xlsx opened up
)

// list is a file read: its headings and rows, all of the headings' width at most.
type list struct {
	Head []string
	Rows [][]string
}

// readList reads a CSV or XLSX file. What it cannot read it refuses in words.
func readList(content []byte) (list, error) {
	var rows [][]string
	var err error
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		rows, err = readWorkbook(content)
	} else {
		rows, err = readCSV(content)
	}
	if err != nil {
		return list{}, err
	}
	rows = withoutBlank(rows)
	switch {
	case len(rows) < 2:
		return list{}, fault.InvalidField("archivo", "El archivo no trae filas: se espera una primera fila con títulos y debajo los pacientes.")
	case len(rows)-1 > maxImportRows:
		return list{}, fault.InvalidField("archivo", "El archivo trae más de 50,000 filas. Divídalo en partes.")
	case len(rows[0]) > maxImportColumns:
		return list{}, fault.InvalidField("archivo", "El archivo trae más de 100 columnas.")
	}
	return list{Head: rows[0], Rows: rows[1:]}, nil
}

var errUnreadable = fault.InvalidField("archivo", "El archivo no se puede leer. Guárdelo como Excel (.xlsx) o CSV y vuelva a intentarlo.")

func readWorkbook(content []byte) ([][]string, error) {
	book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped / 8})
	if err != nil {
		return nil, errUnreadable
	}
	defer book.Close() //nolint:errcheck // it was only read
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return nil, errUnreadable
	}
	cursor, err := book.Rows(sheets[0])
	if err != nil {
		return nil, errUnreadable
	}
	defer cursor.Close() //nolint:errcheck // it was only read
	var rows [][]string
	for cursor.Next() && len(rows) <= maxImportRows+1 {
		row, err := cursor.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, errUnreadable
		}
		rows = append(rows, cut(row))
	}
	return rows, nil
}

func readCSV(content []byte) ([][]string, error) {
	text := bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, errUnreadable
	}
	if !utf8.Valid(text) {
		latin, err := charmap.Windows1252.NewDecoder().Bytes(text)
		if err != nil {
			return nil, errUnreadable
		}
		text = latin
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = separatorOf(text), -1, true
	var rows [][]string
	for len(rows) <= maxImportRows+1 {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, errUnreadable
		}
		rows = append(rows, cut(row))
	}
	return rows, nil
}

// separatorOf is the commonest separator of the first line.
func separatorOf(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best := ','
	for _, separator := range ";\t" {
		if strings.Count(string(line), string(separator)) > strings.Count(string(line), string(best)) {
			best = separator
		}
	}
	return best
}

func cut(row []string) []string {
	kept := make([]string, 0, len(row))
	for _, cell := range row[:min(len(row), maxImportColumns+1)] {
		if letters := []rune(cell); len(letters) > maxCell {
			cell = string(letters[:maxCell])
		}
		kept = append(kept, strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(cell, "\x00", ""), "")))
	}
	return kept
}

func withoutBlank(rows [][]string) [][]string {
	var kept [][]string
	for _, row := range rows {
		if strings.Join(row, "") != "" {
			kept = append(kept, row)
		}
	}
	return kept
}
