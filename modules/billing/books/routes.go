//go:build !js

package books

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// Path is where reports of sales are.
const Path = "/reportes/ventas"

type screens struct{ *Keeper }

// Routes adds the reports of sales and the sales register.
func Routes(r *web.Router, k *Keeper) {
	h, may := screens{k}, web.Needs(accounts.BillingBooks)
	r.GET("/reportes", func(c echo.Context) error { return web.SeeOther(c, Path) }, may)
	r.GET(Path, h.report, may)
	r.POST(Path+"/registro", h.register, may)
}

// names are what the ids of a report are called.
type names struct{ sites, doctors, services map[uuid.UUID]string }

// reportView is the page of a day or of a month.
type reportView struct {
	Report
	Month   Month
	Day     agenda.Date // zero: the whole month
	Names   names
	Issuer  Issuer
	Problem string
	Now     time.Time
}

func zone(ctx context.Context) *time.Location {
	z, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil || access.Who(ctx).TimeZone == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return z
}

// period reads which days are asked for: a day, a month, or this month. What nobody can read is this month.
func (h screens) period(month, day string) (m Month, d agenda.Date) {
	if d, ok := agenda.ParseDate(day); ok {
		return MonthOf(d), d
	}
	if m, ok := ParseMonth(month); ok {
		return m, d
	}
	return MonthOf(billing.Today(h.Now())), d
}

func (h screens) report(c echo.Context) error {
	return h.showReport(c, http.StatusOK, c.QueryParam("mes"), c.QueryParam("dia"), "")
}

func (h screens) showReport(c echo.Context, status int, month, day, problem string) error {
	ctx := c.Request().Context()
	v := reportView{Problem: problem, Now: h.Now().In(zone(ctx))}
	v.Month, v.Day = h.period(month, day)
	from, to := v.Month.First(), v.Month.Last()
	if !v.Day.IsZero() {
		from, to = v.Day, v.Day
	}
	var err error
	if v.Report, err = h.Report(ctx, from, to, zone(ctx)); err != nil {
		return err
	}
	if v.Issuer, err = h.Issuer(ctx); err != nil {
		return err
	}
	if err := h.names(ctx, &v); err != nil {
		return err
	}
	return web.Show(c, web.Page{Status: status, Title: "Ventas", Nav: Path, Body: reportBody(v)})
}

// names reads what the ids of a report are called.
func (h screens) names(ctx context.Context, v *reportView) error {
	v.Names = names{sites: map[uuid.UUID]string{}, doctors: map[uuid.UUID]string{}, services: map[uuid.UUID]string{}}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		v.Names.sites[s.ID] = s.Name
	}
	people, err := h.House.Everybody(ctx)
	if err != nil {
		return err
	}
	for _, m := range people {
		v.Names.doctors[m.ID] = m.DisplayName()
	}
	services, err := h.Catalog.Services(ctx, catalog.Filter{Retired: true})
	if err != nil {
		return err
	}
	for _, s := range services {
		v.Names.services[s.ID] = s.Name
	}
	return nil
}

// register hands the month's register over as a file, and writes down who took it: it names the clinic's customers.
func (h screens) register(c echo.Context) error {
	ctx := c.Request().Context()
	var f struct {
		Month  string `form:"mes"`
		Format string `form:"formato"`
	}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	m, ok := ParseMonth(f.Month)
	if !ok {
		return fault.InvalidField("mes", "Elija el mes del registro.")
	}
	issuer, err := h.Issuer(ctx)
	if err != nil {
		return err
	}
	if issuer.RUC == "" {
		return h.showReport(c, http.StatusUnprocessableEntity, f.Month, "", "Falta el RUC de la clínica. Póngalo en Configuración, Clínica.")
	}
	var file bytes.Buffer
	write, name, kind := h.sire, "", "application/zip"
	if f.Format == "xlsx" {
		write, kind = h.sheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	n, err := write(ctx, &file, issuer, m)
	if err != nil {
		return err
	}
	name = FileName(issuer.RUC, m, n > 0) + ".zip"
	if f.Format == "xlsx" {
		name = "registro-de-ventas-" + m.String() + ".xlsx"
	}
	if err := h.Handed(ctx, m, n, name); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, kind, file.Bytes())
}

func (h screens) sire(ctx context.Context, file *bytes.Buffer, i Issuer, m Month) (n int, err error) {
	var text bytes.Buffer
	err = h.Register(ctx, m, func(r Row) error {
		n++
		text.WriteString(r.Line(i))
		return nil
	})
	if err != nil {
		return n, err
	}
	return n, WriteSIRE(file, i, m, text.Bytes(), h.Now())
}

func (h screens) sheet(ctx context.Context, file *bytes.Buffer, i Issuer, m Month) (int, error) {
	return WriteSheet(file, i, func(f func(Row) error) error { return h.Register(ctx, m, f) })
}
