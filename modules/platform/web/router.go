// Package web is how the house speaks HTTP: routes with their permission, pages, forms, refusals in words.
//
// It knows no clinic word. What stands in this file serves the browser build too; the server's own part
// (sessions, transactions, limits) is in the files that say !js.
package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
)

// Kind says who opens the transaction of a route.
type Kind int

const (
	Tx    Kind = iota // the middleware: one transaction, committed before the answer leaves
	OwnTx             // the service, in batches or after slow work
	NoTx              // nobody: no tenant data is touched
)

// Route is one address with what it asks of whoever comes.
type Route struct {
	Method, Path string
	Permission   access.Permission // empty only for Public and SignedIn
	Public       bool              // anybody
	SignedIn     bool              // anybody who is signed in
	WhileLocked  bool              // answered while the screen is locked
	Quiet        bool              // a poll: does not count as activity
	Asks         bool              // a POST that writes nothing
	Kind         Kind
	MaxBody      int64 // bytes
}

// Option declares one thing about a route.
type Option func(*Route)

// Needs lets in who has permission p.
func Needs(p access.Permission) Option { return func(r *Route) { r.Permission = p } }

// Public lets in anybody; such a route has no clinic, and so no transaction unless it opens its own.
func Public() Option {
	return func(r *Route) {
		r.Public = true
		if r.Kind == Tx {
			r.Kind = NoTx
		}
	}
}

// SignedIn lets in whoever is signed in, whatever the role.
func SignedIn() Option { return func(r *Route) { r.SignedIn = true } }

// WhileLocked answers although the screen is locked.
func WhileLocked() Option { return func(r *Route) { r.WhileLocked = true } }

// Quiet marks a poll, which does not keep a log-in alive.
func Quiet() Option { return func(r *Route) { r.Quiet = true } }

// Asks marks a question by POST that writes nothing: it is no operation, so it may be asked again in other words.
func Asks() Option { return func(r *Route) { r.Asks = true } }

// Of sets the route's kind.
func Of(k Kind) Option { return func(r *Route) { r.Kind = k } }

// MaxBody lets a route take bodies of up to n bytes.
func MaxBody(n int64) Option { return func(r *Route) { r.MaxBody = n } }

// defaultMaxBody holds any form; uploads ask for more.
const defaultMaxBody = 1 << 20

// Guard stands before every handler: it decides who gets in and in which transaction.
type Guard func(Route, echo.HandlerFunc) echo.HandlerFunc

// Router adds routes to Echo and keeps the table that start-up and tests read.
type Router struct {
	Echo   *echo.Echo
	guard  Guard
	routes []Route
	wrong  []error
}

// NewRouter builds a router whose every handler stands behind guard.
func NewRouter(e *echo.Echo, guard Guard) *Router { return &Router{Echo: e, guard: guard} }

// Add registers a handler. What is wrong with the declaration is reported by Check.
func (r *Router) Add(method, path string, h echo.HandlerFunc, options ...Option) {
	route := r.Declare(method, path, options...)
	r.Echo.Add(method, path, r.guard(route, h))
}

// Declare enters a route in the table without a handler of its own (the JSON API registers its handlers itself).
func (r *Router) Declare(method, path string, options ...Option) Route {
	route := Route{Method: method, Path: path, MaxBody: defaultMaxBody}
	for _, o := range options {
		o(&route)
	}
	if route.Permission == "" && !route.Public && !route.SignedIn {
		r.wrong = append(r.wrong, fmt.Errorf("route %s %s declares no permission", method, path))
	}
	r.routes = append(r.routes, route)
	return route
}

// Guarded puts the router's guard before h for a route that Declare entered.
func (r *Router) Guarded(route Route, h echo.HandlerFunc) echo.HandlerFunc { return r.guard(route, h) }

func (r *Router) GET(path string, h echo.HandlerFunc, options ...Option) {
	r.Add(http.MethodGet, path, h, options...)
}

func (r *Router) POST(path string, h echo.HandlerFunc, options ...Option) {
	r.Add(http.MethodPost, path, h, options...)
}

func (r *Router) DELETE(path string, h echo.HandlerFunc, options ...Option) {
	r.Add(http.MethodDelete, path, h, options...)
}

// Routes is the table of all declared routes.
func (r *Router) Routes() []Route { return append([]Route(nil), r.routes...) }

// Check refuses to start with a route that nobody guards.
func (r *Router) Check() error { return errors.Join(r.wrong...) }
