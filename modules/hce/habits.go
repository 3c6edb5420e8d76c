package hce

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
)

// Habits is how often diagnoses were noted, for the search in which professionals look for the next one.
type Habits struct{ record *Service }

var _ catalog.Habits = Habits{}

// NewHabits asks the record.
func NewHabits(record *Service) Habits { return Habits{record} }

// Uses are how often the doctor noted each code, and how often all of the specialty did. Whoever writes no notes has no
// habits, and learns nothing of others'.
func (h Habits) Uses(ctx context.Context, doctor uuid.UUID, specialty string) (own, shared map[string]int, err error) {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return nil, nil, nil
	}
	everybody, err := h.record.Colleagues.Everybody(ctx)
	if err != nil {
		return nil, nil, err
	}
	var colleagues []uuid.UUID
	for _, m := range everybody {
		if m.Specialty == specialty && m.ID != doctor {
			colleagues = append(colleagues, m.ID)
		}
	}
	return h.record.store.Uses(ctx, doctor, colleagues)
}
