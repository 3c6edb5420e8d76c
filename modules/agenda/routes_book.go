package agenda

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) bookingRoutes(r *web.Router) {
	r.GET("/citas/nueva", h.newBooking, web.Needs(accounts.AgendaBook))
	r.GET("/citas/nueva/hora", h.hour, web.Needs(accounts.AgendaBook))
	r.GET("/citas/nueva/paciente", h.patientCardOf, web.Needs(accounts.AgendaBook))
	r.POST("/citas/servicios", h.findService, web.Needs(accounts.AgendaBook))
	r.POST("/citas/pacientes", h.findPatient, web.Needs(accounts.AgendaBook))
	r.POST("/citas", h.book, web.Needs(accounts.AgendaBook))
}

// newBooking is the form with what is known already: the address' parameters, else the service offered last.
func (h screens) newBooking(c echo.Context) error {
	var f bookForm
	if err := web.BindQuery(c, &f); err != nil {
		return err
	}
	ctx := c.Request().Context()
	offer, err := h.offered(ctx, idOf(f.Doctor))
	if err != nil {
		return err
	}
	who := access.Who(ctx)
	if idOf(f.Service) == uuid.Nil && offer.ServiceID != uuid.Nil {
		f.Service = offer.ServiceID.String()
	}
	if idOf(f.Doctor) == uuid.Nil {
		switch {
		case who.Has(string(accounts.Doctor)):
			f.Doctor = who.MembershipID.String()
		case offer.DoctorID != uuid.Nil:
			f.Doctor = offer.DoctorID.String()
		}
	}
	if path, at := viewed(c); f.Day == "" && path == "/agenda" && !at.Date.IsZero() {
		f.Day = at.Date.String()
	}
	if day, ok := ParseDate(f.Day); ok && f.Hour != "" && day != h.agenda.Today(ctx) {
		f.Hour = strings.TrimPrefix(chipDay(day.In(h.agenda.Zone(ctx)), h.agenda.Now(ctx)), "hoy") + " " + strings.TrimPrefix(f.Hour, "0")
	} else {
		f.Hour = strings.TrimPrefix(f.Hour, "0")
	}
	f.OpID = newID().String()
	v, err := h.bookView(ctx, f, nil)
	if err != nil {
		return err
	}
	return h.showBooking(c, http.StatusOK, v)
}

// offered is what stands filled in: the service this person offered last; at a free hour of somebody who does not do
// it, the first that this professional does.
func (h screens) offered(ctx context.Context, doctor uuid.UUID) (Offer, error) {
	last, err := h.agenda.LastOffered(ctx)
	if err != nil || doctor == uuid.Nil {
		return last, err
	}
	does, err := h.services.Services(ctx, catalog.Filter{DoctorID: doctor})
	if err != nil && !fault.IsNotFound(err) || len(does) == 0 {
		return last, nil
	}
	if !slices.ContainsFunc(does, func(s catalog.Service) bool { return s.ID == last.ServiceID }) {
		last.ServiceID = does[0].ID
	}
	return last, nil
}

func (h screens) showBooking(c echo.Context, status int, v bookView) error {
	switch {
	case web.IsFragment(c) && c.Request().Method == http.MethodPost:
		return web.Render(c, status, bookFields(v))
	case web.IsFragment(c):
		return web.Render(c, status, bookDialog(v))
	}
	return web.Show(c, web.Page{Status: status, Title: "Reservar cita", Nav: "/agenda", Back: "/agenda", Body: bookPage(v)})
}

// bookView gathers what the form shows around what was typed.
func (h screens) bookView(ctx context.Context, f bookForm, problems fault.Problems) (bookView, error) {
	v := bookView{bookForm: f, CanOverbook: mayOverbook(ctx), Problems: problems}
	if id := idOf(f.Patient); id != uuid.Nil {
		var err error
		v.Chosen, err = h.chosen(ctx, id)
		if fault.IsNotFound(err) {
			v.Patient = ""
		} else if err != nil {
			return v, err
		}
	}
	var err error
	v.Hours, v.ServiceName, v.Price, err = h.hourView(ctx, f, "", problems)
	if v.ServiceName == "" {
		v.Service = ""
	}
	if v.Duration == "" && v.Hours.Duration != "" {
		v.Duration = v.Hours.Duration
	}
	return v, err
}

// chosen is a patient as the form's card tells it; fault.ErrNotFound for an id that is not this clinic's.
func (h screens) chosen(ctx context.Context, id uuid.UUID) (patientRow, error) {
	known, err := h.people.ByID(ctx, []uuid.UUID{id})
	if err != nil {
		return patientRow{}, err
	}
	p, ok := known[id]
	if !ok {
		return patientRow{}, fault.ErrNotFound
	}
	row := rowOf(p, h.agenda.Today(ctx).In(time.UTC))
	last, ok, err := h.agenda.LastVisit(ctx, id)
	if ok {
		row.Detail += " · última cita " + views.DayMonth(last.In(h.agenda.Zone(ctx)), h.agenda.Now(ctx))
	}
	return row, err
}

// patientCardOf answers a choice in the field of the patient.
func (h screens) patientCardOf(c echo.Context) error {
	row, err := h.chosen(c.Request().Context(), idOf(c.QueryParam("paciente")))
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, patientChosen(row))
}

// hourView reads the hour that was typed and what is free around it.
func (h screens) hourView(ctx context.Context, f bookForm, moving string, problems fault.Problems) (v hourView, service, price string, err error) {
	v = hourView{
		Value: f.Hour, Doctor: f.Doctor, Day: f.Day, Service: f.Service, Duration: f.Duration, Card: moving,
		Zone: h.agenda.Zone(ctx), Now: h.agenda.Now(ctx), Problems: problems,
	}
	offered, err := h.services.Services(ctx, catalog.Filter{})
	if err != nil {
		return v, "", "", err
	}
	i := slices.IndexFunc(offered, func(s catalog.Service) bool { return s.ID == idOf(f.Service) })
	doctors, err := h.agenda.Professionals(ctx)
	if err != nil {
		return v, "", "", err
	}
	length := f.duration()
	if i >= 0 {
		service, price = offered[i].Name, offered[i].PriceWords()
		if doctors, err = h.offering(ctx, offered[i].ID, doctors); err != nil {
			return v, "", "", err
		}
		if length == 0 {
			length = offered[i].Duration()
			v.Duration = strconv.Itoa(offered[i].DurationMin)
		}
	}
	v.Doctors = doctorOptions(doctors)
	if !slices.ContainsFunc(doctors, func(m accounts.Member) bool { return m.ID == idOf(v.Doctor) }) {
		v.Doctor = ""
		if len(doctors) > 0 && i >= 0 {
			v.Doctor = doctors[0].ID.String()
		}
	}
	return v, service, price, h.readFree(ctx, &v, length, i >= 0)
}

// readFree reads the typed hour and the next free ones into v.
func (h screens) readFree(ctx context.Context, v *hourView, length time.Duration, known bool) error {
	var from Date
	var wished time.Time
	if strings.TrimSpace(v.Value) != "" {
		start, problem := h.agenda.readHour(ctx, v.Value, v.Day)
		v.Echo.Wrong = problem
		if problem == "" {
			var err error
			if v.Echo, err = h.agenda.echoOf(ctx, idOf(v.Doctor), start, length, idOf(v.Card)); err != nil {
				return err
			}
			from, wished = DateOf(start, v.Zone), start
		}
	} else if day, ok := ParseDate(v.Day); ok {
		from = day
	}
	if !known {
		return nil
	}
	if today := h.agenda.Today(ctx); from.IsZero() || from.Before(today) {
		from = today
	}
	search := Search{ServiceID: idOf(v.Service), DoctorID: idOf(v.Doctor), From: from, Duration: length}
	free, err := h.agenda.NextFree(ctx, search, 12*freeChips)
	if fault.KindOf(err) == fault.Invalid {
		return nil
	}
	v.Free = near(free, wished)
	return err
}

// near are the free hours to offer: from the wished one on, else the first.
func near(free []Slot, wished time.Time) []Slot {
	from := slices.IndexFunc(free, func(s Slot) bool { return !s.EndTime.Before(wished) })
	return firstOf(free[max(from, 0):], freeChips)
}

// offering are the professionals who do a service.
func (h screens) offering(ctx context.Context, service uuid.UUID, all []accounts.Member) ([]accounts.Member, error) {
	ids, err := h.agenda.doctorsFor(ctx, service)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(m accounts.Member) bool { return !slices.Contains(ids, m.ID) }), nil
}

// hour answers each letter typed into the field of hours.
func (h screens) hour(c echo.Context) error {
	var q struct {
		Hour     string `query:"hora"`
		Doctor   string `query:"profesional"`
		Service  string `query:"servicio"`
		Duration string `query:"duracion"`
		Card     string `query:"cita"`
		Day      string `query:"fecha"`
	}
	if err := web.BindQuery(c, &q); err != nil {
		return err
	}
	f := bookForm{Hour: q.Hour, Doctor: q.Doctor, Service: q.Service, Duration: q.Duration, Day: q.Day}
	v, _, price, err := h.hourView(c.Request().Context(), f, q.Card, nil)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, hourAnswer(v, v.Doctor != q.Doctor, price))
}

const comboRows = 8

func (h screens) findService(c echo.Context) error {
	var f struct {
		Q string `form:"q"`
	}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	found, err := h.services.Services(c.Request().Context(), catalog.Filter{Query: f.Q, Limit: comboRows})
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, serviceRows(found))
}

// patientRow is somebody to choose in the booking form.
type patientRow struct{ ID, Name, Initials, Detail string }

func rowOf(p patients.Patient, today time.Time) patientRow {
	return patientRow{p.ID.String(), p.FullName(), views.InitialsOf(p.FullName()), patientDetail(p, today)}
}

func (h screens) findPatient(c echo.Context) error {
	var f struct {
		Q string `form:"q"`
	}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx := c.Request().Context()
	found, err := h.people.Search(ctx, f.Q, comboRows)
	if err != nil {
		return err
	}
	today := h.agenda.Today(ctx).In(time.UTC)
	rows := make([]patientRow, len(found.Patients))
	for i, p := range found.Patients {
		rows[i] = rowOf(p, today)
	}
	return web.Render(c, http.StatusOK, patientRows(rows, strings.TrimSpace(f.Q), access.Who(ctx).Can(accounts.PatientsWrite)))
}

// book promises the hour. A refusal draws the form again with what was typed.
func (h screens) book(c echo.Context) error {
	var f bookForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx := c.Request().Context()
	a, err := h.bookTyped(ctx, f)
	if err != nil {
		return h.bookingRefused(c, f, err)
	}
	card, err := h.agenda.Card(ctx, a.ID)
	if err != nil {
		return err
	}
	zone := h.agenda.Zone(ctx)
	said := views.ToastMessage{Text: "Reservada: " + card.Patient + ", " + views.ShortDayTime(a.StartTime.In(zone), h.agenda.Now(ctx)), Icon: "calendar-check"}
	return h.done(c, outcome{Card: card, Said: said, Focus: true, Close: true})
}

func (h screens) bookTyped(ctx context.Context, f bookForm) (Appointment, error) {
	problems := fault.Problems{}
	b := Booking{
		ID: idOf(f.OpID), PatientID: idOf(f.Patient), DoctorID: idOf(f.Doctor), ServiceID: idOf(f.Service),
		Notes: f.Notes, Overbooked: f.Overbooked != "",
	}
	start, problem := h.agenda.readHour(ctx, f.Hour, f.Day)
	problems.Add("start_time", problem)
	b.StartTime = start
	if length := f.duration(); length > 0 {
		b.EndTime = start.Add(length)
	} else if strings.TrimSpace(f.Duration) != "" {
		problems.Add("end_time", "La duración va en minutos: 30.")
	}
	if b.ServiceID == uuid.Nil {
		problems.Add("service_id", "Falta el servicio.")
	}
	if b.PatientID == uuid.Nil && !f.isNew() {
		problems.Add("patient_id", "Falta el paciente.")
	}
	if err := problems.Err(); err != nil {
		return Appointment{}, err
	}
	if f.isNew() {
		p, _, err := h.people.Register(ctx, f.registration(newPatientID(b.ID)))
		if err != nil {
			return Appointment{}, err
		}
		b.PatientID = p.ID
	}
	a, _, err := h.agenda.Book(ctx, b)
	return a, err
}

// newPatientID is the new patient's id of a form: the same form again finds the same patient.
func newPatientID(form uuid.UUID) uuid.UUID {
	if form == uuid.Nil {
		return newID()
	}
	id := form
	id[15] ^= 1
	return id
}

func (h screens) bookingRefused(c echo.Context, f bookForm, err error) error {
	problems, ok := problemsOf(err)
	if !ok {
		return err
	}
	v, drawErr := h.bookView(c.Request().Context(), f, problems)
	if drawErr != nil {
		return drawErr
	}
	var taken *TakenError
	if errors.As(err, &taken) {
		v.Hours.Free = taken.Free
	}
	var doubtful *patients.Doubtful
	if errors.As(err, &doubtful) {
		v.Doubts = doubtful.Doubts
		for _, p := range doubtful.Similar {
			v.Doubts = append(v.Doubts, "Mismo nombre y fecha de nacimiento: historia "+p.Record()+".")
		}
	}
	return h.showBooking(c, statusOf(err), v)
}

func statusOf(err error) int {
	if fault.KindOf(err) == fault.Conflict {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}
