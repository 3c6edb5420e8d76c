//go:build !js

package demo

import (
	"context"
	"fmt"

	"hampi/modules/billing"
)

// NubeFactHost is where the demonstration's documents go: nowhere outside. The program answers for it itself.
const NubeFactHost = "nubefact.demo"

// Issuer is an invented clinic's account at the stand-in for NubeFact.
type Issuer struct{ Route, Token, RUC string }

// Issuers are the accounts of the invented clinics.
func Issuers() []Issuer {
	var list []Issuer
	for _, c := range clinics() {
		list = append(list, issuerOf(c))
	}
	return list
}

func issuerOf(c clinic) Issuer {
	return Issuer{Route: idOf(founded, c.Slug, "nubefact").String(), Token: "demo-" + c.Slug, RUC: c.RUC}
}

// addBilling gives a clinic its series, one set for each site, and its account, so that it can charge from the first day.
// What somebody set up since stays.
func (s seeder) addBilling(ctx context.Context, c clinic) error {
	ledger := billing.NewLedger(s.Vault)
	there, err := ledger.AllSeries(ctx)
	if err != nil {
		return err
	}
	for i, site := range c.sites {
		if len(there) > 0 {
			break
		}
		for _, series := range []billing.Series{
			{Kind: billing.Boleta, Code: fmt.Sprintf("B%03d", i+1)},
			{Kind: billing.Factura, Code: fmt.Sprintf("F%03d", i+1)},
			{Kind: billing.CreditNote, Amends: billing.Boleta, Code: fmt.Sprintf("BC%02d", i+1)},
			{Kind: billing.CreditNote, Amends: billing.Factura, Code: fmt.Sprintf("FC%02d", i+1)},
			{Kind: billing.DebitNote, Amends: billing.Boleta, Code: fmt.Sprintf("BD%02d", i+1)},
			{Kind: billing.DebitNote, Amends: billing.Factura, Code: fmt.Sprintf("FD%02d", i+1)},
		} {
			series.ID, series.SiteID = idOf(founded, c.Slug, "serie", string(series.Kind), series.Code), site.ID
			if err := ledger.AddSeries(ctx, series); err != nil {
				return err
			}
		}
	}
	settings, err := ledger.Settings(ctx)
	if err != nil || settings.HasAccess {
		return err
	}
	settings.FiscalAddress, settings.DetractionAccount = c.sites[0].Address, "00-481-990000"
	if err := ledger.SaveSettings(ctx, settings); err != nil {
		return err
	}
	account := issuerOf(c)
	return ledger.SaveAccess(ctx, billing.Access{Route: "https://" + NubeFactHost + "/api/v1/" + account.Route, Token: account.Token})
}
