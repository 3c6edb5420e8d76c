//go:build !js

package sync

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const slugDevices = "equipos"

// DevicesPage is the entry of devices in /configuracion.
func DevicesPage() web.SettingsPage {
	return web.SettingsPage{Slug: slugDevices, Title: "Equipos", Icon: "hard-drive", Order: 91, Permission: accounts.SettingsSecurity}
}

// DeviceTokenHeader carries a device's own token.
const DeviceTokenHeader = "X-Device-Token"

// DeviceRoutes adds the registration of devices, their page, the hand-in and the file of last resort.
func DeviceRoutes(r *web.Router, d *DeviceRegister) {
	security, person := web.Needs(accounts.SettingsSecurity), web.SignedIn()
	own := web.Of(web.OwnTx)
	r.POST("/equipo", d.enrol, person)
	r.POST("/equipo/borrado", d.wiped, person, web.WhileLocked())

	r.GET("/configuracion/equipos", d.showAll, security)
	r.GET("/configuracion/equipos/:id", d.showOne, security)
	r.POST("/configuracion/equipos/:id/nombre", d.rename, security)
	r.POST("/configuracion/equipos/:id/retiro", d.revokeOne, security)
	r.POST("/configuracion/equipos/:id/aplicar", d.apply, security, own)
	r.POST("/configuracion/equipos/:id/descartar", d.discard, security)

	r.GET("/sincronizacion/archivo", d.showFile, person)
	r.POST("/sincronizacion/archivo", d.takeFile, person, own, web.MaxBody(maxBundle+64<<10))

	r.POST("/api/v1/devices/handin", d.handIn, web.Public(), web.MaxBody(maxBundle))
	r.GET("/api/v1/devices/state", d.state, web.Public())
}

// enrol answers a page that has just signed in: the device's number and key, and what to write on its profile.
func (d *DeviceRegister) enrol(c echo.Context) error {
	var asked uuid.UUID
	if text := c.FormValue("equipo"); text != "" {
		id, err := uuid.Parse(text)
		if err != nil {
			return fault.InvalidField("equipo", "El equipo no se entiende.")
		}
		asked = id
	}
	answer, err := d.Enrol(c.Request().Context(), asked, d.Logins.Browser(c), c.Request().UserAgent())
	var refusal *fault.Fault
	if errors.As(err, &refusal) && refusal.Kind == fault.Conflict { // a script reads it
		return c.JSON(http.StatusConflict, map[string]string{"code": refusal.Code})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// wiped notes that the person left this device and that it keeps nothing any more.
func (d *DeviceRegister) wiped(c echo.Context) error {
	id, err := uuid.Parse(c.FormValue("equipo"))
	if err != nil {
		return fault.ErrNotFound
	}
	if err := markWiped(c.Request().Context(), id, d.Now()); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// handIn takes what a revoked device brings. Its token is all it needs to have.
func (d *DeviceRegister) handIn(c echo.Context) error {
	if err := d.strangers.Take(c.RealIP(), d.Now()); err != nil {
		return err
	}
	text, err := bodyOf(c.Request().Body)
	if err != nil {
		return err
	}
	answer, err := d.HandIn(c.Request().Context(), c.Request().Header.Get(DeviceTokenHeader), text, web.RequestID(c), c.RealIP())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// state tells a device, by its token alone, whether it was revoked: nobody has to sign in on one that was lost.
func (d *DeviceRegister) state(c echo.Context) error {
	if err := d.askers.Take(c.RealIP(), d.Now()); err != nil {
		return err
	}
	header := c.Request().Header
	revoked, err := d.IsRevoked(c.Request().Context(), header.Get(DeviceHeader), header.Get(DeviceTokenHeader), web.RequestID(c), c.RealIP())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, map[string]bool{"revoked": revoked})
}

func bodyOf(body io.Reader) ([]byte, error) {
	text, err := io.ReadAll(body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, web.ErrTooLarge
	}
	if err != nil {
		return nil, errFileUnreadable // cut off: it is sent again
	}
	return text, nil
}

func (d *DeviceRegister) showAll(c echo.Context) error {
	view, err := d.listView(c.Request().Context())
	if err != nil {
		return err
	}
	return web.ShowSettings(c, slugDevices, web.Page{}, devicesList(view))
}

// drawOne shows a device; problems are those of a form that was refused.
func (d *DeviceRegister) drawOne(c echo.Context, id uuid.UUID, status int, problems fault.Problems) error {
	view, err := d.oneView(c.Request().Context(), id)
	if err != nil {
		return err
	}
	view.Problems = problems
	return web.ShowSettings(c, slugDevices, web.Page{Status: status, Heading: view.Title}, deviceDetail(view))
}

func deviceID(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

func (d *DeviceRegister) showOne(c echo.Context) error {
	id, err := deviceID(c)
	if err != nil {
		return err
	}
	return d.drawOne(c, id, http.StatusOK, nil)
}

// then goes back to a device after a write, with words; a refused form is drawn again.
func (d *DeviceRegister) then(c echo.Context, id uuid.UUID, err error, words string) error {
	if problems, ok := fault.Fields(err); ok {
		return d.drawOne(c, id, http.StatusUnprocessableEntity, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, words)
	return web.SeeOther(c, "/configuracion/equipos/"+id.String())
}

func (d *DeviceRegister) rename(c echo.Context) error {
	id, err := deviceID(c)
	if err != nil {
		return err
	}
	return d.then(c, id, d.Rename(c.Request().Context(), id, c.FormValue("nombre")), "Nombre guardado.")
}

func (d *DeviceRegister) revokeOne(c echo.Context) error {
	id, err := deviceID(c)
	if err != nil {
		return err
	}
	return d.then(c, id, d.Revoke(c.Request().Context(), id), "Equipo retirado. En su próximo contacto entrega lo no enviado y se borra.")
}

// chosen is the operation that a form is about; zero is all.
func chosen(c echo.Context) (uuid.UUID, error) {
	text := c.FormValue("entrega")
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}

func (d *DeviceRegister) apply(c echo.Context) error {
	id, err := deviceID(c)
	if err != nil {
		return err
	}
	one, err := chosen(c)
	if err != nil {
		return err
	}
	taken, refused, err := d.Apply(c.Request().Context(), web.ScopeOf(c), id, one)
	return d.then(c, id, err, takenWords(taken, len(refused)))
}

func (d *DeviceRegister) discard(c echo.Context) error {
	id, err := deviceID(c)
	if err != nil {
		return err
	}
	one, err := chosen(c)
	if err != nil {
		return err
	}
	return d.then(c, id, d.Discard(c.Request().Context(), id, one, c.FormValue("motivo")), "Descartado.")
}

func takenWords(taken, refused int) string {
	words := fmt.Sprintf("Aplicadas: %d.", taken)
	if refused > 0 {
		words += fmt.Sprintf(" No aceptadas: %d.", refused)
	}
	return words
}

func (d *DeviceRegister) showFile(c echo.Context) error {
	return web.Show(c, web.Page{Title: "Archivo sin enviar", Nav: "/sincronizacion", Back: "/sincronizacion", Body: filePage(nil, nil)})
}

// takeFile opens a file that a device saved when it could not send.
func (d *DeviceRegister) takeFile(c echo.Context) error {
	draw := func(status int, outcome *fileOutcome, problems fault.Problems) error {
		return web.Show(c, web.Page{Status: status, Title: "Archivo sin enviar", Nav: "/sincronizacion", Back: "/sincronizacion", Body: filePage(outcome, problems)})
	}
	upload, err := c.FormFile("archivo")
	if err != nil {
		return draw(http.StatusUnprocessableEntity, nil, fault.Problems{"archivo": "Falta elegir el archivo."})
	}
	file, err := upload.Open()
	if err != nil {
		return fmt.Errorf("open an upload: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := bodyOf(file)
	if err != nil {
		return err
	}
	outcome, err := d.TakeFile(c.Request().Context(), web.ScopeOf(c), text)
	if problems, ok := fault.Fields(err); ok {
		return draw(http.StatusUnprocessableEntity, nil, problems)
	}
	if err != nil {
		return err
	}
	return draw(http.StatusOK, &outcome, nil)
}
