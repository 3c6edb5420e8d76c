//go:build !js

package modules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
)

// TestSavedFormPutsRight lets a refused operation go with the form that replaces it, and only when that form is kept.
func TestSavedFormPutsRight(t *testing.T) {
	now := clock.At(time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC))
	kv := offline.NewMemory()
	device := offline.NewDevice(kv, []offline.Kind{{Entity: "thing"}}, now)
	refused := offline.Entry{Format: offline.Format, Result: &offline.Result{Status: offline.Rejected}, Operation: offline.Operation{
		Entity: "thing", Action: offline.Create, LocalID: uuid.New(), OpID: uuid.New(), Data: json.RawMessage(`{"name":""}`), Timestamp: now(),
	}}
	value, err := json.Marshal(refused)
	if err != nil {
		t.Fatal(err)
	}
	if err := kv.Commit(t.Context(), offline.Batch{Queue: []offline.Queued{{State: offline.Attention, Value: value}}}); err != nil {
		t.Fatal(err)
	}
	guard := deviceGuard{device: device, who: func(context.Context) (access.Identity, error) { return access.Identity{}, nil }}
	send := func(status int) {
		form := url.Values{"op_id": {uuid.Must(uuid.NewV7()).String()}, "corrige": {refused.OpID.String()}}
		request := httptest.NewRequest(http.MethodPost, "/cosas", strings.NewReader(form.Encode()))
		request.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
		handle := guard.guard(web.Route{SignedIn: true}, func(c echo.Context) error {
			ctx := c.Request().Context()
			if err := offline.From(ctx).Create(ctx, "thing", refused.LocalID, map[string]string{"name": "Ana"}); err != nil {
				return err
			}
			return c.NoContent(status)
		})
		if err := handle(echo.New().NewContext(request, httptest.NewRecorder())); err != nil {
			t.Fatal(err)
		}
	}
	queue := func(state offline.QueueState) int {
		entries, err := device.Entries(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	send(http.StatusUnprocessableEntity)
	if attention, pending := queue(offline.Attention), queue(offline.Pending); attention != 1 || pending != 0 {
		t.Fatalf("a refused form left %d to look at and %d to send", attention, pending)
	}
	send(http.StatusOK)
	if attention, pending := queue(offline.Attention), queue(offline.Pending); attention != 0 || pending != 1 {
		t.Fatalf("a saved form left %d to look at and %d to send", attention, pending)
	}
}

// broken is a store of which every reading fails.
type broken struct {
	*offline.Memory
	why error
}

func (b broken) Get(context.Context, string, ...string) ([]offline.Row, error) {
	return nil, fmt.Errorf("hampiStore.get: %w", b.why)
}

// TestStoreFailures asks for the password of a locked store alone; any other failure is said, with a code, and loses
// nothing.
func TestStoreFailures(t *testing.T) {
	for name, c := range map[string]struct {
		why    error
		status int
		said   string
	}{
		"locked":    {&offline.Thrown{Name: "locked", Message: "locked"}, http.StatusOK, "se abre lo guardado"},
		"full":      {&offline.Thrown{Name: "QuotaExceededError"}, http.StatusServiceUnavailable, "sin espacio"},
		"broken":    {&offline.Thrown{Name: "UnknownError"}, http.StatusServiceUnavailable, "no pudo abrir lo que guarda"},
		"illegible": {errors.New("unexpected end of JSON input"), http.StatusInternalServerError, "No se pudo completar"},
	} {
		t.Run(name, func(t *testing.T) {
			app, err := NewBrowserApp(BrowserParts{KV: broken{offline.NewMemory(), c.why}, Now: clock.System, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
			if err != nil {
				t.Fatal(err)
			}
			answer := httptest.NewRecorder()
			app.Echo.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/agenda", nil))
			if page := answer.Body.String(); answer.Code != c.status || !strings.Contains(page, c.said) {
				t.Fatalf("%d %s", answer.Code, page)
			}
			if coded := strings.Contains(answer.Body.String(), "Código"); coded != (c.status >= 500) {
				t.Fatalf("a code: %t", coded)
			}
		})
	}
}
