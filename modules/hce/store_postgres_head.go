//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/database"
	"hampi/modules/platform/offline"
)

type headRow struct {
	ID, By                       uuid.UUID
	Name, Address, Phone, Footer string
	Logo                         bool
	Ipress                       string
	Version                      int64
	UpdatedAt                    time.Time
}

func (r headRow) head() (PrescriptionHead, error) {
	h := PrescriptionHead{
		ID: r.ID, Name: r.Name, Address: r.Address, Phone: r.Phone, Footer: r.Footer, Logo: r.Logo, By: r.By, Version: r.Version, At: r.UpdatedAt,
	}
	return h, explain("read the head of prescriptions", json.Unmarshal([]byte(r.Ipress), &h.IPRESS))
}

func (Postgres) PrescriptionHead(ctx context.Context) (PrescriptionHead, error) {
	var rows []headRow
	const query = "select id, by, name, address, phone, footer, logo, ipress, version, updated_at from prescription_settings"
	if err := database.From(ctx).Raw(query).Scan(&rows).Error; err != nil {
		return PrescriptionHead{}, explain("read the head of prescriptions", err)
	}
	if len(rows) == 0 {
		return usualHead(), nil
	}
	return rows[0].head()
}

func (Postgres) SavePrescriptionHead(ctx context.Context, h PrescriptionHead) error {
	codes, err := ipressText(h.IPRESS)
	if err != nil {
		return explain("write the head of prescriptions", err)
	}
	if h.Version > 0 {
		const update = `update prescription_settings set name = ?, address = ?, phone = ?, footer = ?, logo = ?, ipress = ?::jsonb, by = ?, version = version + 1, updated_at = ?
			where version = ?`
		done := database.From(ctx).Exec(update, h.Name, h.Address, h.Phone, h.Footer, h.Logo, codes, h.By, h.At, h.Version)
		if done.Error == nil && done.RowsAffected == 0 {
			return ErrHeadChanged
		}
		return explain("keep the head of prescriptions", done.Error)
	}
	err = database.Savepoint(ctx, func(ctx context.Context) error {
		const insert = `insert into prescription_settings (id, name, address, phone, footer, logo, ipress, by, created_at, updated_at)
			values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?)`
		return database.From(ctx).Exec(insert, newID(), h.Name, h.Address, h.Phone, h.Footer, h.Logo, codes, h.By, h.At, h.At).Error
	})
	if database.Violates(err, "prescription_settings_one") {
		return ErrHeadChanged
	}
	return explain("keep the head of prescriptions", err)
}

// SyncHead offers the head of prescriptions to devices, which print with it and only read it.
func SyncHead() offline.Reference {
	return offline.Reference{Entity: headEntity, Needs: accounts.HCEWrite, All: func(ctx context.Context) ([]offline.Change, error) {
		h, err := Postgres{}.PrescriptionHead(ctx)
		if err != nil || h.Version == 0 {
			return nil, err
		}
		return offline.Changes(headEntity, []PrescriptionHead{h}, func(h PrescriptionHead) (uuid.UUID, int64, any) { return h.ID, h.Version, headDataOf(h) })
	}}
}
