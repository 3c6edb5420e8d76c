//go:build !js

package fees

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"hampi/modules/billing"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/paper"
	"hampi/modules/platform/web"
)

// export hands a settlement over as a file, and writes down who took it.
func (h screens) export(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := h.settled(c)
	if err != nil {
		return err
	}
	var f struct {
		Format string `form:"formato"`
	}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	write, kind, ending := v.writePDF, "application/pdf", ".pdf"
	if f.Format == "xlsx" {
		write, kind, ending = v.writeSheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"
	}
	var out bytes.Buffer
	if err := write(&out, h.logo(ctx, v)); err != nil {
		return fmt.Errorf("write a settlement of fees: %w", err)
	}
	if err := h.Handed(ctx, v.Settlement, strings.TrimPrefix(ending, ".")); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": v.fileName() + ending}))
	header.Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, kind, out.Bytes())
}

// logo reads the clinic's picture when it has one.
func (h screens) logo(ctx context.Context, v settledView) picture {
	return func() ([]byte, error) {
		if !v.Clinic.HasLogo {
			return nil, nil
		}
		content, _, err := h.Picture(ctx)
		if fault.IsNotFound(err) {
			return nil, nil
		}
		return content, err
	}
}

type picture func() ([]byte, error)

func (v settledView) fileName() string { return fmt.Sprintf("honorarios-%s-%d", v.To, v.Number) }

// writePDF lays the settlement on a sheet.
func (v settledView) writePDF(w io.Writer, logo picture) error {
	content, err := logo()
	if err != nil {
		return err
	}
	table := paper.Table{Columns: []paper.Column{
		{Label: "Comprobante", Share: 1.6}, {Label: "Fecha", Share: 1.2}, {Label: "Paciente", Share: 2.4}, {Label: "Servicio", Share: 2.4}, {Label: "Sin IGV", Share: 1.3, Right: true},
		{Label: "Regla", Share: 1.2}, {Label: "Honorario", Share: 1.3, Right: true},
	}}
	for _, l := range v.Lines {
		table.Rows = append(table.Rows, []string{
			l.Document.String(), day(l.IssuedOn), v.Names.patients[l.Patient], l.Description, signed(l.Base), rateWords(l.Kind, l.Rate), signed(l.Fee),
		})
	}
	letterhead := paper.Letterhead{Name: v.Clinic.Name, Logo: content}
	if ruc := v.ruc(); ruc != "" {
		letterhead.Lines = []string{ruc}
	}
	return paper.Write(w, paper.Document{
		Title: "Honorarios: " + v.title(), Date: v.period(), Clinic: letterhead, Person: v.name(), Created: v.ClosedAt,
		Blocks: []paper.Block{table, paper.Sums{{Label: "Cobrado sin IGV", Amount: signed(v.Base)}, {Label: "Honorario", Amount: signed(v.Fee), Bold: true}}},
	})
}

// writeSheet writes the settlement as a workbook.
func (v settledView) writeSheet(w io.Writer, _ picture) error {
	s := billing.Sheet{Name: v.title(), Head: []string{"Comprobante", "Emitido", "Paciente", "Servicio", "Cobrado sin IGV", "Regla", "Honorario"}}
	for _, l := range v.Lines {
		s.Rows = append(s.Rows, []any{l.Document.String(), day(l.IssuedOn), v.Names.patients[l.Patient], l.Description, l.Base, rateWords(l.Kind, l.Rate), l.Fee})
	}
	s.Rows = append(s.Rows, []any{"Total", "", "", "", v.Base, "", v.Fee})
	return s.Write(w)
}
