package hce

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
	"hampi/views"
)

// historyView is the history of a person: filters left, documents in the middle, what stands beside them right.
type historyView struct {
	Frame    patients.Frame
	Look     Look
	List     []Entry
	More     bool
	Form     filterForm
	Years    []YearCount
	Authors  []views.Option
	Problems []PastDiagnosis
	Consents []ConsentLine
	Taken    []Medication // what was prescribed, the newest first
	Zone     *time.Location
	Now      time.Time
	Mine     uuid.UUID // membership of who reads
	Away     bool
	Writes   bool
	Senders  []Sender // of prescriptions, for who writes
}

// filterForm is what narrows the history. It is sent, never part of an address: it may name an illness.
type filterForm struct {
	Type     string `form:"tipo"`
	Author   string `form:"profesional"`
	Year     string `form:"anio"`
	Code     string `form:"cie"`
	Text     string `form:"texto"`
	Before   string `form:"antes"`
	BeforeID string `form:"tras"`
}

func (f filterForm) filter() Filter {
	filter := Filter{Type: RecordType(f.Type), Code: f.Code, Text: f.Text}
	filter.Author, _ = uuid.Parse(f.Author)
	filter.Year, _ = strconv.Atoi(f.Year)
	if at, err := time.Parse(time.RFC3339Nano, f.Before); err == nil {
		filter.Before = at
		filter.BeforeID, _ = uuid.Parse(f.BeforeID)
	}
	return filter
}

func typeOptions() []views.Option {
	return []views.Option{
		{Value: "", Label: "Todo"}, {Value: string(Note), Label: "Notas"}, {Value: string(Prescription), Label: "Recetas"},
	}
}

func (v historyView) yearOptions() []views.Option {
	options := []views.Option{}
	for _, y := range v.Years {
		year := strconv.Itoa(y.Year)
		options = append(options, views.Option{Value: year, Label: year + " · " + views.Plural(y.Count, "documento", "documentos")})
	}
	return options
}

// last is where the list goes on.
func (v historyView) last() (before, id string) {
	if len(v.List) == 0 {
		return "", ""
	}
	e := v.List[len(v.List)-1]
	return e.WrittenAt.UTC().Format(time.RFC3339Nano), e.ID.String()
}

func (v historyView) path(section string) string { return patientPath(v.Frame.Patient.ID, section) }

// when is the moment a document was written, in the clinic's zone: "24/11/2026 9:14".
func (v historyView) when(at time.Time) string { return dayTime(at, v.Zone) }

func dayTime(at time.Time, zone *time.Location) string {
	local := at.In(zone)
	return views.Day(local) + " " + views.Clock(local)
}

// title is what a document is about: its first diagnosis, else its kind.
func (e Entry) title() string {
	if e.Type == Note && len(e.Diagnoses) > 0 {
		return e.Diagnoses[0].Title
	}
	return e.Type.Label()
}

// medicinesShown is how many medicines stand beside the history.
const medicinesShown = 8

// medicines are those that are taken now, then the latest others.
func (v historyView) medicines() []Medication {
	list := slices.Clone(v.Taken)
	sorting.By(list, func(a, b Medication) int { return rankTaken(b, v.Now) - rankTaken(a, v.Now) })
	return list[:min(len(list), medicinesShown)]
}

func rankTaken(m Medication, now time.Time) int {
	if m.ActiveOn(now) {
		return 1
	}
	return 0
}

// mayStop reports whether whoever reads may end a medicine before its time.
func (v historyView) mayStop() bool { return !v.Away && v.Look.Emergency == nil && v.Writes }

// kind is what a document is, where its title does not say it.
func (e Entry) kind() string {
	if e.title() == e.Type.Label() {
		return ""
	}
	return e.Type.Label()
}

// emergencyView asks for a reason before somebody else's record opens.
type emergencyView struct {
	Frame    patients.Frame
	ID, OpID string
	Reason   string
	Problems fault.Problems
}

func patientPath(id uuid.UUID, section string) string {
	path := "/pacientes/" + id.String()
	if section != "" {
		path += "/" + section
	}
	return path
}
