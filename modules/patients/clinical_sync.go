//go:build !js

package patients

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// ClinicalSync offers allergies, conditions and blood groups to the devices of those who attend: a doctor's own patients
// with an appointment in these weeks, and for assistants whoever comes today or tomorrow. Nobody else's device has any.
type ClinicalSync struct {
	entity  string
	service *Service
	store   *Postgres
	visits  Appointed
}

// SyncClinical are the register's entities "allergy", "condition" and "blood_type", in the order in which a device must
// get them: the blood group comes last, for it says that all is there.
func SyncClinical(service *Service, store *Postgres, visits Appointed) []ClinicalSync {
	var list []ClinicalSync
	for _, entity := range []string{allergyEntity, conditionEntity, bloodTypeEntity} {
		list = append(list, ClinicalSync{entity, service, store, visits})
	}
	return list
}

// Name is the entity's word on the wire.
func (s ClinicalSync) Name() string { return s.entity }

// in is the entity as a list that is read whole: what the device of whoever asks may hold.
func (s ClinicalSync) in(w offline.Window) offline.Reference {
	return offline.Reference{Entity: s.entity, Needs: accounts.PatientsClinical, All: func(ctx context.Context) ([]offline.Change, error) {
		entries, err := s.entries(ctx, func(r reach) (time.Time, time.Time) { return r.days(w) })
		if err != nil || len(entries) == 0 {
			return nil, err
		}
		return s.of(ctx, entries)
	}}
}

// entries are those of the people within the reach of whoever asks, in the days that within gives of each reach.
func (s ClinicalSync) entries(ctx context.Context, within func(reach) (from, to time.Time)) ([]uuid.UUID, error) {
	var people []uuid.UUID
	for _, r := range reachesOf(access.Who(ctx)) {
		from, to := within(r)
		some, err := s.visits.PatientsOf(ctx, r.doctor, from, to)
		if err != nil {
			return nil, err
		}
		people = append(people, some...)
	}
	if len(people) == 0 {
		return nil, nil
	}
	family, err := s.store.families(ctx, people)
	return family.everybody(), err
}

// of is what is kept of those entries.
func (s ClinicalSync) of(ctx context.Context, entries []uuid.UUID) ([]offline.Change, error) {
	switch s.entity {
	case allergyEntity:
		list, err := s.store.allergies(ctx, entries)
		if err != nil {
			return nil, err
		}
		return offline.Changes(s.entity, list, func(a Allergy) (uuid.UUID, int64, any) { return a.ID, versionOf(a.Retired), allergyDataOf(a) })
	case conditionEntity:
		list, err := s.store.conditions(ctx, entries)
		if err != nil {
			return nil, err
		}
		return offline.Changes(s.entity, list, func(c Condition) (uuid.UUID, int64, any) { return c.ID, versionOf(c.Retired), conditionDataOf(c) })
	}
	return s.bloodOf(ctx, entries)
}

// versionOf an item is 1 in force and 2 once it was retired, as its row says.
func versionOf(r Retirement) int64 {
	if r.At.IsZero() {
		return 1
	}
	return 2
}

// bloodOf gives every entry one, known or not: it says that the device has all that was noted of it.
func (s ClinicalSync) bloodOf(ctx context.Context, entries []uuid.UUID) ([]offline.Change, error) {
	rows, err := s.store.bloodTypes(ctx, entries)
	if err != nil {
		return nil, err
	}
	kept := map[uuid.UUID]bloodRow{}
	for _, row := range rows {
		kept[row.ID] = row
	}
	return offline.Changes(s.entity, entries, func(id uuid.UUID) (uuid.UUID, int64, any) {
		row := kept[id]
		return id, row.Version + 1, clinicalData{PatientID: id, BloodType: row.BloodType, Version: row.Version}
	})
}

// Current reads those of ids that the device may hold.
func (s ClinicalSync) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.in(w).Current(ctx, w, ids)
}

// Page lists all that the device may hold, by id.
func (s ClinicalSync) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	return s.in(w).Page(ctx, w, after, limit)
}

// Count is how many Page lists.
func (s ClinicalSync) Count(ctx context.Context, w offline.Window) (int, error) {
	return s.in(w).Count(ctx, w)
}

// Entering lists what is kept of people whose appointment enters the days of a reach.
func (s ClinicalSync) Entering(ctx context.Context, _ offline.Window, from, to time.Time) ([]uuid.UUID, error) {
	entries, err := s.entries(ctx, func(r reach) (time.Time, time.Time) {
		shift := r.ahead - offline.DaysAhead
		return from.AddDate(0, 0, shift), to.AddDate(0, 0, shift)
	})
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	changes, err := s.of(ctx, entries)
	ids := make([]uuid.UUID, 0, len(changes))
	for _, c := range changes {
		ids = append(ids, c.ID)
	}
	return ids, err
}

// ClinicalBeside names what must come with patients whose appointment a device has just learnt of: own are those of
// whoever asks, all of anybody.
func ClinicalBeside(entities []ClinicalSync) func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
	return func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
		people := own
		for _, r := range reachesOf(access.Who(ctx)) {
			if r.doctor == uuid.Nil {
				people = all
			}
		}
		beside := map[uuid.UUID][]offline.Ref{}
		if len(people) == 0 || len(reachesOf(access.Who(ctx))) == 0 {
			return beside, nil
		}
		return beside, entities[0].beside(ctx, entities, people, beside)
	}
}

func (s ClinicalSync) beside(ctx context.Context, entities []ClinicalSync, people []uuid.UUID, into map[uuid.UUID][]offline.Ref) error {
	family, err := s.store.families(ctx, people)
	if err != nil {
		return err
	}
	for _, e := range entities {
		changes, err := e.of(ctx, family.everybody())
		if err != nil {
			return err
		}
		for _, c := range changes {
			var d clinicalData
			if err := json.Unmarshal(c.Data, &d); err != nil {
				return err
			}
			for _, person := range people {
				if family.answers[person] == family.answers[d.PatientID] {
					into[person] = append(into[person], offline.Ref{Kind: e.entity, ID: c.ID.String()})
				}
			}
		}
	}
	return nil
}

// Apply notes or retires an item, as somebody did who had the person before them then.
func (s ClinicalSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if s.entity == bloodTypeEntity {
		return offline.Outcome{}, offline.ErrReadOnly
	}
	var in clinicalData
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return offline.Outcome{}, fault.InvalidField("data", "Los datos de la operación no se pueden leer.")
	}
	switch {
	case op.Action == offline.Create:
		return s.note(ctx, op, in)
	case op.Action == offline.Update && in.Retired != nil:
		return s.retire(ctx, op, in.Retired.Reason)
	}
	return offline.Outcome{}, fault.InvalidField("action", "Una alerta se añade o se retira; no se cambia.")
}

func (s ClinicalSync) note(ctx context.Context, op offline.Received, in clinicalData) (offline.Outcome, error) {
	family, err := s.faced(ctx, op, in.PatientID)
	if err != nil {
		return offline.Outcome{}, err
	}
	in.NotedAt, in.Retired = op.At, nil
	if s.entity == conditionEntity {
		err = s.service.noteCondition(ctx, family, in.condition(op.LocalID))
	} else {
		err = s.service.noteAllergy(ctx, family, in.allergy(op.LocalID))
	}
	return offline.Outcome{Status: offline.Created, Version: 1}, err
}

func (s ClinicalSync) retire(ctx context.Context, op offline.Received, reason string) (offline.Outcome, error) {
	kind := ItemKind(s.entity)
	patient, err := s.store.PatientOfItem(ctx, kind, op.LocalID)
	if fault.IsNotFound(err) {
		return offline.Outcome{}, &offline.Missing{Entity: s.entity, ID: op.LocalID}
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	family, err := s.faced(ctx, op, patient)
	if err != nil {
		return offline.Outcome{}, err
	}
	if problem := retireProblem(oneSpace(reason)); problem != "" {
		return offline.Outcome{}, fault.InvalidField("reason", problem)
	}
	if err := s.service.mayRetire(ctx, kind, family, op.LocalID); err != nil {
		return offline.Outcome{}, err
	}
	r := Retirement{At: op.At, By: access.Who(ctx).UserID, Reason: oneSpace(reason)}
	err = s.store.Retire(ctx, kind, family, op.LocalID, r)
	if fault.IsNotFound(err) { // somebody retired it before
		return offline.Outcome{Status: offline.Duplicate, Version: 2}, nil
	}
	return offline.Outcome{Status: offline.Updated, Version: 2}, err
}

// faced is the family of a person whose items whoever asks may write: now, or when the operation was done.
func (s ClinicalSync) faced(ctx context.Context, op offline.Received, patient uuid.UUID) ([]uuid.UUID, error) {
	if !access.Who(ctx).Can(accounts.PatientsClinical) {
		return nil, fault.ErrForbidden
	}
	family, err := s.store.Family(ctx, patient)
	if fault.IsNotFound(err) {
		return nil, &offline.Missing{Entity: Entity, ID: patient}
	}
	if err != nil {
		return nil, err
	}
	may, err := s.service.MayClinical(ctx, family)
	if may || err != nil {
		return family, err
	}
	then := offline.WindowAt(op.At, s.service.local(ctx, op.At).Location())
	held, err := s.entries(ctx, func(r reach) (time.Time, time.Time) { return r.days(then) })
	if err != nil {
		return nil, err
	}
	if slices.Contains(held, family[0]) {
		return family, nil
	}
	return nil, errNotYours
}
