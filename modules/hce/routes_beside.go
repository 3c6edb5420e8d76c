package hce

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// gallery draws the photos and documents of an attention, whole with the form that adds some.
func (h attendScreens) gallery(ctx context.Context, e Encounter) (whole, list templ.Component, err error) {
	return h.record.Files.Gallery(ctx, e.PatientID, e.ID, attentionPath(e.ID, "archivos"), true)
}

// files is the list of an attention's photos and documents, drawn again when one was added.
func (h attendScreens) files(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if h.record.Files == nil {
		return fault.ErrNotFound
	}
	e, err := h.record.attended(c.Request().Context(), id)
	if err != nil {
		return err
	}
	_, list, err := h.gallery(c.Request().Context(), e)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, list)
}

// recetaDraft is the prescription of an open attention as it will be printed, to be looked at before it is signed.
func (h attendScreens) recetaDraft(c echo.Context) error {
	a, err := h.written(c, "")
	if err != nil {
		return err
	}
	p, err := h.record.draftReceta(c.Request().Context(), a)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.PrintPage(views.Head{Look: web.Look(c), Title: p.title()}, "a5"), recetaPaper(p))
}

// errNothingPrescribed answers who looks at a prescription without a line.
var errNothingPrescribed = fault.Conflicted("empty", "La receta está vacía: añada los medicamentos en Tratamiento.")

// draftReceta is what the draft of an attention prescribes, as it would stand on paper.
func (s *Service) draftReceta(ctx context.Context, a Attention) (receta, error) {
	if len(a.Draft.Body.Items) == 0 {
		return receta{}, errNothingPrescribed
	}
	author, _, err := s.author(ctx)
	if err != nil {
		return receta{}, err
	}
	content, err := json.Marshal(PrescriptionContent{
		Items: a.Draft.Body.Items, Diagnoses: a.Draft.Body.Diagnoses, ExpiresOn: prescribing.Expires(a.Context.Today, prescribing.ExpiryDays).Format(time.DateOnly),
	})
	if err != nil {
		return receta{}, err
	}
	e := Entry{Encounter: a.Encounter, Record: Record{
		Type: Prescription, PatientID: a.Patient.ID, EncounterID: a.Encounter.ID, Author: author, WrittenAt: s.Now(ctx), Content: content,
	}}
	p, err := s.receta(ctx, e, "")
	p.Draft = true
	return p, err
}
