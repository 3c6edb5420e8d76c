//go:build !js

package jobs

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"riverqueue.com/riverui"
)

// NewScreens are River's own pages over the queue, below a prefix: what waits, what failed and why, trying again and
// cancelling. Arguments are ids, so that they show nothing of a clinic. Who may come in is the caller's to say.
func NewScreens(pool *pgxpool.Pool, prefix string, log *slog.Logger) (http.Handler, error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: log})
	if err != nil {
		return nil, fmt.Errorf("prepare the screens of the job queue: %w", err)
	}
	// It is not started: that would keep counting jobs for a page that is hardly ever open. Not started, it counts when asked.
	screens, err := riverui.NewHandler(&riverui.HandlerOpts{Endpoints: riverui.NewEndpoints(client, nil), Logger: log, Prefix: prefix})
	if err != nil {
		return nil, fmt.Errorf("prepare the screens of the job queue: %w", err)
	}
	return screens, nil
}
