//go:build !js

package billing

import (
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// receiptRoutes are what a receipt needs the server for.
func (h screens) receiptRoutes(r *web.Router) {
	r.POST(receiptsPath+"/:id/comprobante", h.issueReceipt, web.Needs(accounts.BillingCharge))
}

// issueReceipt makes the document of a receipt: asked for later, or put right after it could not be made by itself.
func (h screens) issueReceipt(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	var f issueForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	customer := Customer{DocumentType: DocumentType(f.DocType), DocumentNumber: f.DocNo, Name: f.Name, Address: f.Address}
	entry, err := h.Made.Issue(c.Request().Context(), id, Kind(f.Kind), customer)
	if refused, ok := refusals(err); ok {
		return h.desk().receiptPage(c, statusOf(err), f, renamed(refused, "kind", "comprobante", "customer.document_type", "tipo_documento",
			"customer.document_number", "documento", "customer.name", "nombre", "customer.address", "direccion"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, entry.Kind.Label()+" "+entry.Name.String()+" emitida")
	return web.Leave(c, documentPath(entry.ID))
}
