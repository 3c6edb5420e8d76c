//go:build !js

package books

import (
	"archive/zip"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"hampi/modules/billing"
)

// rows hands rows over one by one.
type rows func(f func(Row) error) error

// WriteSIRE writes the register as SUNAT takes it: a ZIP that holds a text of the same name, which says whether there is
// anything in it; so the text is written first.
func WriteSIRE(w io.Writer, i Issuer, m Month, text []byte, at time.Time) (err error) {
	archive := zip.NewWriter(w)
	file, err := archive.CreateHeader(&zip.FileHeader{Name: FileName(i.RUC, m, len(text) > 0) + ".txt", Method: zip.Deflate, Modified: at})
	if err != nil {
		return fmt.Errorf("begin the register's archive: %w", err)
	}
	if _, err := file.Write(text); err != nil {
		return fmt.Errorf("write the register: %w", err)
	}
	return archive.Close()
}

// sheetName is the sheet of the register.
const sheetName = "Registro de ventas"

// WriteSheet writes the register as a workbook, row by row, with what became of each document; it tells how many there were.
func WriteSheet(w io.Writer, i Issuer, all rows) (n int, err error) {
	book := excelize.NewFile()
	defer book.Close() //nolint:errcheck // it was written already
	if err := book.SetSheetName("Sheet1", sheetName); err != nil {
		return 0, err
	}
	sheet, err := book.NewStreamWriter(sheetName)
	if err != nil {
		return 0, err
	}
	money, err := book.NewStyle(&excelize.Style{NumFmt: 4}) // #,##0.00
	if err != nil {
		return 0, err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return 0, err
	}
	head := []any{}
	for _, c := range append(Columns(), "Gratuito", "Estado") {
		head = append(head, excelize.Cell{StyleID: bold, Value: c})
	}
	if err := sheet.SetRow("A1", head); err != nil {
		return 0, err
	}
	err = all(func(r Row) error {
		n++
		return sheet.SetRow(fmt.Sprintf("A%d", n+1), cells(r, i, money))
	})
	if err != nil {
		return n, err
	}
	if err := sheet.Flush(); err != nil {
		return n, err
	}
	return n, book.Write(w)
}

// cells are a row of the workbook: amounts are numbers, all else is text, so that no zero in front is lost and nothing is
// taken for a formula.
func cells(r Row, i Issuer, money int) []any {
	var list []any
	for at, field := range r.Fields(i) {
		if at < firstAmount || at > lastAmount {
			list = append(list, field)
			continue
		}
		list = append(list, excelize.Cell{StyleID: money, Value: number(field)})
	}
	return append(list, excelize.Cell{StyleID: money, Value: number(amount(r.Free))}, state(r.Entry.State))
}

// number is an amount as a sheet holds it.
func number(text string) float64 {
	var f float64
	_, _ = fmt.Sscan(text, &f)
	return f
}

func state(s billing.State) string {
	if s.Pending {
		return "Espera a SUNAT"
	}
	return s.Status.Label()
}
