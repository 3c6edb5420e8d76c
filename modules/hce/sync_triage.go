//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// TriageSync gives what triage took today to devices, and takes up what was taken on one without connection: a doctor's
// has that of their own patients, an assistant's that of who comes to their site, and nobody else's has any.
type TriageSync struct {
	offline.Reference
	record *Service
	own    OwnPatients
}

// SyncTriage is the record's entity "observation".
func SyncTriage(record *Service, own OwnPatients) TriageSync {
	s := TriageSync{record: record, own: own}
	s.Reference = offline.Reference{Entity: observationEntity, Needs: accounts.HCETriage, All: s.today}
	return s
}

// today is what whoever asks may hold.
func (s TriageSync) today(ctx context.Context) ([]offline.Change, error) {
	from := s.midnight(ctx)
	return s.held(ctx, func(doctor uuid.UUID) ([]uuid.UUID, error) {
		return s.own.PatientsOf(ctx, doctor, from, from.AddDate(0, 0, 1))
	})
}

// midnight is where today began in the clinic's zone.
func (s TriageSync) midnight(ctx context.Context) time.Time {
	y, m, d := s.record.Now(ctx).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.record.Zone(ctx))
}

// held are the values of the people of each role of whoever asks: of a doctor's (a membership), and of anybody's (zero) at
// an assistant's site.
func (s TriageSync) held(ctx context.Context, people func(doctor uuid.UUID) ([]uuid.UUID, error)) ([]offline.Change, error) {
	who := access.Who(ctx)
	var list []Observed
	if who.Can(accounts.HCERead) {
		own, err := s.takenOf(ctx, who.MembershipID, uuid.Nil, people)
		if err != nil {
			return nil, err
		}
		list = own
	}
	if who.Has(string(accounts.Assistant)) {
		here, err := s.takenOf(ctx, uuid.Nil, who.SiteID, people)
		if err != nil {
			return nil, err
		}
		here = slices.DeleteFunc(here, func(o Observed) bool {
			return slices.ContainsFunc(list, func(x Observed) bool { return x.ID == o.ID })
		})
		list = append(list, here...)
	}
	return s.changes(ctx, list)
}

// takenOf is what triage took today of those people, at a site (zero: at any).
func (s TriageSync) takenOf(ctx context.Context, doctor, site uuid.UUID, people func(doctor uuid.UUID) ([]uuid.UUID, error)) ([]Observed, error) {
	of, err := people(doctor)
	if err != nil || len(of) == 0 {
		return nil, err
	}
	return triageSince(ctx, of, site, s.midnight(ctx))
}

func (s TriageSync) changes(ctx context.Context, list []Observed) ([]offline.Change, error) {
	var ids []uuid.UUID
	for _, o := range list {
		ids = append(ids, idOr(o.EncounterID))
	}
	encounters, err := s.record.store.EncountersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return offline.Changes(observationEntity, list, func(o Observed) (uuid.UUID, int64, any) {
		return o.ID, 1, observedDataOf(o, encounters[idOr(o.EncounterID)])
	})
}

// Beside names the values that must come with patients whose appointment a device has just learnt of: own are those of
// whoever asks, all of anybody.
func (s TriageSync) Beside(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
	if !access.Who(ctx).Can(accounts.HCETriage) {
		return nil, nil
	}
	list, err := s.held(ctx, func(doctor uuid.UUID) ([]uuid.UUID, error) {
		if doctor == uuid.Nil {
			return all, nil
		}
		return own, nil
	})
	beside := map[uuid.UUID][]offline.Ref{}
	for _, c := range list {
		var d observedData
		if err := json.Unmarshal(c.Data, &d); err != nil {
			return nil, err
		}
		beside[d.PatientID] = append(beside[d.PatientID], offline.Ref{Kind: observationEntity, ID: c.ID.String()})
	}
	return beside, err
}

// Apply keeps a value that was taken on a device, by the rules of triage as they stood when it was taken.
func (s TriageSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if op.Action != offline.Create {
		return offline.Outcome{}, fault.InvalidField("action", "Lo anotado en triaje no se cambia. Se anota otro valor al lado.")
	}
	var in observedData
	if err := readData(op, &in, "Lo anotado en triaje no se entiende."); err != nil {
		return offline.Outcome{}, err
	}
	return answerOnce(s.record.triageArrived(ctx, op, in))
}

// triageArrived keeps a value; false when it was kept before. Another one that stands meanwhile is corrected by it.
func (s *Service) triageArrived(ctx context.Context, op offline.Received, in observedData) (created bool, err error) {
	if !access.Who(ctx).Can(accounts.HCETriage) {
		return false, fault.ErrForbidden
	}
	v, err := s.triagedVisit(ctx, in)
	if err != nil {
		return false, err
	}
	if err := s.mayTriageAt(ctx, v, op.At); err != nil {
		return false, err
	}
	if _, err := s.store.ObservedByID(ctx, op.LocalID); !fault.IsNotFound(err) {
		return false, err
	}
	e, err := s.triageEncounter(ctx, in.Encounter.ID, v, op.At)
	if err != nil {
		return false, err
	}
	taken, err := s.takenIn(ctx, e.ID)
	if err != nil {
		return false, err
	}
	sheet := TriageSheet{}
	if sheet.Frame, err = s.Patients.Frame(ctx, v.PatientID, triageTab); err != nil {
		return false, err
	}
	sheet.Patient = sheet.Frame.Patient
	in.TakenAt, in.TakenBy = earlier(in.TakenAt, op.At), access.Who(ctx).MembershipID
	if sheet.Context, err = s.contextOf(ctx, sheet.Patient, in.TakenAt, v.SiteID); err != nil {
		return false, err
	}
	subject := sheet.subject()
	if err := s.acceptableTaking(ctx, in, taken, subject); err != nil {
		return false, err
	}
	o := in.observed(op.LocalID)
	o.PatientID, o.EncounterID, o.CorrectsID = e.PatientID, &e.ID, nil
	if i := slices.IndexFunc(triaged(taken), func(x Observed) bool { return x.Code == o.Code }); i >= 0 {
		o.CorrectsID = &triaged(taken)[i].ID
	}
	return true, s.store.AddObserved(ctx, []Observed{observed(o.Code, o.Unit, o.value(), subject, o)})
}

// triagedVisit is the appointment that a value was taken for.
func (s *Service) triagedVisit(ctx context.Context, in observedData) (Visit, error) {
	visit := idOr(in.Encounter.AppointmentID)
	v, err := s.Visits.Visit(ctx, visit)
	if fault.IsNotFound(err) {
		return v, &offline.Missing{Entity: "appointment", ID: visit}
	}
	if err != nil {
		return v, err
	}
	family, err := s.Patients.Family(ctx, v.PatientID)
	if err == nil && !slices.Contains(family, in.PatientID) {
		err = fault.InvalidField("patient_id", "La cita es de otro paciente.")
	}
	return v, err
}

// The most letters of an answer in words, and of a unit.
const (
	longTaken = 2000
	longUnit  = 20
)

// acceptableTaking refuses what the device should have refused: what triage does not ask, what cannot be, and taking out
// what somebody else wrote meanwhile.
func (s *Service) acceptableTaking(ctx context.Context, in observedData, taken []Observed, subject observation.Subject) error {
	t, err := s.triageTemplate(ctx)
	if err != nil {
		return err
	}
	_, known := observation.KindOf(in.Code)
	words := strings.TrimSpace(in.Text)
	switch {
	case !known && in.Code != MotiveCode && !asks(t, in.Code) || len(in.Unit) > longUnit:
		return fault.InvalidField("code", "El triaje no pide este dato.")
	case in.Text == Withdrawn && !slices.ContainsFunc(triaged(taken), func(o Observed) bool { return same(&o.ID, in.Corrects) }):
		return ErrTakenSince
	case in.Text == Withdrawn:
		return nil
	case !in.Number.Valid && (words == "" || len([]rune(words)) > longTaken):
		return fault.InvalidField("text", "Falta el dato, o es demasiado largo.")
	case !in.Number.Valid, !known:
		return nil
	}
	set := observation.Set{in.Code: {Number: in.Number}}
	if half := otherHalf(in.Code); half != "" {
		set[half] = in.besides(half, taken)
	}
	for _, p := range observation.Problems(set, subject) {
		if p.Refused {
			return fault.InvalidField("number", p.Words)
		}
	}
	return nil
}

// besides is the other half of a blood pressure: the one taken with it, which may be on its way still, else the one that
// stands.
func (d observedData) besides(half string, taken []Observed) observation.Value {
	if d.With.Valid {
		return observation.Value{Number: d.With}
	}
	for _, o := range taken {
		if o.Code == half && o.TakenBy == d.TakenBy && o.TakenAt.Equal(d.TakenAt) {
			return o.value()
		}
	}
	for _, o := range triaged(taken) {
		if o.Code == half {
			return o.value()
		}
	}
	return observation.Value{}
}

// asks reports whether a template has a field whose answer is kept under a code.
func asks(t form.Template, code string) bool {
	for _, section := range t.Sections {
		for _, f := range section.Fields {
			if wordsCode(f) == code {
				return true
			}
		}
	}
	return false
}
