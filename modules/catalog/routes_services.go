package catalog

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h routes) services(c echo.Context) error {
	query, retired := c.QueryParam("buscar"), c.QueryParam("retirados") == "si"
	all, err := h.catalog.Services(c.Request().Context(), Filter{Retired: true})
	if err != nil {
		return err
	}
	page := servicesPage{Query: query, Retired: retired, Any: len(all) > 0}
	for _, s := range (Filter{Query: query, Retired: retired}).among(all) {
		page.Lines = append(page.Lines, lineOfService(s))
	}
	return web.ShowSettings(c, servicesSlug, web.Page{
		Primary: &views.Action{Label: "Nuevo servicio", Href: servicesPath + "/nuevo", Icon: "plus"},
	}, servicesList(page))
}

func (h routes) newService(c echo.Context) error {
	form := formOfService(Service{ID: uuid.Must(uuid.NewV7()), DurationMin: 30})
	form.Price = ""
	return h.drawService(c, 0, servicePage{Form: form, Action: servicesPath, New: true}, "Nuevo servicio")
}

func (h routes) addService(c echo.Context) error {
	var form serviceForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := newFormID(form.ID)
	if err != nil {
		return err
	}
	s, err := form.service(id)
	if err == nil {
		s, err = h.catalog.AddService(c.Request().Context(), s)
	}
	if problems, ok := fault.Fields(err); ok {
		page := servicePage{Form: form, Action: servicesPath, New: true, Problems: problems}
		return h.drawService(c, refusedAs(err), page, "Nuevo servicio")
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se ofrece "+s.Name+".")
	return web.SeeOther(c, servicesPath)
}

func (h routes) service(c echo.Context) error {
	s, err := h.named(c)
	if err != nil {
		return err
	}
	return h.drawService(c, 0, servicePage{Form: formOfService(s), Retired: !s.Active}, s.Name)
}

func (h routes) named(c echo.Context) (Service, error) {
	id, err := idOf(c)
	if err != nil {
		return Service{}, err
	}
	return h.catalog.Service(c.Request().Context(), id)
}

func (h routes) changeService(c echo.Context) error {
	stored, err := h.named(c)
	if err != nil {
		return err
	}
	var form serviceForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	typed, err := form.service(stored.ID)
	if err == nil {
		_, err = h.catalog.ChangeService(c.Request().Context(), typed)
	}
	page := servicePage{Form: form, Retired: !stored.Active}
	if errors.Is(err, ErrStale) {
		return h.drawStaleService(c, page, typed)
	}
	if problems, ok := fault.Fields(err); ok {
		page.Problems = problems
		return h.drawService(c, refusedAs(err), page, stored.Name)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Quedó guardado "+typed.Name+".")
	return web.SeeOther(c, servicesPath)
}

// drawStaleService shows what somebody else saved beside what was typed; sending it again is a decision.
func (h routes) drawStaleService(c echo.Context, page servicePage, typed Service) error {
	stored, err := h.named(c)
	if err != nil {
		return err
	}
	doctors, err := h.catalog.Doctors(c.Request().Context(), uuid.Nil)
	if err != nil {
		return err
	}
	page.Differences = serviceDifferences(stored, typed, doctors)
	page.Form.Version = stored.Version
	return h.drawService(c, http.StatusConflict, page, stored.Name)
}

// drawService completes a form with who may do the service and who changed it last.
func (h routes) drawService(c echo.Context, status int, page servicePage, heading string) error {
	ctx := c.Request().Context()
	var err error
	if page.Doctors, err = h.catalog.Doctors(ctx, uuid.Nil); err != nil {
		return err
	}
	if !page.New {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		change, err := h.catalog.LastChange(ctx, id)
		if err != nil {
			return err
		}
		page.Action, page.Changed = servicesPath+"/"+id.String(), changeText(change, zoneOf(c))
	}
	page.OpID = newOpID()
	return web.ShowSettings(c, servicesSlug, web.Page{Status: status, Heading: heading}, serviceEditor(page))
}

func (h routes) retireService(c echo.Context) error {
	return h.switchService(c, h.catalog.RetireService, "Ya no se ofrece ")
}

func (h routes) restoreService(c echo.Context) error {
	return h.switchService(c, h.catalog.RestoreService, "Se ofrece otra vez ")
}

func (h routes) switchService(c echo.Context, use useCase, words string) error {
	s, err := h.named(c)
	if err != nil {
		return err
	}
	if err := use(c.Request().Context(), s.ID); err != nil {
		return err
	}
	web.Flash(c, words+s.Name+".")
	return web.SeeOther(c, servicesPath)
}

func (h routes) suggestions(c echo.Context) error {
	open, err := h.catalog.OpenSuggestions(c.Request().Context())
	if err != nil {
		return err
	}
	return h.drawSuggestions(c, 0, suggestionsPage{Groups: grouped(freshLines(open))})
}

func (h routes) addSuggestions(c echo.Context) error {
	lines, added, err := acceptFrom(c, h.catalog)
	if problems, ok := fault.Fields(err); ok {
		return h.drawSuggestions(c, refusedAs(err), suggestionsPage{Groups: grouped(lines), Problems: problems})
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se añadieron "+views.Plural(added, "servicio", "servicios")+".")
	return web.SeeOther(c, servicesPath)
}

func (h routes) drawSuggestions(c echo.Context, status int, page suggestionsPage) error {
	page.Action, page.Verb, page.OpID = servicesPath+"/sugeridos", "Añadir los marcados", newOpID()
	return web.ShowSettings(c, servicesSlug, web.Page{Status: status, Heading: "Servicios sugeridos"}, suggestionsEditor(page))
}

// acceptFrom reads a form of suggestions and adds the ticked ones; the lines show the form again.
func acceptFrom(c echo.Context, catalog *Catalog) (lines []suggestionLine, added int, err error) {
	ctx := c.Request().Context()
	open, err := catalog.OpenSuggestions(ctx)
	if err != nil {
		return nil, 0, err
	}
	form, err := c.FormParams()
	if err != nil {
		return nil, 0, fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	lines, accepted, err := suggestionsForm(open, form["servicios"], form.Get)
	if err != nil {
		return lines, 0, err
	}
	added, err = catalog.AddSuggested(ctx, accepted)
	return lines, added, err
}

// refusedAs is the status of a form that is drawn again.
func refusedAs(err error) int {
	if fault.KindOf(err) == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}
