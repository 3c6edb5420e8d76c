//go:build !js

package web

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Server guards the routes of the server: who gets in, in which transaction, with which operation id.
type Server struct {
	DB       *database.DB
	Answers  *Answers
	People   *Limiter // by person
	Visitors *Limiter // by address
	Log      *slog.Logger
	Now      clock.Now
}

// Guard is the web.Guard of the server.
func (s *Server) Guard(route Route, h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(routeKey, route)
		if err := s.admit(c, route); err != nil {
			return err
		}
		if err := limitBody(c, route); err != nil {
			return err
		}
		err := s.run(c, route, h)
		if who, signedIn := access.From(c.Request().Context()); signedIn && fault.KindOf(err) == fault.Forbidden {
			s.auditRefusal(c, who, route) // the route is open to them, what lies behind it is not
		}
		return err
	}
}

func (s *Server) run(c echo.Context, route Route, h echo.HandlerFunc) error {
	if route.Kind == Tx {
		return s.inTransaction(c, route, h)
	}
	return h(c)
}

const routeKey = "hampi.route"

// admit lets a request in or says why not.
func (s *Server) admit(c echo.Context, route Route) error {
	who, signedIn := access.From(c.Request().Context())
	if err := s.limit(c, who, signedIn); err != nil && !Stateless(c) {
		return err
	}
	switch {
	case route.Public:
		return nil
	case !signedIn:
		return ErrSignIn
	case who.Locked && !route.WhileLocked:
		return ErrLocked
	case route.SignedIn || who.Can(route.Permission):
		return nil
	}
	s.auditRefusal(c, who, route)
	return fault.ErrForbidden
}

func (s *Server) limit(c echo.Context, who access.Identity, signedIn bool) error {
	if signedIn {
		return s.People.Take(who.UserID.String(), s.Now())
	}
	return s.Visitors.Take(c.RealIP(), s.Now())
}

// auditRefusal writes down who knocked where, in a transaction of its own: the request's is rolled back.
func (s *Server) auditRefusal(c echo.Context, who access.Identity, route Route) {
	if who.ClinicID == uuid.Nil {
		return
	}
	err := s.DB.InClinic(c.Request().Context(), ScopeOf(c), audit.Refused(route.Method+" "+route.Path))
	if err != nil {
		s.Log.Error("a refused access was not audited", "request", RequestID(c), "error", err)
	}
}

// ScopeOf is whose transaction a request works in.
func ScopeOf(c echo.Context) database.Scope {
	who := access.Who(c.Request().Context())
	return database.Scope{ClinicID: who.ClinicID, UserID: who.UserID, RequestID: RequestID(c), IP: c.RealIP()}
}

// limitBody refuses what is larger than the route takes, and keeps the body readable for a second run.
func limitBody(c echo.Context, route Route) error {
	r := c.Request()
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength > route.MaxBody {
		return ErrTooLarge
	}
	r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, route.MaxBody)
	return nil
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, fault.InvalidField("", "El envío llegó incompleto. Intente otra vez.")
	}
	return body, nil
}

// inTransaction runs h in one transaction of the person's clinic and sends the answer only after the commit.
// A transaction that lost a race is run once more.
func (s *Server) inTransaction(c echo.Context, route Route, h echo.HandlerFunc) error {
	request, response := c.Request(), c.Response()
	body, err := readBody(request)
	if err != nil {
		return err
	}
	operation, err := operationOf(request, body, route)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		answer := NewRecorder(response.Header())
		err := s.attempt(c, request, body, operation, answer, h)
		if database.Retryable(err) && attempt == 1 {
			continue
		}
		c.SetRequest(request)
		if err != nil {
			return err
		}
		return answer.Send(response)
	}
}

func (s *Server) attempt(c echo.Context, request *http.Request, body []byte, op *NamedWrite, answer *Recorder, h echo.HandlerFunc) error {
	ctx, session := s.DB.Begin(request.Context(), ScopeOf(c))
	defer session.Rollback()
	again := request.Clone(ctx)
	again.Body = io.NopCloser(bytes.NewReader(body))
	c.SetRequest(again)
	defer c.SetResponse(c.Response()) // also after a panic: its page must reach the person
	c.SetResponse(echo.NewResponse(answer, c.Echo()))

	if op != nil {
		given, err := s.Answers.Find(ctx, *op)
		if err != nil {
			return err
		}
		if given != nil {
			*answer = *given
			return session.Commit()
		}
	}
	if err := h(c); err != nil {
		return err
	}
	if answer.Status >= http.StatusBadRequest {
		return nil // a refusal: nothing half-written stays
	}
	if op != nil {
		if err := s.Answers.Keep(ctx, *op, answer); err != nil {
			return err
		}
	}
	return session.Commit()
}

// NamedWrite is a write that a client named, so that its repetition is recognised.
type NamedWrite struct {
	ID   uuid.UUID
	Hash []byte // SHA-256 of method, address and body
	Form bool   // a page's form named it, no program
}

// operationOf finds the operation id: the hidden field op_id of a form, or the header Idempotency-Key.
func operationOf(r *http.Request, body []byte, route Route) (*NamedWrite, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || route.Public || route.Asks {
		return nil, nil
	}
	text, form := r.Header.Get("Idempotency-Key"), false
	if text == "" && strings.HasPrefix(r.Header.Get(echo.HeaderContentType), echo.MIMEApplicationForm) {
		text, form = formValue(body, "op_id"), true
	}
	if text == "" {
		return nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, fault.InvalidField("op_id", "El formulario está dañado. Vuelva a abrir la página.")
	}
	return &NamedWrite{ID: id, Hash: hashOf(r.Method, r.URL.Path, body), Form: form}, nil
}
