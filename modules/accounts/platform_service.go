//go:build !js

package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Platform is the work of those who run Hampi for all clinics. It sees account tables and nothing of a clinic's data.
type Platform struct {
	db     *database.DB
	vault  *pii.Vault
	hasher *PasswordHasher
	now    clock.Now
}

// NewPlatform works through the system's login.
func NewPlatform(db *database.DB, vault *pii.Vault, hasher *PasswordHasher, now clock.Now) *Platform {
	return &Platform{db: db, vault: vault, hasher: hasher, now: now}
}

const tenantQuery = `select c.id, c.name, c.ruc, c.created_at, c.suspended_at, c.suspension_reason as reason,
	(select count(*) from memberships m where m.clinic_id = c.id and m.active) as people from clinics c `

// Tenants lists clinics by name; after is the last one of the page before.
func (p *Platform) Tenants(ctx context.Context, after Tenant, most int) ([]Tenant, error) {
	var found []Tenant
	err := p.db.AsSystem(ctx, "list the clinics", func(tx *gorm.DB) error {
		return tx.Raw(tenantQuery+"where (c.name, c.id) > (?, ?) order by c.name, c.id limit ?", after.Name, after.ID, most).Scan(&found).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the clinics: %w", err)
	}
	return found, nil
}

// Tenant is one clinic.
func (p *Platform) Tenant(ctx context.Context, id uuid.UUID) (Tenant, error) {
	var found []Tenant
	err := p.db.AsSystem(ctx, "read a clinic's standing", func(tx *gorm.DB) error {
		return tx.Raw(tenantQuery+"where c.id = ?", id).Scan(&found).Error
	})
	if err != nil {
		return Tenant{}, fmt.Errorf("read a clinic: %w", err)
	}
	if len(found) == 0 {
		return Tenant{}, fault.ErrNotFound
	}
	return found[0], nil
}

// Suspend closes a clinic for everybody who works in it, and ends their log-ins there. The reason is kept and audited.
func (p *Platform) Suspend(ctx context.Context, id uuid.UUID, reason string) error {
	reason = tidy(reason)
	if problem := textProblem(reason, "el motivo", 300); problem != "" {
		return fault.InvalidField("motivo", problem)
	}
	return p.db.AsSystem(ctx, "suspend a clinic", func(tx *gorm.DB) error {
		if err := p.setSuspension(tx, id, "suspended_at = coalesce(suspended_at, ?), suspension_reason = ?", p.now(), reason); err != nil {
			return err
		}
		return tx.Exec("update logins set ended_at = ?, end_reason = 'clinic_suspended' where clinic_id = ? and ended_at is null",
			p.now(), id).Error
	})
}

// Lift opens a suspended clinic again.
func (p *Platform) Lift(ctx context.Context, id uuid.UUID) error {
	return p.db.AsSystem(ctx, "open a suspended clinic again", func(tx *gorm.DB) error {
		return p.setSuspension(tx, id, "suspended_at = null, suspension_reason = ''")
	})
}

func (p *Platform) setSuspension(tx *gorm.DB, id uuid.UUID, set string, args ...any) error {
	done := tx.Exec("update clinics set "+set+", version = version + 1, updated_at = now() where id = ?", append(args, id)...)
	if done.Error != nil {
		return fmt.Errorf("change a clinic's standing: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// NewSuperAdmin is what `hampi admin create` asks on the terminal.
type NewSuperAdmin struct{ Name, Email, Password string }

// CreateSuperAdmin adds somebody who runs the platform; the second factor is enrolled at the first log-in.
//
// It is refused as invalid for a name, e-mail or password that does not serve, and with ErrEmailTaken for an e-mail
// that has an account already.
func (p *Platform) CreateSuperAdmin(ctx context.Context, n NewSuperAdmin) error {
	problems := fault.Problems{}
	problems.Add("nombre", textProblem(n.Name, "el nombre", 120))
	problems.Add("correo", EmailProblem(n.Email))
	if fields, ok := fault.Fields(CheckPassword(n.Password, n.Name, n.Email)); ok {
		problems.Add("password", fields["password"])
	}
	if err := problems.Err(); err != nil {
		return err
	}
	hash, err := p.hasher.Hash(ctx, n.Password)
	if err != nil {
		return err
	}
	keys, err := p.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	user := NewUser{ID: uuid.Must(uuid.NewV7()), Profile: Profile{Name: tidy(n.Name)}, Email: n.Email, PasswordHash: hash, SuperAdmin: true, Now: p.now()}
	return p.db.AsSystem(actingAs(ctx, p.db, user.ID), "create a person of the platform", func(tx *gorm.DB) error {
		return CreateUser(tx, keys, user)
	})
}
