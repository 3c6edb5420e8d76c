//go:build !js

package billing

import (
	"mime"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) printRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(documentsPath+"/:id/imprimir", h.printDocument, charge)
	r.GET(documentsPath+"/:id/pdf", h.documentPDF, charge)
}

// The forms of paper as an address names them.
const (
	onSheet = "a4"
	onRoll  = "ticket"
)

// formOf reads on what a document is wanted; a roll, unless the address says otherwise.
func formOf(address string, otherwise Paper) Paper {
	switch address {
	case onSheet:
		return A4
	case onRoll:
		return Ticket
	}
	return otherwise
}

// printPath is the address of a document on paper.
func printPath(id uuid.UUID, form string) string {
	return documentPath(id) + "/imprimir?formato=" + form
}

func pdfPath(id uuid.UUID, form string) string { return documentPath(id) + "/pdf?formato=" + form }

// logoPath is where the clinic's picture is served.
const logoPath = "/clinica/logo"

// printDocument is a document for the desk's printer.
func (h screens) printDocument(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	p, err := h.Papers.Of(ctx, e)
	if err != nil {
		return err
	}
	head := views.Head{Look: web.Look(c), Title: e.Name.String()}
	if formOf(c.QueryParam("formato"), Ticket) == A4 {
		return web.Render(c, http.StatusOK, views.PrintPage(head, "a4 comprobante"), sheetPaper(p))
	}
	return web.Render(c, http.StatusOK, views.PrintPage(head, "80 rollo "+p.roll()), rollPaper(p))
}

// documentPDF is a document as a file, to keep.
func (h screens) documentPDF(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	content, name, err := h.Papers.PDF(c.Request().Context(), id, formOf(c.QueryParam("formato"), A4))
	if err != nil {
		return err
	}
	return handOver(c, name, "application/pdf", content)
}

// handOver answers with a file to be kept.
func handOver(c echo.Context, name, kind string, content []byte) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	header.Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, kind, content)
}
