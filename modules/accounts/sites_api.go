//go:build !js

package accounts

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// siteAnswer is a site in the JSON API.
type siteAnswer struct {
	ID      uuid.UUID `json:"id"`
	Version int64     `json:"version"`
	Name    string    `json:"name"`
	Address string    `json:"address"`
	Ubigeo  string    `json:"ubigeo"`
	Phone   string    `json:"phone"`
	Metres  *int      `json:"altitude_m" doc:"Altitud en metros sobre el nivel del mar; null si no se registró"`
	Active  bool      `json:"active"`
}

type sitesIn struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor string `query:"cursor" maxLength:"100"`
}

type sitesOut struct {
	Body struct {
		Items []siteAnswer `json:"items"`
		Next  string       `json:"next,omitempty"`
	}
}

// SitesAPI adds GET /api/v1/sites.
func SitesAPI(api *web.API, colleagues Colleagues) {
	op := huma.Operation{OperationID: "list-sites", Method: http.MethodGet, Path: "/api/v1/sites", Summary: "Sedes de la clínica", Tags: []string{"Clínica"}}
	web.Operation(api, op, func(ctx context.Context, in *sitesIn) (*sitesOut, error) {
		return listSites(ctx, colleagues, *in)
	}, web.Needs(CatalogRead))
}

// listSites pages through the sites: a clinic has few, so they are read together.
func listSites(ctx context.Context, colleagues Colleagues, in sitesIn) (*sitesOut, error) {
	sites, err := colleagues.Sites(ctx)
	if err != nil {
		return nil, err
	}
	if in.Cursor != "" {
		if sites, err = sitesAfter(sites, in.Cursor); err != nil {
			return nil, err
		}
	}
	out := &sitesOut{}
	out.Body.Items = []siteAnswer{}
	for _, s := range sites {
		if len(out.Body.Items) == in.Limit {
			out.Body.Next = out.Body.Items[in.Limit-1].ID.String()
			break
		}
		out.Body.Items = append(out.Body.Items, siteAnswer{s.ID, s.Version, s.Name, s.Address, s.Ubigeo, s.Phone, s.Altitude, s.Active})
	}
	return out, nil
}

func sitesAfter(sites []Site, cursor string) ([]Site, error) {
	for i, s := range sites {
		if strings.EqualFold(s.ID.String(), cursor) {
			return sites[i+1:], nil
		}
	}
	return nil, fault.InvalidField("cursor", "El cursor no es de esta lista.")
}
