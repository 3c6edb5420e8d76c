//go:build !js

package hce

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/paper"
	"hampi/views"
)

// recetaFile is a prescription as a PDF, to keep or to send.
func (h historyScreens) recetaFile(c echo.Context) error {
	p, err := h.recetaOf(c)
	if err != nil {
		return err
	}
	if p.Entry.Broken {
		return errBroken
	}
	picture, err := h.record.logo(c.Request().Context(), p.Letter)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := paper.Write(&out, p.document(picture)); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, `attachment; filename="receta.pdf"`)
	header.Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, "application/pdf", out.Bytes())
}

// document is the prescription as it is laid on paper, with the clinic's picture if it has one.
func (p receta) document(picture []byte) paper.Document {
	d := paper.Document{
		Size: paper.A5, Title: p.title(), Date: views.Day(p.Entry.WrittenAt.In(p.Zone)), Clinic: paper.Letterhead{Name: p.Letter.Name, Lines: p.Letter.Lines, Logo: picture},
		Person: p.Person.FullName(), About: p.about(), Created: p.Entry.WrittenAt,
	}
	if words := p.annulled(); words != "" {
		d.Blocks = append(d.Blocks, paper.Heading{Text: words})
	}
	for _, x := range p.Content.Diagnoses {
		d.Blocks = append(d.Blocks, paper.Paragraph{Text: "Diagnóstico: " + x.Code + " " + x.Title + " (" + string(x.Kind) + ")", Small: true})
	}
	d.Blocks = append(d.Blocks, paper.Heading{Text: "Rp/"})
	for i, l := range p.Content.lines() {
		d.Blocks = append(d.Blocks, paper.Item{Title: strconv.Itoa(i+1) + ". " + l.Name, Text: joined("\n", l.Sig, l.Instructions)})
	}
	if p.annulled() == "" {
		d.Blocks = append(d.Blocks, paper.Paragraph{Text: "Válida hasta el " + p.expires(), Small: true})
	}
	a := p.Entry.Author
	signature := paper.Signature{Name: a.Name, Lines: []string{joined(" · ", a.Profession, a.License())}, Caption: p.stands()}
	if p.Verify != "" {
		signature.Code = paper.Code{Text: p.Verify, Caption: "Verifique en " + p.Verify + "\nCódigo " + ShownCode(p.Code)}
	}
	d.Blocks = append(d.Blocks, signature)
	if p.Letter.Footer != "" {
		d.Blocks = append(d.Blocks, paper.Rule{}, paper.Paragraph{Text: p.Letter.Footer, Small: true})
	}
	return d
}
