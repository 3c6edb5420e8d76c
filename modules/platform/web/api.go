//go:build !js

package web

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
)

// API is the JSON API under /api/v1: typed operations behind the same guard as the pages, described by OpenAPI 3.1.
type API struct {
	Huma   huma.API
	router *Router
	routes map[string]Route
}

// NewAPI mounts the API's description at /api/openapi.json; operations are added by Operation.
func NewAPI(router *Router, version string) *API {
	config := huma.DefaultConfig("Hampi", version)
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath = ""    // /api/docs is a page of ours that needs no internet
	config.SchemasPath = "" // schemas stand in the description
	config.CreateHooks = nil
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", distinctNames())
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	huma.NewError = refusedByHuma // huma keeps its wording in package variables; this is the one place that sets them
	speakSpanish()
	a := &API{router: router, routes: map[string]Route{}}
	group := router.Echo.Group("", a.guard)
	a.Huma = humaecho.NewWithGroup(router.Echo, group, config)
	for _, suffix := range []string{".json", ".yaml", "-3.0.json", "-3.0.yaml"} {
		a.declare(http.MethodGet, config.OpenAPIPath+suffix, Public())
	}
	return a
}

// distinctNames lets two modules call their bodies alike: the second type of a name gets a number.
func distinctNames() func(t reflect.Type, hint string) string {
	taken := map[string]reflect.Type{}
	return func(t reflect.Type, hint string) string {
		name := huma.DefaultSchemaNamer(t, hint)
		for n := 1; ; n++ {
			candidate := name
			if n > 1 {
				candidate += strconv.Itoa(n)
			}
			if other, ok := taken[candidate]; !ok || other == t {
				taken[candidate] = t
				return candidate
			}
		}
	}
}

func (a *API) declare(method, path string, options ...Option) {
	route := a.router.Declare(method, path, options...)
	a.routes[method+" "+path] = route
}

// guard finds the declared route of an API request and puts the router's guard before its handler.
func (a *API) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		route, ok := a.routes[c.Request().Method+" "+c.Path()]
		if !ok {
			return fault.ErrNotFound
		}
		if err := wantJSON(c.Request()); err != nil {
			return err
		}
		return a.router.Guarded(route, answered(next))(c)
	}
}

// failure is where an operation leaves its error, so that the one error handler of the house answers it and a lost
// race is run again; huma's own answer to it is dropped.
type failure struct{ err error }

type failureKey struct{}

func answered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request, response := c.Request(), c.Response()
		var failed failure
		held := NewRecorder(response.Header())
		c.SetRequest(request.WithContext(context.WithValue(request.Context(), failureKey{}, &failed)))
		if err := heldBack(c, held, next); err != nil || failed.err != nil {
			return errors.Join(err, failed.err)
		}
		c.SetRequest(request)
		return held.Send(response)
	}
}

// wantJSON refuses bodies of other kinds, which a form of another site could send.
func wantJSON(r *http.Request) error {
	if r.ContentLength == 0 || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	kind, _, _ := strings.Cut(r.Header.Get(echo.HeaderContentType), ";")
	switch strings.TrimSpace(kind) {
	case "application/json", "application/merge-patch+json":
		return nil
	}
	return echo.ErrUnsupportedMediaType
}

// heldBack lets next answer into held, and puts the real answer back also after a panic.
func heldBack(c echo.Context, held *Recorder, next echo.HandlerFunc) error {
	defer c.SetResponse(c.Response())
	c.SetResponse(echo.NewResponse(held, c.Echo()))
	return next(c)
}

// Operation adds one typed operation with what it asks of whoever comes. h returns faults like any service.
func Operation[I, O any](a *API, op huma.Operation, h func(context.Context, *I) (*O, error), options ...Option) {
	path := strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
	a.declare(op.Method, path, options...)
	if route := a.routes[op.Method+" "+path]; !route.Public {
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	huma.Register(a.Huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if failed, ok := ctx.Value(failureKey{}).(*failure); ok {
			failed.err = err
		}
		return out, err
	})
}

// Problem is what huma itself refuses (a wrong type, a missing member), in the house's words and shape.
func (p *ProblemDetails) Error() string { return p.Detail }

// GetStatus tells huma the status of its own refusals.
func (p *ProblemDetails) GetStatus() int { return p.Status }

// ContentType marks an answer as an RFC 9457 problem.
func (p *ProblemDetails) ContentType(string) string { return "application/problem+json" }
