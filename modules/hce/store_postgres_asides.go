//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// asideRow is an aside in its table.
type asideRow struct {
	ID, EncounterID, PatientID, AuthorID uuid.UUID
	TemplateID                           string
	TemplateVersion                      int
	Body                                 string
	Holder                               string
	WrittenAt                            time.Time
	DismissedAt                          *time.Time
	Version                              int64
}

const asideColumns = `select id, encounter_id, patient_id, author_id, template_id, template_version, body, holder, written_at, dismissed_at, version
	from record_asides `

func (r asideRow) aside() (Aside, error) {
	a := Aside{
		ID: r.ID, EncounterID: r.EncounterID, PatientID: r.PatientID, AuthorID: r.AuthorID, TemplateID: r.TemplateID, TemplateVersion: r.TemplateVersion,
		Holder: r.Holder, WrittenAt: r.WrittenAt, DismissedAt: r.DismissedAt, Version: r.Version,
	}
	if err := json.Unmarshal([]byte(r.Body), &a.Body); err != nil {
		return a, fmt.Errorf("read aside %s: %w", r.ID, err)
	}
	return a, nil
}

func readAsides(ctx context.Context, query string, args ...any) ([]Aside, error) {
	var rows []asideRow
	if err := database.From(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read what stands beside notes", err)
	}
	list := make([]Aside, 0, len(rows))
	for _, r := range rows {
		a, err := r.aside()
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

func (Postgres) AsidesOf(ctx context.Context, encounter, author uuid.UUID) ([]Aside, error) {
	return readAsides(ctx, asideColumns+"where author_id = ? and encounter_id = ? and dismissed_at is null order by written_at, id", author, encounter)
}

func (Postgres) AsidesBy(ctx context.Context, author uuid.UUID) ([]Aside, error) {
	return readAsides(ctx, asideColumns+"where author_id = ? and dismissed_at is null order by written_at, id", author)
}

func (Postgres) Aside(ctx context.Context, id uuid.UUID) (Aside, error) {
	found, err := readAsides(ctx, asideColumns+"where id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Aside{}, err
	}
	return found[0], nil
}

func (Postgres) KeepAside(ctx context.Context, a Aside) error {
	text, err := json.Marshal(a.Body)
	if err != nil {
		return fmt.Errorf("write aside %s: %w", a.ID, err)
	}
	const keep = `insert into record_asides as r (id, encounter_id, patient_id, author_id, template_id, template_version, body, holder, written_at, dismissed_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (clinic_id, id) do update set template_id = excluded.template_id,
		template_version = excluded.template_version, body = excluded.body, written_at = excluded.written_at, version = r.version + 1, updated_at = now()
		where r.author_id = excluded.author_id`
	return explain("keep what stands beside a note", database.From(ctx).Exec(keep, a.ID, a.EncounterID, a.PatientID, a.AuthorID, a.TemplateID,
		a.TemplateVersion, string(text), a.Holder, a.WrittenAt, a.DismissedAt).Error)
}

func (Postgres) DismissAside(ctx context.Context, id uuid.UUID, at time.Time) error {
	const dismiss = "update record_asides set dismissed_at = ?, version = version + 1, updated_at = now() where id = ? and dismissed_at is null"
	return explain("let go of what stood beside a note", database.From(ctx).Exec(dismiss, at, id).Error)
}
