//go:build !js

package archive

import (
	"context"

	"github.com/a-h/templ"
	"github.com/google/uuid"
)

// Gallery draws the files of an attention below a form that adds some; list is the files alone. address is where whoever
// draws the attention answers list, for when something was added; add offers the form.
//
// It asks no leave and writes down no reading, as the attention's own page has done both.
func (s *Service) Gallery(ctx context.Context, patient, encounter uuid.UUID, address string, add bool) (whole, list templ.Component, err error) {
	found, err := s.ListOf(ctx, Owner{EncounterOwner, encounter})
	if err != nil {
		return nil, nil, err
	}
	v := archiveView{
		Address: address, Upload: Upload{Patient: patient, Encounter: encounter, Region: galleryID}, Add: add,
		zone: zoneOf(ctx), today: s.Now().In(zoneOf(ctx)),
	}
	if v.names, err = s.names(ctx); err != nil {
		return nil, nil, err
	}
	for _, f := range found {
		v.Files = append(v.Files, v.card(f))
	}
	return gallery(v), galleryList(v), nil
}
