//go:build !js

package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/pii"
)

// Postgres is the Store of the server.
type Postgres struct {
	db    *database.DB
	vault *pii.Vault
}

// NewPostgres keeps what may hold a person's data under the clinics' keys.
func NewPostgres(db *database.DB, vault *pii.Vault) *Postgres { return &Postgres{db, vault} }

// attempts is how often a transaction is run that loses its races.
const attempts = 3

func (p *Postgres) Transact(ctx context.Context, a Author, f func(ctx context.Context) error) error {
	return again(func() error { return p.db.InClinic(ctx, a.scope(), f) })
}

func (p *Postgres) Attempt(ctx context.Context, a Author, f func(ctx context.Context) error) error {
	return again(func() error { return p.db.Boldly(ctx, a.scope(), f) })
}

func (a Author) scope() database.Scope {
	return database.Scope{ClinicID: a.Clinic, UserID: a.User, RequestID: a.RequestID, IP: a.IP}
}

// again runs a transaction until it loses no race, attempts times at most.
func again(transact func() error) error {
	for attempt := 1; ; attempt++ {
		err := transact()
		if !database.Retryable(err) || attempt == attempts {
			return err
		}
	}
}

func (p *Postgres) Savepoint(ctx context.Context, f func(ctx context.Context) error) error {
	return database.Savepoint(ctx, f)
}

func (p *Postgres) Lasting(err error) bool {
	return !database.Retryable(err) && !database.Gone(err) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

type queueRow struct {
	ID          uuid.UUID
	UserID      uuid.UUID
	Device      string
	Body        []byte
	BodyHash    []byte
	ReceivedAt  time.Time
	Tries       int
	WaitsEntity string
	WaitsID     *uuid.UUID
}

func (queueRow) TableName() string { return "sync_queue" }

func (p *Postgres) keys(ctx context.Context) (*pii.Keys, error) {
	return p.vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
}

func place(keys *pii.Keys, table, column string, row uuid.UUID) pii.Place {
	return pii.Place{Clinic: keys.Clinic(), Table: table, Column: column, Row: row}
}

func (p *Postgres) Enqueue(ctx context.Context, arrivals []Arrival) error {
	ids := make([]uuid.UUID, len(arrivals))
	for i, a := range arrivals {
		ids[i] = a.OpID
	}
	var answered []string
	if err := database.From(ctx).Raw("select op_id from sync_ops where op_id = any(?::uuid[])", database.IDs(ids)).Scan(&answered).Error; err != nil {
		return fmt.Errorf("look for answered operations: %w", err)
	}
	keys, err := p.keys(ctx)
	if err != nil {
		return err
	}
	var rows []queueRow
	for _, a := range arrivals {
		if slices.Contains(answered, a.OpID.String()) {
			continue
		}
		body, err := keys.Seal(a.Operation, place(keys, "sync_queue", "body", a.OpID))
		if err != nil {
			return err
		}
		rows = append(rows, queueRow{ID: a.OpID, UserID: a.UserID, Device: a.Device, Body: body, BodyHash: a.Hash, ReceivedAt: a.ReceivedAt})
	}
	if len(rows) == 0 {
		return nil
	}
	// In one order, so that two who store the same batch wait for each other instead of blocking each other; the
	// place in the queue is given one by one, in the order of what was done.
	inOrder := clause.OnConflict{Columns: []clause.Column{{Name: "clinic_id"}, {Name: "id"}}, DoNothing: true}
	if err := database.From(ctx).Clauses(inOrder).Create(&rows).Error; err != nil {
		return fmt.Errorf("write the queue: %w", err)
	}
	return nil
}

// Lock takes the locks that web.Answers takes for a form of the same id, in one order for everybody.
func (p *Postgres) Lock(ctx context.Context, ops []uuid.UUID) error {
	const query = `select pg_advisory_xact_lock(hashtextextended(id::text, 0))
		from (select distinct id from unnest(?::uuid[]) id order by 1) sorted`
	if err := database.From(ctx).Exec(query, database.IDs(ops)).Error; err != nil {
		return fmt.Errorf("wait for the same operations: %w", err)
	}
	return nil
}

func (p *Postgres) Queued(ctx context.Context, ops []uuid.UUID) (map[uuid.UUID]Arrival, error) {
	found, err := p.arrivals(ctx, database.From(ctx).Where("id = any(?::uuid[])", database.IDs(ops)))
	if err != nil {
		return nil, err
	}
	queued := make(map[uuid.UUID]Arrival, len(found))
	for _, a := range found {
		queued[a.OpID] = a
	}
	return queued, nil
}

func (p *Postgres) arrivals(ctx context.Context, query *gorm.DB) ([]Arrival, error) {
	var rows []queueRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	keys, err := p.keys(ctx)
	if err != nil {
		return nil, err
	}
	arrivals := make([]Arrival, 0, len(rows))
	for _, r := range rows {
		a := Arrival{Hash: r.BodyHash, UserID: r.UserID, Device: r.Device, ReceivedAt: r.ReceivedAt.UTC(), Tries: r.Tries}
		if err := keys.Open(r.Body, place(keys, "sync_queue", "body", r.ID), &a.Operation); err != nil {
			return nil, fmt.Errorf("open a queued operation: %w", err)
		}
		if r.WaitsID != nil {
			a.WaitsFor = &offline.Missing{Entity: r.WaitsEntity, ID: *r.WaitsID}
		}
		arrivals = append(arrivals, a)
	}
	return arrivals, nil
}

func (p *Postgres) Postpone(ctx context.Context, op uuid.UUID, missing *offline.Missing) error {
	change := map[string]any{"tries": gorm.Expr("tries + 1"), "waits_entity": "", "waits_id": nil}
	if missing != nil {
		change = map[string]any{"waits_entity": missing.Entity, "waits_id": missing.ID}
	}
	if err := database.From(ctx).Model(&queueRow{}).Where("id = ?", op).Updates(change).Error; err != nil {
		return fmt.Errorf("leave an operation in the queue: %w", err)
	}
	return nil
}

func (p *Postgres) Due(ctx context.Context, user uuid.UUID, before time.Time, limit int) ([]Arrival, error) {
	return p.arrivals(ctx, database.From(ctx).Where("user_id = ? and received_at < ?", user, before).
		Order("waits_id is not null, tries, place").Limit(limit))
}

func (p *Postgres) WaitingFor(ctx context.Context, objects []uuid.UUID) ([]Arrival, error) {
	return p.arrivals(ctx, database.From(ctx).Where("waits_id = any(?::uuid[])", database.IDs(objects)).Order("place"))
}

func (p *Postgres) Backlog(ctx context.Context, before time.Time) (users []uuid.UUID, oldest time.Time, err error) {
	rows, err := database.From(ctx).Raw("select user_id, min(received_at) from sync_queue where received_at < ? group by user_id order by 2", before).Rows()
	if err != nil {
		return nil, oldest, fmt.Errorf("look into the queue: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var user uuid.UUID
		var since time.Time
		if err := rows.Scan(&user, &since); err != nil {
			return nil, oldest, fmt.Errorf("look into the queue: %w", err)
		}
		if len(users) == 0 {
			oldest = since.UTC()
		}
		users = append(users, user)
	}
	return users, oldest, rows.Err()
}

func (p *Postgres) Person(ctx context.Context, user uuid.UUID) (access.Identity, error) {
	var row struct {
		ID     string
		SiteID *string
		Name   string
		Roles  string
		Zone   string
	}
	const query = `select m.id, m.site_id, u.name, array_to_string(m.roles, ',') as roles, c.time_zone as zone
		from memberships m join users u on u.id = m.user_id join clinics c on c.id = m.clinic_id where m.user_id = ? and m.active`
	found := database.From(ctx).Raw(query, user).Scan(&row)
	if found.Error != nil {
		return access.Identity{}, fmt.Errorf("read who works here: %w", found.Error)
	}
	if found.RowsAffected == 0 {
		return access.Identity{}, fault.ErrNotFound
	}
	roles := rolesOf(row.Roles)
	who := access.Identity{
		UserID: user, ClinicID: database.ScopeOf(ctx).ClinicID, Name: row.Name, TimeZone: row.Zone, Permissions: accounts.PermissionsOf(roles),
	}
	for _, r := range roles {
		who.Roles = append(who.Roles, string(r))
	}
	var err error
	if who.MembershipID, err = uuid.Parse(row.ID); err == nil && row.SiteID != nil {
		who.SiteID, err = uuid.Parse(*row.SiteID)
	}
	return who, err
}
