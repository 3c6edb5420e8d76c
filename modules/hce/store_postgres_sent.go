//go:build !js

package hce

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

func (Postgres) AddSent(ctx context.Context, s Sent) error {
	const insert = "insert into prescription_sendings (id, record_id, way, shown_to, by, sent_at) values (?, ?, ?, ?, ?, ?)"
	return explain("keep that a prescription was sent", database.From(ctx).Exec(insert, s.ID, s.RecordID, s.Way, s.ShownTo, s.By, s.At).Error)
}

func (Postgres) SentOf(ctx context.Context, records []uuid.UUID) ([]Sent, error) {
	if len(records) == 0 {
		return nil, nil
	}
	var list []Sent
	const query = "select id, record_id, way, shown_to, by, sent_at as at from prescription_sendings where record_id in ? order by sent_at, id"
	return list, explain("read which prescriptions were sent", database.From(ctx).Raw(query, records).Scan(&list).Error)
}
