//go:build !js

package consent

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/hce/archive"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

// inRequest lets what a handler draws find the transaction.
func inRequest(c echo.Context, f func() error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		c.SetRequest(c.Request().WithContext(ctx))
		return f()
	}
}

// sign keeps the answer. What is missing stands at its field, with everything that was written, chosen and drawn; a photo
// is chosen again, as browsers ask.
func (h routes) sign(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var form formView
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	answer := form.answer(id)
	if answer.Photo, err = photoOf(c); err != nil && fault.KindOf(err) == fault.Unexpected {
		return err
	}
	problems, _ := fault.Fields(err)
	kept, err := h.service.Sign(archive.InScope(c.Request().Context(), web.ScopeOf(c)), answer)
	if err == nil {
		web.Flash(c, "Consentimiento guardado")
		return web.Leave(c, onePath(kept.ID))
	}
	more, wrong := fault.Fields(err)
	for _, field := range []string{"code", "password"} { // both are typed into one field
		if words, there := more[field]; there {
			more = merged(more, fault.Problems{proofField: words})
			delete(more, field)
		}
	}
	if !wrong {
		return err
	}
	return h.within(c, func() error { return h.askAgain(c, form, merged(problems, more)) })
}

// merged are the first problems of each field.
func merged(first, more fault.Problems) fault.Problems {
	all := fault.Problems{}
	for _, problems := range []fault.Problems{first, more} {
		for field, sentence := range problems {
			all.Add(field, sentence)
		}
	}
	return all
}

// askAgain shows the text again with what is missing.
func (h routes) askAgain(c echo.Context, form formView, problems fault.Problems) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	frame, err := h.service.Patients.Frame(ctx, id, tabPath)
	if err != nil {
		return err
	}
	sheet, err := h.service.Compose(ctx, form.filled(frame.Patient.ID))
	if unfilled, wrong := fault.Fields(err); wrong {
		return h.fill(c, http.StatusUnprocessableEntity, frame, form, unfilled)
	}
	if err != nil {
		return err
	}
	v := readView{Patient: frame.Patient.ID, Form: form, Sheet: sheet, Problems: problems}
	if v.Asks, err = h.service.NeedsProof(ctx); err != nil {
		return err
	}
	v.Asks = v.Asks || problems[proofField] != ""
	if web.IsFragment(c) {
		return web.Render(c, http.StatusUnprocessableEntity, answerForm(v))
	}
	return patients.ShowFrame(c, http.StatusUnprocessableEntity, frame, readBody(v))
}

// photoOf reads the photo of a sheet, if one was sent.
func photoOf(c echo.Context) ([]byte, error) {
	header, err := c.FormFile(files.Field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.InvalidField(files.Field, "La foto llegó incompleta. Elíjala otra vez.")
	}
	if header.Size > files.MaxBytes {
		return nil, fault.InvalidField(files.Field, "La foto pesa más de 25 MB. Redúzcala y elíjala otra vez.")
	}
	return contentOf(header)
}

func contentOf(header *multipart.FileHeader) ([]byte, error) {
	file, err := header.Open()
	if err != nil {
		return nil, fault.InvalidField(files.Field, "La foto llegó incompleta. Elíjala otra vez.")
	}
	defer file.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fault.InvalidField(files.Field, "La foto llegó incompleta. Elíjala otra vez.")
	}
	return content, nil
}

// paper answers with a page for the printer.
func (h routes) paper(c echo.Context, v paperView) error { return showPaper(c, v) }
