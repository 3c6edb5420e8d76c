package patients

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
)

func (h routes) clinicalRoutes(r *web.Router) {
	r.GET("/pacientes/:id/alertas", h.alerts, web.Needs(accounts.PatientsClinical))
	r.POST("/pacientes/:id/alergias", h.addAllergy, web.Needs(accounts.PatientsClinical))
	r.POST("/pacientes/:id/enfermedades", h.addCondition, web.Needs(accounts.PatientsClinical))
	r.POST("/pacientes/:id/alergias/:item/retiro", h.retire(AllergyItem), web.Needs(accounts.PatientsClinical))
	r.POST("/pacientes/:id/enfermedades/:item/retiro", h.retire(ConditionItem), web.Needs(accounts.PatientsClinical))
	r.POST("/pacientes/:id/grupo-sanguineo", h.bloodType, web.Needs(accounts.PatientsClinical))
}

// alertsView is the page of allergies, conditions and blood type, retired items at their end.
type alertsView struct {
	Frame    Frame
	Clinical Clinical
	Names    map[uuid.UUID]string // of who noted and retired
	Form     alertForm
	Problems fault.Problems
	Failed   string // the form that was refused: "alergia", "enfermedad", "retiro", "grupo"
	OpIDs    func() string
	Zone     *time.Location // the clinic's
}

type alertForm struct {
	ID           string `form:"id"`
	Kind         string `form:"kind"`
	Substance    string `form:"substance"`
	Medicine     string `form:"medicine"`       // chosen in the combobox of substances
	MedicineText string `form:"medicine_texto"` // what stands in it
	Reaction     string `form:"reaction"`
	Severity     string `form:"severity"`
	Name         string `form:"name"`
	Code         string `form:"code"`
	CodeText     string `form:"code_texto"` // what stands in the combobox: a diagnosis chosen, or an illness in free words
	Since        string `form:"since"`
	Reason       string `form:"reason"`
	BloodType    string `form:"blood_type"`
	Version      string `form:"version"`
	Item         string `form:"-"`
}

// substance is what was typed, under the name of the combobox or as itself.
func (f alertForm) substance() string {
	if f.MedicineText != "" {
		return f.MedicineText
	}
	return f.Substance
}

// alerts lists what warns. Whoever does not attend the person finds no such page.
func (h routes) alerts(c echo.Context) error {
	view, err := h.alertsView(c)
	if err != nil || view == nil {
		return err
	}
	return ShowFrame(c, http.StatusOK, view.Frame, alertsBody(*view))
}

func (h routes) alertsView(c echo.Context) (*alertsView, error) {
	frame, err := h.frame(c, "alertas")
	if err != nil || frame == nil {
		return nil, err
	}
	ctx := c.Request().Context()
	clinical, err := h.service.Clinical(ctx, frame.Patient.ID)
	if err != nil {
		return nil, err
	}
	var users []uuid.UUID
	for _, a := range clinical.Allergies {
		users = append(users, a.NotedBy, a.Retired.By)
	}
	for _, x := range clinical.Conditions {
		users = append(users, x.NotedBy, x.Retired.By)
	}
	names, err := h.service.peopleNames(ctx, users)
	return &alertsView{Frame: *frame, Clinical: clinical, Names: names, OpIDs: newID, Zone: h.service.zone(ctx)}, err
}

// write runs one change of the alerts: the page is read before, so that a refusal can show it again.
func (h routes) write(c echo.Context, failed string, change func(view *alertsView, form alertForm) error) error {
	view, err := h.alertsView(c)
	if err != nil {
		return err
	}
	var form alertForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	err = change(view, form)
	problems, wrong := fault.Fields(err)
	switch {
	case err == nil:
		return web.Leave(c, pathOf(view.Frame.Patient.ID, "alertas"))
	case !wrong:
		return err
	}
	view.Form, view.Problems, view.Failed = form, problems, failed
	view.Form.Item = c.Param("item")
	if web.IsFragment(c) {
		return web.Render(c, statusOf(err), alertsBody(*view))
	}
	return ShowFrame(c, statusOf(err), view.Frame, alertsBody(*view))
}

func (h routes) addAllergy(c echo.Context) error {
	return h.write(c, "alergia", func(view *alertsView, f alertForm) error {
		id, err := uuid.Parse(f.ID)
		if err != nil {
			return fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
		}
		a := Allergy{ID: id, Kind: AllergyKind(f.Kind), Substance: f.substance(), Reaction: f.Reaction, Severity: Severity(f.Severity)}
		h.service.chosen(&a, f.Medicine)
		return atInput(h.service.AddAllergy(c.Request().Context(), view.Frame.Patient.ID, a), "substance", "medicine")
	})
}

func (h routes) addCondition(c echo.Context) error {
	return h.write(c, "enfermedad", func(view *alertsView, f alertForm) error {
		id, err := uuid.Parse(f.ID)
		if err != nil {
			return fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
		}
		x := Condition{ID: id, Name: f.Name, Code: f.Code, Since: f.Since}
		if x.Name == "" {
			x.Name = strings.TrimPrefix(f.CodeText, f.Code)
		}
		return atInput(h.service.AddCondition(c.Request().Context(), view.Frame.Patient.ID, x), "name", "code")
	})
}

// atInput moves the problem of a field to the input that asks for it.
func atInput(err error, field, input string) error {
	problems, _ := fault.Fields(err)
	if problem := problems[field]; problem != "" {
		return fault.InvalidField(input, problem)
	}
	return err
}

func (h routes) retire(kind ItemKind) echo.HandlerFunc {
	return func(c echo.Context) error {
		item, err := uuid.Parse(c.Param("item"))
		if err != nil {
			return fault.ErrNotFound
		}
		return h.write(c, "retiro", func(view *alertsView, f alertForm) error {
			return h.service.Retire(c.Request().Context(), view.Frame.Patient.ID, kind, item, f.Reason)
		})
	}
}

func (h routes) bloodType(c echo.Context) error {
	return h.write(c, "grupo", func(view *alertsView, f alertForm) error {
		seen, err := strconv.ParseInt(f.Version, 10, 64)
		if err != nil {
			return fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
		}
		err = h.service.SetBloodType(c.Request().Context(), view.Frame.Patient.ID, f.BloodType, seen)
		if fault.KindOf(err) == fault.Conflict {
			return fault.ConflictAt("blood_type", "Otra persona lo cambió mientras tanto. Vuelva a abrir la página y compare.")
		}
		return err
	})
}
