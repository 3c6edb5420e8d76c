package prices

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
	"hampi/modules/platform/offline"
)

// The entities of the price list on devices.
const (
	productEntity          = "product"
	sitePriceEntity        = "site_price"
	agreementEntity        = "agreement"
	agreementPriceEntity   = "agreement_price"
	patientAgreementEntity = "patient_agreement"
)

// DeviceKinds are the entities that a device keeps of the price list.
func DeviceKinds() []offline.Kind {
	return []offline.Kind{
		{Entity: productEntity}, {Entity: sitePriceEntity}, {Entity: agreementEntity}, {Entity: agreementPriceEntity},
		{Entity: patientAgreementEntity, Place: placeOfPatient},
	}
}

// placeOfPatient puts what a patient is charged by where it is looked for: in the patient's group.
func placeOfPatient(data json.RawMessage) (key, group string, err error) {
	var d patientAgreementData
	err = json.Unmarshal(data, &d)
	return "", d.PatientID.String(), err
}

// productData is a product on a device.
type productData struct {
	Name    string `json:"name"`
	Code    string `json:"code"`
	Unit    string `json:"unit"`
	IGVCode string `json:"igv_code"`
	Price   string `json:"price"`
	Active  bool   `json:"active"`
}

func (d productData) product(id uuid.UUID, version int64) (Product, error) {
	price, err := decimal.NewFromString(d.Price)
	if err != nil {
		return Product{}, fmt.Errorf("read the price %q: %w", d.Price, err)
	}
	return Product{ID: id, Version: version, Name: d.Name, Code: d.Code, Unit: d.Unit, IGVCode: d.IGVCode, Price: price, Active: d.Active}, nil
}

// ownPrice is one price of a site or of an agreement, with what it is of.
type ownPrice struct {
	ID      uuid.UUID
	Version int64
	Ref     Ref
	Owner   uuid.UUID // the site or the agreement
	Price   decimal.Decimal
}

// sitePriceData is a price of a site on a device.
type sitePriceData struct {
	Of     string    `json:"of"` // as Ref.String writes it
	SiteID uuid.UUID `json:"site_id"`
	Price  string    `json:"price"`
}

func (d sitePriceData) ownPrice(id uuid.UUID, version int64) (ownPrice, error) {
	return ownPriceOf(id, version, d.Of, d.SiteID, d.Price)
}

func ownPriceOf(id uuid.UUID, version int64, of string, owner uuid.UUID, text string) (ownPrice, error) {
	ref, ok := ParseRef(of)
	price, err := decimal.NewFromString(text)
	if !ok || err != nil {
		return ownPrice{}, fmt.Errorf("read the price %q of %q: %w", text, of, err)
	}
	return ownPrice{ID: id, Version: version, Ref: ref, Owner: owner, Price: price}, nil
}

// agreementData is an agreement on a device, without what only a factura says of who pays.
type agreementData struct {
	Name       string          `json:"name"`
	CopayKind  CopayKind       `json:"copay_kind"`
	Copay      decimal.Decimal `json:"copay"`
	PercentOff decimal.Decimal `json:"percent_off"`
	From       agenda.Date     `json:"valid_from"`
	Until      agenda.Date     `json:"valid_until,omitzero"`
	Active     bool            `json:"active"`
}

func dataOfAgreement(a Agreement) agreementData {
	return agreementData{Name: a.Name, CopayKind: a.CopayKind, Copay: a.Copay, PercentOff: a.PercentOff, From: a.From, Until: a.Until, Active: a.Active}
}

func (d agreementData) agreement(id uuid.UUID, version int64) (Agreement, error) {
	return Agreement{
		ID: id, Version: version, Name: d.Name, CopayKind: d.CopayKind, Copay: d.Copay, PercentOff: d.PercentOff, From: d.From, Until: d.Until, Active: d.Active,
		Prices: map[Ref]decimal.Decimal{},
	}, nil
}

// agreementPriceData is a price of an agreement on a device.
type agreementPriceData struct {
	Of          string    `json:"of"` // as Ref.String writes it
	AgreementID uuid.UUID `json:"agreement_id"`
	Price       string    `json:"price"`
}

func (d agreementPriceData) ownPrice(id uuid.UUID, version int64) (ownPrice, error) {
	return ownPriceOf(id, version, d.Of, d.AgreementID, d.Price)
}

// patientAgreement is what a patient is charged by.
type patientAgreement struct {
	ID          uuid.UUID
	Version     int64
	PatientID   uuid.UUID
	AgreementID uuid.UUID
}

// patientAgreementData is what a patient is charged by, on a device; private patients have none.
type patientAgreementData struct {
	PatientID   uuid.UUID `json:"patient_id"`
	AgreementID uuid.UUID `json:"agreement_id"`
}

// bySite puts prices in the order in which they are looked up.
func bySite(list []ownPrice) map[Ref]map[uuid.UUID]decimal.Decimal {
	found := map[Ref]map[uuid.UUID]decimal.Decimal{}
	for _, p := range list {
		if found[p.Ref] == nil {
			found[p.Ref] = map[uuid.UUID]decimal.Decimal{}
		}
		found[p.Ref][p.Owner] = p.Price
	}
	return found
}
