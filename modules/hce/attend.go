package hce

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// attendView is an attention as its professional writes it.
type attendView struct {
	Attention
	Holder    string // the window
	Form      form.View
	Problems  fault.Problems // of diagnoses and prescription; those of fields stand in Form
	Refused   fault.Problems // everything that kept it from being signed, for the line that counts
	Checked   prescribing.Checked
	Templates []Offered
	Stars     []Favourite     // of who attends
	Asides    []Beside        // what the note does not say
	Next      *patients.Visit // the patient's next appointment
	Side      sideView
	History   bool // phones show the history instead of the note
	Zone      *time.Location
	Now       time.Time
	Away      bool
}

// path is the address of a part of the attention.
func (v attendView) path(part string) string { return attentionPath(v.Encounter.ID, part) }

func attentionPath(id uuid.UUID, part string) string {
	path := "/atenciones/" + id.String()
	if part != "" {
		path += "/" + part
	}
	return path
}

// planSection is the section of a template that stands below the treatment.
const planSection = "plan"

// above are the sections before the diagnoses, below those after the treatment.
func (v attendView) above() (sections []form.Section) {
	for _, s := range v.Template.Sections {
		if s.Key != planSection {
			sections = append(sections, s)
		}
	}
	return sections
}

func (v attendView) below() (sections []form.Section) {
	for _, s := range v.Template.Sections {
		if s.Key == planSection {
			sections = append(sections, s)
		}
	}
	return sections
}

// jump is a key that leads to a row of the note.
type jump struct{ Key, Label, Target string }

// jumps are Alt 1 to 8 (UX §6): what stands above the diagnoses has the first four, 5 are the diagnoses, 6 the treatment.
func (v attendView) jumps() []jump {
	var list []jump
	wanted := []string{"motivo", "relato", "vitales", "examen"}
	for i, key := range wanted {
		for _, s := range v.Template.Sections {
			if s.Key == key {
				list = append(list, jump{"alt+" + strconv.Itoa(i+1), s.Title, "h-" + key})
			}
		}
	}
	list = append(list, jump{"alt+5", "Diagnósticos", "h-diagnosticos"}, jump{"alt+6", "Tratamiento", "h-tratamiento"})
	for _, s := range v.below() {
		list = append(list, jump{"alt+7", s.Title, "h-" + s.Key})
	}
	return append(list, jump{"alt+8", "Próxima cita", "h-cita"})
}

// since says how long the attention goes on: "En atención desde las 9:52, 23 min".
func (v headerView) since() string {
	at := v.Encounter.At()
	return "En atención desde las " + views.Clock(at.In(v.Zone)) + ", " + views.Minutes(v.Now.Sub(at))
}

// saved says how the draft stands: "Borrador guardado a las 10:14".
func (v attendView) saved() string { return savedWords(v.Draft, v.Zone) }

func savedWords(d Draft, zone *time.Location) string {
	if d.Version == 0 {
		return "Aún sin guardar"
	}
	return "Borrador guardado a las " + views.Clock(d.UpdatedAt.In(zone))
}

// next says when the patient comes again.
func (v attendView) next() string {
	if v.Next == nil {
		return ""
	}
	return "Próxima cita: " + views.ShortDayTime(v.Next.Start.In(v.Zone), v.Now)
}

func (v attendView) bookPath() string { return "/citas/nueva?paciente=" + v.Patient.ID.String() }

// kindOptions are P, D and R with their words.
func kindLabel(k DiagnosisKind) string { return string(k) + ", " + strings.ToLower(k.Label()) }

// templateOptions are the templates to choose from, by id and version.
func (v attendView) templateOptions() []views.Option {
	var options []views.Option
	for _, o := range v.Templates {
		options = append(options, views.Option{Value: templateValue(o.ID, o.Version), Label: o.Title})
	}
	return options
}

func templateValue(id string, version int) string { return id + "@" + strconv.Itoa(version) }

func readTemplateValue(text string) (id string, version int) {
	id, number, _ := strings.Cut(text, "@")
	version, _ = strconv.Atoi(number)
	return id, version
}

// findings are what speaks against a line.
func (v attendView) findings(place int) []prescribing.Answered { return v.Checked.Of(place).Findings }

// stops reports whether something at a line wants a reason or cannot be.
func (v attendView) stops(place int) bool {
	for _, f := range v.findings(place) {
		if f.Severity != prescribing.Warn {
			return true
		}
	}
	return false
}

// itemView is a line of the prescription in its inputs.
type itemView struct {
	attendView
	Place int
	Prescribed
}

func (v attendView) items() []itemView {
	list := make([]itemView, len(v.Draft.Body.Items))
	for i, p := range v.Draft.Body.Items {
		list[i] = itemView{v, i, p}
	}
	return list
}

func (v itemView) field(name string) string { return itemField(v.Place, name) }

func (v itemView) control(name, label, value string) views.Field {
	return views.Field{
		Name: v.field(name), Label: label, Value: value, Error: v.Problems[v.field(name)], Optional: true, Unmarked: true, Autocomplete: "off",
		Attrs: v.live(),
	}
}

// live lets a change of a line be looked at.
func (v itemView) live() map[string]any {
	return map[string]any{"hx-post": v.path("tratamiento"), "hx-trigger": "change", "hx-swap": "none", "hx-sync": "closest section:queue last"}
}

func (v itemView) free() bool { return v.MedicineID == "" }

// open reports whether a line shows its inputs: as long as it does not say enough.
func (v itemView) open() bool {
	for field := range v.Item.Problems() {
		if field != "" {
			return true
		}
	}
	return false
}

// amount is a figure as its input holds it; empty for none.
func amountText(a prescribing.Amount) string {
	if a.Value.IsZero() {
		return ""
	}
	return a.Value.String()
}

func wholeText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// computed is the quantity that the line comes to, if it has that one: a change of the dose then changes it too.
func (v itemView) computed() string {
	if q := v.ComputedQuantity(); q.Value.Equal(v.Quantity.Value) {
		return amountText(q)
	}
	return ""
}

func (v itemView) quantityUnit() string {
	if v.Quantity.Unit != "" {
		return v.Quantity.Unit
	}
	return prescribing.FormOf(v.Item.Form).Unit
}

func (v itemView) unitOptions() []views.Option {
	return asOptions(prescribing.FormOf(v.Item.Form).Units(), v.Dose.Unit)
}

func (v itemView) routeOptions() []views.Option { return asOptions(routesOfMedicines(), v.Route) }

// asOptions offers texts, and the one that stands there although it is none of them.
func asOptions(texts []string, standing string) []views.Option {
	var options []views.Option
	found := standing == ""
	for _, t := range texts {
		options = append(options, views.Option{Value: t, Label: t})
		found = found || t == standing
	}
	if !found {
		options = append(options, views.Option{Value: standing, Label: standing})
	}
	return options
}

func frequencyOptions() []views.Option {
	return []views.Option{
		{Value: string(prescribing.EveryHours), Label: "cada … horas"}, {Value: string(prescribing.TimesADay), Label: "… veces al día"},
		{Value: string(prescribing.AsNeeded), Label: "si es necesario"}, {Value: string(prescribing.Once), Label: "dosis única"},
	}
}

func durationOptions() []views.Option {
	return []views.Option{
		{Value: string(prescribing.Days), Label: "días"}, {Value: string(prescribing.Weeks), Label: "semanas"}, {Value: string(prescribing.Months), Label: "meses"},
	}
}

func (v itemView) durationUnit() string {
	if v.Duration.Unit == "" {
		return string(prescribing.Days)
	}
	return string(v.Duration.Unit)
}

// sideView is the history beside the note.
type sideView struct {
	Encounter  uuid.UUID
	Tab        string
	Before     []Entry
	Past       []PastDiagnosis
	Pressure   observation.Trend
	Medicines  []Medication
	Observed   []Observed
	Triage     form.Template // names what triage asked and LOINC has no code for
	Zone       *time.Location
	Now        time.Time
	PatientID  uuid.UUID
	Copies     bool // offers to copy into the note
	Away       bool
	Conditions []patients.Condition
	Album      bool            // photos and documents may be looked at here
	Files      templ.Component // of this attention; nil in the other tabs
}

// The tabs beside the note.
const (
	beforeTab   = "historia"
	rxTab       = "recetas"
	observedTab = "resultados"
	filesTab    = "archivos"
)

func (v sideView) tabs() []views.NavItem {
	var items []views.NavItem
	for _, t := range []struct{ path, label string }{{beforeTab, "Historia"}, {rxTab, "Recetas"}, {observedTab, "Resultados"}, {filesTab, "Archivos"}} {
		if t.path == filesTab && !v.Album && !v.Away {
			continue
		}
		items = append(items, views.NavItem{
			Label: t.label, Href: attentionPath(v.Encounter, "historia") + "?vista=" + t.path, Current: t.path == v.Tab,
			Online: t.path == filesTab, Away: t.path == filesTab && v.Away,
		})
	}
	return items
}

// pressures reports whether there is a curve to draw.
func (v sideView) pressures() bool {
	for _, s := range v.Pressure.Series {
		if len(s.Points) > 0 {
			return true
		}
	}
	return false
}

func (v sideView) day(at time.Time) string { return views.DayMonth(at.In(v.Zone), v.Now) }
