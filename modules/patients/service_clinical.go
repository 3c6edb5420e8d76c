package patients

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/accounts"
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
		return nil, fault.ErrForbidden
	}
	return family, nil
}

// AddAllergy notes what must not be given. The same id again changes nothing.
func (s *Service) AddAllergy(ctx context.Context, patient uuid.UUID, a Allergy) error {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return err
	}
	if err := a.problems().Err(); err != nil {
		return err
	}
	a.PatientID, a.NotedBy, a.NotedAt = family[0], access.Who(ctx).UserID, s.now()
	return s.store.AddAllergy(ctx, a)
}

// AddCondition notes a chronic illness. The same id again changes nothing.
func (s *Service) AddCondition(ctx context.Context, patient uuid.UUID, c Condition) error {
	family, err := s.clinicalFamily(ctx, patient)
	if err != nil {
		return err
	}
	if err := c.problems().Err(); err != nil {
		return err
	}
	c.PatientID, c.NotedBy, c.NotedAt = family[0], access.Who(ctx).UserID, s.now()
	return s.store.AddCondition(ctx, c)
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
	return s.store.Retire(ctx, kind, family, item, Retirement{At: s.now(), By: access.Who(ctx).UserID, Reason: reason})
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
