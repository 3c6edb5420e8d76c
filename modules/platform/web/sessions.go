//go:build !js

package web

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/database"
)

// NewSessions keeps browsers' log-ins in PostgreSQL (table sessions, tokens hashed). The cookie lives as long as the
// browser; absolute and idle limits are accounts' affair.
func NewSessions(system *pgxpool.Pool, secure bool) *scs.SessionManager {
	s := scs.New()
	s.Store = pgxstore.New(system)
	s.HashTokenInStore = true
	s.Lifetime = 12 * time.Hour
	s.Cookie.Name = "sid"
	if secure {
		s.Cookie.Name = "__Host-sid"
	}
	s.Cookie.Secure = secure
	s.Cookie.HttpOnly = true
	s.Cookie.SameSite = http.SameSiteLaxMode
	s.Cookie.Path = "/"
	s.Cookie.Persist = false
	return s
}

const flashKey = "flash"

// Sessions loads the browser's session and saves it with the answer; also with the answer to an error.
func Sessions(s *scs.SessionManager) echo.MiddlewareFunc {
	load := echo.WrapMiddleware(s.LoadAndSave)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		withSession := load(func(c echo.Context) error {
			c.Set(flashesKey, sessionFlashes{s})
			if err := next(c); err != nil {
				c.Error(err) // here, so that the session is saved with the page that is drawn
			}
			return nil
		})
		return func(c echo.Context) error {
			if Stateless(c) {
				return next(c)
			}
			return withSession(c)
		}
	}
}

// sessionFlashes keeps sentences in the browser's session.
type sessionFlashes struct{ sessions *scs.SessionManager }

func (f sessionFlashes) Put(c echo.Context, words string) {
	ctx := c.Request().Context()
	if database.InSession(ctx) {
		database.AfterCommit(ctx, func() { f.sessions.Put(ctx, flashKey, words) })
		return
	}
	f.sessions.Put(ctx, flashKey, words)
}

func (f sessionFlashes) Take(c echo.Context) string {
	return f.sessions.PopString(c.Request().Context(), flashKey)
}
