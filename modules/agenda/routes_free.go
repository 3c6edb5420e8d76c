package agenda

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) freeRoutes(r *web.Router) {
	r.GET("/agenda/horas-libres", h.free, web.Needs(accounts.AgendaBook))
}

// freeView is the search for a free hour with what it found.
type freeView struct {
	Service, ServiceName, Doctor, Part string
	From                               Date
	Doctors                            []views.Option
	Names                              map[uuid.UUID]string
	Days                               []freeDay
	More                               string
	Zone                               *time.Location
}

// freeDay is a day with its free hours.
type freeDay struct {
	Title string
	Slots []Slot
}

const (
	freeDays = 14 // looked at in one go
	freeRows = 48 // hours shown at a time
)

func (h screens) free(c echo.Context) error {
	var q struct {
		Service string `query:"servicio"`
		Doctor  string `query:"profesional"`
		Part    string `query:"parte"`
		From    string `query:"fecha"`
	}
	if err := web.BindQuery(c, &q); err != nil {
		return err
	}
	ctx := c.Request().Context()
	v := freeView{Service: q.Service, Doctor: q.Doctor, Part: q.Part, Zone: h.agenda.Zone(ctx), Names: map[uuid.UUID]string{}}
	if v.From, _ = ParseDate(q.From); v.From.Before(h.agenda.Today(ctx)) {
		v.From = h.agenda.Today(ctx)
	}
	_, asked := c.QueryParams()["servicio"]
	if !asked {
		offer, err := h.agenda.LastOffered(ctx)
		if err != nil {
			return err
		}
		if offer.ServiceID != uuid.Nil {
			v.Service = offer.ServiceID.String()
		}
	}
	if err := h.findFree(c, &v); err != nil {
		return err
	}
	switch {
	case web.IsFragment(c) && asked:
		return web.Render(c, http.StatusOK, freeList(v))
	case web.IsFragment(c):
		return web.Render(c, http.StatusOK, freeDialog(v))
	}
	return web.Show(c, web.Page{Title: "Buscar hora libre", Nav: "/agenda", Back: "/agenda", Body: freePage(v)})
}

func (h screens) findFree(c echo.Context, v *freeView) error {
	ctx := c.Request().Context()
	doctors, err := h.agenda.Professionals(ctx)
	if err != nil {
		return err
	}
	v.Doctors = doctorOptions(doctors)
	for _, m := range doctors {
		v.Names[m.ID] = shortName(m)
	}
	offered, err := h.services.Services(ctx, catalog.Filter{})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(offered, func(s catalog.Service) bool { return s.ID == idOf(v.Service) })
	if i < 0 {
		v.Service = ""
		return nil
	}
	v.ServiceName = offered[i].Name
	slots, err := h.agenda.FreeSlots(ctx, Search{
		ServiceID: offered[i].ID, DoctorID: idOf(v.Doctor), From: v.From, To: v.From.Add(freeDays - 1), Part: PartOfDay(v.Part),
	})
	if err != nil && fault.KindOf(err) != fault.Invalid { // a professional who does not do it has no hours
		return err
	}
	v.Days = v.byDay(firstOf(slots, freeRows), h.agenda.Now(ctx))
	next := v.From.Add(freeDays)
	if len(slots) > freeRows {
		next = DateOf(slots[freeRows].StartTime, v.Zone)
	}
	v.More = joined("/agenda/horas-libres", url.Values{
		"servicio": {v.Service}, "profesional": {v.Doctor}, "parte": {v.Part}, "fecha": {next.String()},
	})
	return nil
}

func (v freeView) byDay(slots []Slot, now time.Time) []freeDay {
	var days []freeDay
	for _, slot := range slots {
		title := views.LongDay(slot.StartTime.In(v.Zone), now)
		if n := len(days); n == 0 || days[n-1].Title != title {
			days = append(days, freeDay{Title: title})
		}
		last := &days[len(days)-1]
		last.Slots = append(last.Slots, slot)
	}
	return days
}

func (v freeView) nothing() string {
	if v.Doctor != "" {
		return "Este profesional no tiene horas libres en estas dos semanas."
	}
	return "No hay horas libres en estas dos semanas."
}

// book is the booking form at a free hour.
func (v freeView) book(s Slot) string {
	start := s.StartTime.In(v.Zone)
	return joined("/citas/nueva", url.Values{
		"servicio": {v.Service}, "prof": {s.DoctorID.String()},
		"fecha": {start.Format(time.DateOnly)}, "hora": {start.Format("15:04")},
	})
}
