//go:build !js

package consent

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const (
	settingsSlug = "consentimientos"
	settingsPath = "/configuracion/" + settingsSlug
)

// SettingsPage is the entry of /configuracion where the texts are edited.
func SettingsPage() web.SettingsPage {
	return web.SettingsPage{Slug: settingsSlug, Title: "Consentimientos", Icon: "scroll-text", Order: 65, Permission: accounts.HCESettings}
}

func (h routes) templateRoutes(r *web.Router) {
	may := web.Needs(accounts.HCESettings)
	r.GET(settingsPath, h.templates, may)
	r.GET(settingsPath+"/nuevo", h.newTemplate, may)
	r.GET(settingsPath+"/:texto", h.template, may)
	r.POST(settingsPath, h.saveNew, may)
	r.POST(settingsPath+"/:texto", h.save, may)
	r.POST(settingsPath+"/vista", h.preview, may)
}

// templateForm is a template as it is edited.
type templateForm struct {
	Slug      string `form:"-"`
	Seen      string `form:"edicion"`
	Title     string `form:"titulo"`
	Kind      string `form:"tipo"`
	Specialty string `form:"especialidad"`
	Procedure string `form:"procedimiento"`
	Text      string `form:"texto"`
	Retired   string `form:"retirado"`
}

func formOf(t Template) templateForm {
	f := templateForm{
		Slug: t.Slug, Seen: strconv.Itoa(t.Edition), Title: t.Title, Kind: string(t.Kind), Specialty: t.Specialty, Procedure: t.Procedure, Text: t.Text,
	}
	if t.Retired {
		f.Retired = "si"
	}
	return f
}

func (f templateForm) template() Template {
	return Template{
		Slug: f.Slug, Title: f.Title, Kind: Kind(f.Kind), Specialty: f.Specialty, Procedure: f.Procedure, Text: f.Text, Retired: f.Retired != "",
	}
}

// templateView is a template in its form, with how it reads.
type templateView struct {
	Form     templateForm
	Problems fault.Problems
	OpID     string
	Sample   Body
}

func (v templateView) action() string {
	if v.Form.Slug == "" {
		return settingsPath
	}
	return settingsPath + "/" + v.Form.Slug
}

func specialtyOptions() []views.Option {
	options := []views.Option{{Value: "", Label: "Todas"}}
	for _, s := range accounts.Specialties() {
		options = append(options, views.Option{Value: s.Key, Label: s.Label})
	}
	return options
}

func (h routes) templates(c echo.Context) error {
	all, err := h.service.Templates(c.Request().Context())
	if err != nil {
		return err
	}
	return web.ShowSettings(c, settingsSlug, web.Page{}, templatesBody(all))
}

func (h routes) newTemplate(c echo.Context) error {
	return h.draw(c, http.StatusOK, templateForm{Kind: string(Procedure), Text: skeleton()}, nil)
}

// skeleton is the text of a new template: the headings that the norms ask for.
func skeleton() string {
	text := ""
	for _, heading := range (Template{Kind: Procedure}).needed() {
		text += "# " + heading + "\n\n\n"
	}
	return text
}

func (h routes) template(c echo.Context) error {
	t, err := h.service.Template(c.Request().Context(), c.Param("texto"), 0)
	if err != nil {
		return err
	}
	return h.draw(c, http.StatusOK, formOf(t), nil)
}

func (h routes) draw(c echo.Context, status int, f templateForm, problems fault.Problems) error {
	heading := f.Title
	if heading == "" {
		heading = "Nuevo consentimiento"
	}
	v := templateView{Form: f, Problems: problems, OpID: newID(), Sample: sample(f.template())}
	return web.ShowSettings(c, settingsSlug, web.Page{Status: status, Heading: heading}, templateBody(v))
}

func (h routes) saveNew(c echo.Context) error { return h.saveAs(c, "") }

func (h routes) save(c echo.Context) error {
	if _, err := h.service.Template(c.Request().Context(), c.Param("texto"), 0); err != nil {
		return err
	}
	return h.saveAs(c, c.Param("texto"))
}

func (h routes) saveAs(c echo.Context, slug string) error {
	var f templateForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	f.Slug = slug
	seen, _ := strconv.Atoi(f.Seen) // what is no number is no edition: somebody else's stands
	_, err := h.service.SaveTemplate(c.Request().Context(), seen, f.template())
	if problems, wrong := fault.Fields(err); wrong {
		return h.draw(c, http.StatusUnprocessableEntity, f, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Consentimiento guardado")
	return web.Leave(c, settingsPath)
}

// preview is how the text reads for an invented patient.
func (h routes) preview(c echo.Context) error {
	var f templateForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, templatePreview(sample(f.template())))
}

// sample fills a template for somebody who does not exist.
func sample(t Template) Body {
	b := Body{
		Title: t.Title, Procedure: t.Procedure, Diagnosis: "K04.1 Necrosis de la pulpa", Clinic: "Su clínica",
		Patient: Person{Name: "Paciente de Ejemplo, Ana", Document: "DNI 99012345", Record: "000001"},
		Doctor:  Professional{Name: "Dra. Nombre Apellido", Profession: "Odontología", License: "COP 12345"},
	}
	if t.Kind == Data {
		b.Procedure, b.Diagnosis = "", ""
	}
	b.Signer = Signer{Name: b.Patient.Name, Document: b.Patient.Document}
	b.Sections = t.filled(map[string]string{
		"paciente": b.Patient.Name, "documento": b.Patient.Document, "historia": b.Patient.Record, "firmante": b.Signer.Name, "procedimiento": b.Procedure,
		"diagnostico": b.Diagnosis, "profesional": b.Doctor.Name, "colegiatura": b.Doctor.License, "fecha": "24/11/2026", "clinica": b.Clinic,
	})
	return b
}
