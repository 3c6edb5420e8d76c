//go:build !js

package catalog

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// CodesAPI adds what programs may ask of the table of diagnoses.
// habits may be nil.
func CodesAPI(a *web.API, codes *Codes, house House, habits Habits) {
	api := codesAPI{codes, codeRoutes{codes, house, habits}}
	web.Operation(a, huma.Operation{
		OperationID: "find-diagnoses", Method: http.MethodGet, Path: "/api/v1/cie10",
		Summary: "Diagnósticos de la CIE-10 por código, palabras, siglas o como se les dice; el más probable primero", Tags: []string{"Catálogo"},
	}, api.find, web.Needs(accounts.CatalogRead))
}

type codesAPI struct {
	codes  *Codes
	search codeRoutes
}

// CodeJSON is a code of the table as programs read it.
type CodeJSON struct {
	Code  string `json:"code" example:"K02.1" doc:"Con punto"`
	Title string `json:"title" example:"Caries de la dentina"`
}

// mostCodes is how many answers one question gets.
const mostCodes = 50

type codesIn struct {
	Query     string `query:"q" maxLength:"120" doc:"Código con o sin punto, palabras en cualquier orden, siglas; sin acentos también"`
	Limit     int    `query:"limit" default:"12" doc:"De 1 a 50; lo que pasa de ahí se recorta"`
	Specialty string `query:"specialty" maxLength:"60" doc:"Clave de la especialidad; la de quien pregunta si falta"`
}

type codesOut struct {
	Body struct {
		Items []CodeJSON `json:"items"`
	}
}

func (a codesAPI) find(ctx context.Context, in *codesIn) (*codesOut, error) {
	table, err := a.codes.CIE10(ctx)
	if err != nil {
		return nil, err
	}
	prefer, err := a.search.preference(ctx, in.Specialty)
	if err != nil {
		return nil, err
	}
	out := &codesOut{}
	out.Body.Items = []CodeJSON{}
	for _, c := range table.Search(in.Query, prefer, min(max(in.Limit, 1), mostCodes)) {
		out.Body.Items = append(out.Body.Items, CodeJSON{c.Code, c.Title})
	}
	return out, nil
}
