package patients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// The clinical entities on the wire and on devices. A blood type goes by the id of its patient's entry, and is there for
// every entry whose items a device was given, also when nobody knows the group: where it is missing the device does not
// know what there is, which is another thing than that nothing was noted.
const (
	allergyEntity   = string(AllergyItem)
	conditionEntity = string(ConditionItem)
	bloodTypeEntity = "blood_type"
)

// clinicalData is an allergy, a condition or a blood group as it travels. Who noted it and when is the server's to say.
type clinicalData struct {
	PatientID uuid.UUID    `json:"patient_id,omitzero"`
	Kind      AllergyKind  `json:"kind,omitempty"`
	Substance string       `json:"substance,omitempty"`
	Name      string       `json:"name,omitempty"` // of a condition
	Code      string       `json:"code,omitempty"`
	Reaction  string       `json:"reaction,omitempty"`
	Severity  Severity     `json:"severity,omitempty"`
	Since     string       `json:"since,omitempty"`
	NotedBy   uuid.UUID    `json:"noted_by,omitzero"`
	NotedAt   time.Time    `json:"noted_at,omitzero"`
	Retired   *retiredData `json:"retired,omitempty"`
	BloodType string       `json:"blood_type,omitempty"`
	Version   int64        `json:"version,omitempty"` // of the blood group as it is kept; 0 before somebody said it
}

type retiredData struct {
	At     time.Time `json:"at,omitzero"`
	By     uuid.UUID `json:"by,omitzero"`
	Reason string    `json:"reason"`
}

func allergyDataOf(a Allergy) clinicalData {
	return clinicalData{PatientID: a.PatientID, Kind: a.Kind, Substance: a.Substance, Code: a.Code, Reaction: a.Reaction, Severity: a.Severity,
		NotedBy: a.NotedBy, NotedAt: a.NotedAt, Retired: retiredDataOf(a.Retired)}
}

func conditionDataOf(c Condition) clinicalData {
	return clinicalData{PatientID: c.PatientID, Name: c.Name, Code: c.Code, Since: c.Since, NotedBy: c.NotedBy, NotedAt: c.NotedAt,
		Retired: retiredDataOf(c.Retired)}
}

func retiredDataOf(r Retirement) *retiredData {
	if r.At.IsZero() {
		return nil
	}
	return &retiredData{r.At, r.By, r.Reason}
}

func (d clinicalData) allergy(id uuid.UUID) Allergy {
	return Allergy{ID: id, PatientID: d.PatientID, Kind: d.Kind, Substance: d.Substance, Code: d.Code, Reaction: d.Reaction, Severity: d.Severity,
		NotedBy: d.NotedBy, NotedAt: d.NotedAt, Retired: d.retirement()}
}

func (d clinicalData) condition(id uuid.UUID) Condition {
	return Condition{ID: id, PatientID: d.PatientID, Name: d.Name, Code: d.Code, Since: d.Since, NotedBy: d.NotedBy, NotedAt: d.NotedAt,
		Retired: d.retirement()}
}

func (d clinicalData) retirement() Retirement {
	if d.Retired == nil {
		return Retirement{}
	}
	return Retirement{At: d.Retired.At, By: d.Retired.By, Reason: d.Retired.Reason}
}

// The days around today whose appointments decide whose items a device holds (DESIGN §5).
const (
	ownDays  = 30 // behind and ahead, of a doctor's own patients
	soonDays = 1  // ahead, of everybody whom an assistant may take in
)

// reach is whose items a device holds for one of its person's roles: of everybody with an appointment, with that
// professional or (uuid.Nil) with anybody, from so many days behind today to so many ahead.
type reach struct {
	doctor        uuid.UUID
	behind, ahead int
}

func reachesOf(who access.Identity) (list []reach) {
	if !who.Can(accounts.PatientsClinical) {
		return nil
	}
	if who.Has(string(accounts.Doctor)) {
		list = append(list, reach{who.MembershipID, ownDays, ownDays})
	}
	if who.Has(string(accounts.Assistant)) {
		list = append(list, reach{uuid.Nil, 0, soonDays})
	}
	return list
}

// days are those of the reach around the day of a window.
func (r reach) days(w offline.Window) (from, to time.Time) {
	today := w.To.AddDate(0, 0, -offline.DaysAhead-1)
	return today.AddDate(0, 0, -r.behind), today.AddDate(0, 0, r.ahead+1)
}

// Appointed is what the register asks of the agenda to choose whose items a device holds.
type Appointed interface {
	// PatientsOf are the people with an appointment in [from, to) that was not cancelled: with one professional (a
	// membership), or with anybody (uuid.Nil).
	PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error)
}

// ClinicalKinds are the clinical entities that a device keeps. who is the person whose device it is, visits its agenda:
// what belongs to nobody whom they attend in these days is forgotten.
func ClinicalKinds(store *Offline, visits Appointed, who func(ctx context.Context) (access.Identity, error)) []offline.Kind {
	var kinds []offline.Kind
	for _, entity := range []string{allergyEntity, conditionEntity, bloodTypeEntity} {
		kinds = append(kinds, offline.Kind{Entity: entity, Place: placeClinical, Words: store.clinicalWords,
			Left: func(ctx context.Context, w offline.Window) ([]string, error) {
				me, err := who(ctx)
				if err != nil {
					return nil, err
				}
				return store.beyond(access.With(ctx, me), entity, visits, w)
			}})
	}
	return kinds
}

// placeClinical puts an item beside those of its patient, in the order in which they were noted.
func placeClinical(data json.RawMessage) (key, group string, err error) {
	var d clinicalData
	if err := json.Unmarshal(data, &d); err != nil {
		return "", "", err
	}
	return d.NotedAt.UTC().Format(time.RFC3339Nano), d.PatientID.String(), nil
}

// beyond are the ids of items that belong to nobody within reach.
func (s *Offline) beyond(ctx context.Context, entity string, visits Appointed, w offline.Window) (ids []string, err error) {
	within := map[string]bool{}
	for _, r := range reachesOf(access.Who(ctx)) {
		from, to := r.days(w)
		people, err := visits.PatientsOf(ctx, r.doctor, from, to)
		if err != nil {
			return nil, err
		}
		for _, id := range people {
			family, err := s.Family(ctx, id)
			if err != nil && !fault.IsNotFound(err) {
				return nil, err
			}
			for _, entry := range family {
				within[entry.String()] = true
			}
		}
	}
	all, err := offline.From(ctx).All(ctx, entity)
	for _, o := range all {
		if !within[o.Group] {
			ids = append(ids, o.ID)
		}
	}
	return ids, err
}

// clinicalWords tell an operation: "Alergia de Rojas Tello, Marco", "Penicilina".
func (s *Offline) clinicalWords(ctx context.Context, op offline.Operation) (title, detail string) {
	title = "Alergia"
	if op.Entity == conditionEntity {
		title = "Enfermedad crónica"
	}
	item, err := offline.From(ctx).Find(ctx, op.Entity, op.LocalID.String())
	var d clinicalData
	if err != nil || json.Unmarshal(item.Data(), &d) != nil {
		return title, ""
	}
	if op.Action == offline.Update {
		title += " retirada"
	}
	return title + " de " + s.nameOf(ctx, d.PatientID), d.Substance + d.Name
}

// Clinical reads what this device was given of every entry of the person. Of somebody who was registered here and whom
// the server has not seen there is nothing else.
func (s *Offline) Clinical(ctx context.Context, family []uuid.UUID) (c Clinical, err error) {
	unit := offline.From(ctx)
	for _, id := range family {
		if err := s.readBlood(ctx, id, id == family[0], &c); err != nil {
			return c, err
		}
		allergies, err := unit.ByGroup(ctx, allergyEntity, id.String())
		if err != nil {
			return c, err
		}
		for _, o := range allergies {
			d, itemID, err := clinicalIn(o)
			if err != nil {
				return c, err
			}
			a := d.allergy(itemID)
			a.Pending = o.Pending()
			c.Allergies = append(c.Allergies, a)
		}
		conditions, err := unit.ByGroup(ctx, conditionEntity, id.String())
		if err != nil {
			return c, err
		}
		for _, o := range conditions {
			d, itemID, err := clinicalIn(o)
			if err != nil {
				return c, err
			}
			x := d.condition(itemID)
			x.Pending = o.Pending()
			c.Conditions = append(c.Conditions, x)
		}
	}
	return c, nil
}

// readBlood reads the blood group of an entry; ErrNotHeld when the device was given nothing of it.
func (s *Offline) readBlood(ctx context.Context, entry uuid.UUID, answering bool, c *Clinical) error {
	unit := offline.From(ctx)
	o, err := unit.Find(ctx, bloodTypeEntity, entry.String())
	if fault.IsNotFound(err) {
		person, err := unit.Find(ctx, Entity, entry.String())
		if err == nil && person.Base == nil {
			return nil
		}
		if err == nil || fault.IsNotFound(err) {
			return ErrNotHeld
		}
		return err
	}
	if err != nil {
		return err
	}
	d, _, err := clinicalIn(o)
	if err != nil {
		return err
	}
	if answering || c.BloodType == "" {
		c.BloodType = d.BloodType
	}
	if answering {
		c.BloodTypeVersion = d.Version
	}
	return nil
}

func clinicalIn(o offline.Object) (d clinicalData, id uuid.UUID, err error) {
	if err = json.Unmarshal(o.Data(), &d); err == nil {
		id, err = uuid.Parse(o.ID)
	}
	if err != nil {
		err = fmt.Errorf("read %s %s of this device: %w", o.Entity, o.ID, err)
	}
	return d, id, err
}

// AddAllergy keeps the item and queues it.
func (s *Offline) AddAllergy(ctx context.Context, a Allergy) error {
	return addClinical(ctx, allergyEntity, a.ID, allergyDataOf(a))
}

// AddCondition keeps the item and queues it.
func (s *Offline) AddCondition(ctx context.Context, c Condition) error {
	return addClinical(ctx, conditionEntity, c.ID, conditionDataOf(c))
}

func addClinical(ctx context.Context, entity string, id uuid.UUID, d clinicalData) error {
	err := offline.From(ctx).Create(ctx, entity, id, d)
	if errors.Is(err, offline.ErrKnown) {
		return nil
	}
	return err
}

// Retire keeps the reason and queues it.
func (s *Offline) Retire(ctx context.Context, kind ItemKind, family []uuid.UUID, item uuid.UUID, r Retirement) error {
	o, err := offline.From(ctx).Find(ctx, string(kind), item.String())
	if err != nil {
		return err
	}
	d, _, err := clinicalIn(o)
	if err != nil {
		return err
	}
	if d.Retired != nil || !slices.Contains(family, d.PatientID) {
		return fault.ErrNotFound
	}
	return offline.From(ctx).Change(ctx, string(kind), item, clinicalData{Retired: retiredDataOf(r)})
}

// PatientOfItem is the entry under which an item was noted.
func (s *Offline) PatientOfItem(ctx context.Context, kind ItemKind, item uuid.UUID) (uuid.UUID, error) {
	o, err := offline.From(ctx).Find(ctx, string(kind), item.String())
	if err != nil {
		return uuid.Nil, err
	}
	d, _, err := clinicalIn(o)
	return d.PatientID, err
}

// SaveBloodType is the server's: of two values one would be lost.
func (*Offline) SaveBloodType(context.Context, uuid.UUID, string, int64, time.Time) error {
	return offline.ErrNeedsConnection
}
