//go:build !js

package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
)

// ProfileOf is what the device of who must know. It reads account tables alone, before or after the request's own
// transaction.
func ProfileOf(ctx context.Context, db *database.DB, who access.Identity) (DeviceProfile, error) {
	p := DeviceProfile{
		UserID: who.UserID, MembershipID: who.MembershipID, SiteID: who.SiteID, Name: who.Name, Roles: slices.Clone(who.Roles), TimeZone: who.TimeZone,
	}
	for may := range maps.Keys(who.Permissions) {
		if who.Can(may) {
			p.Permissions = append(p.Permissions, may)
		}
	}
	slices.Sort(p.Roles)
	slices.Sort(p.Permissions)
	err := db.AsSystem(ctx, "read the clinic of a device's person", func(tx *gorm.DB) (err error) {
		p.Clinic, err = clinicIn(tx, who.ClinicID, "")
		return err
	})
	if err != nil {
		return DeviceProfile{}, err
	}
	p.Around, err = Around(ctx, db, who)
	return p, err
}

// Packed is the profile as it travels, and the hash by which a device says that it has it already.
func (p DeviceProfile) Packed() (hash string, data json.RawMessage, err error) {
	data, err = json.Marshal(p)
	if err != nil {
		return "", nil, fmt.Errorf("write a device's profile: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), data, nil
}
