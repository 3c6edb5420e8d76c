//go:build !js

package fees

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const (
	settingsSlug = "honorarios"
	settingsPath = "/configuracion/" + settingsSlug
)

// SettingsPages is what fees offer to /configuracion.
func SettingsPages() []web.SettingsPage {
	return []web.SettingsPage{{Slug: settingsSlug, Title: "Honorarios", Icon: "hand-coins", Order: 54, Permission: accounts.BillingSettings}}
}

// ruleForm is a rule as it is typed.
type ruleForm struct {
	Doctor  string `form:"profesional"`
	Service string `form:"servicio"`
	Kind    string `form:"tipo"`
	Rate    string `form:"valor"`
	From    string `form:"desde"`
}

// rule reads what was typed.
func (f ruleForm) rule() (Rule, error) {
	r := Rule{Kind: Kind(f.Kind)}
	problems := fault.Problems{}
	var err error
	if r.Doctor, err = chosen(f.Doctor); err != nil {
		return r, err
	}
	if r.Service, err = chosen(f.Service); err != nil {
		return r, err
	}
	rate, ok := catalog.ParseSoles(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(f.Rate), "%")))
	if r.Rate = rate; !ok {
		problems.Add("valor", "Escriba un número, como 40 o 35.50.")
	}
	if r.From, ok = agenda.ParseDate(f.From); !ok {
		problems.Add("desde", "Ponga desde qué día rige.")
	}
	for field, sentence := range r.Problems() {
		problems.Add(field, sentence)
	}
	return r, problems.Err()
}

// chosen is what a list was set to; nothing is all.
func chosen(text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

// rulesView is the page of rules.
type rulesView struct {
	Rules    []Rule
	Members  []accounts.Member
	Services []catalog.Service
	Form     ruleForm
	Problems map[string]string
	OpID     string
}

func (v rulesView) doctors() []views.Option {
	list := []views.Option{{Label: "Todos los profesionales"}}
	for _, m := range v.Members {
		if m.IsDoctor() && m.Active {
			list = append(list, views.Option{Value: m.ID.String(), Label: m.DisplayName()})
		}
	}
	return list
}

func (v rulesView) services() []views.Option {
	list := []views.Option{{Label: "Todos los servicios"}}
	for _, s := range v.Services {
		if s.Active {
			list = append(list, views.Option{Value: s.ID.String(), Label: s.Name})
		}
	}
	return list
}

func (v rulesView) doctor(id uuid.UUID) string {
	for _, m := range v.Members {
		if m.ID == id {
			return m.DisplayName()
		}
	}
	return "Todos los profesionales"
}

func (v rulesView) service(id uuid.UUID) string {
	for _, s := range v.Services {
		if s.ID == id {
			return s.Name
		}
	}
	return "Todos los servicios"
}

func (h screens) rules(c echo.Context) error {
	return h.showRules(c, http.StatusOK, ruleForm{Kind: string(Percent), From: billing.Today(h.Now()).String()}, nil)
}

func (h screens) showRules(c echo.Context, status int, f ruleForm, problems map[string]string) error {
	ctx := c.Request().Context()
	v := rulesView{Form: f, Problems: problems, OpID: newID().String()}
	var err error
	if v.Rules, err = h.Store.Rules(ctx); err != nil {
		return err
	}
	if v.Members, err = h.House.Everybody(ctx); err != nil {
		return err
	}
	if v.Services, err = h.Catalog.Services(ctx, catalog.Filter{Retired: true}); err != nil {
		return err
	}
	return web.ShowSettings(c, settingsSlug, web.Page{Status: status, Title: "Honorarios"}, rulesBody(v))
}

func (h screens) setRule(c echo.Context) error {
	var f ruleForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	r, err := f.rule()
	if err == nil {
		err = h.SetRule(c.Request().Context(), r)
	}
	if problems, typed := fault.Fields(err); typed {
		return h.showRules(c, http.StatusUnprocessableEntity, f, problems)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, settingsPath)
}

func (h screens) dropRule(c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.ErrNotFound
	}
	if err := h.Store.DropRule(c.Request().Context(), id); err != nil {
		return err
	}
	return web.SeeOther(c, settingsPath)
}
