//go:build !js

package hce

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

func (Postgres) Favourites(ctx context.Context, owner uuid.UUID) ([]Favourite, error) {
	var rows []struct {
		ID   uuid.UUID
		Name string
		Item string
		Uses int
	}
	const query = "select id, name, item, uses from prescription_favourites where owner_id = ? and removed_at is null order by place, uses desc, name, id"
	if err := database.From(ctx).Raw(query, owner).Scan(&rows).Error; err != nil {
		return nil, explain("read favourites", err)
	}
	list := make([]Favourite, len(rows))
	for i, r := range rows {
		list[i] = Favourite{ID: r.ID, Name: r.Name, Uses: r.Uses}
		if err := json.Unmarshal([]byte(r.Item), &list[i].Item); err != nil {
			return nil, explain("read a favourite", err)
		}
	}
	return list, nil
}

func (Postgres) NameFavourite(ctx context.Context, owner, id uuid.UUID, name string) error {
	const gone = "delete from prescription_favourites where owner_id = ? and name = ? and removed_at is not null and id <> ?"
	if err := database.From(ctx).Exec(gone, owner, name, id).Error; err != nil {
		return explain("forget a removed favourite", err)
	}
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		return changedOne(ctx, "update prescription_favourites set name = ?, version = version + 1, updated_at = now() where owner_id = ? and id = ?", name, owner, id)
	})
	if database.Violates(err, "prescription_favourites_name") {
		return errFavouriteNamed
	}
	return err
}

func (Postgres) OrderFavourites(ctx context.Context, owner uuid.UUID, ids []uuid.UUID) error {
	for i, id := range ids {
		const update = "update prescription_favourites set place = ?, updated_at = now() where owner_id = ? and id = ? and place <> ?"
		if err := database.From(ctx).Exec(update, i+1, owner, id, i+1).Error; err != nil {
			return explain("order favourites", err)
		}
	}
	return nil
}

func (Postgres) RemoveFavourite(ctx context.Context, owner, id uuid.UUID, removed bool) error {
	const update = "update prescription_favourites set removed_at = case when ? then now() end, version = version + 1, updated_at = now() where owner_id = ? and id = ?"
	return changedOne(ctx, update, removed, owner, id)
}

// changedOne changes a row that must be there.
func changedOne(ctx context.Context, statement string, args ...any) error {
	done := database.From(ctx).Exec(statement, args...)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return explain("change a favourite", done.Error)
}

// favouriteRow is a favourite as devices are told of it.
type favouriteRow struct {
	ID      uuid.UUID
	Name    string
	Item    string
	Place   int
	Uses    int
	Changed int64 // milliseconds since 1970
}

// favouritesToSend are those of somebody that a device keeps.
func favouritesToSend(ctx context.Context, owner uuid.UUID) ([]favouriteRow, error) {
	const query = `select id, name, item, place, uses, (extract(epoch from updated_at) * 1000)::bigint as changed from prescription_favourites
		where owner_id = ? and removed_at is null order by id`
	var rows []favouriteRow
	err := database.From(ctx).Raw(query, owner).Scan(&rows).Error
	return rows, explain("read favourites for a device", err)
}
