package web

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// Refusals that belong to the way in, not to a clinic's rule.
var (
	ErrSignIn   = errors.New("sign in first")
	ErrLocked   = errors.New("the screen is locked")
	ErrTooLarge = errors.New("the body is larger than this address takes")
	ErrOrigin   = errors.New("the request comes from another site")
)

// statusGone is for the log alone: whoever asked has left before the answer.
const statusGone = 499

// TooMany refuses until some time has passed.
type TooMany struct{ RetryAfter time.Duration }

func (e *TooMany) Error() string { return "too many requests" }

// NotProven refuses a password or a code at the API, in words that say which; it looks the same for an unknown account.
type NotProven struct{ Words string }

func (e *NotProven) Error() string { return e.Words }

// Seconds is the wait, rounded up, as Retry-After wants it.
func (e *TooMany) Seconds() int { return int((e.RetryAfter + time.Second - 1) / time.Second) }

// Classify is asked for failures that are not faults but have a kind all the same, such as a database that gave up
// waiting; it returns a fault, or the error as it was.
type Classify func(error) error

// Errors turns what a handler returned into an answer: a page, a fragment for htmx, or an RFC 9457 problem.
type Errors struct {
	Log      *slog.Logger
	Classify Classify
}

// Handle is the echo.HTTPErrorHandler of the house.
func (e Errors) Handle(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if c.Request().Context().Err() != nil { // nobody waits for the answer any more; what was begun is rolled back
		_ = c.NoContent(statusGone)
		return
	}
	if e.Classify != nil {
		err = e.Classify(err)
	}
	if signInFirst(c, err) {
		return
	}
	p := e.problemFor(c, err)
	if isAPI(c) {
		_ = writeProblem(c, p)
		return
	}
	if drawErr := drawProblem(c, p); drawErr != nil {
		e.Log.Error("the page of a refusal could not be drawn", "request", RequestID(c), "error", drawErr)
		_ = c.String(p.Status, p.Detail)
	}
}

func isAPI(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, "/api/") }

// signInFirst answers those who have no log-in, or a locked one, by the way back in.
func signInFirst(c echo.Context, err error) bool {
	locked := errors.Is(err, ErrLocked)
	if !locked && !errors.Is(err, ErrSignIn) || isAPI(c) {
		return false
	}
	header := c.Response().Header()
	if IsFragment(c) {
		if locked {
			header.Set("HX-Trigger", "bloquear")
			header.Set("HX-Reswap", "none")
			_ = c.NoContent(http.StatusLocked)
			return true
		}
		// A form stays, with what was typed: its page says that the log-in has ended. A poll leads nobody away either.
		if c.Request().Method == http.MethodGet && c.Request().Header.Get("X-Vivo") == "" {
			header.Set("HX-Redirect", "/ingresar")
		}
		_ = c.NoContent(http.StatusUnauthorized)
		return true
	}
	back := ""
	if c.Request().Method == http.MethodGet {
		back = "?volver=" + url.QueryEscape(c.Request().URL.RequestURI())
	}
	address := "/ingresar"
	if locked {
		address = "/bloqueo"
	}
	_ = c.Redirect(http.StatusSeeOther, address+back)
	return true
}

// ProblemDetails is an RFC 9457 answer. Errors point at members of the request body.
type ProblemDetails struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail,omitempty"`
	Code    string         `json:"code,omitempty"`
	Request string         `json:"request_id,omitempty"`
	Errors  []ProblemError `json:"errors,omitempty"`
}

// ProblemError is one sentence about one member: Pointer is "/phone" for one of the body, "" for the body as a whole,
// "query.from", "path.id" or "header.…" for what came outside of it.
type ProblemError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func (e Errors) problemFor(c echo.Context, err error) ProblemDetails {
	p := ProblemOf(err)
	var f *fault.Fault
	if isAPI(c) && errors.As(err, &f) && f.Kind == fault.Forbidden {
		p.Status, p.Title, p.Detail = http.StatusForbidden, "Sin permiso", f.Error()
	}
	if isAPI(c) && !hasBody(c.Request()) {
		pointAtQuery(p.Errors)
	}
	var many *TooMany
	if errors.As(err, &many) {
		c.Response().Header().Set("Retry-After", strconv.Itoa(many.Seconds()))
	}
	if p.Status >= http.StatusInternalServerError {
		p.Request = RequestID(c)
		e.Log.Error("request failed", "request", p.Request, "route", c.Path(), "method", c.Request().Method, "error", err)
	}
	return p
}

// ProblemOf is the one table from an error to status and Spanish words.
func ProblemOf(err error) ProblemDetails {
	var many *TooMany
	var proof *NotProven
	var he *echo.HTTPError
	switch {
	case errors.As(err, &proof):
		return problem(http.StatusUnauthorized, "No se pudo ingresar", proof.Words)
	case errors.Is(err, ErrSignIn):
		return problem(http.StatusUnauthorized, "Falta ingresar", "Ingrese otra vez para continuar.")
	case errors.Is(err, ErrLocked):
		return problem(http.StatusLocked, "Pantalla bloqueada", "Desbloquee la pantalla para continuar.")
	case errors.Is(err, ErrTooLarge):
		return problem(http.StatusRequestEntityTooLarge, "Demasiado grande", "Lo enviado es demasiado grande para esta página.")
	case errors.Is(err, ErrOrigin):
		return problem(http.StatusForbidden, "Otro sitio", "El envío vino de otro sitio y no se aceptó.")
	case errors.As(err, &many):
		return problem(http.StatusTooManyRequests, "Demasiados pedidos",
			fmt.Sprintf("Hubo demasiados pedidos seguidos. Espere %d segundos e intente otra vez.", many.Seconds()))
	}
	if p, ok := faultProblem(err); ok {
		return p
	}
	if errors.As(err, &he) {
		return httpProblem(he.Code)
	}
	return problem(http.StatusInternalServerError, "No se pudo completar", "No se pudo guardar ni mostrar. Lo escrito no se perdió: vuelva atrás e intente otra vez.")
}

func faultProblem(err error) (ProblemDetails, bool) {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ProblemDetails{}, false
	}
	var p ProblemDetails
	switch f.Kind {
	case fault.Invalid:
		p = problem(http.StatusUnprocessableEntity, "Falta corregir", f.Error())
	case fault.NotFound, fault.Forbidden:
		p = problem(http.StatusNotFound, "No se encontró", fault.ErrNotFound.Error())
	case fault.Conflict:
		p = problem(http.StatusConflict, "Conflicto con lo guardado", f.Error())
	case fault.TooLarge:
		p = problem(http.StatusRequestEntityTooLarge, "Demasiado grande", f.Error())
	case fault.Unavailable:
		p = problem(http.StatusServiceUnavailable, "Ahora no se puede", f.Error())
	default:
		return ProblemDetails{}, false
	}
	p.Code = f.Code
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) { // in one order: the same refusal is the same answer
		p.Errors = append(p.Errors, ProblemError{Pointer: pointer(field), Detail: f.Fields[field]})
	}
	return p, true
}

// hasBody tells the methods whose fields a service names are members of the body.
func hasBody(r *http.Request) bool {
	return r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch
}

// pointAtQuery names the fields that a service refused as the parameters they came as.
func pointAtQuery(errs []ProblemError) {
	for i, e := range errs {
		if name, ok := strings.CutPrefix(e.Pointer, "/"); ok {
			errs[i].Pointer = "query." + name
		}
	}
}

// pointer is a field's name as a JSON pointer; a name with a point in it comes as a pointer already.
func pointer(field string) string {
	if field == "" || strings.HasPrefix(field, "/") {
		return field
	}
	return "/" + strings.ReplaceAll(field, ".", "/")
}

func httpProblem(status int) ProblemDetails {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		p := problem(status, "No se encontró", fault.ErrNotFound.Error())
		return p
	case http.StatusUnsupportedMediaType:
		return problem(status, "Formato no aceptado", "El envío llegó en un formato que esta página no acepta.")
	case http.StatusRequestEntityTooLarge:
		return ProblemOf(ErrTooLarge)
	}
	if status >= http.StatusInternalServerError {
		return ProblemOf(errors.New("unexpected"))
	}
	return problem(status, "No se entiende", "El envío no se entiende. Vuelva a abrir la página.")
}

func problem(status int, title, detail string) ProblemDetails {
	return ProblemDetails{Type: "about:blank", Title: title, Status: status, Detail: detail}
}

func writeProblem(c echo.Context, p ProblemDetails) error {
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	return c.JSON(p.Status, p)
}

func drawProblem(c echo.Context, p ProblemDetails) error {
	code := p.Request
	if len(code) > 8 {
		code = code[len(code)-8:]
	}
	page := problemPage(p, strings.ToUpper(code))
	if IsFragment(c) {
		c.Response().Header().Set("HX-Retarget", "#avisos")
		c.Response().Header().Set("HX-Reswap", "beforeend")
		return Render(c, p.Status, views.ProblemFragment(page))
	}
	if _, signedIn := access.From(c.Request().Context()); signedIn && p.Status == http.StatusNotFound {
		return Show(c, Page{Status: p.Status, Title: p.Title, Body: views.Problem(page)})
	}
	return Render(c, p.Status, views.PlainPage(views.Head{Look: Look(c), Title: p.Title}), views.Problem(page))
}

// problemPage says the same to a person: the page keeps no hint of what is behind a closed door.
func problemPage(p ProblemDetails, code string) views.ProblemPage {
	switch p.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return views.NotFound()
	case http.StatusInternalServerError:
		return views.ServerProblem(code)
	}
	retry := p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests
	return views.ProblemPage{Icon: "circle-alert", Title: p.Title + ".", Text: p.Detail, Code: code, Retry: retry}
}
