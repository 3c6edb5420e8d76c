//go:build !js

package billing

import (
	"context"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) fileRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(documentsPath+"/:id/archivos/:que", h.documentFile, charge)
	r.POST(documentsPath+"/:id/archivos", h.askFiles, charge)
	r.POST(documentsPath+"/:id/envio/:medio", h.sendDocument, charge)
}

// documentFile hands over a file that the service made of a document.
func (h screens) documentFile(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	kind := FileKind(c.Param("que"))
	if !slices.Contains(FileKinds(), kind) {
		return fault.ErrNotFound
	}
	ctx := c.Request().Context()
	e, err := h.Ledger.Entry(ctx, id)
	if err != nil {
		return err
	}
	file, content, err := h.Filing.Open(ctx, id, kind)
	if err != nil {
		return err
	}
	clinic, err := h.House.Clinic(ctx)
	if err != nil {
		return err
	}
	return handOver(c, file.nameOf(clinic.RUC, e.Name), file.Type, content)
}

// askFiles has what is missing asked for now.
func (h screens) askFiles(c echo.Context) error {
	id, f, err := h.form(c, "archivos")
	if err != nil {
		return err
	}
	err = h.Filing.Again(c.Request().Context(), id)
	return h.done(c, id, f, err, "Se piden otra vez a NubeFact")
}

// sendDocument sends a document to the address that was typed.
func (h screens) sendDocument(c echo.Context) error {
	id, f, err := h.form(c, "envio")
	if err != nil {
		return err
	}
	sending, err := formID(f.ID)
	if err != nil {
		return err
	}
	err = h.Dispatch.Send(c.Request().Context(), Sending{ID: sending, InvoiceID: id, Way: c.Param("medio"), Address: f.To})
	return h.done(c, id, f, err, "Va en camino a "+f.To, "address", "destino")
}

// away are the files and sendings of a document, for its page.
type away struct {
	Files    []DocumentFile
	Sendings []Sending
	Senders  []Sender
	Person   patients.Patient // who it would go to
}

func (h screens) away(ctx context.Context, e Entry) (a away, err error) {
	if a.Files, err = h.Ledger.Files(ctx, e.ID); err != nil {
		return a, err
	}
	if a.Sendings, err = h.Ledger.Sendings(ctx, e.ID); err != nil {
		return a, err
	}
	if e.sendable() == nil {
		a.Senders = h.Dispatch.senders
	}
	if e.PatientID != nil && len(a.Senders) > 0 {
		a.Person, err = h.People.Patient(ctx, *e.PatientID)
	}
	return a, err
}

// missing reports whether a file is still waited for.
func (a away) missing() bool {
	return slices.ContainsFunc(a.Files, func(f DocumentFile) bool { return !f.Kept() })
}

// waiting says in words why a file is not there.
func (f DocumentFile) waiting() string {
	switch {
	case f.GivenUp():
		return "No se pudo descargar: " + f.Reason + "."
	case f.Reason == "":
		return "Se descarga en un momento."
	}
	return "Falta: " + f.Reason + ". Se intenta otra vez."
}

// weight writes a size: "34 kB".
func weight(bytes int64) string { return strconv.FormatInt((bytes+1023)/1024, 10) + " kB" }

// sendingLine says what became of a sending: "Enviada a ana@correo.pe hoy 10:14".
func (v documentView) sendingLine(s Sending) string {
	when := func() string {
		at := s.AskedAt
		if s.EndedAt != nil {
			at = *s.EndedAt
		}
		return views.Relative(v.local(at), v.Now) + " " + views.Clock(v.local(at))
	}
	switch s.State {
	case SendingLeft:
		return "Enviada a " + s.Address + " " + when()
	case SendingEnded:
		return "No salió a " + s.Address + ", " + when()
	}
	return "Por enviar a " + s.Address
}

// sendTo is the address in the field of a way: the one that came back, else the patient's.
func (v documentView) sendTo(s Sender) string {
	if v.Form.Which == "envio" {
		return v.Form.To
	}
	return s.Address(v.Away.Person)
}
