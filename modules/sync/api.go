//go:build !js

package sync

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// API adds POST /api/v1/sync. It reads its body itself: one operation that cannot be read is refused alone, where the
// typed API would refuse the whole request.
func API(api *web.API, r *web.Router, s *Service) {
	r.POST(Path, func(c echo.Context) error { return s.answer(c) },
		web.SignedIn(), web.Of(web.OwnTx), web.Quiet(), web.MaxBody(MaxBody))
	if api != nil {
		describe(api.Huma)
	}
}

func (s *Service) answer(c echo.Context) error {
	kind, _, _ := strings.Cut(c.Request().Header.Get(echo.HeaderContentType), ";")
	if strings.TrimSpace(kind) != echo.MIMEApplicationJSON {
		return echo.ErrUnsupportedMediaType
	}
	call, err := callOf(c)
	if err != nil {
		return err
	}
	received, last, err := requestIn(c.Request().Body)
	if err != nil {
		return err
	}
	answer, err := s.sync(c.Request().Context(), call, received, last)
	var epoch *EpochError
	switch {
	case errors.As(err, &epoch):
		return c.JSON(http.StatusConflict, map[string]uuid.UUID{"epoch": epoch.Epoch})
	case errors.Is(err, ErrTooMany):
		return web.ErrTooLarge
	case err != nil:
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// oldestVersion is the oldest way of speaking this protocol that is still understood.
const oldestVersion = 1

func callOf(c echo.Context) (Call, error) {
	header, scope := c.Request().Header, web.ScopeOf(c)
	call := Call{Profile: header.Get(ProfileHeader), RequestID: scope.RequestID, IP: scope.IP}
	if text := header.Get(VersionHeader); text != "" {
		version, err := strconv.Atoi(text)
		if err != nil {
			return call, echo.ErrBadRequest
		}
		if version < oldestVersion {
			return call, echo.NewHTTPError(http.StatusUpgradeRequired)
		}
	}
	if text := header.Get(DeviceHeader); text != "" {
		var err error
		if call.Device, err = uuid.Parse(text); err != nil {
			return call, echo.ErrBadRequest
		}
	}
	if sent, err := time.Parse(time.RFC3339, header.Get(TimeHeader)); err == nil { // what cannot be read was not said
		call.Sent = sent
	}
	if unsent, err := strconv.ParseInt(header.Get(UnsentHeader), 10, 32); err == nil {
		call.Unsent = max(0, int(unsent))
	}
	return call, nil
}

// requestIn reads a request; what is no request at all is refused whole.
func requestIn(body io.Reader) (received []incoming, last *string, err error) {
	text, err := io.ReadAll(body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, nil, web.ErrTooLarge
	}
	if err != nil {
		return nil, nil, fault.NotNow("El envío llegó incompleto. Intente otra vez.")
	}
	var request struct {
		Operations []json.RawMessage `json:"operations"`
		LastSync   json.RawMessage   `json:"last_sync"`
	}
	if err := json.Unmarshal(text, &request); err != nil {
		return nil, nil, echo.ErrBadRequest
	}
	if len(request.Operations) > MaxOperations {
		return nil, nil, web.ErrTooLarge
	}
	for _, operation := range request.Operations {
		received = append(received, read(operation))
	}
	var cursor string
	if !absent(request.LastSync) && json.Unmarshal(request.LastSync, &cursor) == nil {
		last = &cursor
	}
	return received, last, nil
}

// describe puts the address into the API's description.
func describe(api huma.API) {
	object := func(description string, properties map[string]*huma.Schema, required ...string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeObject, Description: description, Properties: properties, Required: required}
	}
	list := func(of *huma.Schema) *huma.Schema { return &huma.Schema{Type: huma.TypeArray, Items: of} }
	text := func(format string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: format} }
	number := &huma.Schema{Type: huma.TypeInteger}
	anything := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
	operation := object("Un cambio hecho en un dispositivo", map[string]*huma.Schema{
		"entity": text(""), "action": {Type: huma.TypeString, Enum: []any{"create", "update"}}, "local_id": text("uuid"), "data": anything,
		"timestamp": text("date-time"), "op_id": text("uuid"), "base_version": number,
	}, "entity", "action", "local_id", "data", "timestamp")
	applied := object("Qué pasó con cada cambio", map[string]*huma.Schema{
		"local_id": text("uuid"), "server_id": text("uuid"), "status": text(""), "code": text(""), "field": text(""), "message": text(""),
		"retryable": {Type: huma.TypeBoolean},
	})
	update := object("Un dato como está ahora", map[string]*huma.Schema{
		"entity": text(""), "id": text("uuid"), "version": number, "seq": number, "removed": {Type: huma.TypeBoolean}, "data": anything,
	})
	body := func(schema *huma.Schema) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{echo.MIMEApplicationJSON: {Schema: schema}}
	}
	api.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "sync", Method: http.MethodPost, Path: Path, Tags: []string{"Sincronización"},
		Summary:  "Enviar los cambios de un dispositivo y recibir los de la clínica",
		Security: []map[string][]string{{"bearer": {}}},
		RequestBody: &huma.RequestBody{Required: true, Content: body(object("", map[string]*huma.Schema{
			"operations": list(operation), "last_sync": {Type: huma.TypeString, Nullable: true},
		}))},
		Responses: map[string]*huma.Response{
			"200": {Description: "Cada cambio con su resultado", Content: body(object("", map[string]*huma.Schema{
				"applied": list(applied), "conflicts": list(anything), "updates": list(update), "last_sync": text(""),
				"has_more": {Type: huma.TypeBoolean}, "server_time": text("date-time"), "total": number, "download": text(""),
			}))},
			"409": {Description: "El servidor empezó otra época: descargue todo otra vez y reenvíe lo enviado"},
			"413": {Description: "Más de 100 cambios o de 1 MB: parta el envío"},
		},
	})
}
