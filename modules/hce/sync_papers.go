//go:build !js

package hce

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// SyncFavourites gives professionals their own favourites on devices.
func SyncFavourites() offline.Reference {
	return offline.Reference{Entity: favouriteEntity, Needs: accounts.HCEWrite, All: func(ctx context.Context) ([]offline.Change, error) {
		rows, err := favouritesToSend(ctx, access.Who(ctx).MembershipID)
		if err != nil {
			return nil, err
		}
		var broken error
		list, err := offline.Changes(favouriteEntity, rows, func(r favouriteRow) (uuid.UUID, int64, any) {
			d := favouriteData{Name: r.Name, Place: r.Place, Uses: r.Uses}
			if err := json.Unmarshal([]byte(r.Item), &d.Item); err != nil {
				broken = explain("read a favourite", err)
			}
			return r.ID, r.Changed, d
		})
		if broken != nil {
			return nil, broken
		}
		return list, err
	}}
}

// SyncLogo gives who prescribes the clinic's picture for what they print without connection, unless it is too large.
func SyncLogo(logo Logo, clinic Colleagues) offline.Reference {
	return offline.Reference{Entity: logoEntity, Needs: accounts.HCEWrite, All: func(ctx context.Context) ([]offline.Change, error) {
		picture, kind, err := logo(ctx)
		if fault.IsNotFound(err) || len(picture) > LogoOnDevices {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c, err := clinic.Clinic(ctx)
		if err != nil {
			return nil, err
		}
		return offline.Changes(logoEntity, []logoData{{kind, picture}}, func(d logoData) (uuid.UUID, int64, any) { return c.ID, c.Version, d })
	}}
}
