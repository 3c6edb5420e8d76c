//go:build !js

package hce

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const (
	templatesSlug = "plantillas"
	templatesPath = "/configuracion/" + templatesSlug
)

// TemplatesPage is the entry in /configuracion under which note templates are edited.
func TemplatesPage() web.SettingsPage {
	return web.SettingsPage{Slug: templatesSlug, Title: "Plantillas", Icon: "clipboard-list", Order: 60, Permission: accounts.HCESettings}
}

type templateScreens struct{ record *Service }

// TemplateRoutes adds the pages on which the templates of notes are edited, seen and published.
func TemplateRoutes(r *web.Router, record *Service) {
	h := templateScreens{record}
	edit := web.Needs(accounts.HCESettings)
	r.GET(templatesPath, h.list, edit)
	r.GET(templatesPath+"/nueva", h.fresh, edit)
	r.POST(templatesPath+"/nueva", h.publishNew, edit)
	r.POST(templatesPath+"/vista", h.look, edit)
	r.POST(templatesPath+"/campos", h.fill, edit)
	r.GET(templatesPath+"/:plantilla", h.show, edit)
	r.POST(templatesPath+"/:plantilla", h.publish, edit)
	r.POST(templatesPath+"/:plantilla/retiro", h.retire, edit)
	r.POST(templatesPath+"/:plantilla/activacion", h.offer, edit)
}

// templateForm is what the editor sends.
type templateForm struct {
	Document string `form:"documento"`
	Seen     int    `form:"visto"`
	ID       string `form:"plantilla"` // of the one that is edited; empty for a new one
	Patient  string `form:"ejemplo"`
	Act      string `form:"hacer"`
}

func (h templateScreens) list(c echo.Context) error {
	all, err := h.record.AllTemplates(c.Request().Context())
	if err != nil {
		return err
	}
	return web.ShowSettings(c, templatesSlug, web.Page{
		Primary: &views.Action{Label: "Nueva plantilla", Href: templatesPath + "/nueva", Icon: "plus"},
	}, templatesList(all))
}

// fresh begins a new template: with another's document, or with the least.
func (h templateScreens) fresh(c echo.Context) error {
	document, err := h.record.CopyOfTemplate(c.Request().Context(), c.QueryParam("de"))
	if err != nil {
		return err
	}
	return h.draw(c, http.StatusOK, templateForm{Document: document}, "")
}

// show opens the version in force, or an older one to go back to.
func (h templateScreens) show(c echo.Context) error {
	editions, err := h.record.TemplateEditions(c.Request().Context(), c.Param("plantilla"))
	if err != nil {
		return err
	}
	opened := editions[0]
	if version := c.QueryParam("version"); version != "" {
		i := slices.IndexFunc(editions, func(e TemplateEdition) bool { return strconv.Itoa(e.Version) == version })
		if i < 0 {
			return fault.ErrNotFound
		}
		opened = editions[i]
	}
	return h.draw(c, http.StatusOK, templateForm{ID: opened.ID, Seen: editions[0].Version, Document: opened.Document}, "")
}

// draw is the page of a template with what was typed, and what keeps it from being published.
func (h templateScreens) draw(c echo.Context, status int, f templateForm, refused string) error {
	v, err := h.view(c, f)
	if err != nil {
		return err
	}
	v.Refused = refused
	return web.ShowSettings(c, templatesSlug, web.Page{Status: status, Heading: v.heading(), Focus: true}, templateEditor(v))
}

func (h templateScreens) view(c echo.Context, f templateForm) (templateView, error) {
	ctx := c.Request().Context()
	in, err := c.FormParams()
	if err != nil {
		return templateView{}, errDamaged
	}
	v := templateView{Form: f, OpID: newID().String(), Zone: h.record.Zone(ctx), Changed: c.Request().Header.Get("HX-Trigger-Name")}
	if f.ID != "" {
		if v.Editions, err = h.record.TemplateEditions(ctx, f.ID); err != nil {
			return v, err
		}
		if v.Names, err = memberNames(ctx, h.record); err != nil {
			return v, err
		}
	}
	v.read(in, h.record.Now(ctx))
	return v, nil
}

// look reads what is being typed, after an act on a part of it: what is wrong and where, the note as it will be, what
// changes.
func (h templateScreens) look(c echo.Context) error {
	f, err := readTemplateForm(c)
	if err != nil {
		return err
	}
	f, refused := h.acted(c, f)
	if !web.IsFragment(c) {
		return h.draw(c, http.StatusOK, f, refused)
	}
	v, err := h.view(c, f)
	if err != nil {
		return err
	}
	v.Refused = refused
	return web.Render(c, http.StatusOK, templateLook(v, f.edited(c)))
}

// edited reports whether the document itself is another than the one that was sent.
func (f templateForm) edited(c echo.Context) bool {
	return f.Document != tidyDocument(c.FormValue("documento"))
}

// acted changes the document by its parts: what a button asks for, or the input of a part that was changed. What would
// be no template any more is not done, and said.
func (h templateScreens) acted(c echo.Context, f templateForm) (templateForm, string) {
	changed := c.Request().Header.Get("HX-Trigger-Name")
	if f.Act == "" && !strings.HasPrefix(changed, partPrefix) {
		return f, ""
	}
	t, err := form.Parse([]byte(f.Document))
	if err != nil {
		return f, "El documento tiene faltas: corríjalas antes de cambiarlo por partes."
	}
	document, done := act(t, f.Act, changed, c.FormValue)
	if !done {
		return f, ""
	}
	if _, err := form.Parse([]byte(document)); err != nil {
		return f, "No se puede: " + err.Error()
	}
	f.Document = document
	return f, ""
}

// fill answers a change inside the note that is shown as an example.
func (h templateScreens) fill(c echo.Context) error {
	f, err := readTemplateForm(c)
	if err != nil {
		return err
	}
	v, err := h.view(c, f)
	if err != nil {
		return err
	}
	in, err := c.FormParams()
	if err != nil || v.Template == nil {
		return errDamaged
	}
	return web.Render(c, http.StatusOK, form.Redraw(v.Preview, in, v.Changed))
}

func readTemplateForm(c echo.Context) (templateForm, error) {
	var f templateForm
	if err := web.Bind(c, &f); err != nil {
		return f, err
	}
	f.Document = tidyDocument(f.Document)
	return f, nil
}

// tidyDocument has the line ends of documents, whatever a browser sends.
func tidyDocument(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func (h templateScreens) publishNew(c echo.Context) error {
	f, err := readTemplateForm(c)
	if err != nil {
		return err
	}
	f.ID, f.Seen = "", 0
	return h.save(c, f)
}

func (h templateScreens) publish(c echo.Context) error {
	f, err := h.named(c)
	if err != nil {
		return err
	}
	return h.save(c, f)
}

// named is what was sent for a template that there is.
func (h templateScreens) named(c echo.Context) (templateForm, error) {
	if _, err := h.record.TemplateEditions(c.Request().Context(), c.Param("plantilla")); err != nil {
		return templateForm{}, err
	}
	f, err := readTemplateForm(c)
	f.ID = c.Param("plantilla")
	return f, err
}

func (h templateScreens) save(c echo.Context, f templateForm) error {
	t, err := h.record.SaveTemplate(c.Request().Context(), f.ID, f.Seen, f.Document)
	switch problems, wrong := fault.Fields(err); {
	case wrong:
		return h.draw(c, http.StatusUnprocessableEntity, f, problems[documentField])
	case errors.Is(err, ErrStaleTemplate):
		return h.drawStale(c, f)
	case errors.Is(err, ErrTemplateSame):
		return h.draw(c, http.StatusConflict, f, err.Error())
	case err != nil:
		return err
	}
	web.Flash(c, "Se publicó «"+t.Title+"», versión "+versionWords(t.Version)+".")
	return web.SeeOther(c, templatePath(t.ID))
}

// drawStale shows what was typed beside what somebody else published meanwhile; publishing again is a decision.
func (h templateScreens) drawStale(c echo.Context, f templateForm) error {
	editions, err := h.record.TemplateEditions(c.Request().Context(), f.ID)
	if err != nil {
		return err
	}
	names, err := memberNames(c.Request().Context(), h.record)
	if err != nil {
		return err
	}
	f.Seen = editions[0].Version
	who := names[editions[0].By]
	if who == "" {
		who = "Otra persona"
	}
	return h.draw(c, http.StatusConflict, f, who+" publicó la versión "+versionWords(f.Seen)+" mientras usted editaba. Lo suyo sigue aquí; abajo está en qué se diferencia. Publicar lo pone en su lugar.")
}

func (h templateScreens) retire(c echo.Context) error {
	return h.offering(c, false, "Ya no se ofrece.")
}

func (h templateScreens) offer(c echo.Context) error {
	return h.offering(c, true, "La plantilla se ofrece otra vez.")
}

func (h templateScreens) offering(c echo.Context, offered bool, said string) error {
	id := c.Param("plantilla")
	editions, err := h.record.TemplateEditions(c.Request().Context(), id)
	if err != nil {
		return err
	}
	f, err := readTemplateForm(c)
	if err != nil {
		return err
	}
	err = h.record.OfferTemplate(c.Request().Context(), id, f.Seen, offered)
	if fault.KindOf(err) == fault.Conflict {
		f = templateForm{ID: id, Seen: editions[0].Version, Document: editions[0].Document}
		return h.draw(c, http.StatusConflict, f, err.Error())
	}
	if err != nil {
		return err
	}
	web.Flash(c, said)
	return web.SeeOther(c, templatePath(id))
}
