//go:build !js

package prices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Postgres keeps the price list in the clinic's transaction. A refused write is undone alone, so that the form can still
// be drawn from what is stored.
type Postgres struct{}

// NewPostgres is the price list's store on the server.
func NewPostgres() Postgres { return Postgres{} }

var _ Edits = Postgres{}

type productRow struct {
	ID        uuid.UUID
	Name      string
	NameKey   string
	Code      string
	SunatUnit string
	IGVCode   string `gorm:"column:igv_code"`
	Price     decimal.Decimal
	Active    bool
	Version   int64
	UpdatedAt time.Time
}

func (productRow) TableName() string { return "products" }

func rowOfProduct(p Product) productRow {
	return productRow{
		ID: p.ID, Name: p.Name, NameKey: nameKey(p.Name), Code: p.Code, SunatUnit: p.Unit, IGVCode: p.IGVCode, Price: p.Price, Active: p.Active, Version: p.Version,
	}
}

// Products are all products of the clinic, by name.
func (Postgres) Products(ctx context.Context) ([]Product, error) {
	return database.Once(ctx, []string{"products"}, func() ([]Product, error) {
		var rows []productRow
		if err := database.From(ctx).Order("name_key, id").Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read the products: %w", err)
		}
		list := make([]Product, len(rows))
		for i, r := range rows {
			list[i] = Product{ID: r.ID, Name: r.Name, Code: r.Code, Unit: r.SunatUnit, IGVCode: r.IGVCode, Price: r.Price, Active: r.Active, Version: r.Version}
		}
		return list, nil
	})
}

// AddProduct writes a product.
func (Postgres) AddProduct(ctx context.Context, p Product) error {
	return productRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := rowOfProduct(p)
		return database.From(ctx).Create(&row).Error
	}))
}

// ChangeProduct saves a product over the version it was read at.
func (Postgres) ChangeProduct(ctx context.Context, p Product) error {
	return productRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := rowOfProduct(p)
		row.Version++
		return oneChanged(ctx, "products", p.ID, database.From(ctx).Model(&productRow{}).Where("id = ? and version = ?", p.ID, p.Version).
			Select("name", "name_key", "code", "sunat_unit", "igv_code", "price", "version", "updated_at").Updates(&row))
	}))
}

// UseProduct switches a product on or off.
func (Postgres) UseProduct(ctx context.Context, id uuid.UUID, active bool) error {
	return setActive(ctx, "products", id, active)
}

func productRefusal(err error) error {
	switch {
	case database.Violates(err, "products_name"):
		return ErrProductName
	case database.Violates(err, "products_code"):
		return ErrProductCode
	}
	return err
}

type ownPriceRow struct {
	ID        uuid.UUID
	Version   int64
	ServiceID *uuid.UUID
	ProductID *uuid.UUID
	Owner     uuid.UUID // the site or the agreement
	Price     decimal.Decimal
}

func (r ownPriceRow) ref() Ref {
	ref := Ref{}
	if r.ServiceID != nil {
		ref.Service = *r.ServiceID
	}
	if r.ProductID != nil {
		ref.Product = *r.ProductID
	}
	return ref
}

// SitePrices are the prices of sites.
func (p Postgres) SitePrices(ctx context.Context) (map[Ref]map[uuid.UUID]decimal.Decimal, error) {
	list, err := p.sitePrices(ctx)
	return bySite(list), err
}

func (Postgres) sitePrices(ctx context.Context) ([]ownPrice, error) {
	return database.Once(ctx, []string{"site_prices"}, func() ([]ownPrice, error) { return ownPrices(ctx, "site_prices", "site_id") })
}

func (Postgres) agreementPrices(ctx context.Context) ([]ownPrice, error) {
	return ownPrices(ctx, "agreement_prices", "agreement_id")
}

// ownPrices are all prices of sites, or of agreements.
func ownPrices(ctx context.Context, table, owner string) ([]ownPrice, error) {
	var rows []ownPriceRow
	query := "select id, version, service_id, product_id, " + owner + " as owner, price from " + table
	if err := database.From(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read %s: %w", table, err)
	}
	list := make([]ownPrice, len(rows))
	for i, r := range rows {
		list[i] = ownPrice{ID: r.ID, Version: r.Version, Ref: r.ref(), Owner: r.Owner, Price: r.Price}
	}
	return list, nil
}

// SetSitePrice keeps a site's own price; nil is the list's again.
func (Postgres) SetSitePrice(ctx context.Context, ref Ref, site uuid.UUID, price *decimal.Decimal) error {
	err := setOwnPrice(ctx, "site_prices", "site_id", site, ref, price)
	if database.Violates(err, "site_prices_site") {
		return fault.ErrNotFound
	}
	return err
}

// SetAgreementPrice keeps an agreement's own price; nil is the list's again.
func (Postgres) SetAgreementPrice(ctx context.Context, agreement uuid.UUID, ref Ref, price *decimal.Decimal) error {
	return setOwnPrice(ctx, "agreement_prices", "agreement_id", agreement, ref, price)
}

// setOwnPrice makes the one row of an owner and a service or product say a price, or takes it away.
func setOwnPrice(ctx context.Context, table, owner string, id uuid.UUID, ref Ref, price *decimal.Decimal) error {
	column, of := "service_id", ref.Service
	if ref.Product != uuid.Nil {
		column, of = "product_id", ref.Product
	}
	return database.Savepoint(ctx, func(ctx context.Context) error {
		if price == nil {
			return explain("give a price back to the list", database.From(ctx).Exec("delete from "+table+" where "+owner+" = ? and "+column+" = ?", id, of).Error)
		}
		insert := "insert into " + table + " (id, " + owner + ", " + column + ", price) values (?, ?, ?, ?) on conflict (clinic_id, " + owner + ", " + column +
			") do update set price = excluded.price, version = " + table + ".version + 1, updated_at = now()"
		return explain("keep a price", database.From(ctx).Exec(insert, uuid.Must(uuid.NewV7()), id, of, *price).Error)
	})
}

type agreementRow struct {
	ID         uuid.UUID
	Name       string
	NameKey    string
	RUC        string `gorm:"column:ruc"`
	LegalName  string
	Address    string
	CopayKind  CopayKind
	Copay      decimal.Decimal
	PercentOff decimal.Decimal
	ValidFrom  time.Time
	ValidUntil *time.Time
	Active     bool
	Version    int64
	UpdatedAt  time.Time
}

func (agreementRow) TableName() string { return "agreements" }

func (r agreementRow) agreement() Agreement {
	a := Agreement{
		ID: r.ID, Name: r.Name, RUC: r.RUC, LegalName: r.LegalName, Address: r.Address, CopayKind: r.CopayKind, Copay: r.Copay, PercentOff: r.PercentOff,
		From: agenda.DateOf(r.ValidFrom, time.UTC), Active: r.Active, Version: r.Version, Prices: map[Ref]decimal.Decimal{},
	}
	if r.ValidUntil != nil {
		a.Until = agenda.DateOf(*r.ValidUntil, time.UTC)
	}
	return a
}

func rowOfAgreement(a Agreement) agreementRow {
	row := agreementRow{
		ID: a.ID, Name: a.Name, NameKey: nameKey(a.Name), RUC: a.RUC, LegalName: a.LegalName, Address: a.Address, CopayKind: a.CopayKind, Copay: a.Copay,
		PercentOff: a.PercentOff, ValidFrom: a.From.In(time.UTC), Active: a.Active, Version: a.Version,
	}
	if !a.Until.IsZero() {
		until := a.Until.In(time.UTC)
		row.ValidUntil = &until
	}
	return row
}

// Agreements are all agreements with their own prices, by name.
func (Postgres) Agreements(ctx context.Context) ([]Agreement, error) {
	return database.Once(ctx, []string{"agreements", "agreement_prices"}, func() ([]Agreement, error) {
		var rows []agreementRow
		if err := database.From(ctx).Order("name_key, id").Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read the agreements: %w", err)
		}
		list, place := make([]Agreement, len(rows)), map[uuid.UUID]int{}
		for i, r := range rows {
			list[i], place[r.ID] = r.agreement(), i
		}
		if len(list) == 0 {
			return list, nil
		}
		own, err := ownPrices(ctx, "agreement_prices", "agreement_id")
		if err != nil {
			return nil, err
		}
		for _, p := range own {
			list[place[p.Owner]].Prices[p.Ref] = p.Price
		}
		return list, nil
	})
}

// AddAgreement writes an agreement.
func (Postgres) AddAgreement(ctx context.Context, a Agreement) error {
	return agreementRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := rowOfAgreement(a)
		return database.From(ctx).Create(&row).Error
	}))
}

// ChangeAgreement saves an agreement over the version it was read at.
func (Postgres) ChangeAgreement(ctx context.Context, a Agreement) error {
	return agreementRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := rowOfAgreement(a)
		row.Version++
		return oneChanged(ctx, "agreements", a.ID, database.From(ctx).Model(&agreementRow{}).Where("id = ? and version = ?", a.ID, a.Version).
			Select("name", "name_key", "ruc", "legal_name", "address", "copay_kind", "copay", "percent_off", "valid_from", "valid_until", "version", "updated_at").Updates(&row))
	}))
}

// UseAgreement ends an agreement, or lets it hold again.
func (Postgres) UseAgreement(ctx context.Context, id uuid.UUID, active bool) error {
	return setActive(ctx, "agreements", id, active)
}

func agreementRefusal(err error) error {
	if database.Violates(err, "agreements_name") {
		return ErrAgreementName
	}
	return err
}

// PatientAgreement is what a patient was last charged by.
func (Postgres) PatientAgreement(ctx context.Context, patient uuid.UUID) (uuid.UUID, error) {
	var found []*uuid.UUID
	const query = "select agreement_id from patient_agreements where patient_id = ?"
	if err := database.From(ctx).Raw(query, patient).Scan(&found).Error; err != nil {
		return uuid.Nil, fmt.Errorf("read the agreement of a patient: %w", err)
	}
	if len(found) == 0 || found[0] == nil {
		return uuid.Nil, nil
	}
	return *found[0], nil
}

// patientAgreements are what all patients are charged by who are no private ones.
func (Postgres) patientAgreements(ctx context.Context) ([]patientAgreement, error) {
	var list []patientAgreement
	const query = "select id, version, patient_id, agreement_id from patient_agreements where agreement_id is not null"
	if err := database.From(ctx).Raw(query).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("read the agreements of patients: %w", err)
	}
	return list, nil
}

// RememberAgreement keeps what a patient is charged by; uuid.Nil is as a private patient.
func (Postgres) RememberAgreement(ctx context.Context, patient, agreement uuid.UUID) error {
	var by *uuid.UUID
	if agreement != uuid.Nil {
		by = &agreement
	}
	const upsert = `insert into patient_agreements (id, patient_id, agreement_id) values (?, ?, ?)
		on conflict (clinic_id, patient_id) do update set agreement_id = excluded.agreement_id, version = patient_agreements.version + 1, updated_at = now()
		where patient_agreements.agreement_id is distinct from excluded.agreement_id`
	return database.From(ctx).Exec(upsert, uuid.Must(uuid.NewV7()), patient, by).Error
}

// setActive switches a row on or off and counts its version up, unless it already stands so.
func setActive(ctx context.Context, table string, id uuid.UUID, active bool) error {
	const update = " set active = ?, version = version + 1, updated_at = now() where id = ? and active <> ?"
	err := oneChanged(ctx, table, id, database.From(ctx).Exec("update "+table+update, active, id, active))
	if errors.Is(err, catalog.ErrStale) {
		return nil
	}
	return err
}

// oneChanged says why a row was not changed: another version is there, or none is.
func oneChanged(ctx context.Context, table string, id uuid.UUID, done *gorm.DB) error {
	if done.Error != nil || done.RowsAffected > 0 {
		return done.Error
	}
	var there int64
	if err := database.From(ctx).Table(table).Where("id = ?", id).Count(&there).Error; err != nil {
		return fmt.Errorf("look for a row of %s: %w", table, err)
	}
	if there == 0 {
		return fault.ErrNotFound
	}
	return catalog.ErrStale
}

func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
