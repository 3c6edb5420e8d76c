package sync_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// TestProfileIsKnown lets a device learn from an answer who works on it.
func TestProfileIsKnown(t *testing.T) {
	who := accounts.DeviceProfile{UserID: uuid.New(), Name: "Rosa", Clinic: accounts.Clinic{Name: "Norte"}}
	data, err := json.Marshal(who)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.At(time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC))
	device := offline.NewDevice(offline.NewMemory(), nil, now)
	if _, err := accounts.StoredProfile(device.Read(context.Background())); err != accounts.ErrNoProfile { //nolint:errorlint // the very value
		t.Fatalf("a new device knows somebody: %v", err)
	}
	answer := func(context.Context, map[string]string, []byte) (int, []byte, error) {
		body, err := json.Marshal(sync.Response{LastSync: "c", ServerTime: now(), Profile: &sync.Profile{Hash: "h", Data: data}})
		return 200, body, err
	}
	if _, err := sync.NewClient(device, answer, now, time.UTC, nil).Round(context.Background()); err != nil {
		t.Fatal(err)
	}
	known, err := accounts.StoredProfile(device.Read(context.Background()))
	if err != nil || known.UserID != who.UserID || known.Name != "Rosa" || known.Clinic.Name != "Norte" {
		t.Fatalf("the device knows %+v: %v", known, err)
	}
}
