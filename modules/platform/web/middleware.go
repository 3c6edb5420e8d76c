//go:build !js

package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Log writes one line a request: the route's pattern, never path or query, which carry ids and secret links.
func Log(log *slog.Logger, metrics *Metrics) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			route, status, took := routeLabel(c), c.Response().Status, time.Since(start)
			metrics.Observe(route, c.Request().Method, status, took)
			if isUnlimited(c.Request().URL.Path) {
				return nil
			}
			who := access.Who(c.Request().Context())
			log.Info("request", "request", RequestID(c), "method", c.Request().Method, "route", route,
				"status", status, "ms", took.Milliseconds(), "user", who.UserID, "clinic", who.ClinicID)
			return nil
		}
	}
}

func routeLabel(c echo.Context) string {
	if c.Path() == "" {
		return "(none)"
	}
	return c.Path()
}

// isUnlimited names what never counts for limits and log-ins: static files, the service worker, health.
func isUnlimited(path string) bool {
	return strings.HasPrefix(path, "/static/") || path == "/sw.js" || path == "/healthz" || path == "/readyz" ||
		path == "/favicon.ico" || path == "/manifest.webmanifest"
}

// Stateless reports whether a request needs no log-in at all, so that nothing is looked up for it.
func Stateless(c echo.Context) bool { return isUnlimited(c.Request().URL.Path) }

// SameOrigin refuses writes that another site made the browser send.
func SameOrigin(publicURL string) (echo.MiddlewareFunc, error) {
	protection := http.NewCrossOriginProtection()
	if publicURL != "" {
		if err := protection.AddTrustedOrigin(strings.TrimSuffix(publicURL, "/")); err != nil {
			return nil, fmt.Errorf("HAMPI_PUBLIC_URL is no origin: %w", err)
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return ErrOrigin
			}
			return next(c)
		}
	}, nil
}

// IPExtractor believes X-Forwarded-For only from the named proxies.
func IPExtractor(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		options = append(options, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// Identifier finds the person behind a request: a browser's log-in or a program's token.
type Identifier interface {
	// Identify returns false for somebody who is not signed in. quiet requests do not count as activity.
	Identify(c echo.Context, quiet bool) (access.Identity, bool, error)
}

// Identify puts who is asking into the request's context.
func Identify(people Identifier) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if Stateless(c) {
				return next(c)
			}
			quiet := c.Request().Header.Get("X-Vivo") != ""
			who, ok, err := people.Identify(c, quiet)
			if err != nil {
				return err
			}
			if ok {
				c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), who)))
			}
			return next(c)
		}
	}
}

// DatabaseFaults is the Classify of the server: a database that gave up waiting or is gone is "not now".
func DatabaseFaults(err error) error {
	if fault.KindOf(err) != fault.Unexpected {
		return err
	}
	switch {
	case database.Busy(err), database.Retryable(err):
		return errors.Join(fault.NotNow("Otra persona está guardando lo mismo. Intente otra vez en un momento."), err)
	case database.Unstorable(err):
		return errors.Join(fault.InvalidField("", "El texto trae un carácter que no se puede guardar. Bórrelo y escríbalo otra vez."), err)
	case database.Gone(err):
		return errors.Join(fault.NotNow("La base de datos no responde. Lo guardado está a salvo; intente otra vez en un momento."), err)
	}
	return err
}
