package patients

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// may is what the person who asks is offered on the register's pages.
type may struct {
	Register, Book, Charge, Import, Export bool
	Away                                   bool // the device answers: lists from and to files require the connection
}

// needsConnection stands where something is that a device does not hold or cannot do.
const needsConnection = "Requiere conexión"

// tell is a group's value in words, or that the device does not hold it.
func (p Patient) tell(g Group, value string) string {
	if !p.Holds(g) {
		return needsConnection
	}
	return value
}

// absentWords name what a device does not hold of p.
func (p Patient) absentWords() string {
	absent := slices.DeleteFunc(Groups(), p.Holds)
	return groupWords(absent) + ": no se guarda en este equipo. Lo que ya está en el registro no cambia."
}

func (h routes) mayOf(who access.Identity) may {
	return may{Away: !h.service.store.Whole(), Register: who.Can(accounts.PatientsWrite), Book: who.Can(accounts.AgendaBook), Charge: who.Can(accounts.BillingCharge),
		Import: who.Can(accounts.PatientsImport), Export: who.Can(accounts.PatientsExport)}
}

// line is a patient in a list, already in words.
type line struct {
	ID, Name, Href, Book       string
	Age, Document, Phone, Next string
	Record                     string
}

// Summary joins what tells people of one name apart: "34 años · DNI 99012345 · 962 555 014".
func (l line) Summary() string {
	var parts []string
	for _, part := range []string{l.Age, l.Document, l.Phone} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if l.Next != "" {
		parts = append(parts, "cita "+l.Next)
	}
	return strings.Join(parts, " · ")
}

type listView struct {
	Rows   []line
	May    may
	Newest bool
	More   string
}

type searchView struct {
	Found Found
	Rows  []line
	May   may
}

// chargePathOf begins a charge of somebody.
func chargePathOf(id string) string { return "/cobros/nuevo?paciente=" + id }

// lines writes patients for a list.
func (h routes) lines(c echo.Context, people []Patient, next map[uuid.UUID]time.Time) []line {
	ctx := c.Request().Context()
	today := h.service.today(ctx)
	rows := make([]line, 0, len(people))
	for _, p := range people {
		l := lineOf(p, today)
		if start, ok := next[p.ID]; ok {
			l.Next = nearDay(h.service.local(ctx, start), today)
		}
		rows = append(rows, l)
	}
	return rows
}

func lineOf(p Patient, today time.Time) line {
	return line{ID: p.ID.String(), Name: p.FullName(), Href: pathOf(p.ID, ""), Book: bookPath(p.ID),
		Age: views.Age(p.BirthDate, today), Document: p.Document.Label(), Phone: views.Phone(p.Phone), Record: p.Record()}
}

// nearDay writes when an appointment is: "hoy 15:30", "mar 1 dic 15:30".
func nearDay(start, today time.Time) string {
	return views.Relative(start, today) + " " + views.Clock(start)
}

// headline is the grey line under the name: "34 años · F · DNI 99012345 · HC 000482".
func headline(f Frame) string {
	p := f.Patient
	parts := []string{views.Age(p.BirthDate, f.Today), string(p.Sex), p.Document.Label(), "HC " + p.Record()}
	var known []string
	for _, part := range parts {
		if part != "" {
			known = append(known, part)
		}
	}
	return strings.Join(known, " · ")
}

// allergyChip warns in words: "Alergia: penicilina (anafilaxia)".
func allergyChip(a Allergy) string {
	if a.Reaction == "" {
		return "Alergia: " + a.Substance
	}
	return "Alergia: " + a.Substance + " (" + a.Reaction + ")"
}

// personView is the form of a new patient with everything it shows.
type personView struct {
	Form     personForm
	Problems fault.Problems
	District string // name of the chosen one
	Doubts   []string
	Similar  []line
	Taken    *line
	Offer    *WalkInOffer // nil: waiting at once is not offered
	Minor    bool
	Places   bool
}

// Doubtful reports whether somebody should look twice before registering.
func (v personView) Doubtful() bool { return len(v.Doubts)+len(v.Similar) > 0 }

// MoreOpen shows the further data when something is there or wrong in it.
func (v personView) MoreOpen() bool {
	f := v.Form
	if v.Minor || f.Address+f.Ubigeo+f.GuardianName+f.GuardianPhone+f.Insurer+f.Tags+f.Email != "" {
		return true
	}
	for field := range v.Problems {
		if g := groupOf(field); g == Mail || g == Home || g == Responsible || g == InsuranceOf || g == TagsOf {
			return true
		}
	}
	return false
}

func typeOptions() []views.Option {
	var options []views.Option
	for _, t := range DocumentTypes() {
		options = append(options, views.Option{Value: string(t), Label: t.Label()})
	}
	return options
}

func sexOptions() []views.Option {
	return []views.Option{{Value: string(Female), Label: Female.Label()}, {Value: string(Male), Label: Male.Label()}}
}

// summaryView is the first section of a patient's page.
type summaryView struct {
	Frame    Frame
	District string
	Coming   []visitLine
	Past     []visitLine
	Agenda   bool // the agenda answers
}

type visitLine struct {
	Href, Day, Hour, Service, Who string
	State                         views.State
}

func (h routes) summaryView(c echo.Context, f Frame) (summaryView, error) {
	ctx := c.Request().Context()
	view := summaryView{Frame: f, District: h.district(f.Patient.Address.Ubigeo)}
	if h.service.neighbours.Appointments == nil {
		return view, nil
	}
	view.Agenda = true
	coming, past, err := h.service.neighbours.Appointments.VisitsOf(ctx, f.Family)
	if err != nil {
		return view, err
	}
	view.Coming, view.Past = h.visitLines(c, coming, f.Today), h.visitLines(c, past, f.Today)
	return view, nil
}

func (h routes) visitLines(c echo.Context, visits []Visit, today time.Time) []visitLine {
	rows := make([]visitLine, 0, len(visits))
	for _, v := range visits {
		start := h.service.local(c.Request().Context(), v.Start)
		rows = append(rows, visitLine{Href: "/citas/" + v.ID.String(), Day: views.Relative(start, today), Hour: views.Clock(start),
			Service: v.Service, Who: joinKnown(v.Doctor, v.Site), State: v.State})
	}
	return rows
}

func joinKnown(parts ...string) string {
	var known []string
	for _, p := range parts {
		if p != "" {
			known = append(known, p)
		}
	}
	return strings.Join(known, " · ")
}

// district names an INEI code; the code itself when nobody knows it.
func (h routes) district(code string) string { return districtName(code, h.service.neighbours.Places) }

func version(n int64) string { return strconv.FormatInt(n, 10) }

// changeLine says who wrote something and when: "Ana Loarte, hoy 9:41".
func changeLine(change Change, f Frame) string {
	if change.At.IsZero() || change.At.Year() < 2000 {
		return ""
	}
	return strings.TrimPrefix(change.By+", "+nearDay(change.At, f.Today), ", ")
}
