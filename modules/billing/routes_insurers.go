//go:build !js

package billing

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing/prices"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const insurersPath = "/convenios"

func insurerPath(agreement uuid.UUID) string { return insurersPath + "/" + agreement.String() }

func (h screens) insurerRoutes(r *web.Router) {
	may := web.Needs(accounts.BillingOverride)
	r.GET(insurersPath, h.insurers, may)
	r.GET(insurersPath+"/:id", h.insurer, may)
	r.POST(insurersPath+"/:id/factura", h.billInsurer, may)
	r.POST(insurersPath+"/:id/partes/:parte/quitar", h.dropShare, may)
}

// usualTerm is after how many days an insurer usually pays.
const usualTerm = 30

// insurersView is what may be billed, by agreement.
type insurersView struct {
	List  []OpenAgreement
	Names map[uuid.UUID]string
}

// insurerView is what may be billed by one agreement.
type insurerView struct {
	Agreement prices.Agreement
	From      string // the days looked at, as typed
	Until     string
	Lines     []shareLine
	Sum       decimal.Decimal // of what may be billed now
	Form      billForm
	Problems  fault.Problems
	OpID      string
}

type shareLine struct {
	Share
	Patient string
	Chosen  bool
}

// billForm is a factura to an insurer as it is asked for.
type billForm struct {
	ID         string   `form:"id"`
	Shares     []string `form:"parte"`
	DueOn      string   `form:"vence"`
	Detraction string   `form:"detraccion"`
	From       string   `form:"desde"`
	Until      string   `form:"hasta"`
}

func (h screens) insurers(c echo.Context) error {
	ctx := c.Request().Context()
	list, err := h.Insurers.Open(ctx)
	if err != nil {
		return err
	}
	v := insurersView{List: list, Names: map[uuid.UUID]string{}}
	for _, o := range list {
		a, err := h.Insurers.agreements.Agreement(ctx, o.AgreementID)
		if err != nil {
			return err
		}
		v.Names[a.ID] = a.Name
	}
	return web.Show(c, web.Page{Title: "Por facturar a convenios", Nav: documentsPath, Body: insurersBody(v)})
}

func (h screens) insurer(c echo.Context) error {
	return h.showInsurer(c, http.StatusOK, billForm{From: c.QueryParam("desde"), Until: c.QueryParam("hasta"), Detraction: "si"}, nil)
}

func (h screens) showInsurer(c echo.Context, status int, f billForm, problems fault.Problems) error {
	ctx := c.Request().Context()
	id, err := idParam(c)
	if err != nil {
		return err
	}
	v := insurerView{From: f.From, Until: f.Until, Form: f, Problems: fault.Problems{}, OpID: newID().String()}
	if v.Agreement, err = h.Insurers.agreements.Agreement(ctx, id); err != nil {
		return err
	}
	if _, err := uuid.Parse(f.ID); err != nil {
		v.Form.ID = newID().String()
	}
	if f.DueOn == "" {
		v.Form.DueOn = shortDay(Today(h.Now()).Add(usualTerm))
	}
	if err := h.shareLines(ctx, &v); err != nil {
		return err
	}
	for field, sentence := range problems {
		v.Problems.Add(field, sentence)
	}
	return web.Show(c, web.Page{Status: status, Title: "Por facturar a " + v.Agreement.Name, Nav: documentsPath, Back: insurersPath, Body: insurerBody(v)})
}

// shareLines are what is open in the days looked at; all that may be billed is chosen until somebody says otherwise.
func (h screens) shareLines(ctx context.Context, v *insurerView) error {
	open, err := h.Insurers.Shares(ctx, v.Agreement.ID)
	if err != nil {
		return err
	}
	from, until := dayTyped(v.From, "desde", v.Problems), dayTyped(v.Until, "hasta", v.Problems)
	open = slices.DeleteFunc(open, func(s Share) bool {
		return s.AttendedOn.Before(from) || !until.IsZero() && until.Before(s.AttendedOn)
	})
	var people []uuid.UUID
	for _, s := range open {
		people = append(people, s.PatientID)
	}
	names, err := h.People.NamesByID(ctx, people)
	for _, s := range open {
		chosen := !s.Held && (len(v.Form.Shares) == 0 || slices.Contains(v.Form.Shares, s.ID.String()))
		v.Lines = append(v.Lines, shareLine{Share: s, Patient: names[s.PatientID], Chosen: chosen})
		if !s.Held {
			v.Sum = v.Sum.Add(s.Amount)
		}
	}
	return err
}

// billInsurer issues the factura for what is ticked.
func (h screens) billInsurer(c echo.Context) error {
	var f billForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	agreement, err := idParam(c)
	if err != nil {
		return err
	}
	b, problems := f.bill(agreement)
	if len(problems) > 0 {
		return h.showInsurer(c, http.StatusUnprocessableEntity, f, problems)
	}
	entry, err := h.Insurers.Bill(c.Request().Context(), b)
	if refused, ok := refusals(err); ok {
		return h.showInsurer(c, statusOf(err), f, renamed(refused, "shares", "parte", "credit.instalments.0.due_on", "vence", "items", "parte"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Factura "+entry.Name.String()+" emitida")
	return web.Leave(c, documentPath(entry.ID))
}

func (f billForm) bill(agreement uuid.UUID) (Bill, fault.Problems) {
	problems := fault.Problems{}
	b := Bill{AgreementID: agreement, Detraction: f.Detraction != "", DueOn: dayTyped(f.DueOn, "vence", problems)}
	var err error
	if b.ID, err = uuid.Parse(f.ID); err != nil {
		problems.Add("", "El formulario llegó incompleto. Recargue la página.")
	}
	for _, text := range f.Shares {
		id, err := uuid.Parse(text)
		if err == nil && !slices.Contains(b.Shares, id) {
			b.Shares = append(b.Shares, id)
		}
	}
	if len(b.Shares) == 0 {
		problems.Add("parte", "Elija lo que se factura.")
	}
	return b, problems
}

// dropShare takes something off the list, with a reason.
func (h screens) dropShare(c echo.Context) error {
	agreement, err := idParam(c)
	if err != nil {
		return err
	}
	share, err := uuid.Parse(c.Param("parte"))
	if err != nil {
		return fault.ErrNotFound
	}
	var f struct {
		Reason string `form:"motivo"`
	}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err = h.Insurers.Drop(c.Request().Context(), agreement, share, f.Reason)
	if refused, ok := refusals(err); ok {
		return h.showInsurer(c, statusOf(err), billForm{Detraction: "si"}, fault.Problems{"": refused["reason"]})
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Ya no se facturará.")
	return web.Leave(c, insurerPath(agreement))
}

// dayTyped reads a day as people type it; nothing typed is no day.
func dayTyped(text, field string, problems fault.Problems) agenda.Date {
	text = strings.TrimSpace(text)
	if text == "" {
		return agenda.Date{}
	}
	for _, layout := range []string{"2/1/2006", "2/1/06", "02012006", "020106", time.DateOnly} {
		if day, err := time.Parse(layout, text); err == nil && day.Year() >= 1990 && day.Year() < 2200 {
			return agenda.DateOf(day, time.UTC)
		}
	}
	problems.Add(field, "Se espera una fecha como 24/11/2026.")
	return agenda.Date{}
}
