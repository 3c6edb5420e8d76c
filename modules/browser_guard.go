package modules

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
)

// deviceGuard stands before every handler of the app in the browser, as web.Server does on the server: it knows who
// unlocked the device, and gives each request one unit of work.
type deviceGuard struct {
	device *offline.Device
	who    func(ctx context.Context) (access.Identity, error)
}

// guard is the web.Guard of the browser.
func (d deviceGuard) guard(route web.Route, h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		unit := d.device.Read(c.Request().Context())
		who, err := d.who(unit)
		if err != nil && !route.Public {
			return err
		}
		ctx := c.Request().Context()
		if reads(c.Request().Method) {
			ctx = unit
		}
		if err == nil {
			ctx = access.With(ctx, who)
		}
		c.SetRequest(c.Request().WithContext(ctx))
		if !route.Public && !route.SignedIn && !who.Can(route.Permission) {
			return fault.ErrForbidden
		}
		if reads(c.Request().Method) {
			return h(c)
		}
		return d.write(c, h)
	}
}

func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// write runs a handler in a unit and lets its answer go only when the unit is kept. A refusal keeps nothing.
func (d deviceGuard) write(c echo.Context, h echo.HandlerFunc) error {
	request, response := c.Request(), c.Response()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return fmt.Errorf("read the form: %w", err)
	}
	ctx, unit := d.device.Begin(request.Context(), idIn(request, body, "op_id"))
	defer unit.Close()
	request = request.WithContext(ctx)
	request.Body = io.NopCloser(bytes.NewReader(body))
	answer := web.NewRecorder(response.Header())
	c.SetRequest(request)
	c.SetResponse(echo.NewResponse(answer, c.Echo()))
	err = h(c)
	c.SetResponse(response)
	if err != nil {
		return err
	}
	if answer.Status < http.StatusBadRequest {
		if err := putRight(ctx, unit, idIn(request, body, sync.CorrectsField)); err != nil {
			return err
		}
		if err := unit.Commit(ctx); err != nil {
			return err
		}
	}
	return answer.Send(response)
}

// putRight lets go of the refused operation that a saved form replaces.
func putRight(ctx context.Context, unit *offline.Unit, refused uuid.UUID) error {
	if refused == uuid.Nil {
		return nil
	}
	return unit.Corrected(ctx, refused)
}

// idIn is an id that a form carries; zero without one.
func idIn(r *http.Request, body []byte, field string) uuid.UUID {
	if !strings.HasPrefix(r.Header.Get(echo.HeaderContentType), echo.MIMEApplicationForm) {
		return uuid.Nil
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return uuid.Nil
	}
	id, err := uuid.Parse(values.Get(field))
	if err != nil {
		return uuid.Nil
	}
	return id
}

// errNeedsServer is the page in place of one that only the server has, asked for while the server is away.
var errNeedsServer error = &fault.Fault{
	Kind: fault.Unavailable, Code: "needs_connection", Message: "Esta página requiere conexión. Lo que escribió sigue guardado en este equipo; vuelva con el botón Atrás.",
}

// navigates reports whether a person goes to a page, whom the browser's own words about a missing server would help little.
func navigates(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" && strings.Contains(r.Header.Get(echo.HeaderAccept), echo.MIMETextHTML)
}

// notHere answers what the browser has no page for by the mark that lets the network's own failure stand, what the
// device does not hold by saying so, a locked device by asking for the password, and a store that failed by saying that
// nothing is lost.
func notHere(draw echo.HTTPErrorHandler) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if errors.Is(err, web.ErrSignIn) || errors.Is(err, web.ErrLocked) || errors.Is(err, offline.ErrLocked) {
			if err := sync.ShowUnlock(c); err != nil {
				draw(err, c)
			}
			return
		}
		var unknown *echo.HTTPError
		if errors.As(err, &unknown) && navigates(c.Request()) {
			draw(errNeedsServer, c)
			return
		}
		if errors.As(err, &unknown) {
			c.Response().Header().Set(offline.CannotAnswer, "1")
			_ = c.NoContent(unknown.Code)
			return
		}
		var thrown *offline.Thrown
		if errors.As(err, &thrown) {
			err = errors.Join(storeFailed(thrown), err)
		}
		if fault.IsNotFound(err) {
			err = fault.NotNow("Esto no está guardado en este equipo. Se verá cuando vuelva la conexión.")
		}
		draw(err, c)
	}
}

// storeFailed says that the device's store did not work; the page adds a code.
func storeFailed(why *offline.Thrown) error {
	if why.Full() {
		return fault.NotNow("Este equipo se quedó sin espacio y no pudo guardar. Lo guardado antes sigue en su sitio: libere espacio e intente otra vez.")
	}
	return fault.NotNow("Este equipo no pudo abrir lo que guarda. Nada se borró: intente otra vez y, si sigue igual, cierre todas las ventanas de Hampi y ábralas de nuevo.")
}

// boxOfFlashes keeps a sentence in memory: one person uses the app in the browser.
type boxOfFlashes struct{ words string }

func (b *boxOfFlashes) Put(_ echo.Context, words string) { b.words = words }

func (b *boxOfFlashes) Take(echo.Context) string {
	words := b.words
	b.words = ""
	return words
}
