//go:build !js

// Package modules is the roof: it builds every module, hands each what it needs, and gives the program its routes,
// its jobs and its navigation. Nothing else knows all modules.
package modules

import (
	"context"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/riverqueue/river"

	"hampi/config"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
	"hampi/static"
)

// Parts are what the program opened before it can be built.
type Parts struct {
	Config    config.Config
	DB        *database.DB
	Vault     *pii.Vault
	JWTKey    *rsa.PrivateKey
	Mail      mail.Sender
	Now       clock.Now
	SealerURL string // login of the audit sealer; only the worker needs it
	Log       *slog.Logger
	Version   string
}

// App is the built program.
type App struct {
	Echo     *echo.Echo
	Router   *web.Router
	Metrics  *web.Metrics
	Workers  *river.Workers
	Periodic []*river.PeriodicJob
}

// Build puts the house together. It fails on a route that nobody guards.
func Build(p Parts) (*App, error) {
	queue, err := jobs.NewQueue()
	if err != nil {
		return nil, err
	}
	app := &App{Echo: echo.New(), Metrics: web.NewMetrics(), Workers: river.NewWorkers()}
	server := &web.Server{
		DB: p.DB, Answers: web.NewAnswers(p.Vault), Now: p.Now, Log: p.Log,
		People: web.NewLimiter(p.Config.RateLimit), Visitors: web.NewLimiter(p.Config.RateLimitAnon),
	}
	app.Router = web.NewRouter(app.Echo, server.Guard)
	if err := app.listen(p); err != nil {
		return nil, err
	}
	_ = queue
	if err := web.AddWorkers(app.Workers, p.DB, p.Now); err != nil {
		return nil, err
	}
	app.Periodic = append(app.Periodic, web.Periodic()...)
	web.Statics(app.Router, static.Dist())
	healthRoutes(app.Router, p.DB)
	helpRoutes(app.Router)
	return app, app.Router.Check()
}

// listen stacks what every request passes, outermost first (DESIGN §3).
func (a *App) listen(p Parts) error {
	e := a.Echo
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = web.IPExtractor(p.Config.TrustedProxies)
	e.HTTPErrorHandler = web.Errors{Log: p.Log, Classify: web.DatabaseFaults}.Handle
	sameOrigin, err := web.SameOrigin(p.Config.PublicURL)
	if err != nil {
		return err
	}
	e.Use(web.RequestIDs(), web.Log(p.Log, a.Metrics), web.Recover(p.Log), web.Headers(p.Config.Secure()), sameOrigin,
		web.Sessions(web.NewSessions(p.DB.SystemPool(), p.Config.Secure())))
	return nil
}

// healthRoutes tell a balancer whether the process lives, and whether it can answer.
func healthRoutes(r *web.Router, db *database.DB) {
	r.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok") }, web.Public())
	r.GET("/readyz", func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), readyLimit)
		defer cancel()
		if err := db.Pool().Ping(ctx); err != nil {
			return c.String(http.StatusServiceUnavailable, "database")
		}
		return c.String(http.StatusOK, "ok")
	}, web.Public())
}

// readyLimit is how long a balancer's question waits for the database.
const readyLimit = 2 * time.Second
