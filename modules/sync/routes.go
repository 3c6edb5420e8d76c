package sync

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// Routes adds the page of synchronisation, on the server and in the browser alike. What a device alone knows stands in
// a region of its own, asked for with the header X-Equipo, which the service worker lets the app in the browser
// answer; desk is a DeviceDesk there.
func Routes(r *web.Router, desk Desk, parts PageParts) {
	h := routes{desk: desk, words: newWords(parts.Describers), people: parts.People, now: parts.Now}
	h.device, _ = desk.(DeviceDesk)
	r.GET(views.SyncPage, h.page, web.Needs(accounts.AgendaRead))
	r.GET(views.SyncPage+"/conflictos", h.conflicts, web.Needs(accounts.AgendaRead), web.Quiet())
	r.POST(views.SyncPage+"/conflictos/:id", h.resolve, web.Needs(accounts.AgendaRead))
	r.GET(views.SyncPage+"/equipo", h.ofDevice, web.Needs(accounts.AgendaRead), web.Quiet())
	if h.device != nil {
		r.GET(views.SyncPage+"/equipo/nombres", h.names, web.Needs(accounts.AgendaRead), web.Quiet())
		r.POST(views.SyncPage+"/equipo/:id/descarte", h.discard, web.Needs(accounts.AgendaRead))
		r.POST(views.SyncPage+"/equipo/:id/correccion", h.corrected, web.Needs(accounts.AgendaRead))
		r.POST(views.SyncPage+"/equipo/:id/reenvio", h.again, web.Needs(accounts.AgendaRead))
	}
}

type routes struct {
	desk   Desk
	device DeviceDesk // nil on the server
	words  wordBook
	people People
	now    clock.Now
}

// page is the whole of it. The device draws its own region at once; the server leaves that to the device.
func (h routes) page(c echo.Context) error {
	v, err := h.view(c)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Sincronización", Nav: views.SyncPage, Body: syncPage(v)})
}

func (h routes) view(c echo.Context) (pageView, error) {
	v := pageView{}
	var err error
	if v.Disputes, err = h.disputes(c); err != nil || h.device == nil {
		return v, err
	}
	v.Device, err = h.ownDevice(c, len(v.Disputes))
	return v, err
}

func (h routes) disputes(c echo.Context) ([]dispute, error) {
	ctx := c.Request().Context()
	open, err := h.desk.Open(ctx)
	if err != nil {
		return nil, err
	}
	names, err := h.writers(ctx, open)
	if err != nil {
		return nil, err
	}
	list := make([]dispute, 0, len(open))
	for _, conflict := range open {
		d, err := h.words.dispute(ctx, conflict, names, h.local(c))
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// writers names who wrote what did not win, and what stands instead.
func (h routes) writers(ctx context.Context, open []Conflict) (map[uuid.UUID]string, error) {
	var users []uuid.UUID
	for _, c := range open {
		users = append(users, c.UserID, c.NowBy)
	}
	return h.namesOf(ctx, users...)
}

// namesOf names users, and whoever looks.
func (h routes) namesOf(ctx context.Context, users ...uuid.UUID) (map[uuid.UUID]string, error) {
	who := access.Who(ctx)
	var others []uuid.UUID
	for _, id := range users {
		if id != who.UserID && id != uuid.Nil && !slices.Contains(others, id) {
			others = append(others, id)
		}
	}
	names := map[uuid.UUID]string{}
	if h.people != nil && len(others) > 0 {
		known, err := h.people.NamesByUser(ctx, others)
		if err != nil {
			return nil, err
		}
		names = known
	}
	names[who.UserID] = who.Name
	return names, nil
}

// local is the present moment in the clinic's zone.
func (h routes) local(c echo.Context) time.Time {
	return h.now().In(zoneOf(access.Who(c.Request().Context())))
}

// conflicts is the region alone, for when the number in the badge has changed.
func (h routes) conflicts(c echo.Context) error {
	list, err := h.disputes(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, conflictRegion(list, false))
}

// resolve decides a conflict and shows those that are left.
func (h routes) resolve(c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.ErrNotFound
	}
	verdict, err := verdictOf(c)
	if err != nil {
		return err
	}
	decision, err := h.desk.Resolve(c.Request().Context(), id, verdict)
	if err != nil {
		return err
	}
	said, err := h.outcome(c.Request().Context(), decision, verdict.Choice)
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		web.Flash(c, said)
		return web.SeeOther(c, views.SyncPage)
	}
	list, err := h.disputes(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, conflictsAfter(list, said))
}

// verdictOf reads a card's form. Of a choice field by field each row is a group of buttons of its own, named in the
// order of the rows; it says which fields shall stand as they were written, or nothing.
func verdictOf(c echo.Context) (Verdict, error) {
	var form struct {
		Choice string `form:"eleccion"`
		Text   string `form:"texto"`
	}
	if err := web.Bind(c, &form); err != nil {
		return Verdict{}, err
	}
	v := Verdict{Choice: form.Choice, Text: strings.TrimSpace(form.Text)}
	if v.Choice != ByField {
		return v, nil
	}
	for n := 0; c.Request().PostForm.Has(rowField(n)); n++ {
		v.Fields = append(v.Fields, strings.Fields(c.Request().PostForm.Get(rowField(n)))...)
	}
	return v, nil
}

// rowField names the buttons of one row.
func rowField(n int) string { return "dato-" + strconv.Itoa(n) }

// outcome says what was chosen, or what somebody had chosen before otherwise.
func (h routes) outcome(ctx context.Context, d Decision, choice string) (string, error) {
	if !d.Before || d.Choice == choice {
		return decided(d), nil
	}
	names, err := h.namesOf(ctx, d.By)
	if err != nil {
		return "", err
	}
	return decidedBefore(d, names[d.By]), nil
}

// ofDevice is the region that only a device can fill.
func (h routes) ofDevice(c echo.Context) error {
	if h.device == nil {
		return web.Render(c, http.StatusOK, noDevice())
	}
	return h.drawDevice(c, "")
}

func (h routes) drawDevice(c echo.Context, said string) error {
	open, err := h.desk.Open(c.Request().Context())
	if err != nil {
		return err
	}
	v, err := h.ownDevice(c, len(open))
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, deviceAnswer(*v, said))
}

func (h routes) ownDevice(c echo.Context, open int) (*ownDevice, error) {
	ctx := c.Request().Context()
	queue, err := h.device.Queue(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := h.device.Facts(ctx)
	if err != nil {
		return nil, err
	}
	v := newOwnDevice(queue, facts, h.local(c))
	v.Open = open + len(queue.Refused)
	return v, nil
}

// names says in one line what waits, for the strip of a device that has waited long; with ?rechazados also what was
// refused, for whoever is about to leave.
func (h routes) names(c echo.Context) error {
	queue, err := h.device.Queue(c.Request().Context())
	if err != nil {
		return err
	}
	text := namesOf(queue.Waiting)
	if c.QueryParams().Has("rechazados") {
		if refused := namesOf(queue.Refused); refused != "" {
			text += " Por resolver: " + refused
		}
		text = strings.TrimSpace(countsOf(slices.Concat(queue.Waiting, queue.Refused)) + " " + strings.TrimSpace(text))
	}
	return c.String(http.StatusOK, text)
}

func (h routes) discard(c echo.Context) error {
	return h.settle(c, h.device.Discard, "Descartado. No se enviará.")
}

func (h routes) again(c echo.Context) error {
	return h.settle(c, h.device.Again, "Se volverá a enviar.")
}

// corrected is asked by the service worker, when the server has carried out the form that puts an operation right.
func (h routes) corrected(c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.ErrNotFound
	}
	if err := h.device.Corrected(c.Request().Context(), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// settle does something about a refused operation and shows the device's region again.
func (h routes) settle(c echo.Context, do deviceAct, said string) error {
	id, err := uuid.Parse(strings.TrimSpace(c.Param("id")))
	if err != nil {
		return fault.ErrNotFound
	}
	if err := do(c.Request().Context(), id); err != nil {
		return err
	}
	if !web.IsFragment(c) {
		web.Flash(c, said)
		return web.SeeOther(c, views.SyncPage)
	}
	return h.drawDevice(c, said)
}
