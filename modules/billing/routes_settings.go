//go:build !js

package billing

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const settingsSlug = "sunat"

const settingsPath = "/configuracion/" + settingsSlug

// SettingsPages are those that billing offers to /configuracion.
func SettingsPages() []web.SettingsPage {
	return []web.SettingsPage{{Slug: settingsSlug, Title: "Series y SUNAT", Icon: "receipt", Order: 45, Permission: accounts.BillingSettings}}
}

func (h screens) settingsRoutes(r *web.Router) {
	may := web.Needs(accounts.BillingSettings)
	r.GET(settingsPath, h.settings, may)
	r.POST(settingsPath+"/datos", h.saveSettings, may)
	r.POST(settingsPath+"/cuenta", h.saveAccess, may)
	r.POST(settingsPath+"/prueba", h.testConnection, may)
	r.GET(settingsPath+"/prueba", h.testState, may, web.Quiet())
	r.POST(settingsPath+"/series", h.addSeries, may)
	r.POST(settingsPath+"/series/:id/uso", h.useSeries, may)
}

// settingsForm is what is typed about how the clinic emits.
type settingsForm struct {
	Address string `form:"direccion"`
	Account string `form:"detracciones"`
	Limit   string `form:"limite"`
	Route   string `form:"ruta"`
	Token   string `form:"clave"`
	ID      string `form:"id"`
	Kind    string `form:"comprobante"` // "boleta", "nota_credito boleta"
	Site    string `form:"sede"`
	Code    string `form:"serie"`
	Last    string `form:"ultimo"`
}

// settingsView is the page.
type settingsView struct {
	Settings Settings
	Series   []Series
	Sites    []accounts.Site
	Form     settingsForm
	Problems fault.Problems
	Now      time.Time
	OpID     string
	Waiting  string // since when an answer of a test is waited for, as the page's address carries it
}

func (v settingsView) siteName(id uuid.UUID) string {
	for _, s := range v.Sites {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

func (v settingsView) siteOptions() []views.Option {
	var list []views.Option
	for _, s := range v.Sites {
		list = append(list, views.Option{Value: s.ID.String(), Label: s.Name})
	}
	return list
}

func kindOptions() []views.Option {
	list := []views.Option{{Value: string(Boleta), Label: Boleta.Label()}, {Value: string(Factura), Label: Factura.Label()}}
	for _, note := range []Kind{CreditNote, DebitNote} {
		for _, of := range []Kind{Boleta, Factura} {
			list = append(list, views.Option{Value: string(note) + " " + string(of), Label: Series{Kind: note, Amends: of}.Label()})
		}
	}
	return list
}

func (h screens) settings(c echo.Context) error {
	return h.showSettings(c, http.StatusOK, settingsForm{}, nil)
}

func (h screens) showSettings(c echo.Context, status int, f settingsForm, problems fault.Problems) error {
	ctx := c.Request().Context()
	v := settingsView{Form: f, Problems: problems, Now: h.Now().In(zone(ctx)), OpID: newID().String(), Waiting: c.QueryParam("desde")}
	var err error
	if v.Settings, err = h.Ledger.Settings(ctx); err != nil {
		return err
	}
	if v.Series, err = h.Ledger.AllSeries(ctx); err != nil {
		return err
	}
	if v.Sites, err = h.House.Sites(ctx); err != nil {
		return err
	}
	if v.Form.ID == "" {
		v.Form.ID = newID().String()
	}
	if problems == nil {
		v.Form.Address, v.Form.Account, v.Form.Limit = v.Settings.FiscalAddress, v.Settings.DetractionAccount, v.Settings.DiscountLimit.String()
	}
	return web.ShowSettings(c, settingsSlug, web.Page{Status: status}, settingsBody(v))
}

func (h screens) saveSettings(c echo.Context) error {
	var f settingsForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	limit, ok := ParseAmount(strings.TrimSpace(strings.TrimSuffix(strings.ReplaceAll(f.Limit, ",", "."), "%")))
	if !ok {
		return h.showSettings(c, http.StatusUnprocessableEntity, f, fault.Problems{"limite": "Escriba un porcentaje, como 20."})
	}
	s := Settings{FiscalAddress: strings.Join(strings.Fields(f.Address), " "), DetractionAccount: strings.TrimSpace(f.Account), DiscountLimit: limit}
	err := h.Ledger.SaveSettings(c.Request().Context(), s)
	if refused, ok := refusals(err); ok {
		return h.showSettings(c, statusOf(err), f, renamed(refused, "fiscal_address", "direccion", "detraction_account", "detracciones", "discount_limit", "limite"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Datos guardados")
	return web.Leave(c, settingsPath)
}

// saveAccess keeps the account. The token is never shown again; an empty field keeps nothing of the one before.
func (h screens) saveAccess(c echo.Context) error {
	var f settingsForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	err := h.Connections.Save(c.Request().Context(), Access{Route: strings.TrimSpace(f.Route), Token: strings.TrimSpace(f.Token)})
	if refused, ok := refusals(err); ok {
		f.Token = ""
		return h.showSettings(c, statusOf(err), f, renamed(refused, "route", "ruta", "token", "clave"))
	}
	if err != nil {
		return err
	}
	return h.testConnection(c)
}

// testConnection has the connection tried by a job; the page waits for its word.
func (h screens) testConnection(c echo.Context) error {
	ctx := c.Request().Context()
	if err := h.Later.Test(ctx); err != nil {
		return err
	}
	return web.Leave(c, settingsPath+"?desde="+strconv.FormatInt(h.Now().UnixMilli(), 10)+"#conexion")
}

// testState answers the waiting page: nothing while the job has not spoken.
func (h screens) testState(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := h.Ledger.Settings(ctx)
	if err != nil {
		return err
	}
	since, err := strconv.ParseInt(c.QueryParam("desde"), 10, 64)
	if err != nil || s.TestedAt == nil || s.TestedAt.UnixMilli() < since {
		return c.NoContent(http.StatusNoContent)
	}
	return web.Render(c, http.StatusOK, connectionState(settingsView{Settings: s, Now: h.Now().In(zone(ctx))}))
}

func (h screens) addSeries(c echo.Context) error {
	var f settingsForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := formID(f.ID)
	if err != nil {
		return err
	}
	kind, amends, _ := strings.Cut(f.Kind, " ")
	s := Series{ID: id, Kind: Kind(kind), Amends: Kind(amends), Code: strings.ToUpper(strings.TrimSpace(f.Code))}
	problems := fault.Problems{}
	if s.SiteID, err = uuid.Parse(f.Site); err != nil {
		problems.Add("sede", "Elija la sede que emite.")
	}
	if s.Last, err = strconv.ParseInt(orZero(f.Last), 10, 64); err != nil {
		problems.Add("ultimo", "Escriba el último número usado, o 0.")
	}
	for field, sentence := range s.Problems() {
		problems.Add(map[string]string{"kind": "comprobante", "code": "serie", "last": "ultimo"}[field], sentence)
	}
	if len(problems) > 0 {
		return h.showSettings(c, http.StatusUnprocessableEntity, f, problems)
	}
	err = h.Ledger.AddSeries(c.Request().Context(), s)
	if refused, ok := refusals(err); ok {
		return h.showSettings(c, statusOf(err), f, renamed(refused, "code", "serie"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Serie "+s.Code+" añadida")
	return web.Leave(c, settingsPath)
}

func orZero(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return "0"
	}
	return text
}

func (h screens) useSeries(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err := h.Ledger.SetSeriesActive(c.Request().Context(), id, c.FormValue("activa") == "si"); err != nil {
		return err
	}
	return web.Leave(c, settingsPath)
}
