//go:build !js

package sync

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// What may be decided about an operation that was handed in.
const (
	decidedApplied   = "applied"
	decidedRefused   = "refused"
	decidedDiscarded = "discarded"
)

// deviceContact is a device with when it was heard of and what waits to be looked at.
type deviceContact struct {
	Row      deviceRow `gorm:"embedded"`
	SeenAt   *time.Time
	SyncedAt *time.Time
	SkewMS   int64
	Unsent   int
	Waiting  int // operations handed in and not decided
}

const contactQuery = `select d.*, c.seen_at, c.synced_at, coalesce(c.skew_ms, 0) as skew_ms, coalesce(c.unsent, 0) as unsent,
	(select count(*) from handed_in h where h.clinic_id = d.clinic_id and h.device_id = d.id and h.decision = '' and h.content is not null) as waiting
	from devices d left join device_contacts c on c.clinic_id = d.clinic_id and c.device_id = d.id `

func contacts(ctx context.Context, rest string, args ...any) ([]deviceContact, error) {
	var found []deviceContact
	if err := database.From(ctx).Raw(contactQuery+rest, args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	return found, nil
}

// All lists the clinic's devices: those with something to look at first, those in use next, the newest first.
func (d *DeviceRegister) All(ctx context.Context) ([]deviceContact, error) {
	return contacts(ctx, "order by waiting desc, d.revoked_at is not null, d.number desc limit 500")
}

// Mine lists the devices that keep data for whoever asks, as Mis equipos shows them.
func (d *DeviceRegister) Mine(ctx context.Context) ([]accounts.KeptDevice, error) {
	who := access.Who(ctx)
	var mine []accounts.KeptDevice
	err := d.DB.InClinic(ctx, database.Scope{ClinicID: who.ClinicID, UserID: who.UserID}, func(ctx context.Context) error {
		found, err := contacts(ctx, "where d.user_id = ? order by d.number desc limit 50", who.UserID)
		for _, c := range found {
			mine = append(mine, accounts.KeptDevice{Number: c.Row.Number, Name: c.Row.Name, Seen: c.seen(), Revoked: c.Row.RevokedAt != nil})
		}
		return err
	})
	return mine, err
}

func (c deviceContact) seen() time.Time {
	if c.SeenAt == nil {
		return c.Row.CreatedAt
	}
	return *c.SeenAt
}

// Rename changes what a device is called.
func (d *DeviceRegister) Rename(ctx context.Context, id uuid.UUID, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	if n := utf8.RuneCountInString(name); n < 1 || n > 60 {
		return fault.InvalidField("nombre", "Escriba un nombre de 60 letras o menos.")
	}
	const store = "update devices set name = ?, version = version + 1, updated_at = ? where id = ?"
	done := database.From(ctx).Exec(store, name, d.Now(), id)
	if done.Error != nil {
		return fmt.Errorf("rename a device: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// Revoke ends a device. At its next contact it hands in what it has not sent, and wipes itself.
func (d *DeviceRegister) Revoke(ctx context.Context, id uuid.UUID) error {
	row, err := deviceByID(ctx, id)
	if err != nil {
		return err
	}
	if err := revoke(ctx, id, d.Now()); err != nil {
		return err
	}
	return audit.Record(ctx, "revoked", "devices", id, map[string]any{"number": row.Number})
}

// handedBy lists what a device handed in, in the order in which it was done.
func handedBy(ctx context.Context, device uuid.UUID) ([]handedRow, error) {
	var rows []handedRow
	if err := database.From(ctx).Where("device_id = ?", device).Order("place, id").Limit(2000).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list what a device handed in: %w", err)
	}
	return rows, nil
}

// undecided are the operations of a device that wait for a decision: one, or all of them when one is zero.
func (d *DeviceRegister) undecided(ctx context.Context, device, one uuid.UUID) (ids []uuid.UUID, ops []offline.Operation, err error) {
	rows, err := handedBy(ctx, device)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		if row.Decision != "" || one != uuid.Nil && row.ID != one {
			continue
		}
		e, ok, err := d.entryOfRow(ctx, row)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			ids, ops = append(ids, row.ID), append(ops, e.Operation)
		}
	}
	if len(ids) == 0 {
		return nil, nil, fault.ErrNotFound
	}
	return ids, ops, nil
}

// Apply carries out what a device handed in, as the work of the person who did it and with what they may do. It says how
// many were taken and which were refused.
func (d *DeviceRegister) Apply(ctx context.Context, scope database.Scope, device, one uuid.UUID) (taken int, refused []offline.Result, err error) {
	var ids []uuid.UUID
	var ops []offline.Operation
	var author access.Identity
	err = d.DB.InClinic(ctx, scope, func(ctx context.Context) error {
		row, err := deviceByID(ctx, device)
		if err != nil {
			return err
		}
		if author, err = d.author(ctx, row); err != nil {
			return err
		}
		ids, ops, err = d.undecided(ctx, device, one)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	results, err := d.carry(access.With(ctx, author), ops, requestOf(scope))
	if err != nil {
		return 0, nil, err
	}
	err = d.DB.InClinic(ctx, scope, func(ctx context.Context) error {
		for i, result := range results {
			decision, reason := decidedApplied, ""
			if result.Status == offline.Rejected {
				decision, reason = decidedRefused, result.Message
			}
			if err := d.decide(ctx, ids[i], decision, reason); err != nil && !fault.IsNotFound(err) { // somebody else was first
				return err
			}
		}
		return audit.Record(ctx, "applied_handed_in", "devices", device, map[string]any{"operations": len(results), "user": author.UserID})
	})
	taken, refused = settled(results)
	return taken, refused, err
}

// author is the person whose device it is, with what their roles allow, whether or not they still work here: it was
// done while they did.
func (d *DeviceRegister) author(ctx context.Context, row deviceRow) (access.Identity, error) {
	member, err := d.colleagues.Member(ctx, row.MembershipID)
	if err != nil {
		return access.Identity{}, err
	}
	clinic, err := d.colleagues.Clinic(ctx)
	if err != nil {
		return access.Identity{}, err
	}
	roles := make([]string, len(member.Roles))
	for i, role := range member.Roles {
		roles[i] = string(role)
	}
	return access.Identity{
		UserID: row.UserID, ClinicID: clinic.ID, MembershipID: member.ID, SiteID: member.SiteID, Name: member.Name, Roles: roles,
		Permissions: accounts.PermissionsOf(member.Roles), TimeZone: clinic.TimeZone,
	}, nil
}

// Discard writes down that an operation is not to be carried out, and why.
func (d *DeviceRegister) Discard(ctx context.Context, device, one uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 3 || n > 300 {
		return fault.InvalidField("motivo", "Escriba el motivo, en 300 letras o menos.")
	}
	var belongs bool
	const query = "select exists (select 1 from handed_in where id = ? and device_id = ?)"
	if err := database.From(ctx).Raw(query, one, device).Row().Scan(&belongs); err != nil {
		return fmt.Errorf("look for an operation: %w", err)
	}
	if !belongs {
		return fault.ErrNotFound
	}
	return d.decide(ctx, one, decidedDiscarded, reason)
}

// decide writes a decision down, the first only; fault.ErrNotFound when there was one.
func (d *DeviceRegister) decide(ctx context.Context, id uuid.UUID, decision, reason string) error {
	keys, err := d.keysHere(ctx)
	if err != nil {
		return err
	}
	sealed, err := keys.EncryptOptional(reason, sealedAt(ctx, "handed_in", "reason", id))
	if err != nil {
		return err
	}
	const store = `update handed_in set decision = ?, reason = ?, decided_at = ?, decided_by = (select id from memberships where user_id = ?),
		version = version + 1, updated_at = ? where id = ? and decision = ''`
	done := database.From(ctx).Exec(store, decision, sealed, d.Now(), database.ScopeOf(ctx).UserID, d.Now(), id)
	if done.Error != nil {
		return fmt.Errorf("decide about an operation: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}
