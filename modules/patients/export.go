//go:build !js

package patients

import (
	"context"
	"encoding/csv"
	"io"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/xuri/excelize/v2"

	"hampi/modules/platform/audit"
)

// byteOrderMark tells Excel that a CSV file is UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// exportHead is the first row of an export: the names of the JSON API.
func exportHead() []string {
	return []string{"id", "version", "record_number", "document_type", "document_number", "first_name", "last_name", "second_last_name",
		"sex", "birth_date", "phone", "email", "address", "ubigeo", "guardian.name", "guardian.relationship", "guardian.document_number",
		"guardian.phone", "insurance.insurer", "insurance.number", "tags"}
}

func exportRow(p Patient) []string {
	return harmlessRow([]string{p.ID.String(), version(p.Version), p.RecordNumber, string(p.Document.Type), p.Document.Number, p.FirstName, p.LastName,
		p.SecondLastName, string(p.Sex), dayText(p.BirthDate), p.Phone, p.Email, p.Address.Text, p.Address.Ubigeo, p.Guardian.Name,
		p.Guardian.Relationship, p.Guardian.Document, p.Guardian.Phone, p.Insurance.Insurer, p.Insurance.Number, strings.Join(p.Tags, ", ")})
}

func harmlessRow(cells []string) []string {
	for i, cell := range cells {
		cells[i] = HarmlessCell(cell)
	}
	return cells
}

// export writes the register as a file and writes down who took it, with how many rows.
func (h importRoutes) export(c echo.Context) error {
	ctx := c.Request().Context()
	write, name, kind := writeCSV, "pacientes.csv", "text/csv; charset=utf-8"
	if c.FormValue("formato") == "xlsx" {
		write, name, kind = writeWorkbook, "pacientes.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	download(c, name, kind)
	rows, err := write(c.Response(), func(row func([]string) error) (int, error) { return h.service.each(ctx, row) })
	if err != nil {
		return err
	}
	return audit.Record(ctx, "export", "patients", uuid.Nil, map[string]any{"rows": rows, "format": name})
}

// each hands every patient over in the order of the alphabet, as a row of the export.
func (s *Service) each(ctx context.Context, row func([]string) error) (n int, err error) {
	const page = 500
	for from, more := (Cursor{}), true; more; {
		var people []Patient
		if people, more, err = s.Page(ctx, from, page); err != nil {
			return n, err
		}
		for _, p := range people {
			if err := row(exportRow(p)); err != nil {
				return n, err
			}
			n, from = n+1, CursorAfter(p, false)
		}
	}
	return n, nil
}

// source hands rows over one by one and tells how many they were.
type source func(row func([]string) error) (int, error)

func writeCSV(w io.Writer, rows source) (int, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return 0, err
	}
	out := csv.NewWriter(w)
	if err := out.Write(exportHead()); err != nil {
		return 0, err
	}
	n, err := rows(out.Write)
	if err != nil {
		return n, err
	}
	out.Flush()
	return n, out.Error()
}

func writeWorkbook(w io.Writer, rows source) (int, error) {
	book := excelize.NewFile()
	defer book.Close() //nolint:errcheck // it was written already
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return 0, err
	}
	line := 1
	write := func(cells []string) error {
		values := make([]any, len(cells))
		for i, cell := range cells {
			values[i] = cell
		}
		at, err := excelize.CoordinatesToCellName(1, line)
		if err != nil {
			return err
		}
		line++
		return sheet.SetRow(at, values)
	}
	if err := write(exportHead()); err != nil {
		return 0, err
	}
	n, err := rows(write)
	if err != nil {
		return n, err
	}
	if err := sheet.Flush(); err != nil {
		return n, err
	}
	return n, book.Write(w)
}
