package billing

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing/prices"
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

// Front is what the pages at the desk stand on: on the server and, without connection, on a device.
type Front struct {
	Till     *Till
	Receipts *Receipts
	People   People
	Visits   Visits
	House    House
	Prices   Prices
	Book     *prices.Book
	Budgets  Budgets // nil: nobody writes any
	Now      clock.Now
}

// back is what only the server does at the desk.
type back interface {
	// issue gives out an electronic document and takes what it is paid with; words and address say of it.
	// Where the form asks for a receipt alone, receipt gives it.
	issue(ctx context.Context, f chargeForm, c Content, payments []Payment, receipt func() (words, address string, err error)) (words, address string, err error)
	// prepare fills in what only the server knows: a factura's customer by its RUC, and what the patient has in its favour.
	prepare(ctx context.Context, f *chargeForm) error
	// terms takes advances off, and adds instalments and detracción to a factura.
	terms(f chargeForm, c *Content, problems fault.Problems)
	// beside adds the parts of the screen that only the server has.
	beside(ctx context.Context, v *chargeView) error
	// latest shows the latest documents of a person; nil when there is none.
	latest(ctx context.Context, patient uuid.UUID, now time.Time) (templ.Component, error)
	// nextName is the name that a document would bear if nobody else took it first; "" without a series.
	nextName(ctx context.Context, site uuid.UUID, kind Kind) (string, error)
	// unsent is how much of what who asks did on devices has not arrived, as far as the server knows.
	unsent(ctx context.Context) (int, error)
	// closing is what the page of an open register has beside it: earlier ones, movements, and how it is closed.
	closing(ctx context.Context, v cashView) (cashAround, error)
}

// front are the pages at the desk. Without a back they stand on a device.
type front struct {
	Front
	back back
}

// FrontRoutes adds the pages at the desk to the app on a device.
func FrontRoutes(r *web.Router, f Front) { front{Front: f}.routes(r) }

func (h front) routes(r *web.Router) {
	h.cashRoutes(r)
	h.leaveRoutes(r)
	h.chargeRoutes(r)
	h.receiptRoutes(r)
}

// away holds on a device.
func (h front) away() bool { return h.back == nil }

const documentsPath = "/comprobantes"

// documentPath is the page of a document.
func documentPath(id uuid.UUID) string { return documentsPath + "/" + id.String() }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// justNow is how long what somebody charged is what they have in hand.
const justNow = time.Minute

// fresh reports whether who asks has just charged something.
func fresh(ctx context.Context, by uuid.UUID, at, now time.Time) bool {
	return by == access.Who(ctx).MembershipID && now.Sub(at) < justNow
}

// zone is the clinic's.
func zone(ctx context.Context) *time.Location { return zoneNamed(access.Who(ctx).TimeZone) }

// zoneNamed is a zone by its name; SUNAT's where nobody knows it.
func zoneNamed(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return time.FixedZone("America/Lima", limaTime)
	}
	return z
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

func (f Front) memberNames(ctx context.Context) (map[uuid.UUID]string, error) {
	everybody, err := f.House.Everybody(ctx)
	names := map[uuid.UUID]string{}
	for _, m := range everybody {
		names[m.ID] = m.DisplayName()
	}
	return names, err
}

// soles reads an amount as it is typed; an empty or unreadable one is a problem of its field.
func soles(typed, field string, problems fault.Problems) decimal.Decimal {
	amount, ok := catalog.ParseSoles(typed)
	if !ok {
		problems.Add(field, "Escriba el importe en soles, como 150 o 36.50.")
	}
	return amount
}

// renamed gives a problem the name of the form's field.
func renamed(problems fault.Problems, pairs ...string) fault.Problems {
	for i := 0; i+1 < len(pairs); i += 2 {
		if sentence, there := problems[pairs[i]]; there {
			delete(problems, pairs[i])
			problems[pairs[i+1]] = sentence
		}
	}
	return problems
}

func idTyped(text string) *uuid.UUID {
	id, err := uuid.Parse(text)
	if err != nil {
		return nil
	}
	return &id
}
