package prices

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/offline"
)

// The entities of the price list on devices. Agreements are not among them: what is left to an insurer needs the server.
const (
	productEntity   = "product"
	sitePriceEntity = "site_price"
)

// DeviceKinds are the entities that a device keeps of the price list.
func DeviceKinds() []offline.Kind {
	return []offline.Kind{{Entity: productEntity}, {Entity: sitePriceEntity}}
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

// sitePrice is one price of a site, with what it is of.
type sitePrice struct {
	ID      uuid.UUID
	Version int64
	Ref     Ref
	Site    uuid.UUID
	Price   decimal.Decimal
}

// sitePriceData is a price of a site on a device.
type sitePriceData struct {
	Of     string    `json:"of"` // as Ref.String writes it
	SiteID uuid.UUID `json:"site_id"`
	Price  string    `json:"price"`
}

func (d sitePriceData) sitePrice(id uuid.UUID, version int64) (sitePrice, error) {
	ref, ok := ParseRef(d.Of)
	price, err := decimal.NewFromString(d.Price)
	if !ok || err != nil {
		return sitePrice{}, fmt.Errorf("read the price %q of %q: %w", d.Price, d.Of, err)
	}
	return sitePrice{ID: id, Version: version, Ref: ref, Site: d.SiteID, Price: price}, nil
}

// bySite puts prices in the order in which they are looked up.
func bySite(list []sitePrice) map[Ref]map[uuid.UUID]decimal.Decimal {
	found := map[Ref]map[uuid.UUID]decimal.Decimal{}
	for _, p := range list {
		if found[p.Ref] == nil {
			found[p.Ref] = map[uuid.UUID]decimal.Decimal{}
		}
		found[p.Ref][p.Site] = p.Price
	}
	return found
}
