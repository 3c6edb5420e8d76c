//go:build js

package modules

import (
	"context"
	"log/slog"
	"os"
	"time"

	"hampi/modules/catalog"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// Browser is what the service worker gets: the app over the worker's store.
func Browser() (offline.App, error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	b, err := NewBrowserApp(BrowserParts{KV: offline.Browser(), Transport: offline.Poster(sync.Path), Codes: catalog.DeviceCodes{Text: offline.Table("cie10")},
		Now: clock.System, Zone: time.FixedZone("America/Lima", -5*60*60), Log: log})
	if err != nil {
		return offline.App{}, err
	}
	exchange := func(ctx context.Context) (any, error) { return b.Client.Round(ctx) }
	return offline.App{Handler: b.Echo, Can: b.Can, Sync: exchange}, nil
}
