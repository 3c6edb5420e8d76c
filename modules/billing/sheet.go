//go:build !js

package billing

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// Sheet is a list as a workbook: a head and rows. Decimals become numbers with two decimals; text stays text, whatever
// it begins with.
type Sheet struct {
	Name string
	Head []string
	Rows [][]any
}

// Write makes the workbook.
func (s Sheet) Write(w io.Writer) error {
	book := excelize.NewFile()
	defer book.Close() //nolint:errcheck // it was written already
	if err := book.SetSheetName("Sheet1", s.Name); err != nil {
		return fmt.Errorf("name a sheet: %w", err)
	}
	money, err := book.NewStyle(&excelize.Style{NumFmt: 4}) // #,##0.00
	if err != nil {
		return fmt.Errorf("make a workbook: %w", err)
	}
	out, err := book.NewStreamWriter(s.Name)
	if err != nil {
		return fmt.Errorf("make a workbook: %w", err)
	}
	head := make([]any, len(s.Head))
	for i, label := range s.Head {
		head[i] = label
	}
	for i, row := range append([][]any{head}, s.Rows...) {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return fmt.Errorf("find a row: %w", err)
		}
		if err := out.SetRow(at, cellsOf(row, money)); err != nil {
			return fmt.Errorf("write a row: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return book.Write(w)
}

func cellsOf(row []any, money int) []any {
	cells := make([]any, len(row))
	for i, value := range row {
		switch v := value.(type) {
		case decimal.Decimal:
			cells[i] = excelize.Cell{StyleID: money, Value: v.InexactFloat64()}
		case fmt.Stringer:
			cells[i] = v.String()
		default:
			cells[i] = v
		}
	}
	return cells
}

func sendSheet(c echo.Context, name string, s Sheet) error {
	var out bytes.Buffer
	if err := s.Write(&out); err != nil {
		return err
	}
	return sendFile(c, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", out.Bytes())
}

// sendFile hands a file over to be kept.
func sendFile(c echo.Context, name, kind string, content []byte) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	header.Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, kind, content)
}

// debtsSheet is the list of what is owed, for a workbook.
func debtsSheet(debts []Debt, site func(uuid.UUID) string) Sheet {
	s := Sheet{Name: "Por cobrar", Head: []string{"Comprobante", "Tipo", "Sede", "Paciente", "Aseguradora o empresa", "RUC", "Emitido", "Vence", "Cuota", "Antigüedad", "Moneda", "Debe"}}
	for _, d := range debts {
		part := ""
		if d.Part > 0 {
			part = fmt.Sprint(d.Part)
		}
		s.Rows = append(s.Rows, []any{
			d.Name.String(), d.Name.Kind.Label(), site(d.SiteID), strings.TrimSpace(d.Person), d.Payer, d.PayerRUC, day(d.IssuedOn), day(d.DueOn), part, d.Age.Label(), string(d.Currency.code()), d.Amount,
		})
	}
	return s
}
