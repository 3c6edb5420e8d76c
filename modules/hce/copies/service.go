//go:build !js

package copies

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/consent"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
)

// Record is what copies ask of the clinical record.
type Record interface {
	// OpenWhole opens the record of a person to whoever may hand it on.
	OpenWhole(ctx context.Context, patient uuid.UUID) (hce.Look, error)
	// Whole reads everything of it.
	Whole(ctx context.Context, patient uuid.UUID) (hce.Whole, error)
}

// Store keeps the rows of copies. Its transactions are the clinic's.
type Store interface {
	// Within runs f in a transaction of a clinic, in the name of a user (the zero id: of nobody).
	Within(ctx context.Context, clinic, user uuid.UUID, f func(ctx context.Context) error) error
	// Add keeps a new one; or, as no new one, finds that of this person and asker which is being made or has the id.
	Add(ctx context.Context, c Copy) (kept Copy, fresh bool, err error)
	// Copy finds one; fault.ErrNotFound when there is none.
	Copy(ctx context.Context, id uuid.UUID) (Copy, error)
	// Of lists those of a family that somebody asked for, the latest first.
	Of(ctx context.Context, by uuid.UUID, family []uuid.UUID) ([]Copy, error)
	// Tell notes how far one that is waiting has come.
	Tell(ctx context.Context, id uuid.UUID, step string, done, total int, at time.Time) error
	// Finish keeps what was made; false for one that is not waiting any more.
	Finish(ctx context.Context, c Copy) (bool, error)
	// Fail gives one up that is waiting.
	Fail(ctx context.Context, id uuid.UUID, at time.Time) error
	// Over lists what has expired and still lies in the store.
	Over(ctx context.Context, at time.Time) ([]Copy, error)
	// Forget notes that nothing of one is in the store any more.
	Forget(ctx context.Context, id uuid.UUID, at time.Time) error
}

// Queue is what copies ask of the job queue.
type Queue interface {
	// Make asks for the job that makes a copy.
	Make(ctx context.Context, copy uuid.UUID) error
}

// Colleagues is what copies ask of whoever keeps the people who work here.
type Colleagues interface {
	Everybody(ctx context.Context) ([]accounts.Member, error)
}

// Parts are what copies are built from.
type Parts struct {
	Store      Store
	Queue      Queue
	Record     Record
	Consents   *consent.Service
	Archive    *archive.Service
	Colleagues Colleagues
	Keys       hce.PublicKeys
	Reads      archive.ReadLog
	Storage    *files.Storage
	Address    func() string // how people reach the program, without a slash at the end
	Now        clock.Now
}

// Service is the use-cases of copies.
type Service struct{ Parts }

// NewService builds it.
func NewService(p Parts) *Service { return &Service{p} }

// Ask asks for a copy of a person's whole record. Asked again while it is being made, it is the same.
//
// It is refused to whoever may not hand the record on, and as invalid without a purpose and for whom.
func (s *Service) Ask(ctx context.Context, c Copy) (Copy, error) {
	look, err := s.Record.OpenWhole(ctx, c.PatientID)
	if err != nil {
		return c, err
	}
	now := s.Now().UTC()
	c.PatientID, c.RequestedBy, c.Detail = look.Patient(), access.Who(ctx).MembershipID, tidy(c.Detail)
	c.State, c.Step, c.RequestedAt, c.UpdatedAt = Waiting, "En espera", now, now
	if err := c.problems().Err(); err != nil {
		return c, err
	}
	kept, fresh, err := s.Store.Add(ctx, c)
	if err != nil || !fresh {
		return kept, err
	}
	if err := s.Reads.Read(ctx, c.PatientID, "copia de toda la historia: "+c.Purpose.Label()); err != nil {
		return kept, err
	}
	return kept, s.Queue.Make(ctx, kept.ID)
}

// Again asks for the job of a copy whose job may have died.
func (s *Service) Again(ctx context.Context, id uuid.UUID) (Copy, error) {
	c, err := s.Mine(ctx, id)
	if err != nil || !c.Stuck(s.Now()) {
		return c, err
	}
	return c, s.Queue.Make(ctx, id)
}

// Mine is a copy that whoever asks has asked for, while the record is open to them; others' are fault.ErrNotFound.
func (s *Service) Mine(ctx context.Context, id uuid.UUID) (Copy, error) {
	c, err := s.Store.Copy(ctx, id)
	if err != nil {
		return Copy{}, err
	}
	if c.RequestedBy != access.Who(ctx).MembershipID {
		return Copy{}, fault.ErrNotFound
	}
	_, err = s.Record.OpenWhole(ctx, c.PatientID)
	return c, err
}

// List is the copies of a person's record that whoever asks has asked for, the latest first.
func (s *Service) List(ctx context.Context, patient uuid.UUID) ([]Copy, error) {
	look, err := s.Record.OpenWhole(ctx, patient)
	if err != nil {
		return nil, err
	}
	return s.Store.Of(ctx, access.Who(ctx).MembershipID, look.Family)
}

// Make makes a copy in the name of who asked for it, to whom the record must still be open. It may be stopped and
// repeated at any time; of two at once one is kept.
func (s *Service) Make(ctx context.Context, clinic, id uuid.UUID) error {
	c, ctx, err := s.begin(ctx, clinic, id)
	if err != nil || c.State != Waiting {
		return err
	}
	b, err := s.gather(ctx, c)
	if err != nil {
		return err
	}
	if c.PDF, err = s.makePDF(ctx, c, b); err != nil {
		return err
	}
	if c.ZIP, err = s.makeZIP(ctx, c, b); err != nil {
		return s.drop(ctx, err, c.PDF)
	}
	c.EndedAt = s.Now().UTC()
	c.ExpiresAt = c.EndedAt.AddDate(0, 0, KeptDays)
	kept := false
	err = s.within(ctx, func(ctx context.Context) error {
		kept, err = s.Store.Finish(ctx, c)
		return err
	})
	if err != nil || !kept {
		return s.drop(ctx, err, c.PDF, c.ZIP)
	}
	return nil
}

// begin finds the copy, and puts who asked for it into the context.
func (s *Service) begin(ctx context.Context, clinic, id uuid.UUID) (c Copy, as context.Context, err error) {
	var who access.Identity
	err = s.Store.Within(ctx, clinic, uuid.Nil, func(ctx context.Context) error {
		if c, err = s.Store.Copy(ctx, id); err != nil {
			return err
		}
		who, err = s.asker(ctx, clinic, c.RequestedBy)
		return err
	})
	return c, access.With(ctx, who), err
}

// asker is who asked, with what a professional may do; whoever works here no more may nothing.
func (s *Service) asker(ctx context.Context, clinic, membership uuid.UUID) (access.Identity, error) {
	all, err := s.Colleagues.Everybody(ctx)
	if err != nil {
		return access.Identity{}, err
	}
	i := slices.IndexFunc(all, func(m accounts.Member) bool { return m.ID == membership && m.Active && m.IsDoctor() })
	if i < 0 {
		return access.Identity{}, fault.ErrForbidden
	}
	return access.Identity{
		ClinicID: clinic, UserID: all[i].UserID, MembershipID: membership, Name: all[i].DisplayName(),
		Roles: []string{string(accounts.Doctor)}, Permissions: accounts.PermissionsOf([]accounts.Role{accounts.Doctor}),
	}, nil
}

// within runs f in a transaction in the name of who asked.
func (s *Service) within(ctx context.Context, f func(ctx context.Context) error) error {
	who := access.Who(ctx)
	return s.Store.Within(ctx, who.ClinicID, who.UserID, f)
}

func (s *Service) tell(ctx context.Context, c Copy, step string, done, total int) error {
	return s.within(ctx, func(ctx context.Context) error { return s.Store.Tell(ctx, c.ID, step, done, total, s.Now().UTC()) })
}

// drop removes what nobody will open; should that fail too, the collector removes it tomorrow.
func (s *Service) drop(ctx context.Context, cause error, documents ...Document) error {
	for _, d := range documents {
		if err := s.Storage.Delete(context.WithoutCancel(ctx), d.Object); err != nil && cause == nil {
			cause = fmt.Errorf("remove a copy that was made twice: %w", err)
		}
	}
	return cause
}

// Fail gives a copy up that could not be made.
func (s *Service) Fail(ctx context.Context, clinic, id uuid.UUID) error {
	return s.Store.Within(ctx, clinic, uuid.Nil, func(ctx context.Context) error { return s.Store.Fail(ctx, id, s.Now().UTC()) })
}

// Clear removes what has expired of a clinic's copies, and says how many.
func (s *Service) Clear(ctx context.Context, clinic uuid.UUID) (cleared int, err error) {
	var over []Copy
	err = s.Store.Within(ctx, clinic, uuid.Nil, func(ctx context.Context) error {
		over, err = s.Store.Over(ctx, s.Now())
		return err
	})
	for _, c := range over {
		if err != nil {
			return cleared, err
		}
		if err = s.drop(ctx, nil, c.PDF, c.ZIP); err != nil {
			return cleared, err
		}
		err = s.Store.Within(ctx, clinic, uuid.Nil, func(ctx context.Context) error { return s.Store.Forget(ctx, c.ID, s.Now().UTC()) })
		cleared++
	}
	return cleared, err
}

// handOver finds a copy that may be downloaded now, and writes the reading down.
func (s *Service) handOver(ctx context.Context, id uuid.UUID, what string) (c Copy, err error) {
	err = s.Archive.Store.Within(ctx, func(ctx context.Context) error {
		if c, err = s.Mine(ctx, id); err != nil {
			return err
		}
		if !c.Ready(s.Now()) {
			return fault.ErrNotFound
		}
		return s.Reads.Read(ctx, c.PatientID, "descarga de la copia: "+what)
	})
	return c, err
}
