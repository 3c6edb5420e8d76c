//go:build !js

package archive

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

type routes struct{ service *Service }

// maxUpload is what one sending takes: several files of the largest size. Each is refused beyond its own limit.
const maxUpload = 4*files.MaxBytes + 1<<20

// Routes adds the archive's pages. Content is sent while it is read, outside of any transaction.
func Routes(r *web.Router, service *Service) {
	h := routes{service}
	r.GET("/pacientes/:id/"+tabPath, h.list, web.Needs(accounts.HCERead))
	r.POST("/pacientes/:id/"+tabPath, h.upload, web.Needs(accounts.HCETriage), web.Of(web.OwnTx), web.MaxBody(maxUpload))
	r.GET("/archivos/:id", h.download, web.Needs(accounts.HCETriage), web.Of(web.OwnTx))
	r.GET("/archivos/:id/miniatura", h.thumb, web.Needs(accounts.HCETriage), web.Of(web.OwnTx))
	r.POST("/archivos/:id/retiro", h.hide, web.Needs(accounts.HCETriage))
}

const pageFiles = 60

// list shows a person's photos and documents, newest first.
func (h routes) list(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	frame, err := h.service.Patients.Frame(ctx, id, tabPath)
	if err != nil {
		return err
	}
	if frame.Patient.ID != id {
		return web.SeeOther(c, pagePath(frame.Patient.ID))
	}
	after, err := cursorOf(c)
	if err != nil {
		return err
	}
	view, err := h.view(c, frame, after)
	if err != nil {
		return err
	}
	if web.IsFragment(c) {
		if after != uuid.Nil {
			return web.Render(c, http.StatusOK, cards(view))
		}
		return web.Render(c, http.StatusOK, archiveList(view))
	}
	return patients.ShowFrame(c, http.StatusOK, frame, archiveBody(view))
}

func cursorOf(c echo.Context) (uuid.UUID, error) {
	text := c.QueryParam("tras")
	if text == "" {
		return uuid.Nil, nil
	}
	after, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return after, nil
}

func (h routes) view(c echo.Context, frame patients.Frame, after uuid.UUID) (archiveView, error) {
	ctx := c.Request().Context()
	v := archiveView{
		Address: pagePath(frame.Patient.ID), Upload: Upload{Patient: frame.Patient.ID, Region: listID}, zone: zoneOf(ctx), today: frame.Today,
	}
	found, more, err := h.service.List(ctx, frame.Family, after, pageFiles)
	if err != nil {
		return v, err
	}
	if v.names, err = h.service.names(ctx); err != nil {
		return v, err
	}
	v.Add, err = h.mayAdd(c, frame.Patient.ID)
	if err != nil {
		return v, err
	}
	for _, f := range found {
		v.Files = append(v.Files, v.card(f))
	}
	if more {
		v.More = v.Address + "?tras=" + found[len(found)-1].ID.String()
	}
	if after != uuid.Nil {
		return v, nil
	}
	hidden, err := h.service.Hidden(ctx, frame.Family)
	for _, f := range hidden {
		v.Hidden = append(v.Hidden, v.card(f))
	}
	return v, err
}

// mayAdd tells whether the page offers to add files.
func (h routes) mayAdd(c echo.Context, patient uuid.UUID) (bool, error) {
	err := h.service.Access.MayAdd(c.Request().Context(), patient, Owner{})
	if fault.KindOf(err) == fault.Forbidden || fault.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// upload adds the files of a form, in the order in which they come. A script sends one at a time and reads a sentence; a
// browser without it sends all, and sees the page.
func (h routes) upload(c echo.Context) error {
	patient, err := idOf(c)
	if err != nil {
		return err
	}
	form, err := c.Request().MultipartReader()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a abrir la página.")
	}
	err = h.addAll(c, patient, form)
	sentence, wrong := sentenceOf(err)
	switch {
	case err != nil && !wrong:
		return err
	case wrong && web.IsFragment(c):
		return web.Render(c, web.ProblemOf(err).Status, uploadRefused(sentence))
	case wrong:
		return h.showRefusal(c, patient, web.ProblemOf(err).Status, sentence)
	case web.IsFragment(c):
		return c.NoContent(http.StatusCreated)
	}
	return web.SeeOther(c, pagePath(patient))
}

// showRefusal shows the page again; the files are chosen again, as browsers ask.
func (h routes) showRefusal(c echo.Context, patient uuid.UUID, status int, sentence string) error {
	return h.service.Store.Within(InScope(c.Request().Context(), web.ScopeOf(c)), func(ctx context.Context) error {
		c.SetRequest(c.Request().WithContext(ctx))
		frame, err := h.service.Patients.Frame(ctx, patient, tabPath)
		if err != nil {
			return err
		}
		view, err := h.view(c, frame, uuid.Nil)
		if err != nil {
			return err
		}
		view.Upload.Problem = sentence
		return patients.ShowFrame(c, status, frame, archiveBody(view))
	})
}

// sentenceOf is a refusal of a file in the words that stand beside it; false for what is none.
func sentenceOf(err error) (string, bool) {
	var f *fault.Fault
	if errors.Is(err, web.ErrTooLarge) {
		return web.ProblemOf(err).Detail, true
	}
	if !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.TooLarge {
		return "", false
	}
	for _, field := range []string{files.Field, "", "id"} {
		if sentence := f.Fields[field]; sentence != "" {
			return sentence, true
		}
	}
	return f.Error(), true
}

// addAll adds every file of the form.
func (h routes) addAll(c echo.Context, patient uuid.UUID, form *multipart.Reader) error {
	ctx := InScope(c.Request().Context(), web.ScopeOf(c))
	sent := sentForm{form: form, id: "id", encounter: "atencion"}
	return sent.each(New{PatientID: patient}, func(n New, content io.Reader) error {
		_, err := h.service.Add(ctx, n, content)
		return err
	})
}

// download sends a file as something to be kept, never as a page: it comes from a place without rights.
func (h routes) download(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, content, err := h.service.Open(InScope(c.Request().Context(), web.ScopeOf(c)), id)
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was only read
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": f.DownloadName()}))
	header.Set(echo.HeaderContentLength, strconv.FormatInt(f.Size, 10))
	Send(c, f.Type, content)
	return nil
}

// thumb sends a photo drawn small.
func (h routes) thumb(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	content, err := h.service.OpenThumb(InScope(c.Request().Context(), web.ScopeOf(c)), id)
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was only read
	c.Response().Header().Set(echo.HeaderContentDisposition, "inline")
	Send(c, files.ThumbType, content)
	return nil
}

// sandbox is the policy of what people sent: should a browser show it all the same, nothing in it acts.
const sandbox = "sandbox; default-src 'none'; frame-ancestors 'none'"

// Send copies as it reads, from a place without rights. One that fails on the way is cut off, so that nobody takes what arrived for whole.
func Send(c echo.Context, kind string, content io.Reader) {
	header := c.Response().Header()
	header.Set("Content-Security-Policy", sandbox)
	header.Set(echo.HeaderXContentTypeOptions, "nosniff")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set(echo.HeaderContentType, kind)
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(c.Response(), content); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// hide takes a file out of sight, and shows the page again.
func (h routes) hide(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var form struct {
		Reason string `form:"motivo"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	f, err := h.service.Hide(ctx, id, form.Reason)
	problems, wrong := fault.Fields(err)
	switch {
	case err != nil && !wrong:
		return err
	case !wrong && !access.Who(ctx).Can(accounts.HCERead): // somebody who sees no archive took back a photo of their own
		c.Response().Header().Set("HX-Refresh", "true")
		return c.NoContent(http.StatusNoContent)
	case !wrong:
		return web.Leave(c, pagePath(f.PatientID))
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusUnprocessableEntity, hideForm(hideView{ID: id.String(), OpID: newID(), Reason: form.Reason, Problems: problems}))
	}
	return err
}

func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}

func pagePath(patient uuid.UUID) string { return "/pacientes/" + patient.String() + "/" + tabPath }
