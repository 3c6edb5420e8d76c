//go:build !js

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/textfold"
)

// line is one row of the table: a kind of request, made again and again with other inputs.
type line struct {
	name    string
	target  time.Duration // p95 in the large clinic; 0: none
	desk    *desk
	status  int
	request func(n int) *http.Request
	clear   func(ctx context.Context) error // takes back what the requests wrote; nil: they write nothing
}

const (
	searchTarget  = 30 * time.Millisecond
	dayTarget     = 25 * time.Millisecond
	patientTarget = 20 * time.Millisecond
	bookTarget    = 30 * time.Millisecond
)

// lines are what is measured in one clinic.
func (h *house) lines(ctx context.Context, program http.Handler, c *clinic) ([]line, error) {
	admin, doctor := c.admin(), c.staff[0]
	reception, err := h.signIn(ctx, program, c, c.reception())
	if err != nil {
		return nil, err
	}
	office, err := h.signIn(ctx, program, c, admin)
	if err != nil {
		return nil, err
	}
	chair, err := h.signIn(ctx, program, c, doctor)
	if err != nil {
		return nil, err
	}
	people, err := h.known(ctx, c, 400)
	if err != nil {
		return nil, err
	}
	change, err := h.changeNumber(ctx, c)
	if err != nil {
		return nil, err
	}
	today := moment.Format(time.DateOnly)
	of := func(people []patients.Patient) func(int) *http.Request {
		return func(n int) *http.Request { return get("/pacientes/" + people[n%len(people)].ID.String()) }
	}
	always := func(r func() *http.Request) func(int) *http.Request { return func(int) *http.Request { return r() } }
	all := searchLines(c, reception, people)
	all = append(all,
		line{name: "agenda day, page", target: dayTarget, desk: reception, request: always(func() *http.Request { return get("/agenda?fecha=" + today) })},
		line{name: "agenda day, fragment", target: dayTarget, desk: reception, request: always(func() *http.Request { return fragment(get("/agenda?fecha="+today), "/agenda") })},
		line{name: "agenda, any day", target: dayTarget, desk: reception, request: func(n int) *http.Request {
			return fragment(get("/agenda?fecha="+moment.AddDate(0, 0, n%200-100).Format(time.DateOnly)), "/agenda")
		}},
		line{name: "agenda week of one doctor", desk: reception, request: func(n int) *http.Request {
			return get("/agenda?vista=semana&fecha=" + today + "&prof=" + c.doctors()[n%c.centro].member.String())
		}},
		line{name: "agenda month", desk: reception, request: always(func() *http.Request { return get("/agenda?vista=mes&fecha=" + today) })},
		line{name: "poll, nothing new", desk: reception, status: http.StatusNoContent, request: always(func() *http.Request {
			return fragment(get(fmt.Sprintf("/agenda/cambios?fecha=%s&desde=%d", today, change)), "/agenda")
		})},
		line{name: "today's list, desk", target: dayTarget, desk: reception, request: always(func() *http.Request { return get("/hoy") })},
		line{name: "today's list, doctor", target: dayTarget, desk: chair, request: always(func() *http.Request { return get("/hoy") })},
		line{name: "patient page, desk", target: patientTarget, desk: reception, request: of(people)},
		line{name: "patient page, doctor", target: patientTarget, desk: chair, request: of(people)},
		line{name: "patient page, admin", target: patientTarget, desk: office, request: of(people)},
		line{name: "patient data", target: patientTarget, desk: reception, request: func(n int) *http.Request { return get("/pacientes/" + people[n%len(people)].ID.String() + "/datos") }},
		line{name: "register, newest first", desk: reception, request: always(func() *http.Request { return get("/pacientes") })},
		line{name: "booking form", desk: reception, request: func(n int) *http.Request {
			return fragment(get("/citas/nueva?paciente="+people[n%len(people)].ID.String()), "/agenda")
		}},
	)
	diagnosis, err := codesLine(chair)
	if err != nil {
		return nil, err
	}
	all = append(all, diagnosis)
	long, err := h.longRecord(ctx, c)
	if err != nil {
		return nil, err
	}
	all = append(all, long.lines(chair)...)
	money, err := h.billingLines(ctx, c, reception, office)
	if err != nil {
		return nil, err
	}
	all = append(all, money...)
	booking, err := h.bookingLine(ctx, c, reception, people)
	return append(all, booking), err
}

// searchLines are the ways in which somebody is looked for.
func searchLines(c *clinic, d *desk, people []patients.Patient) []line {
	kinds := []struct {
		name string
		text func(r *rand.Rand, p patients.Patient) string
	}{
		{"search: first letters", func(r *rand.Rand, p patients.Patient) string { return cut(p.LastName, 2+r.IntN(4)) }},
		{"search: pieces, any order", pieces},
		{"search: a slip of the fingers", slipped},
		{"search: document", func(_ *rand.Rand, p patients.Patient) string { return p.Document.Number }},
		{"search: phone", func(_ *rand.Rand, p patients.Patient) string { return strings.TrimPrefix(p.Phone, "+51") }},
		{"search: nobody", func(r *rand.Rand, p patients.Patient) string {
			return "Xa" + cut(p.FirstName, 3) + "wq Zu" + cut(p.LastName, 2)
		}},
	}
	var all []line
	for _, k := range kinds {
		all = append(all, line{name: k.name, target: searchTarget, desk: d, request: func(n int) *http.Request {
			text := k.text(c.dice(fmt.Sprint(k.name, n)), people[n%len(people)])
			return fragment(post("/pacientes/buscar", url.Values{"q": {text}}), "/agenda")
		}})
	}
	return all
}

func cut(text string, letters int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), letters)])
}

// pieces are two or three beginnings of a person's names, mixed.
func pieces(r *rand.Rand, p patients.Patient) string {
	words := p.Words()
	r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	words = words[:min(len(words), 2+r.IntN(2))]
	for i, w := range words {
		words[i] = cut(w, 2+r.IntN(5))
	}
	return strings.Join(words, " ")
}

// slipped is a surname with a letter wrong or left out, alone or with the beginning of the first name.
func slipped(r *rand.Rand, p patients.Patient) string {
	words := textfold.Words(p.LastName)
	letters := []rune(words[len(words)-1])
	at := 1 + r.IntN(max(1, len(letters)-1))
	if r.IntN(2) == 0 && len(letters) > 4 {
		letters = append(letters[:at:at], letters[min(at+1, len(letters)):]...)
	} else {
		letters[min(at, len(letters)-1)] = rune('a' + r.IntN(26))
	}
	if r.IntN(3) == 0 {
		return string(letters)
	}
	return string(letters) + " " + cut(p.FirstName, 3+r.IntN(3))
}

// known are some patients of a clinic, read as the program reads them: a load in another shape fails here.
func (h *house) known(ctx context.Context, c *clinic, most int) ([]patients.Patient, error) {
	r := c.dice("known")
	var ids []uuid.UUID
	for range min(most, c.patients) {
		ids = append(ids, c.patientID(r.IntN(c.patients)))
	}
	var people []patients.Patient
	err := h.db.InClinic(ctx, database.Scope{ClinicID: c.id}, func(ctx context.Context) (err error) {
		people, err = patients.NewPostgres(h.vault, time.Now).Patients(ctx, ids)
		return err
	})
	if err == nil && len(people) == 0 {
		err = fmt.Errorf("clinic %s has no patients", c.slug)
	}
	return people, err
}

func (h *house) changeNumber(ctx context.Context, c *clinic) (n int64, err error) {
	err = h.admin.QueryRow(ctx, "select seq from change_counters where clinic_id = $1", c.id).Scan(&n)
	return n, err
}

// bookNote marks what the measurement booked, so that it finds it again.
const bookNote = "medida de tiempos"

// bookingLine books a free half hour of the coming months each time.
func (h *house) bookingLine(ctx context.Context, c *clinic, d *desk, people []patients.Patient) (line, error) {
	free, err := h.freeHours(ctx, c)
	if err != nil {
		return line{}, err
	}
	service := c.services[0]
	return line{
		name: "booking", target: bookTarget, desk: d,
		request: func(n int) *http.Request {
			at := free[n%len(free)]
			day := at.start.In(lima).Format(time.DateOnly)
			return fragment(post("/citas", url.Values{
				"op_id": {uuid.Must(uuid.NewV7()).String()}, "paciente": {people[n%len(people)].ID.String()}, "servicio": {service.String()},
				"profesional": {at.doctor.String()}, "fecha": {day}, "hora": {at.start.In(lima).Format("15:04")}, "duracion": {"30"}, "nota": {bookNote},
			}), "/agenda?fecha="+day)
		},
		clear: func(ctx context.Context) error { return h.unbook(ctx, c) },
	}, h.unbook(ctx, c)
}

// unbook removes what was booked here, with everything written beside it.
func (h *house) unbook(ctx context.Context, c *clinic) error {
	_, err := h.admin.Exec(ctx, fmt.Sprintf(`
		begin;
		set local session_replication_role = replica;
		delete from appointment_events where clinic_id = '%[1]s' and appointment_id in
			(select id from appointments where clinic_id = '%[1]s' and notes = '%[2]s');
		delete from sync_ops where clinic_id = '%[1]s';
		delete from appointments where clinic_id = '%[1]s' and notes = '%[2]s';
		commit`, c.id, bookNote))
	return err
}

// freeHour is half an hour that nobody has.
type freeHour struct {
	doctor uuid.UUID
	start  time.Time
}

// freeHours are those of the first site in the two months after the measured day, mixed.
func (h *house) freeHours(ctx context.Context, c *clinic) ([]freeHour, error) {
	taken := map[freeHour]bool{}
	rows, err := h.admin.Query(ctx, "select doctor_id, start_time from appointments where clinic_id = $1 and start_time > $2 and status = any($3)",
		c.id, moment, []string{string(agenda.Scheduled), string(agenda.Confirmed), string(agenda.InProgress)})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f freeHour
		if err := rows.Scan(&f.doctor, &f.start); err != nil {
			return nil, err
		}
		f.start = f.start.UTC()
		taken[f] = true
	}
	var free []freeHour
	for _, day := range days() {
		if day.Before(moment) || day.After(moment.AddDate(0, 4, 0)) {
			continue
		}
		for _, doctor := range c.doctors()[:c.centro] {
			for n := range slotsADay {
				if f := (freeHour{doctor.member, slot(day, n).UTC()}); !taken[f] {
					free = append(free, f)
				}
			}
		}
	}
	c.dice("free").Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	return free, rows.Err()
}
