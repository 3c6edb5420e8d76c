//go:build !js

package billing

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/paper"
)

// Picture is the clinic's logo and what kind of picture it is; fault.ErrNotFound without one.
type Picture func(ctx context.Context) (content []byte, kind string, err error)

// Papers lays documents on paper: for the desk's printer, and as PDF where one is kept or sent.
type Papers struct {
	ledger  *Ledger
	house   House
	picture Picture
}

// NewPapers builds it over the ledger and whose documents they are.
func NewPapers(ledger *Ledger, house House, picture Picture) *Papers {
	return &Papers{ledger: ledger, house: house, picture: picture}
}

// Of completes a document for paper.
func (s *Papers) Of(ctx context.Context, e Entry) (p printed, err error) {
	p.Entry = e
	if p.Issuer, p.Zone, err = s.issuer(ctx, e.SiteID); err != nil {
		return p, err
	}
	if p.Payments, err = s.ledger.Payments(ctx, e.ID); err != nil {
		return p, err
	}
	if e.AmendsID != nil {
		original, err := s.ledger.Entry(ctx, *e.AmendsID)
		if err != nil {
			return p, err
		}
		p.Original = &original
	}
	p.Proof, err = s.ledger.Proof(ctx, e.ID)
	return p, err
}

// issuer is the clinic, as it issues at a site.
func (s *Papers) issuer(ctx context.Context, site uuid.UUID) (i issuer, zone *time.Location, err error) {
	clinic, err := s.house.Clinic(ctx)
	if err != nil {
		return i, nil, err
	}
	sites, err := s.house.Sites(ctx)
	if err != nil {
		return i, nil, err
	}
	settings, err := s.ledger.Settings(ctx)
	if err != nil {
		return i, nil, err
	}
	i = issuer{
		Name: clinic.Name, LegalName: clinic.LegalName, RUC: clinic.RUC, FiscalAddress: settings.FiscalAddress, Phone: clinic.Phone,
		DetractionAccount: settings.DetractionAccount, Logo: clinic.HasLogo,
	}
	for _, at := range sites {
		if at.ID == site {
			i.SiteAddress = at.Address
		}
	}
	return i, zoneNamed(clinic.TimeZone), nil
}

// PDF is a document as a file, on a sheet or on a roll, with the name that it goes by.
func (s *Papers) PDF(ctx context.Context, invoice uuid.UUID, form Paper) (content []byte, name string, err error) {
	e, err := s.ledger.Entry(ctx, invoice)
	if err != nil {
		return nil, "", err
	}
	p, err := s.Of(ctx, e)
	if err != nil {
		return nil, "", err
	}
	picture, err := s.logo(ctx, p)
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	if err := paper.Write(&out, p.file(form, picture)); err != nil {
		return nil, "", fmt.Errorf("write %s as a file: %w", e.Name, err)
	}
	return out.Bytes(), p.fileName("pdf"), nil
}

func (s *Papers) logo(ctx context.Context, p printed) ([]byte, error) {
	if !p.Issuer.Logo {
		return nil, nil
	}
	picture, _, err := s.picture(ctx)
	if fault.IsNotFound(err) {
		return nil, nil
	}
	return picture, err
}
