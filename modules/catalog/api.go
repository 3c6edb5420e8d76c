//go:build !js

package catalog

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// API adds what programs may ask of the catalogue.
func API(a *web.API, c *Catalog) {
	api := api{c}
	web.Operation(a, huma.Operation{
		OperationID: "list-services", Method: http.MethodGet, Path: "/api/v1/services",
		Summary: "Servicios que se ofrecen, por nombre", Tags: []string{"Catálogo"},
	}, api.services, web.Needs(accounts.CatalogRead))
	web.Operation(a, huma.Operation{
		OperationID: "get-service", Method: http.MethodGet, Path: "/api/v1/services/{id}",
		Summary: "Un servicio, también si ya no se ofrece", Tags: []string{"Catálogo"},
	}, api.service, web.Needs(accounts.CatalogRead))
	web.Operation(a, huma.Operation{
		OperationID: "list-doctors", Method: http.MethodGet, Path: "/api/v1/doctors",
		Summary: "Profesionales que atienden; con service_id, solo los que hacen ese servicio", Tags: []string{"Catálogo"},
	}, api.doctors, web.Needs(accounts.CatalogRead))
}

type api struct{ catalog *Catalog }

// ServiceJSON is a service as programs read it.
type ServiceJSON struct {
	ID           uuid.UUID   `json:"id" format:"uuid"`
	Version      int64       `json:"version"`
	Name         string      `json:"name"`
	Specialty    string      `json:"specialty" doc:"Clave de la especialidad; vacía si no es de ninguna"`
	DurationMin  int         `json:"duration_min" doc:"Minutos"`
	Price        string      `json:"price" example:"80.00" doc:"Soles con IGV, con dos decimales"`
	ResourceKind string      `json:"resource_kind" enum:",sillon,consultorio,equipo" doc:"Lo que ocupa además del profesional"`
	DoctorIDs    []uuid.UUID `json:"doctor_ids" doc:"Quiénes lo hacen; vacío son todos los de la especialidad"`
	Active       bool        `json:"active"`
}

func serviceJSON(s Service) ServiceJSON {
	return ServiceJSON{
		ID: s.ID, Version: s.Version, Name: s.Name, Specialty: s.Specialty, DurationMin: s.DurationMin, Price: s.Price.StringFixed(2),
		ResourceKind: string(s.Resource), DoctorIDs: append([]uuid.UUID{}, s.Doctors...), Active: s.Active,
	}
}

// DoctorJSON is a professional as programs read it.
type DoctorJSON struct {
	ID            uuid.UUID `json:"id" format:"uuid" doc:"El doctor_id de las citas"`
	Name          string    `json:"name"`
	Title         string    `json:"title" example:"Dra."`
	Specialty     string    `json:"specialty"`
	College       string    `json:"college" example:"COP"`
	CollegeNumber string    `json:"college_number"`
}

func doctorJSON(m accounts.Member) DoctorJSON {
	return DoctorJSON{ID: m.ID, Name: m.Name, Title: m.Title, Specialty: m.Specialty, College: m.College, CollegeNumber: m.CollegeNumber}
}

// Listed are the parameters of every list; exported, as huma fills no other embedded struct.
type Listed struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor string `query:"cursor" doc:"El next de la respuesta anterior"`
}

// after is the id of the last row already seen.
func (l Listed) after() (uuid.UUID, error) {
	if l.Cursor == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(l.Cursor)
	if err != nil {
		return uuid.Nil, fault.InvalidField("cursor", "El cursor no es de esta lista.")
	}
	return id, nil
}

// idIn reads an optional id of a query.
func idIn(field, text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.InvalidField(field, "Se espera un identificador UUID.")
	}
	return id, nil
}

// page is one part of a list; Next is empty at its end.
type page[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next" doc:"Cursor de lo que sigue; vacío al final"`
	}
}

// pageOf takes the first limit rows; found holds one more when the list goes on.
func pageOf[N, T any](found []N, limit int, id func(N) uuid.UUID, draw func(N) T) *page[T] {
	p := &page[T]{}
	p.Body.Items = []T{}
	for i, n := range found {
		if i == limit {
			p.Body.Next = id(found[i-1]).String()
			break
		}
		p.Body.Items = append(p.Body.Items, draw(n))
	}
	return p
}

type servicesIn struct {
	Listed
	Query     string `query:"q" maxLength:"120" doc:"Comienzos de palabras del nombre, sin acentos"`
	Specialty string `query:"specialty" maxLength:"60"`
	DoctorID  string `query:"doctor_id" doc:"Solo los que hace este profesional"`
}

func (a api) services(ctx context.Context, in *servicesIn) (*page[ServiceJSON], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	doctor, err := idIn("doctor_id", in.DoctorID)
	if err != nil {
		return nil, err
	}
	found, err := a.catalog.Services(ctx, Filter{Query: in.Query, Specialty: in.Specialty, DoctorID: doctor, After: after, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return pageOf(found, in.Limit, func(s Service) uuid.UUID { return s.ID }, serviceJSON), nil
}

type serviceIn struct {
	ID string `path:"id"`
}

type serviceOut struct{ Body ServiceJSON }

func (a api) service(ctx context.Context, in *serviceIn) (*serviceOut, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.ErrNotFound
	}
	s, err := a.catalog.Service(ctx, id)
	if err != nil {
		return nil, err
	}
	return &serviceOut{Body: serviceJSON(s)}, nil
}

type doctorsIn struct {
	Listed
	ServiceID string `query:"service_id"`
}

func (a api) doctors(ctx context.Context, in *doctorsIn) (*page[DoctorJSON], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	service, err := idIn("service_id", in.ServiceID)
	if err != nil {
		return nil, err
	}
	people, err := a.catalog.Doctors(ctx, service)
	if err != nil {
		return nil, err
	}
	seen := slices.IndexFunc(people, func(m accounts.Member) bool { return m.ID == after })
	return pageOf(people[seen+1:], in.Limit, func(m accounts.Member) uuid.UUID { return m.ID }, doctorJSON), nil
}
