//go:build !js

package sync

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// DeviceDatabase is where the register's transactions come from.
type DeviceDatabase = database.DB

// keysHere are the keys of the clinic of the current transaction.
func (d *DeviceRegister) keysHere(ctx context.Context) (*pii.Keys, error) {
	return d.Vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
}

// deviceRow is a device as the database has it.
type deviceRow struct {
	ID           uuid.UUID
	Number       int64
	MembershipID uuid.UUID
	UserID       uuid.UUID
	Name         string
	BrowserHash  []byte
	TokenHash    []byte
	SealedKey    []byte
	RevokedAt    *time.Time
	RevokedBy    *uuid.UUID
	HandedInAt   *time.Time
	WipedAt      *time.Time
	Version      int64
	CreatedAt    time.Time
}

// TableName tells GORM where devices lie.
func (deviceRow) TableName() string { return "devices" }

// handedRow is one operation that was handed in.
type handedRow struct {
	ID        uuid.UUID
	DeviceID  uuid.UUID
	Place     int64
	OpID      *uuid.UUID
	Content   []byte
	Decision  string
	Reason    []byte
	DecidedAt *time.Time
	DecidedBy *uuid.UUID
	CreatedAt time.Time
}

// TableName tells GORM where they lie.
func (handedRow) TableName() string { return "handed_in" }

// DeviceReencrypters are what of devices is under a clinic's keys.
func DeviceReencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "devices", Names: []string{"sealed_key"}, Execute: pii.Within(db)},
		pii.Columns{Table: "handed_in", Names: []string{"content", "reason"}, Execute: pii.Within(db)},
	}}
}

func sealedAt(ctx context.Context, table, column string, row uuid.UUID) pii.Place {
	return pii.Place{Clinic: database.ScopeOf(ctx).ClinicID, Table: table, Column: column, Row: row}
}

func deviceByID(ctx context.Context, id uuid.UUID) (deviceRow, error) {
	var row deviceRow
	err := database.From(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, fault.ErrNotFound
	}
	if err != nil {
		return row, fmt.Errorf("read a device: %w", err)
	}
	return row, nil
}

// register keeps a new device, or gives the one that this browser was before its store was wiped a new token. Its key
// stays, so that a file saved before the wiping can still be opened.
func (d *DeviceRegister) register(ctx context.Context, browser, name string) (deviceRow, string, error) {
	who, now := access.Who(ctx), d.Now()
	id, err := uuid.NewV7()
	if err != nil {
		return deviceRow{}, "", fmt.Errorf("name a device: %w", err)
	}
	sealed, err := d.newKey(ctx, id)
	if err != nil {
		return deviceRow{}, "", err
	}
	secret, err := newSecret()
	if err != nil {
		return deviceRow{}, "", err
	}
	number, err := nextNumber(ctx)
	if err != nil {
		return deviceRow{}, "", err
	}
	const insert = `insert into devices (id, number, membership_id, user_id, name, browser_hash, token_hash, sealed_key, created_at, updated_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (clinic_id, membership_id, browser_hash) where revoked_at is null
		do update set token_hash = excluded.token_hash, wiped_at = null, version = devices.version + 1, updated_at = excluded.updated_at
		returning id`
	browserHash, tokenHash := sha256.Sum256([]byte(browser)), sha256.Sum256(secret)
	kept := uuid.Nil
	err = database.From(ctx).Raw(insert, id, number, who.MembershipID, who.UserID, name, browserHash[:], tokenHash[:], sealed, now, now).Row().Scan(&kept)
	if err != nil {
		return deviceRow{}, "", fmt.Errorf("register a device: %w", err)
	}
	row, err := deviceByID(ctx, kept)
	return row, tokenOf(who.ClinicID, kept, secret), err
}

// notSince refuses a browser whose device was revoked after its person had signed in: the password alone, at a log-in
// that was there before, makes no new device of it.
func notSince(ctx context.Context, browser string, signedIn time.Time) error {
	hash := sha256.Sum256([]byte(browser))
	var revoked bool
	const query = "select exists (select 1 from devices where membership_id = ? and browser_hash = ? and revoked_at >= ?)"
	if err := database.From(ctx).Raw(query, access.Who(ctx).MembershipID, hash[:], signedIn).Row().Scan(&revoked); err != nil {
		return fmt.Errorf("ask whether a device was revoked: %w", err)
	}
	if revoked {
		return errNotFresh
	}
	return nil
}

// markWiped notes that a device of who asks forgot everything by itself.
func markWiped(ctx context.Context, id uuid.UUID, now time.Time) error {
	const mark = "update devices set wiped_at = ?, version = version + 1, updated_at = ? where id = ? and user_id = ?"
	done := database.From(ctx).Exec(mark, now, now, id, access.Who(ctx).UserID)
	if done.Error != nil {
		return fmt.Errorf("note a wiped device: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// nextNumber gives each number at most once; one that a known browser did not need is left out.
func nextNumber(ctx context.Context) (int64, error) {
	var number int64
	const take = "insert into device_counters as c (last) values (1) on conflict (clinic_id) do update set last = c.last + 1 returning last"
	if err := database.From(ctx).Raw(take).Row().Scan(&number); err != nil {
		return 0, fmt.Errorf("number a device: %w", err)
	}
	return number, nil
}

func newSecret() ([]byte, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return secret, nil
}

func (d *DeviceRegister) newKey(ctx context.Context, id uuid.UUID) ([]byte, error) {
	keys, err := d.keysHere(ctx)
	if err != nil {
		return nil, err
	}
	key, err := newSecret()
	if err != nil {
		return nil, err
	}
	return keys.Encrypt(base64.StdEncoding.EncodeToString(key), sealedAt(ctx, "devices", "sealed_key", id))
}

// keyOf opens the device's own key, in base64.
func (d *DeviceRegister) keyOf(ctx context.Context, row deviceRow) (string, error) {
	keys, err := d.keysHere(ctx)
	if err != nil {
		return "", err
	}
	return keys.Decrypt(row.SealedKey, sealedAt(ctx, "devices", "sealed_key", row.ID))
}

// tokenOf is what a device shows instead of a log-in: its clinic, itself, and its secret.
func tokenOf(clinic, device uuid.UUID, secret []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(append(append([]byte{}, clinic[:]...), device[:]...), secret...))
}

// readToken takes a token apart; what it says is believed only after its secret was compared.
func readToken(token string) (clinic, device uuid.UUID, secret []byte, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 64 {
		return uuid.Nil, uuid.Nil, nil, false
	}
	return uuid.UUID(raw[:16]), uuid.UUID(raw[16:32]), raw[32:], true
}

// holds reports whether a secret is this device's.
func (r deviceRow) holds(secret []byte) bool {
	hash := sha256.Sum256(secret)
	return subtle.ConstantTimeCompare(hash[:], r.TokenHash) == 1
}

func storeSeen(ctx context.Context, id uuid.UUID, now time.Time) error {
	const store = `insert into device_contacts as c (device_id, seen_at) values (?, ?)
		on conflict (clinic_id, device_id) do update set seen_at = excluded.seen_at`
	if err := database.From(ctx).Exec(store, id, now).Error; err != nil {
		return fmt.Errorf("write a device's contact down: %w", err)
	}
	return nil
}

// The steps in which contacts are kept: what is written all the time tells nobody more.
const (
	contactStep = time.Minute
	skewStep    = 30 * time.Second
)

func storeContact(ctx context.Context, id uuid.UUID, contact Contact, now time.Time) error {
	const store = `insert into device_contacts as c (device_id, seen_at, synced_at, skew_ms, unsent)
		select cast(@id as uuid), cast(@now as timestamptz), cast(@now as timestamptz), cast(@skew as bigint), cast(@unsent as int)
		where not exists (select 1 from device_contacts where device_id = @id and synced_at > cast(@before as timestamptz) and unsent = @unsent and abs(skew_ms - @skew) < @step)
		on conflict (clinic_id, device_id) do update set seen_at = excluded.seen_at, synced_at = excluded.synced_at,
			skew_ms = excluded.skew_ms, unsent = excluded.unsent`
	err := database.From(ctx).Exec(store, map[string]any{
		"id": id, "now": now, "before": now.Add(-contactStep), "skew": contact.Skew.Milliseconds(), "unsent": contact.Unsent, "step": skewStep.Milliseconds(),
	}).Error
	if err != nil {
		return fmt.Errorf("write a device's contact down: %w", err)
	}
	return nil
}

// unsentCounts is how long what a device said that it holds is believed: one that is not heard of any more may be gone.
const unsentCounts = 24 * time.Hour

// Unsent is how much of what the person of ctx did on devices has not been carried out: what waits here, and what their
// devices lately said that they still hold.
func (d *DeviceRegister) Unsent(ctx context.Context) (n int, err error) {
	const query = `select (select count(*) from sync_queue where user_id = @user)
		+ coalesce((select sum(c.unsent) from device_contacts c join devices d on d.id = c.device_id and d.clinic_id = c.clinic_id
		where d.user_id = @user and d.revoked_at is null and c.synced_at > @since), 0)`
	args := map[string]any{"user": access.Who(ctx).UserID, "since": d.Now().Add(-unsentCounts)}
	if err := database.From(ctx).Raw(query, args).Row().Scan(&n); err != nil {
		return 0, fmt.Errorf("count what devices have not sent: %w", err)
	}
	return n, nil
}

// revoke ends a device; only the first time counts.
func revoke(ctx context.Context, id uuid.UUID, now time.Time) error {
	const end = `update devices set revoked_at = ?, revoked_by = ?, version = version + 1, updated_at = ? where id = ? and revoked_at is null`
	done := database.From(ctx).Exec(end, now, access.Who(ctx).MembershipID, now, id)
	if done.Error != nil {
		return fmt.Errorf("revoke a device: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// markHandedIn is true for the first hand-in of a revoked device, and for no other.
func markHandedIn(ctx context.Context, id uuid.UUID, now time.Time) (bool, error) {
	const mark = `update devices set handed_in_at = ?, wiped_at = ?, version = version + 1, updated_at = ?
		where id = ? and revoked_at is not null and handed_in_at is null`
	done := database.From(ctx).Exec(mark, now, now, now, id)
	if done.Error != nil {
		return false, fmt.Errorf("note a hand-in: %w", done.Error)
	}
	return done.RowsAffected == 1, nil
}

// deviceNames are the titles of devices: "Equipo 3 · Chrome en Windows".
func deviceNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []deviceRow
	if err := database.From(ctx).Select("id, number, name").Where("id in ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the names of devices: %w", err)
	}
	names := map[uuid.UUID]string{}
	for _, row := range rows {
		names[row.ID] = row.title()
	}
	return names, nil
}

// title is how people speak of a device.
func (r deviceRow) title() string { return fmt.Sprintf("Equipo %d · %s", r.Number, r.Name) }
