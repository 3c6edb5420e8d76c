package hce

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const (
	emergenciesSlug = "emergencias"
	emergenciesPath = "/configuracion/" + emergenciesSlug
)

// EmergenciesPage is the entry of /configuracion where the administration sees who opened whose record.
func EmergenciesPage() web.SettingsPage {
	return web.SettingsPage{Slug: emergenciesSlug, Title: "Historias en emergencia", Icon: "siren", Order: 75, Permission: accounts.HCEEmergencies}
}

const emergenciesShown = 100

// emergencyLine is one emergency access in words.
type emergencyLine struct {
	EmergencyAccess
	Patient, Doctor, Reviewer string
}

// until says when an emergency closes: ", hasta 22:28"; "" of what is none.
func (l emergencyLine) until(zone *time.Location) string {
	if l.AppointmentID != nil {
		return ""
	}
	return ", hasta " + views.Clock(l.ClosesAt.In(zone))
}

type emergenciesView struct {
	List []emergencyLine
	Zone *time.Location
	OpID func() string
}

func (h historyScreens) emergencies(c echo.Context) error {
	view, err := h.emergenciesView(c)
	if err != nil {
		return err
	}
	return web.ShowSettings(c, emergenciesSlug, web.Page{}, emergenciesBody(view))
}

func (h historyScreens) emergenciesView(c echo.Context) (emergenciesView, error) {
	ctx := c.Request().Context()
	v := emergenciesView{Zone: h.record.Zone(ctx), OpID: func() string { return newID().String() }}
	list, err := h.record.Emergencies(ctx, emergenciesShown)
	if err != nil {
		return v, err
	}
	var people []uuid.UUID
	for _, a := range list {
		people = append(people, a.PatientID)
	}
	names, err := h.record.Patients.NamesByID(ctx, people)
	if err != nil {
		return v, err
	}
	members, err := h.memberNames(c)
	for _, a := range list {
		v.List = append(v.List, emergencyLine{a, names[a.PatientID], members[a.DoctorID], members[a.ReviewedBy]})
	}
	return v, err
}

func (h historyScreens) memberNames(c echo.Context) (map[uuid.UUID]string, error) {
	everybody, err := h.record.Colleagues.Everybody(c.Request().Context())
	names := map[uuid.UUID]string{}
	for _, m := range everybody {
		names[m.ID] = m.DisplayName()
	}
	return names, err
}

func (h historyScreens) reviewed(c echo.Context) error {
	id, err := uuid.Parse(c.Param("acceso"))
	if err != nil {
		return fault.ErrNotFound
	}
	var typed struct {
		Note string `form:"note"`
	}
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	if err := h.record.ReviewEmergency(c.Request().Context(), id, typed.Note); err != nil {
		return err
	}
	return web.Leave(c, emergenciesPath)
}

// assignmentsView is which professionals a patient was given to.
type assignmentsView struct {
	Frame    patients.Frame
	List     []Assignment
	Names    map[uuid.UUID]string
	Doctors  []views.Option
	Form     assignmentForm
	Problems fault.Problems
	Zone     *time.Location
}

type assignmentForm struct {
	OpID   string `form:"op_id"`
	ID     string `form:"id"`
	Doctor string `form:"doctor_id"`
	Reason string `form:"reason"`
}

func (h historyScreens) assignments(c echo.Context) error {
	view, err := h.assignmentsView(c)
	if err != nil || view == nil {
		return err
	}
	return patients.ShowFrame(c, http.StatusOK, view.Frame, assignmentsBody(*view))
}

func (h historyScreens) assignmentsView(c echo.Context) (*assignmentsView, error) {
	frame, err := h.frame(c, assignmentsTab)
	if err != nil || frame == nil {
		return nil, err
	}
	ctx := c.Request().Context()
	v := assignmentsView{Frame: *frame, Zone: h.record.Zone(ctx), Form: assignmentForm{OpID: newID().String(), ID: newID().String()}}
	if v.List, err = h.record.store.Assignments(ctx, frame.Family); err != nil {
		return nil, err
	}
	everybody, err := h.record.Colleagues.Everybody(ctx)
	if err != nil {
		return nil, err
	}
	v.Names = map[uuid.UUID]string{}
	for _, m := range everybody {
		v.Names[m.ID] = m.DisplayName()
		if m.Active && m.IsDoctor() {
			v.Doctors = append(v.Doctors, views.Option{Value: m.ID.String(), Label: m.DisplayName()})
		}
	}
	return &v, nil
}

func (h historyScreens) assign(c echo.Context) error {
	view, err := h.assignmentsView(c)
	if err != nil {
		return err
	}
	var typed assignmentForm
	if err := web.Bind(c, &typed); err != nil {
		return err
	}
	id, err := uuid.Parse(typed.ID)
	if err != nil {
		return errDamaged
	}
	doctor, _ := uuid.Parse(typed.Doctor) // what is no id is no professional, and is refused as such
	err = h.record.Assign(c.Request().Context(), Assignment{ID: id, PatientID: view.Frame.Patient.ID, DoctorID: doctor, Reason: typed.Reason})
	problems, refused := fault.Fields(err)
	switch {
	case err == nil:
		return web.Leave(c, patientPath(view.Frame.Patient.ID, assignmentsTab))
	case !refused:
		return err
	}
	view.Form, view.Problems = typed, problems
	return patients.ShowFrame(c, http.StatusUnprocessableEntity, view.Frame, assignmentsBody(*view))
}
