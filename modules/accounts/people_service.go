//go:build !js

package accounts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// StaffQueue is what accounts asks of the job queue: a letter leaves only if what it is about was stored.
type StaffQueue interface {
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) error
	InsertTx(tx *gorm.DB, args river.JobArgs, opts *river.InsertOpts) error
}

// Staff is who works in the clinic and who is asked to: the work of its administration.
type Staff struct {
	Colleagues
	db     *database.DB
	vault  *pii.Vault
	hasher *PasswordHasher
	queue  StaffQueue
	now    clock.Now
}

// NewStaff keeps the people of clinics with these parts.
func NewStaff(db *database.DB, vault *pii.Vault, hasher *PasswordHasher, queue StaffQueue, now clock.Now) *Staff {
	return &Staff{db: db, vault: vault, hasher: hasher, queue: queue, now: now}
}

// ErrPersonChanged tells that somebody else changed the same person meanwhile.
var ErrPersonChanged = fault.Conflicted("changed", "Otra persona lo cambió mientras usted lo editaba.")

// ChangeWork gives a person other roles, specialty or site. version is the one the form was drawn with.
//
// It is refused as invalid when nothing is ticked, with ErrPersonChanged when it is not the newest version, and with
// ErrLastAdmin when nobody would be left to administer the clinic. Whoever comes to need a second factor signs in again.
func (s *Staff) ChangeWork(ctx context.Context, id uuid.UUID, version int64, w Work) error {
	if err := w.Problems().Err(); err != nil {
		return err
	}
	admins, err := lockAdmins(ctx)
	if err != nil {
		return err
	}
	before, err := lockMember(ctx, id)
	if err != nil {
		return err
	}
	if before.Version != version {
		return ErrPersonChanged
	}
	if !slices.Contains(w.Roles, ClinicAdmin) && isLastAdmin(admins, id) {
		return ErrLastAdmin
	}
	if err := database.Savepoint(ctx, func(ctx context.Context) error { return storeWork(ctx, id, w) }); err != nil {
		return err
	}
	if AnyNeedsSecondFactor(w.Roles) && !AnyNeedsSecondFactor(before.Roles) {
		return s.endLoginsHere(ctx, before.UserID, "needs_factor")
	}
	return nil
}

func isLastAdmin(admins []uuid.UUID, id uuid.UUID) bool { return len(admins) == 1 && admins[0] == id }

// Deactivate takes a person's way in; what they did stays under their name. The last admin stays.
func (s *Staff) Deactivate(ctx context.Context, id uuid.UUID) error {
	admins, err := lockAdmins(ctx)
	if err != nil {
		return err
	}
	m, err := lockMember(ctx, id)
	if err != nil || !m.Active {
		return err
	}
	if isLastAdmin(admins, id) {
		return ErrLastAdmin
	}
	if err := storeActive(ctx, id, false); err != nil {
		return err
	}
	return s.endLoginsHere(ctx, m.UserID, "deactivated")
}

// Reactivate lets somebody who left work here again, with the roles they had.
func (s *Staff) Reactivate(ctx context.Context, id uuid.UUID) error {
	m, err := lockMember(ctx, id)
	if err != nil || m.Active {
		return err
	}
	return storeActive(ctx, id, true)
}

// EndLoginsOf ends every log-in of a person in this clinic: a lost telephone, a quarrel.
func (s *Staff) EndLoginsOf(ctx context.Context, id uuid.UUID) error {
	m, err := s.Member(ctx, id)
	if err != nil {
		return err
	}
	return s.endLoginsHere(ctx, m.UserID, "ended_by_admin")
}

// endLoginsHere ends the log-ins of a person in the clinic of the transaction. It holds at once, even if the
// transaction fails later: somebody then signs in once more, and nothing is lost.
func (s *Staff) endLoginsHere(ctx context.Context, user uuid.UUID, reason string) error {
	clinic := database.ScopeOf(ctx).ClinicID
	return s.db.AsSystem(ctx, "end a person's log-ins in a clinic", func(tx *gorm.DB) error {
		err := tx.Exec("update logins set ended_at = ?, end_reason = ? where clinic_id = ? and user_id = ? and ended_at is null",
			s.now(), reason, clinic, user).Error
		if err != nil {
			return fmt.Errorf("end a person's log-ins: %w", err)
		}
		return nil
	})
}

// OpenLogin is a browser or program that is let in now.
type OpenLogin struct {
	ID           uuid.UUID
	MembershipID uuid.UUID
	Kind         string // "browser" or "api"
	UserAgent    string
	IP           string
	CreatedAt    time.Time
	LastSeenAt   time.Time
}

// OpenLogins lists every log-in to the clinic that still holds, the last used first.
func (s *Staff) OpenLogins(ctx context.Context) ([]OpenLogin, error) {
	clinic, now := database.ScopeOf(ctx).ClinicID, s.now()
	var found []OpenLogin
	err := s.db.AsSystem(ctx, "list the log-ins of a clinic", func(tx *gorm.DB) error {
		return tx.Raw(`select id, membership_id, kind, user_agent, ip, created_at, last_seen_at from logins
			where clinic_id = ? and membership_id is not null and ended_at is null and ends_at > ?
			  and (kind <> 'browser' or last_seen_at > ?)
			order by last_seen_at desc, id limit 500`, clinic, now, now.Add(-loginIdle)).Scan(&found).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the log-ins of a clinic: %w", err)
	}
	return found, nil
}

// EndLogin ends one log-in to this clinic; that of another clinic is not found.
func (s *Staff) EndLogin(ctx context.Context, id uuid.UUID) error {
	clinic := database.ScopeOf(ctx).ClinicID
	return s.db.AsSystem(ctx, "end a log-in of a clinic", func(tx *gorm.DB) error {
		done := tx.Exec(`update logins set ended_at = coalesce(ended_at, ?), end_reason = case when ended_at is null then 'ended_by_admin' else end_reason end
			where id = ? and clinic_id = ?`, s.now(), id, clinic)
		if done.Error != nil {
			return fmt.Errorf("end a log-in: %w", done.Error)
		}
		if done.RowsAffected == 0 {
			return fault.ErrNotFound
		}
		return nil
	})
}

// ChangeProfile stores what the person who asks says of themselves; other clinics see it too.
func (s *Staff) ChangeProfile(ctx context.Context, p Profile, attends bool) error {
	p = p.Tidy()
	if err := p.Problems(attends).Err(); err != nil {
		return err
	}
	user := access.Who(ctx).UserID
	return s.db.AsSystem(ctx, "store a person's own profile", func(tx *gorm.DB) error {
		err := tx.Exec(`update users set name = ?, title = ?, college = ?, college_number = ?, version = version + 1, updated_at = now()
			where id = ?`, p.Name, p.Title, p.College, p.CollegeNumber, user).Error
		if err != nil {
			return fmt.Errorf("store a profile: %w", err)
		}
		return nil
	})
}
