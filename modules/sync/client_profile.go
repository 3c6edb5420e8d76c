package sync

import (
	"context"
	"encoding/json"
	"fmt"

	"hampi/modules/accounts"
	"hampi/modules/platform/offline"
)

// ProfileKind is the kind of the one row that holds the profile; its id is the same word.
const ProfileKind = accounts.ProfileRow

// StoredProfile is who works on this device, as the server last said it; false before it ever did.
func StoredProfile(ctx context.Context, kv offline.KV) (Profile, bool, error) {
	rows, err := kv.Get(ctx, ProfileKind, ProfileKind)
	if err != nil || len(rows) == 0 {
		return Profile{}, false, err
	}
	var p Profile
	if err := json.Unmarshal(rows[0].Value, &p); err != nil {
		return Profile{}, false, fmt.Errorf("read the profile of this device: %w", err)
	}
	return p, true, nil
}

func (p Profile) row() (offline.Row, error) {
	value, err := json.Marshal(p)
	if err != nil {
		return offline.Row{}, fmt.Errorf("write the profile: %w", err)
	}
	return offline.Row{Kind: ProfileKind, ID: ProfileKind, Value: value}, nil
}
