package hce

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// resultRow is the latest value of a code, in words.
type resultRow struct {
	Code     string
	Name     string
	Value    string // with its unit
	Range    string
	Flag     observation.Flag
	Waits    bool // critical, and nobody has said what was done
	Done     string
	At       time.Time
	Source   string
	Before   string // the value that this one corrects
	Category Category
}

// resultGroup is a heading with its latest values and the curves of those that were measured more than once.
type resultGroup struct {
	Key, Label string
	Rows       []resultRow
	Trends     []observation.Trend
}

// resultsView is the section "Resultados" of a person.
type resultsView struct {
	Frame  patients.Frame
	Look   Look
	Groups []resultGroup // all
	Chosen string        // key of the one that is shown; "" is all
	Orders []Order
	Names  map[uuid.UUID]string // of members
	Zone   *time.Location
	Writes bool
}

func (v resultsView) path(section string) string { return patientPath(v.Frame.Patient.ID, section) }

// shown are the chosen groups.
func (v resultsView) shown() []resultGroup {
	if v.Chosen == "" {
		return v.Groups
	}
	return slices.DeleteFunc(slices.Clone(v.Groups), func(g resultGroup) bool { return g.Key != v.Chosen })
}

// filters are the groups that have values, each a link.
func (v resultsView) filters() []views.NavItem {
	items := []views.NavItem{{Label: "Todo", Href: v.path(resultsTab), Current: v.Chosen == ""}}
	for _, g := range v.Groups {
		items = append(items, views.NavItem{Label: g.Label, Href: v.path(resultsTab) + "?grupo=" + g.Key, Current: v.Chosen == g.Key})
	}
	return items
}

// reading is what a list of values is read with.
type reading struct {
	byCode    map[string][]Observed // in force, latest first
	corrected map[uuid.UUID]Observed
	zone      *time.Location
	now       time.Time
	names     map[uuid.UUID]string
}

const otherGroup = "otros"

// groupsOf puts values under the headings of the order form, vital signs first, what belongs to none last.
func groupsOf(values []Observed, names map[uuid.UUID]string, now time.Time) []resultGroup {
	r := reading{byCode: map[string][]Observed{}, corrected: map[uuid.UUID]Observed{}, zone: now.Location(), now: now, names: names}
	for _, o := range values {
		r.corrected[o.ID] = o
	}
	var codes []string
	for _, o := range standing(values) {
		if _, known := observation.KindOf(o.Code); !known || o.ValueText == Withdrawn {
			continue // words of the triage, which are no result, and what it took back
		}
		if r.byCode[o.Code] == nil {
			codes = append(codes, o.Code)
		}
		r.byCode[o.Code] = append(r.byCode[o.Code], o)
	}
	var groups []resultGroup
	for _, heading := range headings() {
		group := resultGroup{Key: heading.Key, Label: heading.Label}
		for _, lab := range heading.Labs {
			codes = slices.DeleteFunc(codes, func(code string) bool { return code == lab.Code })
			r.add(&group, lab.Code)
		}
		if len(group.Rows) > 0 {
			groups = append(groups, group)
		}
	}
	rest := resultGroup{Key: otherGroup, Label: "Otros"}
	for _, code := range codes {
		r.add(&rest, code)
	}
	if len(rest.Rows) > 0 {
		groups = append(groups, rest)
	}
	return groups
}

// headings are the vital signs and the groups of the laboratory.
func headings() []catalog.LabGroup {
	vital := catalog.LabGroup{Key: "vital", Label: "Funciones vitales"}
	for _, kind := range observation.Vitals() {
		vital.Labs = append(vital.Labs, kind.Lab)
	}
	return append([]catalog.LabGroup{vital}, catalog.LabGroups()...)
}

// add draws a code into its group; the two pressures are one line and one curve.
func (r reading) add(group *resultGroup, code string) {
	list := r.byCode[code]
	if len(list) == 0 || code == observation.Diastolic && len(r.byCode[observation.Systolic]) > 0 {
		return
	}
	codes := []string{code}
	if code == observation.Systolic {
		codes = append(codes, observation.Diastolic)
	}
	group.Rows = append(group.Rows, r.row(code))
	if trend, more := r.trend(codes); more {
		group.Trends = append(group.Trends, trend)
	}
}

func (r reading) row(code string) resultRow {
	o := r.byCode[code][0]
	row := r.rowOf(o)
	if code != observation.Systolic {
		return row
	}
	for _, low := range r.byCode[observation.Diastolic] {
		if low.TakenAt.Equal(o.TakenAt) {
			row.Name, row.Value = "Presión arterial", o.Value.Decimal.String()+"/"+low.Words()
			row.Range = joined(" / ", o.RefText, low.RefText)
			row.Waits = row.Waits || r.rowOf(low).Waits
			row.Flag = graver(o.Flag, low.Flag)
		}
	}
	return row
}

func (r reading) rowOf(o Observed) resultRow {
	row := resultRow{
		Code: o.Code, Name: kindOf(o.Code).Name, Value: o.Words(), Range: o.RefText, Flag: o.Flag, At: o.TakenAt, Source: o.Source, Category: o.Category,
		Waits: o.Critical && o.AcknowledgedAt == nil,
	}
	if o.AcknowledgedBy != nil {
		row.Done = joined(": ", r.names[*o.AcknowledgedBy]+", "+dayTime(*o.AcknowledgedAt, r.zone), o.Action)
	}
	if o.CorrectsID != nil {
		before := r.corrected[*o.CorrectsID]
		row.Before = before.Words()
	}
	return row
}

// graver is the flag of both that somebody has to see.
func graver(a, b observation.Flag) observation.Flag {
	rank := []observation.Flag{observation.NoFlag, observation.Normal, observation.Low, observation.High, observation.Abnormal, observation.CriticalLow, observation.CriticalHigh}
	if slices.Index(rank, b) > slices.Index(rank, a) {
		return b
	}
	return a
}

// trend is the curve of codes that go together; false with fewer than two moments of the first.
func (r reading) trend(codes []string) (observation.Trend, bool) {
	latest := r.byCode[codes[0]][0]
	t := observation.Trend{Title: kindOf(codes[0]).Name, Unit: kindOf(codes[0]).Unit(), Today: r.now, Source: joined(" ", latest.Source, rangeWords(latest))}
	if len(codes) > 1 {
		t.Title = "Presión arterial"
	}
	for i, code := range codes {
		series := observation.Series{}
		if len(codes) > 1 {
			series.Name = []string{"Sistólica", "Diastólica"}[i]
		}
		for _, o := range r.byCode[code] {
			if o.Value.Valid {
				series.Points = append(series.Points, observation.Point{At: o.TakenAt, Value: o.Value.Decimal})
			}
		}
		if len(r.byCode[code]) > 0 {
			series.Band = observation.Band{Low: r.byCode[code][0].RefLow, High: r.byCode[code][0].RefHigh}
		}
		t.Series = append(t.Series, series)
	}
	return t, len(t.Series[0].Points) > 1
}

func rangeWords(o Observed) string {
	if o.RefText == "" {
		return ""
	}
	return "(" + o.RefText + ")"
}

// joined puts words together, empty ones left out.
func joined(with string, words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), with)
}

// takenWords is when a sample was taken: the day, and the hour where somebody wrote one.
func takenWords(at time.Time, zone *time.Location) string {
	local := at.In(zone)
	if local.Hour() == 0 && local.Minute() == 0 {
		return views.Day(local)
	}
	return dayTime(at, zone)
}

// orderState says how far an order is: tone and words of its chip.
func orderState(o Order) (tone, icon, words string) {
	missing := len(o.Missing())
	switch {
	case o.Cancelled() != nil:
		return "neutro", "ban", "Anulada"
	case o.Fresh():
		return "aviso", "flask-conical", "Resultados por revisar"
	case missing == 0:
		return "ok", "check", "Completa y revisada"
	case missing < len(o.Codes):
		return "info", "hourglass", views.Plural(missing, "prueba en espera", "pruebas en espera")
	}
	return "neutro", "hourglass", "En espera"
}

// orderForm is a laboratory order as it is typed.
type orderForm struct {
	OpID      string   `form:"op_id"`
	ID        string   `form:"id"`
	Codes     []string `form:"codigo"`
	Diagnosis string   `form:"diagnostico"`
	Note      string   `form:"nota"`
}

type orderFormView struct {
	Frame     patients.Frame
	Form      orderForm
	Problems  fault.Problems
	Diagnoses []string // that the person has had, offered for the line
}

// sheetForm is a sheet of results as it is typed; lines are read by code.
type sheetForm struct {
	OpID       string `form:"op_id"`
	ID         string `form:"id"`
	Laboratory string `form:"laboratorio"`
	Day        string `form:"fecha"`
	Hour       string `form:"hora"`
}

type sheetView struct {
	Frame    patients.Frame
	Order    Order
	Form     sheetForm
	Lines    map[string]SheetLine
	Problems fault.Problems
	Zone     *time.Location
}

// takenAt is when the sample was taken; zero when it cannot be read. Without an hour it is the day's beginning.
func (f sheetForm) takenAt(zone *time.Location) time.Time {
	hour := strings.TrimSpace(f.Hour)
	if hour == "" {
		hour = "0:00"
	}
	at, err := time.ParseInLocation("2/1/2006 15:04", strings.TrimSpace(f.Day)+" "+hour, zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

// workView is the work list of a professional.
type workView struct {
	WorkList
	Zone     *time.Location
	OpID     func() string
	At       uuid.UUID // the value or order whose form was refused
	Typed    string
	Problems fault.Problems
}

func (v workView) field(id uuid.UUID, f views.Field) views.Field {
	f.ID = f.Name + "-" + id.String()
	if v.At != id {
		return f
	}
	return f.With(v.Typed, v.Problems)
}

// orderPrint is an order on paper.
type orderPrint struct {
	Head   views.PrintHeader
	Order  Order
	Doctor Author
	Groups []resultGroup // names alone
}

// printGroups are the ordered tests under the headings of the laboratory.
func printGroups(o Order) []resultGroup {
	var groups []resultGroup
	for _, heading := range catalog.LabGroups() {
		group := resultGroup{Label: heading.Label}
		for _, lab := range heading.Labs {
			if slices.Contains(o.Codes, lab.Code) {
				group.Rows = append(group.Rows, resultRow{Code: lab.Code, Name: lab.Name})
			}
		}
		if len(group.Rows) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}
