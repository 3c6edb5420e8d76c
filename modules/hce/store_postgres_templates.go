//go:build !js

package hce

import (
	"context"

	"hampi/modules/platform/database"
)

func (Postgres) TemplateRevisions(ctx context.Context) ([]TemplateRevision, error) {
	return database.Once(ctx, []string{"note_templates"}, func() ([]TemplateRevision, error) {
		var list []TemplateRevision
		const query = "select id, slug, revision, retired, body, by, created_at as at from note_templates order by slug, revision"
		err := database.From(ctx).Raw(query).Scan(&list).Error
		return list, explain("read the clinic's templates", err)
	})
}

func (Postgres) AddTemplateRevision(ctx context.Context, r TemplateRevision) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		const insert = "insert into note_templates (id, slug, revision, retired, body, by, created_at) values (?, ?, ?, ?, ?, ?, ?)"
		return database.From(ctx).Exec(insert, r.ID, r.Slug, r.Revision, r.Retired, r.Body, r.By, r.At).Error
	})
	if database.Violates(err, "note_templates_revision") {
		return ErrStaleTemplate
	}
	return explain("keep a template", err)
}
