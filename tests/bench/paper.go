//go:build !js

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"hampi/modules/platform/paper"
)

const (
	sheetTarget  = 150 * time.Millisecond // a prescription
	volumeTarget = 5 * time.Second        // a record of 200 pages
)

// measurePaper makes a document of one sheet and one of more than 200 pages.
func measurePaper(to io.Writer) error {
	sheet, _, err := printed(1)
	if err != nil {
		return err
	}
	volume, size, err := printed(520)
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "PDF of one sheet: %d ms. Target: %d ms%s. PDF of 220 pages: %.1f s, %.1f MB. Target: %.0f s%s.\n",
		sheet.Milliseconds(), sheetTarget.Milliseconds(), missedIf(sheet > sheetTarget),
		volume.Seconds(), float64(size)/1e6, volumeTarget.Seconds(), missedIf(volume > volumeTarget))
	return nil
}

// printed makes a document with that many visits, and says how long it took and how large it is.
func printed(visits int) (took time.Duration, size int64, err error) {
	d := paper.Document{
		Title: "Historia clínica", Date: "24/11/2026", Clinic: paper.Letterhead{Name: "Clínica Norte", Lines: []string{"RUC 20123456789"}},
		Person: "Quispe Huamán, Luz", About: "34 años · DNI 99012345", Created: moment,
	}
	for n := range visits {
		d.Blocks = append(d.Blocks,
			paper.Heading{Text: fmt.Sprintf("Atención %d", n+1)},
			paper.Paragraph{Text: strings.Repeat("Refiere dolor de moderada intensidad en región lumbar, sin irradiación. ", 18)},
			paper.Facts{{Label: "Presión arterial", Value: "120/80 mmHg"}, {Label: "Pulso", Value: "72"}, {Label: "Temperatura", Value: "36.8 °C"}},
			paper.Table{
				Columns: []paper.Column{{Label: "Prueba", Share: 2}, {Label: "Valor", Right: true}},
				Rows:    [][]string{{"Hemoglobina", "12.4 g/dL"}, {"Glucosa", "92 mg/dL"}},
			})
	}
	d.Blocks = append(d.Blocks, paper.Signature{Name: "Dra. Salas", Lines: []string{"CMP 54321"}, Code: paper.Code{Text: "https://hampi.pe/verificar/AB12"}})
	var out counted
	began := time.Now()
	err = paper.Write(&out, d)
	return time.Since(began), int64(out), err
}

// counted counts what is written and keeps nothing.
type counted int64

func (c *counted) Write(p []byte) (int, error) {
	*c += counted(len(p))
	return len(p), nil
}
