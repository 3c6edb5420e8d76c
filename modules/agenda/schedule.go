package agenda

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Schedule is a weekly stretch of a professional's working hours at a site. Minutes count from midnight.
type Schedule struct {
	ID         uuid.UUID
	Version    int64
	DoctorID   uuid.UUID
	SiteID     uuid.UUID
	Weekday    time.Weekday
	FromMinute int
	ToMinute   int        // at most 1440, midnight: no stretch passes it
	ResourceID *uuid.UUID // the room or chair worked in; nil takes any
	ValidFrom  Date
	ValidUntil Date // zero: until further notice
}

// holdsOn reports whether the stretch is worked on day d.
func (s Schedule) holdsOn(d Date) bool {
	return d.Weekday() == s.Weekday && !d.Before(s.ValidFrom) && (s.ValidUntil.IsZero() || !s.ValidUntil.Before(d))
}

// problems are what a person has to correct before the stretch can be kept.
func (s Schedule) problems() fault.Problems {
	p := fault.Problems{}
	if s.DoctorID == uuid.Nil {
		p.Add("doctor_id", "Falta el profesional.")
	}
	if s.SiteID == uuid.Nil {
		p.Add("site_id", "Falta la sede.")
	}
	if s.Weekday < time.Sunday || s.Weekday > time.Saturday {
		p.Add("weekday", "Falta el día de la semana.")
	}
	if s.FromMinute < 0 || s.FromMinute >= 24*60 {
		p.Add("from", "Esa hora no se entiende.")
	}
	if s.ToMinute > 24*60 {
		p.Add("to", "Esa hora no se entiende.")
	}
	if s.ToMinute <= s.FromMinute {
		p.Add("to", "El fin debe ser después del inicio, antes de medianoche.")
	}
	if s.ValidFrom.IsZero() {
		p.Add("valid_from", "Falta desde cuándo rige.")
	}
	if !s.ValidUntil.IsZero() && s.ValidUntil.Before(s.ValidFrom) {
		p.Add("valid_until", "La última fecha es anterior a la primera.")
	}
	return p
}

// ExceptionKind says how an exception changes the weekly hours.
type ExceptionKind string

const (
	BlockKind   ExceptionKind = "block"   // some hours: refrigerio, cirugía externa
	AbsenceKind ExceptionKind = "absence" // days: vacaciones, licencia
	ExtraKind   ExceptionKind = "extra"   // hours beyond the weekly ones, also on a closed day
	ClosedKind  ExceptionKind = "closed"  // the whole clinic, or one site, does not open
)

// Exception differs from the weekly hours between two moments.
type Exception struct {
	ID         uuid.UUID
	Version    int64
	Kind       ExceptionKind
	DoctorID   *uuid.UUID // nil: everybody (only closed)
	SiteID     *uuid.UUID // nil: every site
	ResourceID *uuid.UUID // of extra hours
	StartTime  time.Time
	EndTime    time.Time
	Reason     string
}

// concerns reports whether the exception holds for a professional at a site.
func (e Exception) concerns(doctor, site uuid.UUID) bool {
	return (e.DoctorID == nil || *e.DoctorID == doctor) && (e.SiteID == nil || *e.SiteID == site)
}

// closes reports whether nobody is booked during the exception.
func (e Exception) closes() bool { return e.Kind != ExtraKind }

// Label is what stands on the grid: the reason, else what kind it is.
func (e Exception) Label() string {
	if e.Reason != "" {
		return e.Reason
	}
	switch e.Kind {
	case AbsenceKind:
		return "Ausente"
	case ExtraKind:
		return "Horas extra"
	case ClosedKind:
		return "Cerrado"
	}
	return "No atiende"
}

func (e Exception) problems(zone *time.Location) fault.Problems {
	p := fault.Problems{}
	switch e.Kind {
	case BlockKind, AbsenceKind, ExtraKind:
		if e.DoctorID == nil {
			p.Add("doctor_id", "Falta el profesional.")
		}
	case ClosedKind:
	default:
		p.Add("kind", "Elija qué cambia: bloqueo, ausencia, horas extra o día cerrado.")
	}
	switch {
	case e.StartTime.IsZero() || e.EndTime.IsZero():
		p.Add("start_time", "Falta desde cuándo y hasta cuándo.")
	case !e.EndTime.After(e.StartTime):
		p.Add("end_time", "El fin debe ser después del inicio.")
	case e.EndTime.Sub(e.StartTime) > 400*24*time.Hour:
		p.Add("end_time", "Son más de 400 días. Divídalo en partes.")
	case e.Kind == ExtraKind && DateOf(e.EndTime.Add(-1), zone) != DateOf(e.StartTime, zone):
		p.Add("end_time", "Las horas extra terminan el mismo día.")
	}
	if e.Kind == ExtraKind && e.SiteID == nil {
		p.Add("site_id", "Falta la sede.")
	}
	if len([]rune(e.Reason)) > maxReason {
		p.Add("reason", "El motivo es demasiado largo: 300 letras como máximo.")
	}
	return p
}

// Minute reads a clock time of a form, "8:00" or "08:00" ("24:00" is the end of the day), as minutes after midnight.
func Minute(text string) (int, bool) {
	hours, minutes, ok := strings.Cut(strings.TrimSpace(text), ":")
	if !ok || len(minutes) != 2 {
		return 0, false
	}
	h, err1 := strconv.Atoi(hours)
	m, err2 := strconv.Atoi(minutes)
	if err1 != nil || err2 != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, false
	}
	return h*60 + m, true
}

// MinuteText writes minutes after midnight as "8:00".
func MinuteText(minute int) string {
	m := strconv.Itoa(minute % 60)
	if len(m) == 1 {
		m = "0" + m
	}
	return strconv.Itoa(minute/60) + ":" + m
}
