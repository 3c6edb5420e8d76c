package patients

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// MayClinical reports whether the person behind ctx reads and writes allergies, conditions and blood type of the
// family: a doctor of own patients, an assistant of those who have arrived today at their site.
func (s *Service) MayClinical(ctx context.Context, family []uuid.UUID) (bool, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.PatientsClinical) || s.neighbours.Care == nil {
		return false, nil
	}
	for _, id := range family {
		may, err := s.attends(ctx, who, id)
		if may || err != nil {
			return may, err
		}
	}
	return false, nil
}

func (s *Service) attends(ctx context.Context, who access.Identity, patient uuid.UUID) (bool, error) {
	if who.Has(string(accounts.Doctor)) {
		if cares, err := s.neighbours.Care.Cares(ctx, who.MembershipID, patient); cares || err != nil {
			return cares, err
		}
	}
	if who.Has(string(accounts.Assistant)) {
		return s.neighbours.Care.ArrivedToday(ctx, patient, who.SiteID)
	}
	return false, nil
}

// errNotYours refuses what is clinical of somebody whom whoever asks does not attend.
var errNotYours error = &fault.Fault{Kind: fault.Forbidden, Code: "not_yours", Message: "Sus datos clínicos los ve quien atiende al paciente."}

// Clinical is what is known of the person, retired items included; fault.ErrForbidden for everybody else's eyes.
func (s *Service) Clinical(ctx context.Context, patient uuid.UUID) (Clinical, error) {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return Clinical{}, err
	}
	return s.store.Clinical(ctx, family)
}

func (s *Service) clinicalFamily(ctx context.Context, patient uuid.UUID) ([]uuid.UUID, error) {
	if !access.Who(ctx).Can(accounts.PatientsClinical) {
		return nil, fault.ErrForbidden
	}
	family, err := s.store.Family(ctx, patient)
	if err != nil {
		return nil, err
	}
	may, err := s.MayClinical(ctx, family)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, errNotYours
	}
	return family, nil
}

// AddAllergy notes what must not be given, or that nothing is known of. The same id again changes nothing.
//
// That nothing is known is refused as a conflict at "kind" while an allergy is in force, and is retired by the first one.
func (s *Service) AddAllergy(ctx context.Context, patient uuid.UUID, a Allergy) error {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return err
	}
	a.NotedAt = s.now()
	return s.noteAllergy(ctx, family, a)
}

// noteAllergy is AddAllergy of a person whom whoever asks may write about; NotedAt is when it was told.
func (s *Service) noteAllergy(ctx context.Context, family []uuid.UUID, a Allergy) error {
	if err := a.problems().Err(); err != nil {
		return err
	}
	if _, err := s.store.Locked(ctx, family[0]); err != nil { // two at once would not see each other
		return err
	}
	known, err := s.store.Clinical(ctx, family)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known.Allergies, func(other Allergy) bool { return other.ID == a.ID }) {
		return nil
	}
	stated, err := a.beside(known.InForce().Allergies)
	if err != nil || stated {
		return err
	}
	if a.Known() {
		if err := s.retireNoneKnown(ctx, family, known); err != nil {
			return err
		}
	}
	a.PatientID, a.NotedBy = family[0], access.Who(ctx).UserID
	return s.store.AddAllergy(ctx, a)
}

// chosen takes generic name and code of a medicine that was chosen; what nobody chose stays as it was typed.
func (s *Service) chosen(a *Allergy, medicine string) {
	if s.neighbours.Medicines == nil {
		return
	}
	if m, known := s.neighbours.Medicines.Find(medicine); known {
		a.Substance, a.Code = m.DCI, m.ATC
		if a.Kind == "" {
			a.Kind = MedicineAllergy
		}
	}
}

// beside looks at what is in force: that nothing is known is stated once, and not beside an allergy.
func (a Allergy) beside(inForce []Allergy) (stated bool, err error) {
	if a.Known() || len(inForce) == 0 {
		return false, nil
	}
	if slices.ContainsFunc(inForce, Allergy.Known) {
		return false, fault.ConflictAt("kind", "El paciente tiene alergias registradas. Retírelas antes, con su motivo.")
	}
	return true, nil
}

// retireNoneKnown takes back that nothing was known.
func (s *Service) retireNoneKnown(ctx context.Context, family []uuid.UUID, known Clinical) error {
	for _, a := range known.Allergies {
		if a.Known() || !a.Retired.At.IsZero() {
			continue
		}
		r := Retirement{At: s.now(), By: access.Who(ctx).UserID, Reason: "Se registró una alergia"}
		if err := s.store.Retire(ctx, AllergyItem, family, a.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// AddCondition notes a chronic illness; with a code alone it is called by the code's title. The same id again changes
// nothing.
func (s *Service) AddCondition(ctx context.Context, patient uuid.UUID, c Condition) error {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return err
	}
	c.NotedAt = s.now()
	return s.noteCondition(ctx, family, c)
}

// noteCondition is AddCondition of a person whom whoever asks may write about.
func (s *Service) noteCondition(ctx context.Context, family []uuid.UUID, c Condition) error {
	if err := s.coded(ctx, family[0], &c); err != nil {
		return err
	}
	if err := c.problems().Err(); err != nil {
		return err
	}
	c.PatientID, c.NotedBy = family[0], access.Who(ctx).UserID
	return s.store.AddCondition(ctx, c)
}

// coded looks the code of a condition up.
func (s *Service) coded(ctx context.Context, patient uuid.UUID, c *Condition) error {
	if c.Code == "" || s.neighbours.Codes == nil {
		return nil
	}
	table, err := s.neighbours.Codes.CIE10(ctx)
	if err != nil {
		return err
	}
	p, err := s.store.Patient(ctx, patient)
	if err != nil {
		return err
	}
	code, err := table.Check("code", catalog.Noted{Code: c.Code, Sex: catalog.Sex(p.Sex)})
	if err != nil {
		return err
	}
	if c.Code = code.Code; oneSpace(c.Name) == "" {
		c.Name = code.Title
	}
	return nil
}

// Retire takes an allergy or condition out of use, for a reason that stays beside it.
func (s *Service) Retire(ctx context.Context, patient uuid.UUID, kind ItemKind, item uuid.UUID, reason string) error {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return err
	}
	reason = oneSpace(reason)
	if problem := retireProblem(reason); problem != "" {
		return fault.InvalidField("reason", problem)
	}
	if err := s.mayRetire(ctx, kind, family, item); err != nil {
		return err
	}
	return s.store.Retire(ctx, kind, family, item, Retirement{At: s.now(), By: access.Who(ctx).UserID, Reason: reason})
}

// errDoctorRetires refuses somebody who helps to take away what others noted.
var errDoctorRetires = fault.Conflicted("doctor_only", "Lo que anotó otra persona lo retira el profesional que atiende. Avísele.")

// mayRetire lets a doctor retire anything, and everybody else only what they noted themselves.
func (s *Service) mayRetire(ctx context.Context, kind ItemKind, family []uuid.UUID, item uuid.UUID) error {
	who := access.Who(ctx)
	if who.Has(string(accounts.Doctor)) {
		return nil
	}
	known, err := s.store.Clinical(ctx, family)
	if err != nil {
		return err
	}
	for _, a := range known.Allergies {
		if kind == AllergyItem && a.ID == item && a.NotedBy != who.UserID {
			return errDoctorRetires
		}
	}
	for _, c := range known.Conditions {
		if kind == ConditionItem && c.ID == item && c.NotedBy != who.UserID {
			return errDoctorRetires
		}
	}
	return nil
}

// SetBloodType keeps the blood group; version is the one that was seen, 0 where none was kept.
func (s *Service) SetBloodType(ctx context.Context, patient uuid.UUID, bloodType string, version int64) error {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return err
	}
	if problem := bloodTypeProblem(bloodType); problem != "" {
		return fault.InvalidField("blood_type", problem)
	}
	if err := s.store.SaveBloodType(ctx, family[0], bloodType, version, s.now()); err != nil {
		return fmt.Errorf("save the blood type: %w", err)
	}
	return nil
}

// PatientOfItem is whose allergy or condition it is; fault.ErrNotFound for an unknown one.
func (s *Service) PatientOfItem(ctx context.Context, kind ItemKind, item uuid.UUID) (uuid.UUID, error) {
	return s.store.PatientOfItem(ctx, kind, item)
}
