package agenda

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// People is what the booking form asks of whoever keeps the patients' register.
type People interface {
	Search(ctx context.Context, typed string, most int) (patients.Found, error)
	ByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]patients.Patient, error)
	Register(ctx context.Context, r patients.Registration) (p patients.Patient, created bool, err error)
	Frame(ctx context.Context, id uuid.UUID, tab string) (patients.Frame, error)
}

// Services is what the booking form asks of whoever keeps what is offered.
type Services interface {
	Services(ctx context.Context, f catalog.Filter) ([]catalog.Service, error)
}

// bookForm is the booking form as it was typed.
type bookForm struct {
	OpID       string `form:"op_id"`
	Patient    string `form:"paciente" query:"paciente"`
	Document   string `form:"documento"`
	LastNames  string `form:"apellidos"`
	FirstNames string `form:"nombres"`
	Phone      string `form:"celular"`
	Sure       string `form:"seguro"`
	Service    string `form:"servicio" query:"servicio"`
	Duration   string `form:"duracion" query:"duracion"`
	Hour       string `form:"hora" query:"hora"`
	Day        string `form:"fecha" query:"fecha"` // the day on the screen, meant when only an hour is typed
	Doctor     string `form:"profesional" query:"prof"`
	Notes      string `form:"nota"`
	Overbooked string `form:"sobreturno"`
}

// isNew reports whether the patient is to be registered with the booking.
func (f bookForm) isNew() bool {
	return idOf(f.Patient) == uuid.Nil && strings.TrimSpace(f.Document+f.LastNames+f.FirstNames+f.Phone) != ""
}

// bookView is the form with everything it shows.
type bookView struct {
	bookForm
	Chosen      patientRow // who it is for; zero as long as nobody is chosen
	ServiceName string
	Price       string
	Hours       hourView
	CanOverbook bool
	Problems    fault.Problems
	Doubts      []string
}

// hourView is the hour as it was typed, what was understood, and what is free.
type hourView struct {
	Value    string
	Doctor   string
	Doctors  []views.Option
	Day      string
	Service  string
	Duration string
	Card     string // the appointment that moves, if one does
	Echo     understood
	Free     []Slot
	Zone     *time.Location
	Now      time.Time
	Problems fault.Problems
}

// understood says how a typed hour was read.
type understood struct {
	Words string // "martes 1 de diciembre, 17:00 a 17:30"
	Free  string // "Libre.", "Fuera del horario." …
	Good  bool
	Wrong string
}

const freeChips = 7

// duration is the typed length; zero takes the service's.
func (f bookForm) duration() time.Duration {
	minutes, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(f.Duration, "min")))
	if err != nil || minutes <= 0 || minutes > 12*60 {
		return 0
	}
	return time.Duration(minutes) * time.Minute
}

// readHour makes a typed hour exact. A day without an hour is no hour yet.
func (s *Service) readHour(ctx context.Context, text, day string) (time.Time, string) {
	base, _ := ParseDate(day)
	typed, problem := ParseTyped(text, s.Today(ctx), base)
	if problem == "" && !typed.HasTime && endsInHour(text) {
		typed, problem = ParseTyped(strings.TrimSpace(text)+":00", s.Today(ctx), base) // "mar 17": a field of hours means 17:00
	}
	switch {
	case problem != "":
		return time.Time{}, problem
	case !typed.HasTime:
		return time.Time{}, "Falta la hora: escriba, por ejemplo, «" + strings.TrimSpace(text) + " 9:30»."
	}
	return typed.Date.At(typed.Minute, s.Zone(ctx)), ""
}

// endsInHour reports whether the last word is a bare figure that a clock has.
func endsInHour(text string) bool {
	words := strings.Fields(text)
	if len(words) == 0 {
		return false
	}
	hour, err := strconv.Atoi(words[len(words)-1])
	return err == nil && hour >= 0 && hour < 24
}

// formField is what this form calls a field of the service.
func formField(field string) string {
	if name, ok := map[string]string{
		"patient_id": "paciente", "service_id": "servicio", "doctor_id": "profesional", "start_time": "hora", "end_time": "duracion",
		"resource_id": "hora", "site_id": "hora", "notes": "nota", "reason": "motivo",
		"document_number": "documento", "document_type": "documento", "first_name": "nombres", "last_name": "apellidos",
		"second_last_name": "apellidos", "phone": "celular",
	}[field]; ok {
		return name
	}
	return field
}

// problemsOf turns a refusal into sentences at the form's own fields; false for failures of ours.
func problemsOf(err error) (fault.Problems, bool) {
	var doubtful *patients.Doubtful
	fields, ok := fault.Fields(err)
	if errors.As(err, &doubtful) {
		return fault.Problems{"": doubtful.Unwrap().Error()}, true
	}
	if !ok {
		if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.Invalid {
			return fault.Problems{"": err.Error()}, true
		}
		return nil, false
	}
	problems := fault.Problems{}
	for field, sentence := range fields {
		problems.Add(formField(field), sentence)
	}
	return problems, true
}

// registration is the new patient of the form.
func (f bookForm) registration(id uuid.UUID) patients.Registration {
	last, second := splitSurnames(f.LastNames)
	r := patients.Registration{ID: id, Sure: f.Sure == "si"}
	r.FirstName, r.LastName, r.SecondLastName, r.Phone = f.FirstNames, last, second, f.Phone
	r.Document = patients.Document{Type: patients.DNI, Number: f.Document}
	if strings.TrimSpace(f.Document) == "" {
		r.Document = patients.Document{Type: patients.None}
	}
	return r
}

// splitSurnames parts "De la Cruz Quispe" into paternal and maternal surname.
func splitSurnames(typed string) (last, second string) {
	words := strings.Fields(typed)
	particles := []string{"de", "del", "la", "las", "los", "san", "santa", "da", "di"}
	cut := 0
	for cut < len(words)-1 && slices.Contains(particles, strings.ToLower(words[cut])) {
		cut++
	}
	if len(words) == 0 {
		return "", ""
	}
	return strings.Join(words[:cut+1], " "), strings.Join(words[cut+1:], " ")
}

func doctorOptions(doctors []accounts.Member) []views.Option {
	options := make([]views.Option, len(doctors))
	for i, m := range doctors {
		options[i] = views.Option{Value: m.ID.String(), Label: m.DisplayName()}
	}
	return options
}

// patientDetail tells people of one name apart: "DNI 99345678 · 36 años · 962 555 031".
func patientDetail(p patients.Patient, today time.Time) string {
	var words []string
	for _, word := range []string{p.Document.Label(), views.Age(p.BirthDate, today), views.Phone(p.Phone)} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " · ")
}

// chipDay is the grey beginning of a free hour's chip: "hoy", "mié 25".
func chipDay(t, now time.Time) string {
	if t.Sub(now) < 20*24*time.Hour {
		if DateOf(t, t.Location()) == DateOf(now, t.Location()) {
			return "hoy"
		}
		return views.WeekdayShort(t.Weekday()) + " " + strconv.Itoa(t.Day())
	}
	return views.ShortDay(t, now)
}

// chipValue is what choosing the chip types into the field.
func chipValue(t, now time.Time) string { return chipDay(t, now) + " " + views.Clock(t) }

func mayOverbook(ctx context.Context) bool { return access.Who(ctx).Can(accounts.AgendaOverbook) }
