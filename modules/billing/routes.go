//go:build !js

package billing

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// People is what billing asks about patients.
type People interface {
	Patient(ctx context.Context, id uuid.UUID) (patients.Patient, error)
	// NamesByID are names to show; unknown ids are left out.
	NamesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// Visits is what billing asks about appointments.
type Visits interface {
	Appointment(ctx context.Context, id uuid.UUID) (agenda.Appointment, error)
}

// House is what billing asks about the clinic.
type House interface {
	Clinic(ctx context.Context) (accounts.Clinic, error)
	Sites(ctx context.Context) ([]accounts.Site, error)
	Everybody(ctx context.Context) ([]accounts.Member, error)
}

// Prices is what may be charged for.
type Prices interface {
	Services(ctx context.Context, f catalog.Filter) ([]catalog.Service, error)
	Service(ctx context.Context, id uuid.UUID) (catalog.Service, error)
}

// Parts are what the pages of billing stand on.
type Parts struct {
	Ledger      *Ledger
	Emission    *Emission
	Till        *Till
	Desk        *Desk
	People      People
	Visits      Visits
	House       House
	Prices      Prices
	Connections *Connections
	Papers      *Papers
	Later       Later
	Now         clock.Now
}

type screens struct{ Parts }

// Routes adds the pages where money is taken.
func Routes(r *web.Router, p Parts) {
	h := screens{p}
	h.cashRoutes(r)
	h.chargeRoutes(r)
	h.documentRoutes(r)
	h.printRoutes(r)
	h.settingsRoutes(r)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// zone is the clinic's.
func zone(ctx context.Context) *time.Location {
	return zoneNamed(access.Who(ctx).TimeZone)
}

// idParam reads the id in an address; one that is no id does not exist.
func idParam(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

// formID reads the id that a form carries.
func formID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.InvalidField("", "El formulario llegó incompleto. Recargue la página.")
	}
	return id, nil
}

// statusOf is 409 for what somebody else was first at, 422 for what was typed.
func statusOf(err error) int {
	if fault.KindOf(err) == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// refusals are what a form says of an error that a person can act on; false for any other error.
func refusals(err error) (fault.Problems, bool) {
	if problems, typed := fault.Fields(err); typed && len(problems) > 0 {
		return problems, true
	}
	if fault.KindOf(err) == fault.Conflict {
		return fault.Problems{"": err.Error()}, true
	}
	return nil, false
}

func (h screens) memberNames(ctx context.Context) (map[uuid.UUID]string, error) {
	everybody, err := h.House.Everybody(ctx)
	names := map[uuid.UUID]string{}
	for _, m := range everybody {
		names[m.ID] = m.DisplayName()
	}
	return names, err
}
