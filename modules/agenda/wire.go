package agenda

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// The entities of the agenda on devices. A schedule is a weekly stretch or an exception.
const (
	appointmentEntity = "appointment"
	scheduleEntity    = "schedule"
)

// appointmentData is an appointment on a device. What a device made itself has only what a booking has; the rest
// comes with the server's answer.
type appointmentData struct {
	bookedData
	NeedsReschedule bool       `json:"needs_reschedule"`
	BookedBy        *uuid.UUID `json:"booked_by"`
	BookedAs        string     `json:"booked_as"`
	FieldClock      Clock      `json:"field_clock"`
	CreatedAt       time.Time  `json:"created_at,omitzero"`
	UpdatedAt       time.Time  `json:"updated_at,omitzero"`
}

// bookedData is all that a device says of an appointment that it booked.
type bookedData struct {
	PatientID    uuid.UUID  `json:"patient_id"`
	DoctorID     uuid.UUID  `json:"doctor_id"`
	ServiceID    uuid.UUID  `json:"service_id"`
	SiteID       uuid.UUID  `json:"site_id"`
	ResourceID   *uuid.UUID `json:"resource_id"`
	StartTime    time.Time  `json:"start_time"`
	EndTime      time.Time  `json:"end_time"`
	Status       Status     `json:"status"`
	ArrivedAt    *time.Time `json:"arrived_at"`
	CancelReason string     `json:"cancel_reason"`
	Overbooked   bool       `json:"overbooked"`
	Notes        string     `json:"notes"`
}

func bookedDataOf(a Appointment) bookedData {
	return bookedData{
		PatientID: a.PatientID, DoctorID: a.DoctorID, ServiceID: a.ServiceID, SiteID: a.SiteID, ResourceID: a.ResourceID,
		StartTime: a.StartTime.UTC(), EndTime: a.EndTime.UTC(), Status: a.Status, ArrivedAt: a.ArrivedAt, CancelReason: a.CancelReason,
		Overbooked: a.Overbooked, Notes: a.Notes,
	}
}

func appointmentDataOf(a Appointment) appointmentData {
	return appointmentData{
		bookedData: bookedDataOf(a), NeedsReschedule: a.NeedsReschedule, BookedBy: a.BookedBy, BookedAs: a.BookedAs,
		FieldClock: a.FieldClock, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

func (d appointmentData) appointment(id uuid.UUID, version int64) Appointment {
	a := Appointment{
		ID: id, Version: version, PatientID: d.PatientID, DoctorID: d.DoctorID, ServiceID: d.ServiceID, SiteID: d.SiteID, ResourceID: d.ResourceID,
		StartTime: d.StartTime.UTC(), EndTime: d.EndTime.UTC(), Status: d.Status, ArrivedAt: d.ArrivedAt, CancelReason: d.CancelReason,
		Overbooked: d.Overbooked, NeedsReschedule: d.NeedsReschedule, Notes: d.Notes,
		BookedBy: d.BookedBy, BookedAs: d.BookedAs, FieldClock: d.FieldClock, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	if a.FieldClock == nil {
		a.FieldClock = Clock{}
	}
	return a
}

// changedData are the fields in which b differs from a, as an operation sends them. A place travels whole: its fields
// mean something only together.
func changedData(a, b Appointment) map[string]any {
	data := map[string]any{}
	if a.NeedsReschedule != b.NeedsReschedule {
		data["needs_reschedule"] = b.NeedsReschedule
	}
	if differs(PlaceGroup, a, b) || a.NeedsReschedule != b.NeedsReschedule {
		data["start_time"], data["end_time"] = b.StartTime.UTC(), b.EndTime.UTC()
		data["doctor_id"], data["site_id"], data["resource_id"], data["overbooked"] = b.DoctorID, b.SiteID, b.ResourceID, b.Overbooked
	}
	if a.Status != b.Status {
		data["status"] = b.Status
	}
	if !sameTime(a.ArrivedAt, b.ArrivedAt) {
		data["arrived_at"] = b.ArrivedAt
	}
	if a.CancelReason != b.CancelReason {
		data["cancel_reason"] = b.CancelReason
	}
	if a.ServiceID != b.ServiceID {
		data["service_id"] = b.ServiceID
	}
	if a.Notes != b.Notes {
		data["notes"] = b.Notes
	}
	return data
}

// keyOf is where a moment stands among a device's appointments.
func keyOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func placeOnDevice(data json.RawMessage) (key, group string, err error) {
	var d struct {
		PatientID uuid.UUID `json:"patient_id"`
		StartTime time.Time `json:"start_time"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return "", "", err
	}
	return keyOf(d.StartTime), d.PatientID.String(), nil
}

// The two kinds of a schedule on a device.
const (
	weeklyData    = "weekly"
	exceptionData = "exception"
)

// scheduleData is a weekly stretch or an exception on a device.
type scheduleData struct {
	Kind       string     `json:"kind"`
	DoctorID   *uuid.UUID `json:"doctor_id"`
	SiteID     *uuid.UUID `json:"site_id"`
	ResourceID *uuid.UUID `json:"resource_id"`

	Weekday    int    `json:"weekday"`
	FromMinute int    `json:"from_minute"`
	ToMinute   int    `json:"to_minute"`
	ValidFrom  string `json:"valid_from,omitempty"`
	ValidUntil string `json:"valid_until,omitempty"`

	ExceptionKind ExceptionKind `json:"exception_kind,omitempty"`
	StartTime     time.Time     `json:"start_time,omitzero"`
	EndTime       time.Time     `json:"end_time,omitzero"`
	Reason        string        `json:"reason,omitempty"`
}

func weeklyDataOf(s Schedule) scheduleData {
	d := scheduleData{
		Kind: weeklyData, DoctorID: &s.DoctorID, SiteID: &s.SiteID, ResourceID: s.ResourceID, Weekday: int(s.Weekday),
		FromMinute: s.FromMinute, ToMinute: s.ToMinute, ValidFrom: s.ValidFrom.String(),
	}
	if !s.ValidUntil.IsZero() {
		d.ValidUntil = s.ValidUntil.String()
	}
	return d
}

func exceptionDataOf(e Exception) scheduleData {
	return scheduleData{
		Kind: exceptionData, DoctorID: e.DoctorID, SiteID: e.SiteID, ResourceID: e.ResourceID, ExceptionKind: e.Kind,
		StartTime: e.StartTime.UTC(), EndTime: e.EndTime.UTC(), Reason: e.Reason,
	}
}

func (d scheduleData) schedule(id uuid.UUID, version int64) Schedule {
	s := Schedule{
		ID: id, Version: version, Weekday: time.Weekday(d.Weekday), FromMinute: d.FromMinute, ToMinute: d.ToMinute, ResourceID: d.ResourceID,
	}
	if d.DoctorID != nil && d.SiteID != nil {
		s.DoctorID, s.SiteID = *d.DoctorID, *d.SiteID
	}
	s.ValidFrom, _ = ParseDate(d.ValidFrom)
	s.ValidUntil, _ = ParseDate(d.ValidUntil)
	return s
}

func (d scheduleData) exception(id uuid.UUID, version int64) Exception {
	return Exception{
		ID: id, Version: version, Kind: d.ExceptionKind, DoctorID: d.DoctorID, SiteID: d.SiteID, ResourceID: d.ResourceID,
		StartTime: d.StartTime.UTC(), EndTime: d.EndTime.UTC(), Reason: d.Reason,
	}
}

// version on a device: what was done here counts.
func appointmentOf(o offline.Object) (Appointment, error) {
	var d appointmentData
	if err := json.Unmarshal(o.Data(), &d); err != nil {
		return Appointment{}, err
	}
	id, err := uuid.Parse(o.ID)
	if err != nil {
		return Appointment{}, err
	}
	a := d.appointment(id, o.LocalVersion())
	a.Pending = o.Pending()
	return a, nil
}
