//go:build !js

package catalog

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// MedicinesAPI adds the search of medicines for programs.
func MedicinesAPI(a *web.API, medicines *Medicines) {
	web.Operation(a, huma.Operation{
		OperationID: "list-medicines", Method: http.MethodGet, Path: "/api/v1/medicines",
		Summary: "Medicamentos por nombre genérico (DCI), los más probables primero", Tags: []string{"Catálogo"},
	}, func(_ context.Context, in *medicinesIn) (*medicinesOut, error) {
		out := &medicinesOut{}
		out.Body.Items = []MedicineJSON{}
		for _, m := range medicines.Search(in.Query, in.Limit) {
			out.Body.Items = append(out.Body.Items, medicineJSON(m))
		}
		return out, nil
	}, web.Needs(accounts.CatalogRead))
}

// MedicineJSON is a presentation as programs read it.
type MedicineJSON struct {
	ID          string   `json:"id" example:"M0044"`
	DCI         string   `json:"dci" doc:"Denominación común internacional"`
	Ingredients []string `json:"ingredients"`
	Strength    string   `json:"strength" example:"500 mg"`
	Form        string   `json:"form" example:"cápsula"`
	Route       string   `json:"route" example:"oral"`
	ATC         string   `json:"atc"`
	Group       string   `json:"group"`
	Sale        string   `json:"sale" enum:"VL,R,RE" doc:"VL venta libre, R con receta, RE receta retenida"`
}

func medicineJSON(m Medicine) MedicineJSON {
	return MedicineJSON{
		ID: m.ID, DCI: m.DCI, Ingredients: m.Ingredients(), Strength: m.Strength, Form: m.Form, Route: m.Route, ATC: m.ATC, Group: m.Group, Sale: string(m.Sale),
	}
}

type medicinesIn struct {
	Query string `query:"q" maxLength:"120" doc:"Comienzos de palabras, sin acentos"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type medicinesOut struct {
	Body struct {
		Items []MedicineJSON `json:"items"`
	}
}
