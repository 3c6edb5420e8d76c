package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
)

// serviceForm is a service as its form sends it: everything as typed.
type serviceForm struct {
	ID        string   `form:"id"` // of a new one; an old one is named by its address
	Version   int64    `form:"version"`
	Name      string   `form:"nombre"`
	Specialty string   `form:"especialidad"`
	Minutes   string   `form:"minutos"`
	Price     string   `form:"precio"`
	IGV       string   `form:"igv"`
	Resource  string   `form:"recurso"`
	Doctors   []string `form:"profesionales"`
}

func formOfService(s Service) serviceForm {
	form := serviceForm{
		ID: s.ID.String(), Version: s.Version, Name: s.Name, Specialty: s.Specialty, Minutes: strconv.Itoa(s.DurationMin),
		Price: s.Price.StringFixed(2), IGV: s.IGVCode, Resource: string(s.Resource),
	}
	for _, id := range s.Doctors {
		form.Doctors = append(form.Doctors, id.String())
	}
	return form
}

// service reads what was typed; all that is wrong with it comes back at once.
func (f serviceForm) service(id uuid.UUID) (Service, error) {
	s := Service{ID: id, Version: f.Version, Name: f.Name, Specialty: f.Specialty, IGVCode: f.IGV, Resource: ResourceKind(f.Resource)}
	problems := fault.Problems{}
	var readable bool
	if s.Price, readable = ParseSoles(f.Price); !readable {
		problems.Add("precio", "Escriba el precio en soles, como 120 o 120.50.")
	}
	var err error
	if s.DurationMin, err = strconv.Atoi(strings.TrimSpace(f.Minutes)); err != nil {
		problems.Add("minutos", "Escriba la duración en minutos, como 30.")
	}
	for _, text := range f.Doctors {
		doctor, err := uuid.Parse(text)
		if err != nil {
			return s, ErrUnknownDoctor
		}
		s.Doctors = append(s.Doctors, doctor)
	}
	return s.tidy(), joined(problems, s.tidy().problems())
}

// joined adds the noun's problems to those of reading; a field keeps the first.
func joined(problems fault.Problems, err error) error {
	more, _ := fault.Fields(err)
	for field, message := range more {
		problems.Add(field, message)
	}
	return problems.Err()
}

// resourceForm is a resource as its form sends it.
type resourceForm struct {
	ID      string `form:"id"`
	Version int64  `form:"version"`
	Name    string `form:"nombre"`
	Site    string `form:"sede"`
	Kind    string `form:"tipo"`
}

func formOfResource(r Resource) resourceForm {
	return resourceForm{ID: r.ID.String(), Version: r.Version, Name: r.Name, Site: r.SiteID.String(), Kind: string(r.Kind)}
}

func (f resourceForm) resource(id uuid.UUID) (Resource, error) {
	r := Resource{ID: id, Version: f.Version, Name: f.Name, Kind: ResourceKind(f.Kind)}
	if f.Site != "" {
		site, err := uuid.Parse(f.Site)
		if err != nil {
			return r, ErrUnknownSite
		}
		r.SiteID = site
	}
	return r.tidy(), r.tidy().problems()
}

// newFormID is the id that a form for something new made when it was drawn.
func newFormID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, fault.InvalidField("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	return id, nil
}

// difference is one thing that stands otherwise in what is stored than in what somebody wants to save over it.
type difference struct{ Label, Stored, Typed string }

func differences(pairs ...difference) []difference {
	return slices.DeleteFunc(pairs, func(d difference) bool { return d.Stored == d.Typed })
}

func serviceDifferences(stored, typed Service, doctors []accounts.Member) []difference {
	return differences(
		difference{"Nombre", stored.Name, typed.Name},
		difference{"Especialidad", accounts.SpecialtyLabel(stored.Specialty), accounts.SpecialtyLabel(typed.Specialty)},
		difference{"Duración", minutesText(stored), minutesText(typed)},
		difference{"Precio", priceText(stored.Price), priceText(typed.Price)},
		difference{"IGV", IGVLabel(stored.IGVCode), IGVLabel(typed.IGVCode)},
		difference{"Necesita", stored.Resource.Label(), typed.Resource.Label()},
		difference{"Profesionales", doctorNames(stored.Doctors, doctors), doctorNames(typed.Doctors, doctors)},
	)
}

func resourceDifferences(stored, typed Resource, sites []accounts.Site) []difference {
	return differences(
		difference{"Nombre", stored.Name, typed.Name},
		difference{"Sede", siteName(stored.SiteID, sites), siteName(typed.SiteID, sites)},
		difference{"Tipo", stored.Kind.Label(), typed.Kind.Label()},
	)
}

// suggestionsForm reads the ticked suggestions; their prices stand in fields named after each.
func suggestionsForm(open []Suggestion, ticked []string, value func(string) string) ([]suggestionLine, []Accepted, error) {
	var lines []suggestionLine
	var accepted []Accepted
	problems := fault.Problems{}
	for _, s := range open {
		line := suggestionLine{Suggestion: s, Ticked: slices.Contains(ticked, s.Key()), Price: value(priceField(s.Key()))}
		lines = append(lines, line)
		if !line.Ticked {
			continue
		}
		price, readable := ParseSoles(line.Price)
		if !readable {
			problems.Add(priceField(s.Key()), "Escriba el precio en soles, como 120 o 120.50.")
			price = decimal.Zero
		}
		problems.Add(priceField(s.Key()), priceProblem(price))
		accepted = append(accepted, Accepted{Suggestion: s, Price: price})
	}
	return lines, accepted, problems.Err()
}
