//go:build !js

package billing

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

var _ back = screens{}

// cashRoutes are what a register needs the server for.
func (h screens) cashRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(cashPath+"/:id", h.cashReport, charge)
	r.POST(cashPath+"/:id/movimientos", h.moveCash, charge)
	r.POST(cashPath+"/:id/cierre", h.closeCash, charge)
}

// desk are the pages that a device has as well.
func (h screens) desk() front { return front{Front: h.Front, back: h} }

// sessionsShown is how many registers the list holds.
const sessionsShown = 30

// sessionLine is a register in the list.
type sessionLine struct {
	CashSession
	Owner string
}

// closing is what the page of one's register has beside it.
func (h screens) closing(ctx context.Context, v cashView) (cashAround, error) {
	around := cashAround{}
	everybodys := access.Who(ctx).Can(accounts.BillingOverride)
	all, err := h.Till.List(ctx, everybodys, sessionsShown)
	if err != nil {
		return around, err
	}
	names, err := h.memberNames(ctx)
	if err != nil {
		return around, err
	}
	var others []sessionLine
	for _, other := range all {
		if other.ID != v.Session.ID {
			others = append(others, sessionLine{other, names[other.Owner]})
		}
	}
	around.Others = cashOthers(v, others, everybodys)
	switch {
	case v.None:
	case v.Session.Counted == nil:
		around.Acts = cashMove(v)
	default:
		around.Acts = cashClosing(v)
	}
	return around, nil
}

func (h screens) latest(ctx context.Context, patient uuid.UUID, now time.Time) (templ.Component, error) {
	family, err := h.Register.Family(ctx, patient)
	if err != nil {
		return nil, err
	}
	list, err := h.Ledger.List(ctx, Filter{Patient: family, Limit: 5})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	lines, err := h.named(ctx, list)
	return chargeLatest(lines, now), err
}

func (h screens) unsent(ctx context.Context) (int, error) {
	if h.Unsent == nil {
		return 0, nil
	}
	return h.Unsent(ctx)
}

func (h screens) nextName(ctx context.Context, site uuid.UUID, kind Kind) (string, error) {
	return h.Ledger.nextName(ctx, site, kind)
}

func (h screens) moveCash(c echo.Context) error {
	session, err := idParam(c)
	if err != nil {
		return err
	}
	var f cashForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := formID(f.MoveID)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	amount := soles(f.Amount, "importe", problems)
	switch f.Way {
	case "entra":
	case "sale":
		amount = amount.Neg()
	default:
		problems.Add("sentido", "Elija si entra o sale.")
	}
	if len(problems) > 0 {
		return h.desk().showCash(c, http.StatusUnprocessableEntity, f, problems)
	}
	err = h.Till.Move(c.Request().Context(), Movement{ID: id, SessionID: session, Amount: amount, Concept: f.Concept})
	if refused, ok := refusals(err); ok {
		return h.desk().showCash(c, statusOf(err), f, renamed(refused, "amount", "importe", "concept", "concepto"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Movimiento anotado")
	return web.Leave(c, cashPath)
}

func (h screens) closeCash(c echo.Context) error {
	session, err := idParam(c)
	if err != nil {
		return err
	}
	typed, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	f := cashForm{Reason: typed.Get("motivo"), Verified: typed["verificado"]}
	var verified []Method
	for _, m := range f.Verified {
		verified = append(verified, Method(m))
	}
	_, err = h.Till.Close(c.Request().Context(), session, f.Reason, verified)
	if refused, ok := refusals(err); ok {
		return h.desk().showCash(c, statusOf(err), f, renamed(refused, "reason", "motivo"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Caja cerrada")
	return web.Leave(c, cashPath+"/"+session.String())
}

// cashReport is a register to look at and to print: one's own, and anybody's for who may see all.
func (h screens) cashReport(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := h.Till.ByID(ctx, id, access.Who(ctx).Can(accounts.BillingOverride))
	if err != nil {
		return err
	}
	v, err := h.desk().cashView(ctx, s)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Caja de " + v.Owner, Nav: cashPath, Back: cashPath, Context: views.LongDayInText(v.local(s.OpenedAt), v.Now), Body: cashReportBody(v)})
}

// HoldsCash reports whether who asks has a register open, at any site.
func (p Parts) HoldsCash(ctx context.Context) (bool, error) {
	return p.Ledger.hasOpenSession(ctx, access.Who(ctx).MembershipID)
}
