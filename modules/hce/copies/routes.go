//go:build !js

package copies

import (
	"context"
	"mime"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/hce/archive"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

// Patients is what the pages ask of whoever keeps the people.
type Patients interface {
	// Frame is what stands around a section of the person's page.
	Frame(ctx context.Context, id uuid.UUID, tab string) (patients.Frame, error)
}

type routes struct {
	service  *Service
	patients Patients
}

// historyTab is the section of a patient's page that copies belong to.
const historyTab = "historia"

// Routes adds the pages that ask for copies, show how far they are, and hand them over.
func Routes(r *web.Router, service *Service, people Patients) {
	h := routes{service, people}
	read := web.Needs(accounts.HCERead)
	r.GET("/pacientes/:id/copias", h.list, read)
	r.POST("/pacientes/:id/copias", h.ask, read)
	r.GET("/copias/:id/avance", h.progress, read, web.Quiet())
	r.POST("/copias/:id/continuar", h.again, read)
	r.GET("/copias/:id/pdf", h.pdf, read, web.Of(web.OwnTx))
	r.GET("/copias/:id/zip", h.zip, read, web.Of(web.OwnTx))
}

func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}

func (h routes) list(c echo.Context) error {
	return h.draw(c, http.StatusOK, form{ID: newID(), OpID: newID()}, nil)
}

func (h routes) draw(c echo.Context, status int, f form, problems fault.Problems) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	frame, err := h.patients.Frame(ctx, id, historyTab)
	if err != nil {
		return err
	}
	if frame.Patient.ID != id && c.Request().Method == http.MethodGet {
		return web.SeeOther(c, pagePath(frame.Patient.ID))
	}
	list, err := h.service.List(ctx, frame.Patient.ID)
	if err != nil {
		return err
	}
	v := view{Patient: frame.Patient.ID, Form: f, Problems: problems}
	for _, x := range list {
		v.Copies = append(v.Copies, h.line(ctx, x))
	}
	return patients.ShowFrame(c, status, frame, body(v))
}

func (h routes) line(ctx context.Context, c Copy) line {
	return line{Copy: c, Zone: zoneOf(ctx), Ready: c.Ready(h.service.Now()), Stuck: c.Stuck(h.service.Now()), OpID: newID()}
}

func (h routes) ask(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var f form
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	wanted := Copy{PatientID: id, Purpose: Purpose(f.Purpose), Detail: f.Detail}
	wanted.ID, _ = uuid.Parse(f.ID) // what is no id is refused further on
	kept, err := h.service.Ask(c.Request().Context(), wanted)
	if problems, wrong := fault.Fields(err); wrong {
		f.OpID = newID()
		return h.draw(c, http.StatusUnprocessableEntity, f, problems)
	}
	if err != nil {
		return err
	}
	return web.Leave(c, pagePath(kept.PatientID))
}

func (h routes) progress(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := h.service.Mine(ctx, id)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, row(h.line(ctx, found)))
}

func (h routes) again(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	found, err := h.service.Again(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return web.Leave(c, pagePath(found.PatientID))
}

func (h routes) pdf(c echo.Context) error {
	return h.download(c, "pdf_key", func(c Copy) Document { return c.PDF }, "historia.pdf", files.PDF)
}

func (h routes) zip(c echo.Context) error {
	return h.download(c, "zip_key", func(c Copy) Document { return c.ZIP }, "historia.zip", "application/zip")
}

// download hands a document over, from a place without rights, and writes that down before its first byte leaves.
func (h routes) download(c echo.Context, column string, of func(Copy) Document, name, kind string) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := archive.InScope(c.Request().Context(), web.ScopeOf(c))
	found, err := h.service.handOver(ctx, id, name)
	if err != nil {
		return err
	}
	d := of(found)
	clinic := access.Who(ctx).ClinicID
	content, err := h.service.Storage.Open(ctx, files.Ref{Clinic: clinic, ID: id, Object: d.Object, SealedKey: d.SealedKey, At: place(clinic, found, column)})
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was only read
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	header.Set(echo.HeaderContentLength, strconv.FormatInt(d.Size, 10))
	archive.Send(c, kind, content)
	return nil
}

func pagePath(patient uuid.UUID) string { return "/pacientes/" + patient.String() + "/copias" }
