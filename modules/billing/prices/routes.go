//go:build !js

package prices

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// Sites is what the pages ask of whoever keeps the clinic.
type Sites interface {
	Sites(ctx context.Context) ([]accounts.Site, error)
}

const (
	pricesSlug     = "precios"
	productsSlug   = "productos"
	agreementsSlug = "convenios"

	pricesPath     = "/configuracion/" + pricesSlug
	productsPath   = "/configuracion/" + productsSlug
	agreementsPath = "/configuracion/" + agreementsSlug
)

// SettingsPages are those that the price list offers to /configuracion.
func SettingsPages() []web.SettingsPage {
	return []web.SettingsPage{
		{Slug: productsSlug, Title: "Productos", Icon: "layers", Order: 51, Permission: accounts.BillingSettings},
		{Slug: pricesSlug, Title: "Precios por sede y convenio", Icon: "hand-coins", Order: 52, Permission: accounts.BillingSettings},
		{Slug: agreementsSlug, Title: "Convenios", Icon: "shield", Order: 53, Permission: accounts.BillingSettings},
	}
}

type routes struct {
	editor *Editor
	sites  Sites
	now    clock.Now
}

// Routes adds the settings pages of the price list.
func Routes(r *web.Router, editor *Editor, sites Sites, now clock.Now) {
	h := routes{editor, sites, now}
	may := web.Needs(accounts.BillingSettings)
	r.GET(pricesPath, h.prices, may)
	r.POST(pricesPath, h.setPrice, may)

	r.GET(productsPath, h.products, may)
	r.POST(productsPath, h.addProduct, may)
	r.GET(productsPath+"/nuevo", h.newProduct, may)
	r.GET(productsPath+"/:id", h.product, may)
	r.POST(productsPath+"/:id", h.changeProduct, may)
	r.POST(productsPath+"/:id/retiro", h.retireProduct, may)
	r.POST(productsPath+"/:id/oferta", h.restoreProduct, may)

	r.GET(agreementsPath, h.agreements, may)
	r.POST(agreementsPath, h.addAgreement, may)
	r.GET(agreementsPath+"/nuevo", h.newAgreement, may)
	r.GET(agreementsPath+"/:id", h.agreement, may)
	r.POST(agreementsPath+"/:id", h.changeAgreement, may)
	r.POST(agreementsPath+"/:id/retiro", h.endAgreement, may)
	r.POST(agreementsPath+"/:id/oferta", h.resumeAgreement, may)
}

// idOf is the id in the address; one that is none leads nowhere.
func idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

// newFormID is the id that a form for something new made when it was drawn.
func newFormID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	return id, nil
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// refusal is what a form says of an error that a person can act on, with its status; false for any other error.
func refusal(err error) (status int, problems fault.Problems, ok bool) {
	if errors.Is(err, catalog.ErrStale) {
		return http.StatusConflict, fault.Problems{"": "Otra persona cambió estos datos mientras tanto. Guardar deja lo que usted escribió; Volver deja lo guardado."}, true
	}
	problems, typed := fault.Fields(err)
	if fault.KindOf(err) == fault.Conflict {
		if !typed {
			problems = fault.Problems{"": err.Error()}
		}
		return http.StatusConflict, problems, true
	}
	return http.StatusUnprocessableEntity, problems, typed
}

// today is the day in the clinic's zone.
func (h routes) today(ctx context.Context) agenda.Date {
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return agenda.DateOf(h.now(), zone)
}
