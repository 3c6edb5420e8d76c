package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/views"
)

const (
	servicesPath  = "/configuracion/servicios"
	resourcesPath = "/configuracion/consultorios"
)

// servicesPage is the list of services.
type servicesPage struct {
	Lines   []serviceLine
	Query   string
	Retired bool // shown too
	Any     bool // the clinic has services at all
}

type serviceLine struct {
	Href, Name, Specialty, Minutes, Price, Resource string
	Retired                                         bool
}

func lineOfService(s Service) serviceLine {
	line := serviceLine{
		Href: servicesPath + "/" + s.ID.String(), Name: s.Name, Specialty: accounts.SpecialtyLabel(s.Specialty),
		Minutes: minutesText(s), Price: priceText(s.Price), Retired: !s.Active,
	}
	if s.Resource != NoResource {
		line.Resource = s.Resource.Label()
	}
	return line
}

// servicePage is the form of one service.
type servicePage struct {
	Form        serviceForm
	Action      string
	New         bool
	Retired     bool
	Doctors     []accounts.Member
	Problems    map[string]string
	Differences []difference
	Changed     string // who changed it last, and when
	OpID        string
}

func (p servicePage) ticked(doctor accounts.Member) bool {
	return slices.Contains(p.Form.Doctors, doctor.ID.String())
}

// gone are the professionals named on the service who no longer work here: they stay named until somebody unticks them.
func (p servicePage) gone() []string {
	return slices.DeleteFunc(slices.Clone(p.Form.Doctors), func(id string) bool {
		return slices.ContainsFunc(p.Doctors, func(d accounts.Member) bool { return d.ID.String() == id })
	})
}

// resourcesPage is the list of chairs and rooms, by site.
type resourcesPage struct {
	Sites   []siteResources
	Retired bool
}

type siteResources struct {
	Name  string
	Lines []resourceLine
}

type resourceLine struct {
	Href, Name, Kind string
	Retired          bool
}

// resourcePage is the form of one resource.
type resourcePage struct {
	Form        resourceForm
	Action      string
	New         bool
	Retired     bool
	Sites       []accounts.Site
	Problems    map[string]string
	Differences []difference
	Changed     string
	OpID        string
}

// suggestionsPage offers what clinics of these specialties usually do.
type suggestionsPage struct {
	Action   string
	Verb     string
	Groups   []suggestionGroup
	Problems map[string]string
	OpID     string
}

type suggestionGroup struct {
	Specialty string
	Lines     []suggestionLine
}

type suggestionLine struct {
	Suggestion
	Ticked bool
	Price  string
}

func (l suggestionLine) detail() string {
	return views.Minutes(Service{DurationMin: l.Minutes}.Duration())
}

// usualRange says between what prices others ask, with no cents.
func (l suggestionLine) usualRange() string {
	return "Usual: S/ " + views.Number(int(l.Low)) + " a " + views.Number(int(l.High))
}

// freshLines are the suggestions as they are first shown: ticked, at their price.
func freshLines(open []Suggestion) []suggestionLine {
	lines := make([]suggestionLine, 0, len(open))
	for _, s := range open {
		lines = append(lines, suggestionLine{Suggestion: s, Ticked: true, Price: s.Price().StringFixed(2)})
	}
	return lines
}

func grouped(lines []suggestionLine) []suggestionGroup {
	var groups []suggestionGroup
	for _, l := range lines {
		label := accounts.SpecialtyLabel(l.Specialty)
		if n := len(groups); n == 0 || groups[n-1].Specialty != label {
			groups = append(groups, suggestionGroup{Specialty: label})
		}
		last := &groups[len(groups)-1]
		last.Lines = append(last.Lines, l)
	}
	return groups
}

func minutesText(s Service) string { return views.Minutes(s.Duration()) }

func priceText(price decimal.Decimal) string { return views.Money(price) }

// doctorNames lists people; nobody named means everybody of the specialty.
func doctorNames(ids []uuid.UUID, doctors []accounts.Member) string {
	if len(ids) == 0 {
		return "Todos los de la especialidad"
	}
	var names []string
	for _, d := range doctors {
		if slices.Contains(ids, d.ID) {
			names = append(names, d.DisplayName())
		}
	}
	return strings.Join(names, ", ")
}

func siteName(id uuid.UUID, sites []accounts.Site) string {
	for _, s := range sites {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

func specialtyOptions() []views.Option {
	var options []views.Option
	for _, s := range accounts.Specialties() {
		options = append(options, views.Option{Value: s.Key, Label: s.Label})
	}
	return options
}

func igvOptions() []views.Option {
	var options []views.Option
	for _, code := range IGVCodes() {
		options = append(options, views.Option{Value: code, Label: IGVLabel(code)})
	}
	return options
}

func kindOptions(none bool) []views.Option {
	var options []views.Option
	if none {
		options = append(options, views.Option{Value: string(NoResource), Label: NoResource.Label()})
	}
	for _, k := range ResourceKinds() {
		options = append(options, views.Option{Value: string(k), Label: k.Label()})
	}
	return options
}

// siteOptions are the open sites, and the one that is chosen already.
func siteOptions(sites []accounts.Site, chosen string) []views.Option {
	var options []views.Option
	for _, s := range sites {
		if s.Active || s.ID.String() == chosen {
			options = append(options, views.Option{Value: s.ID.String(), Label: s.Name})
		}
	}
	return options
}

// retirementPath is where the switch at the end of a form goes.
func retirementPath(retired bool) string {
	if retired {
		return "/oferta"
	}
	return "/retiro"
}

// changeText says who changed something last: "Último cambio: Rosa Malpartida, 24/11/2026 9:30".
func changeText(change Change, zone string) string {
	if change.By == "" {
		return ""
	}
	at := change.At.In(locationOf(zone))
	return "Último cambio: " + change.By + ", " + views.Day(at) + " " + views.Clock(at) + "."
}

// locationOf is a clinic's zone; UTC for one that nobody knows.
func locationOf(zone string) *time.Location {
	where, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return where
}

// newOpID names one sending of a form.
func newOpID() string { return uuid.Must(uuid.NewV7()).String() }
