//go:build !js

package fees

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
	"hampi/modules/billing"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// Path is where fees are.
const Path = "/honorarios"

const reportsPath = "/reportes/ventas"

func settlementPath(id uuid.UUID) string { return Path + "/" + id.String() }

type screens struct{ *Keeper }

// Routes adds the settings of fees and their settlement. A professional opens their own; who keeps the books, everybody's.
func Routes(r *web.Router, k *Keeper) {
	h := screens{k}
	own, all, settings := web.Needs(accounts.BillingFees), web.Needs(accounts.BillingBooks), web.Needs(accounts.BillingSettings)
	r.GET(Path, h.fees, own)
	r.POST(Path, h.close, all)
	r.GET(Path+"/:id", h.settlement, own)
	r.GET(Path+"/:id/imprimir", h.print, own)
	r.POST(Path+"/:id/exportar", h.export, own)
	r.GET(settingsPath, h.rules, settings)
	r.POST(settingsPath, h.setRule, settings)
	r.POST(settingsPath+"/:id/retiro", h.dropRule, settings)
}

// feesView is a professional's fees until a day, and what was settled.
type feesView struct {
	All     bool // everybody's may be seen
	Doctors []accounts.Member
	Doctor  uuid.UUID // none: nobody was chosen
	To      agenda.Date
	Preview Settlement
	Without []Work
	Closed  []Settlement
	Names   names
	Problem string
	OpID    string
}

// names are what the ids of a settlement are called.
type names struct{ patients, members map[uuid.UUID]string }

func (h screens) fees(c echo.Context) error {
	return h.show(c, http.StatusOK, c.QueryParam("profesional"), c.QueryParam("hasta"), "")
}

func (h screens) show(c echo.Context, status int, doctor, to, problem string) error {
	ctx := c.Request().Context()
	v := feesView{All: mayAll(ctx), Problem: problem, OpID: newID().String(), To: billing.Today(h.Now())}
	people, err := h.House.Everybody(ctx)
	if err != nil {
		return err
	}
	v.Doctors = slices.DeleteFunc(slices.Clone(people), func(m accounts.Member) bool { return !m.IsDoctor() })
	if v.Doctor, err = whose(ctx, doctor, people); err != nil {
		return err
	}
	if day, ok := dayTyped(to); ok && day.Before(v.To) {
		v.To = day
	}
	if v.Closed, err = h.Store.Settlements(ctx, v.Doctor); err != nil {
		return err
	}
	if v.Doctor != uuid.Nil {
		if v.Preview, v.Without, err = h.Preview(ctx, v.Doctor, v.To); err != nil {
			return err
		}
	}
	if v.Names, err = h.names(ctx, people, v.Preview.Lines); err != nil {
		return err
	}
	return web.Show(c, web.Page{Status: status, Title: title(v.All), Nav: navOf(ctx), Body: feesBody(v)})
}

// dayTyped reads a day as addresses carry it, or as people write it.
func dayTyped(text string) (agenda.Date, bool) {
	if day, ok := agenda.ParseDate(text); ok {
		return day, true
	}
	day, err := time.Parse("2/1/2006", strings.TrimSpace(text))
	return agenda.DateOf(day, time.UTC), err == nil
}

// whose is the professional that an address asks for; who may not see everybody's is shown their own.
func whose(ctx context.Context, text string, people []accounts.Member) (uuid.UUID, error) {
	if !mayAll(ctx) {
		return access.Who(ctx).MembershipID, nil
	}
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil || !slices.ContainsFunc(people, func(m accounts.Member) bool { return m.ID == id }) {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

func title(all bool) string {
	if all {
		return "Honorarios"
	}
	return "Mis honorarios"
}

// navOf is the place in the navigation: a professional has one for fees, the administration reaches them from the reports.
func navOf(ctx context.Context) string {
	if access.Who(ctx).Has(string(accounts.Doctor)) {
		return Path
	}
	return reportsPath
}

func (h screens) names(ctx context.Context, people []accounts.Member, lines []Line) (n names, err error) {
	n.members = map[uuid.UUID]string{}
	for _, m := range people {
		n.members[m.ID] = m.DisplayName()
	}
	var ids []uuid.UUID
	for _, l := range lines {
		if l.Patient != uuid.Nil {
			ids = append(ids, l.Patient)
		}
	}
	n.patients, err = h.People.NamesByID(ctx, ids)
	return n, err
}

type closeForm struct {
	Doctor string `form:"profesional"`
	To     string `form:"hasta"`
	Fee    string `form:"total"`
}

func (h screens) close(c echo.Context) error {
	ctx := c.Request().Context()
	var f closeForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	people, err := h.House.Everybody(ctx)
	if err != nil {
		return err
	}
	doctor, err := whose(ctx, f.Doctor, people)
	if err == nil && doctor == uuid.Nil {
		err = fault.ErrNotFound
	}
	if err != nil {
		return err
	}
	to, ok := agenda.ParseDate(f.To)
	seen, err := decimal.NewFromString(f.Fee)
	if !ok || err != nil {
		return fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	s, err := h.Close(ctx, doctor, to, seen)
	if problems, typed := fault.Fields(err); typed {
		return h.show(c, http.StatusUnprocessableEntity, f.Doctor, f.To, problems["hasta"])
	}
	if fault.KindOf(err) == fault.Conflict {
		return h.show(c, http.StatusConflict, f.Doctor, f.To, err.Error())
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, settlementPath(s.ID))
}

// settledView is a settlement that was closed.
type settledView struct {
	Settlement
	Clinic accounts.Clinic
	Names  names
}

func (v settledView) name() string { return v.Names.members[v.Doctor] }

func (h screens) settled(c echo.Context) (v settledView, err error) {
	ctx := c.Request().Context()
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return v, fault.ErrNotFound
	}
	if v.Settlement, err = h.Settlement(ctx, id); err != nil {
		return v, err
	}
	if v.Clinic, err = h.House.Clinic(ctx); err != nil {
		return v, err
	}
	people, err := h.House.Everybody(ctx)
	if err != nil {
		return v, err
	}
	v.Names, err = h.names(ctx, people, v.Lines)
	return v, err
}

func (h screens) settlement(c echo.Context) error {
	v, err := h.settled(c)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: v.title(), Nav: navOf(c.Request().Context()), Back: v.back(), Body: settledBody(v)})
}

// back is the list that the settlement stands in.
func (v settledView) back() string { return Path + "?profesional=" + v.Doctor.String() }

func (h screens) print(c echo.Context) error {
	v, err := h.settled(c)
	if err != nil {
		return err
	}
	head := views.Head{Look: web.Look(c), Title: v.title()}
	return web.Render(c, http.StatusOK, views.PrintPage(head, "a4 comprobante"), settledPaper(v))
}
