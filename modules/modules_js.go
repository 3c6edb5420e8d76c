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
	log := slog.New(console{})
	b, err := NewBrowserApp(BrowserParts{KV: offline.Browser(), Transport: offline.Poster(sync.Path), Codes: catalog.DeviceCodes{Text: offline.Table("cie10")},
		Now: clock.System, Zone: time.FixedZone("America/Lima", -5*60*60), Log: log})
	if err != nil {
		return offline.App{}, err
	}
	exchange := func(ctx context.Context) (any, error) { return b.Client.Round(ctx) }
	return offline.App{Handler: b.Echo, Can: b.Can, Sync: exchange}, nil
}

// console writes what fails where a browser shows it; the handlers of package slog would be the larger part of it.
type console struct{}

func (console) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (console) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.Key + "=" + a.Value.String()
		return true
	})
	_, err := os.Stderr.WriteString(line + "\n")
	return err
}

func (c console) WithAttrs([]slog.Attr) slog.Handler { return c }

func (c console) WithGroup(string) slog.Handler { return c }
