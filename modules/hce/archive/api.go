//go:build !js

package archive

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

const apiPath = "/api/v1/files"

// API adds files to the JSON API. What is no JSON, sending and downloading, stands beside it under the same guard.
func API(a *web.API, r *web.Router, service *Service) {
	h := api{service, routes{service}}
	read := web.Needs(accounts.HCETriage)
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"Archivos"}}
	}
	web.Operation(a, operation("list-files", http.MethodGet, apiPath, "Fotos y documentos de un paciente"), h.list, web.Needs(accounts.HCERead))
	web.Operation(a, operation("get-file", http.MethodGet, apiPath+"/{id}", "Una foto o un documento, sin su contenido"), h.get, read)
	r.GET(apiPath+"/:id/content", h.pages.download, read, web.Of(web.OwnTx))
	r.POST(apiPath, h.add, read, web.Of(web.OwnTx), web.MaxBody(files.MaxBytes+1<<20))
	describe(a.Huma.OpenAPI(), operation)
}

// describe writes down the two operations that are no JSON.
func describe(api *huma.OpenAPI, operation func(id, method, path, summary string) huma.Operation) {
	secured := []map[string][]string{{"bearer": {}}}
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	add := operation("add-file", http.MethodPost, apiPath, "Añadir una foto o un PDF de hasta 25 MB")
	add.Security = secured
	add.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"patient_id", "file"}, Properties: map[string]*huma.Schema{
			"id":           text("UUIDv7 hecho por el cliente, para repetir sin duplicar; antes que el archivo"),
			"patient_id":   text("Paciente; antes que el archivo"),
			"encounter_id": text("Atención a la que pertenece; antes que el archivo"),
			"file":         {Type: huma.TypeString, Format: "binary", Description: "JPEG, PNG, WebP o PDF; lo demás se rechaza"},
		},
	}}}}
	add.Responses = map[string]*huma.Response{"201": {Description: "Guardado"}, "413": {Description: "Más de 25 MB"}, "422": {Description: "No es una foto ni un PDF que se pueda guardar"}}
	api.AddOperation(&add)
	content := operation("download-file", http.MethodGet, apiPath+"/{id}/content", "El contenido, como descarga")
	content.Security = secured
	content.Parameters = []*huma.Param{{Name: "id", In: "path", Required: true, Schema: text("Identificador")}}
	content.Responses = map[string]*huma.Response{"200": {Description: "Los bytes, con su tipo"}}
	api.AddOperation(&content)
}

type api struct {
	service *Service
	pages   routes
}

// fileJSON is a file in an answer.
type fileJSON struct {
	ID          uuid.UUID  `json:"id" format:"uuid"`
	PatientID   uuid.UUID  `json:"patient_id" format:"uuid"`
	OwnerKind   string     `json:"owner_kind,omitempty" doc:"encounter, record o consent; vacío si es de la historia en general"`
	OwnerID     *uuid.UUID `json:"owner_id,omitempty" format:"uuid"`
	Name        string     `json:"name"`
	ContentType string     `json:"content_type"`
	Size        int64      `json:"size" doc:"Bytes"`
	SHA256      string     `json:"sha256" doc:"De los bytes que se descargan, en hexadecimal"`
	Width       int        `json:"width,omitempty" doc:"Puntos"`
	Height      int        `json:"height,omitempty" doc:"Puntos"`
	AddedBy     uuid.UUID  `json:"added_by" format:"uuid"`
	AddedAt     time.Time  `json:"added_at"`
	HiddenAt    *time.Time `json:"hidden_at,omitempty"`
	HideReason  string     `json:"hide_reason,omitempty"`
}

func asJSON(f File) fileJSON {
	j := fileJSON{
		ID: f.ID, PatientID: f.PatientID, OwnerKind: f.Owner.Kind, Name: f.Name, ContentType: f.Type, Size: f.Size,
		SHA256: hex.EncodeToString(f.SHA256), Width: f.Width, Height: f.Height, AddedBy: f.AddedBy, AddedAt: f.AddedAt, HideReason: f.Hidden.Reason,
	}
	if f.Owner.ID != uuid.Nil {
		j.OwnerID = &f.Owner.ID
	}
	if !f.Hidden.At.IsZero() {
		j.HiddenAt = &f.Hidden.At
	}
	return j
}

type listIn struct {
	PatientID string `query:"patient_id" required:"true" doc:"Paciente"`
	Cursor    string `query:"cursor" maxLength:"40"`
	Limit     int    `query:"limit" default:"50" minimum:"1" maximum:"100"`
}

type listOut struct {
	Body struct {
		Items []fileJSON `json:"items" nullable:"false"`
		Next  string     `json:"next" doc:"Cursor de la página siguiente; vacío al final"`
	}
}

func (h api) list(ctx context.Context, in *listIn) (*listOut, error) {
	patient, err := uuid.Parse(in.PatientID)
	if err != nil {
		return nil, fault.InvalidField("patient_id", "El paciente no se entiende: es un UUID.")
	}
	after := uuid.Nil
	if in.Cursor != "" {
		if after, err = uuid.Parse(in.Cursor); err != nil {
			return nil, fault.InvalidField("cursor", "El cursor no es de esta lista.")
		}
	}
	family, err := h.service.Patients.Family(ctx, patient)
	if err != nil {
		return nil, err
	}
	found, more, err := h.service.List(ctx, family, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listOut{}
	out.Body.Items = make([]fileJSON, 0, len(found))
	for _, f := range found {
		out.Body.Items = append(out.Body.Items, asJSON(f))
	}
	if more {
		out.Body.Next = found[len(found)-1].ID.String()
	}
	return out, nil
}

type fileIn struct {
	ID string `path:"id" doc:"Identificador"`
}

type fileOut struct{ Body fileJSON }

func (h api) get(ctx context.Context, in *fileIn) (*fileOut, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	f, err := h.service.Get(ctx, id)
	return &fileOut{Body: asJSON(f)}, err
}

// add takes one file; what it belongs to stands before it in the form.
func (h api) add(c echo.Context) error {
	form, err := c.Request().MultipartReader()
	if err != nil {
		return echo.ErrUnsupportedMediaType
	}
	ctx := InScope(c.Request().Context(), web.ScopeOf(c))
	var added File
	sent := sentForm{form: form, id: "id", patient: "patient_id", encounter: "encounter_id", one: true}
	err = sent.each(New{ID: uuid.Must(uuid.NewV7())}, func(n New, content io.Reader) (err error) {
		added, err = h.service.Add(ctx, n, content)
		return err
	})
	if err != nil {
		return inMembers(err)
	}
	return c.JSON(http.StatusCreated, asJSON(added))
}

// inMembers calls the form's field by its name in the API.
func inMembers(err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Fields[files.Field] == "" {
		return err
	}
	renamed := *f
	renamed.Fields = fault.Problems{"file": f.Fields[files.Field]}
	return &renamed
}
