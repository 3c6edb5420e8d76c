package accounts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// DeviceProfile is what a device knows of whoever works on it: who they are in the clinic, what they may do, and what
// stands around their pages.
type DeviceProfile struct {
	UserID       uuid.UUID           `json:"user_id"`
	MembershipID uuid.UUID           `json:"membership_id"`
	SiteID       uuid.UUID           `json:"site_id,omitzero"`
	Name         string              `json:"name"`
	Roles        []string            `json:"roles"`
	Permissions  []access.Permission `json:"permissions"`
	TimeZone     string              `json:"time_zone"`
	Clinic       Clinic              `json:"clinic"`
	Around       Surroundings        `json:"around"`
}

// Identity is who asks the app on the device. What the person may do was last said by the server, which decides again
// when the work arrives there.
func (p DeviceProfile) Identity() access.Identity {
	who := access.Identity{
		UserID: p.UserID, ClinicID: p.Clinic.ID, MembershipID: p.MembershipID, SiteID: p.SiteID, Name: p.Name, Roles: p.Roles,
		Permissions: map[access.Permission]bool{}, TimeZone: p.TimeZone,
	}
	for _, may := range p.Permissions {
		who.Permissions[may] = true
	}
	return who
}

// ProfileRow is the kind and the id of the row in which the device keeps its profile, as the answer of the
// synchronisation brought it.
const ProfileRow = "profile"

// ErrNoProfile is the answer of a device on which nobody has worked online yet.
var ErrNoProfile = fault.NotNow("Este equipo aún no tiene sus datos. Entre una vez con conexión.")

// StoredProfile is what the device of the current unit knows of its person; ErrNoProfile when it knows nobody.
func StoredProfile(ctx context.Context) (DeviceProfile, error) {
	found, err := offline.Once(ctx, ProfileRow, func() ([]DeviceProfile, error) {
		p, err := readProfile(ctx)
		return []DeviceProfile{p}, err
	})
	return found[0], err
}

func readProfile(ctx context.Context) (DeviceProfile, error) {
	var p DeviceProfile
	row, err := offline.From(ctx).Index(ctx, ProfileRow, ProfileRow)
	if err != nil {
		return p, fmt.Errorf("read the profile of this device: %w", err)
	}
	if row == nil {
		return p, ErrNoProfile
	}
	brought := struct {
		Data *DeviceProfile `json:"data"`
	}{&p}
	if err := json.Unmarshal(row, &brought); err != nil {
		return p, fmt.Errorf("read the profile of this device: %w", err)
	}
	return p, nil
}
