package sync_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

const (
	mayWriteThings access.Permission = "things.write"
	mayReadThings  access.Permission = "things.read"
)

// thing is an invented object of an invented module: two fields that are decided one by one, a parent that must be
// there first, and a day that windows ask for.
type thing struct {
	ID     uuid.UUID  `json:"id"`
	Name   string     `json:"name"`
	Color  string     `json:"color"`
	Parent *uuid.UUID `json:"parent_id,omitempty"`
	Day    time.Time  `json:"day"`

	Version         int64     `json:"-"`
	NameAt, ColorAt time.Time `json:"-"`
}

const thingsTable = `
	create table things (
	  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
	  id uuid not null, name text not null, color text not null default '', parent uuid, day timestamptz not null,
	  name_at timestamptz not null, color_at timestamptz not null, version bigint not null default 1, primary key (clinic_id, id));
	call tenant_table('things', 'insert, update');
	call feed_table('things', 'thing');`

func makeThings(w *dbtest.World) {
	_, err := w.Admin.Exec(context.Background(), thingsTable)
	Expect(err).NotTo(HaveOccurred())
}

// standing is who wrote what stands, as the invented module says.
var standing = uuid.MustParse("0198c000-0000-7000-8000-000000000001")

// things is their entity.
type things struct {
	name    string
	before  func(ctx context.Context, op offline.Received) error // what else happens when an operation is carried out
	choices []offline.Choice
}

func (t *things) Name() string { return t.name }

func (t *things) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	if !access.Who(ctx).Can(mayWriteThings) {
		return offline.Outcome{}, fault.ErrForbidden
	}
	var said struct {
		Name   *string    `json:"name"`
		Color  *string    `json:"color"`
		Parent *uuid.UUID `json:"parent_id"`
		Day    *time.Time `json:"day"`
	}
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&said); err != nil {
		return offline.Outcome{}, &fault.Fault{Kind: fault.Invalid, Code: "unknown_field", Message: "Ese dato no se conoce."}
	}
	if said.Name != nil && *said.Name == "" {
		return offline.Outcome{}, fault.InvalidField("name", "Escriba el nombre.")
	}
	if said.Parent != nil {
		if _, err := find(ctx, *said.Parent); err != nil {
			return offline.Outcome{}, orMissing(err, *said.Parent)
		}
	}
	if t.before != nil {
		if err := t.before(ctx, op); err != nil {
			return offline.Outcome{}, err
		}
	}
	had, err := find(ctx, op.LocalID)
	if op.Action == offline.Create {
		if err == nil {
			if said.Name != nil && had.Name == *said.Name {
				return offline.Outcome{Status: offline.Duplicate}, nil
			}
			return offline.Outcome{}, fault.Conflicted("id_reused", "Ya existe con otros datos.")
		}
		if said.Name == nil {
			return offline.Outcome{}, fault.InvalidField("name", "Escriba el nombre.")
		}
		day := op.At
		if said.Day != nil {
			day = *said.Day
		}
		color := ""
		if said.Color != nil {
			color = *said.Color
		}
		err = database.From(ctx).Exec("insert into things (id, name, color, parent, day, name_at, color_at) values (?, ?, ?, ?, ?, ?, ?)",
			op.LocalID, *said.Name, color, said.Parent, day, op.At, op.At).Error
		return offline.Outcome{Status: offline.Created, Version: 1}, err
	}
	if err != nil {
		return offline.Outcome{}, orMissing(err, op.LocalID)
	}
	return t.update(ctx, op, had, said.Name, said.Color)
}

func (t *things) update(ctx context.Context, op offline.Received, had thing, name, color *string) (offline.Outcome, error) {
	lost := map[string]string{}
	lay := func(field string, value *string, into *string, at *time.Time) {
		switch {
		case value == nil:
		case op.At.Before(*at) || had.Name == "void":
			lost[field] = *value
		default:
			*into, *at = *value, op.At
		}
	}
	lay("name", name, &had.Name, &had.NameAt)
	lay("color", color, &had.Color, &had.ColorAt)
	err := database.From(ctx).Exec("update things set name = ?, color = ?, name_at = ?, color_at = ?, version = version + 1 where id = ?",
		had.Name, had.Color, had.NameAt, had.ColorAt, had.ID).Error
	if err != nil || len(lost) == 0 {
		return offline.Outcome{Status: offline.Updated}, err
	}
	lostText, _ := json.Marshal(lost)
	now, _ := json.Marshal(had)
	return offline.Outcome{Status: offline.Superseded, Lost: lostText, Now: now, Title: "Dos personas cambiaron " + had.Name, Choices: t.choices,
		NowBy: standing, NowAt: had.ColorAt}, nil
}

func orMissing(err error, id uuid.UUID) error {
	if fault.IsNotFound(err) {
		return &offline.Missing{Entity: "thing", ID: id}
	}
	return err
}

func find(ctx context.Context, id uuid.UUID) (thing, error) {
	found, err := list(ctx, "id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return thing{}, err
	}
	return found[0], nil
}

func list(ctx context.Context, where string, args ...any) ([]thing, error) {
	rows, err := database.From(ctx).Raw("select id, name, color, parent, day, name_at, color_at, version from things where "+where, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []thing
	for rows.Next() {
		var t thing
		if err := rows.Scan(&t.ID, &t.Name, &t.Color, &t.Parent, &t.Day, &t.NameAt, &t.ColorAt, &t.Version); err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return found, rows.Err()
}

func (t *things) changes(found []thing, err error) ([]offline.Change, error) {
	changes := []offline.Change{}
	for _, f := range found {
		data, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		changes = append(changes, offline.Change{Entity: t.name, ID: f.ID, Version: f.Version, Data: data})
	}
	return changes, err
}

func (t *things) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	if !access.Who(ctx).Can(mayReadThings) {
		return nil, nil
	}
	return t.changes(list(ctx, "id = any(?::uuid[]) and day < ?", database.IDs(ids), w.To))
}

func (t *things) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	if !access.Who(ctx).Can(mayReadThings) {
		return nil, "", nil
	}
	from, _ := uuid.Parse(after)
	page, err := t.changes(list(ctx, "id > ? and day < ? order by id limit ?", from, w.To, limit))
	if err != nil || len(page) < limit {
		return page, "", err
	}
	return page, page[len(page)-1].ID.String(), nil
}

func (t *things) Count(ctx context.Context, w offline.Window) (n int, err error) {
	found, err := list(ctx, "day < ?", w.To)
	if !access.Who(ctx).Can(mayReadThings) {
		found = nil
	}
	return len(found), err
}

func (t *things) Entering(ctx context.Context, _ offline.Window, from, to time.Time) (ids []uuid.UUID, err error) {
	found, err := list(ctx, "day >= ? and day < ?", from, to)
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	return ids, err
}

func (t *things) With(_ context.Context, changes []offline.Change) (map[uuid.UUID][]offline.Ref, error) {
	need := map[uuid.UUID][]offline.Ref{}
	for _, c := range changes {
		var f thing
		if err := json.Unmarshal(c.Data, &f); err != nil {
			return nil, err
		}
		if f.Parent != nil {
			need[c.ID] = []offline.Ref{{Kind: t.name, ID: f.Parent.String()}}
		}
	}
	return need, nil
}

var _ sync.Companions = (*things)(nil)

var errBoom = errors.New("boom")
