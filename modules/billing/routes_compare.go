//go:build !js

package billing

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const comparePath = documentsPath + "/conciliacion"

func (h screens) compareRoutes(r *web.Router) {
	books := web.Needs(accounts.BillingBooks)
	r.GET(comparePath, h.comparison, books)
	r.POST(comparePath, h.compareNow, books)
	r.POST(comparePath+"/:id/revision", h.settleDifference, books)
}

// compareView is what was found when documents were compared.
type compareView struct {
	Last     *Comparison
	Open     []Found
	Settled  []Found
	Names    map[uuid.UUID]string
	Form     compareForm
	Problems fault.Problems
	Account  bool // the clinic has an account to compare with
	Now      time.Time
	OpID     string
}

type compareForm struct {
	ID   string `form:"-"` // the difference whose form came back
	Note string `form:"nota"`
}

func (v compareView) local(t time.Time) time.Time { return t.In(v.Now.Location()) }

// running holds while a comparison is at it.
func (v compareView) running() bool { return v.Last != nil && v.Last.FinishedAt == nil }

func (v compareView) problems(f Found) fault.Problems {
	if v.Form.ID == f.ID.String() {
		return v.Problems
	}
	return nil
}

func (v compareView) note(f Found) string {
	if v.Form.ID == f.ID.String() {
		return v.Form.Note
	}
	return ""
}

func (h screens) comparison(c echo.Context) error {
	return h.showComparison(c, http.StatusOK, compareForm{}, nil)
}

func (h screens) showComparison(c echo.Context, status int, f compareForm, problems fault.Problems) error {
	ctx := c.Request().Context()
	v := compareView{Form: f, Problems: problems, Now: h.Now().In(zone(ctx)), OpID: newID().String()}
	settings, err := h.Ledger.Settings(ctx)
	if err != nil {
		return err
	}
	v.Account = settings.HasAccess
	if v.Last, err = h.Ledger.LastComparison(ctx); err != nil {
		return err
	}
	if v.Open, v.Settled, err = h.Ledger.Differences(ctx); err != nil {
		return err
	}
	if v.Names, err = h.memberNames(ctx); err != nil {
		return err
	}
	return web.Show(c, web.Page{Status: status, Title: "Conciliación", Nav: documentsPath, Back: documentsPath, Body: compareBody(v)})
}

// compareNow has everything compared by jobs; the page tells how far they are.
func (h screens) compareNow(c echo.Context) error {
	if err := h.Auditor.Begin(c.Request().Context()); err != nil {
		return err
	}
	return web.Leave(c, comparePath)
}

func (h screens) settleDifference(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	var f compareForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	f.ID, f.Note = id.String(), strings.Join(strings.Fields(f.Note), " ")
	err = h.Auditor.Settle(c.Request().Context(), id, f.Note)
	if refused, ok := refusals(err); ok {
		return h.showComparison(c, statusOf(err), f, renamed(refused, "note", "nota"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Diferencia revisada")
	return web.Leave(c, comparePath)
}
