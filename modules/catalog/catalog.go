// Package catalog keeps what the clinic offers, where it is done, and the tables everybody looks things up in:
// services with their prices, chairs and rooms, the places of Peru and its holidays.
package catalog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

// Limits of what a clinic may offer.
const (
	stepMinutes     = 5 // the agenda's grid
	shortestMinutes = 5
	longestMinutes  = 480
	longestName     = 120
)

var highestPrice = decimal.RequireFromString("999999.99")

// What SUNAT wants to know of a service unless somebody says otherwise.
const (
	UnitService = "ZZ" // catalogue 3: unit of a service
	TaxedIGV    = "10" // catalogue 7: taxed, onerous
	FreeIGV     = "15" // catalogue 7: given away
)

// ResourceKind is what an appointment occupies besides the professional.
type ResourceKind string

// The kinds of resources. NoResource on a service: any place will do.
const (
	NoResource ResourceKind = ""
	Chair      ResourceKind = "sillon"
	Room       ResourceKind = "consultorio"
	Machine    ResourceKind = "equipo"
)

// ResourceKinds are the kinds in the order of a form.
func ResourceKinds() []ResourceKind { return []ResourceKind{Chair, Room, Machine} }

// Label is the kind in the clinic's word.
func (k ResourceKind) Label() string {
	switch k {
	case Chair:
		return "Sillón"
	case Room:
		return "Consultorio"
	case Machine:
		return "Equipo"
	}
	return "Ninguno"
}

// Service is one thing the clinic does at a price, such as "Control prenatal". It is never deleted: one that is no
// longer offered is inactive, and the appointments that name it keep its name.
type Service struct {
	ID          uuid.UUID
	Name        string
	Specialty   string          // a key of accounts.Specialties; empty: of none
	DurationMin int             // minutes, a multiple of 5
	Price       decimal.Decimal // soles, IGV included
	NoPrice     bool            // kept back: this device holds no prices
	Resource    ResourceKind    // what it needs besides the professional
	Doctors     []uuid.UUID     // memberships that offer it; none: every professional of the specialty
	SunatUnit   string
	IGVCode     string
	Active      bool
	Version     int64
}

// Duration is the time an appointment for it takes.
func (s Service) Duration() time.Duration { return time.Duration(s.DurationMin) * time.Minute }

// PriceWords is the price as it is shown: "S/ 80.00"; empty where it is kept back.
func (s Service) PriceWords() string {
	if s.NoPrice {
		return ""
	}
	return priceText(s.Price)
}

// Terms is what it takes and costs: "30 min · S/ 80.00".
func (s Service) Terms() string {
	terms := strconv.Itoa(s.DurationMin) + " min"
	if price := s.PriceWords(); price != "" {
		terms += " · " + price
	}
	return terms
}

// tidy is the service as it is kept: no stray blanks, no doubled professionals, SUNAT's usual codes.
func (s Service) tidy() Service {
	s.Name = oneLine(s.Name)
	s.Doctors = slices.Clone(s.Doctors)
	sorting.By(s.Doctors, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	s.Doctors = slices.Compact(s.Doctors)
	if s.SunatUnit == "" {
		s.SunatUnit = UnitService
	}
	if s.IGVCode == "" {
		s.IGVCode = TaxedIGV
	}
	return s
}

func (s Service) problems() error {
	p := fault.Problems{}
	p.Add("nombre", nameProblem(s.Name))
	if s.Specialty != "" && !isSpecialty(s.Specialty) {
		p.Add("especialidad", "Esa especialidad no está en la lista.")
	}
	p.Add("minutos", durationProblem(s.DurationMin))
	p.Add("precio", priceProblem(s.Price))
	if IGVLabel(s.IGVCode) == "" {
		p.Add("igv", "Elija gravado, exonerado, inafecto o gratuito.")
	}
	if s.Resource != NoResource && !slices.Contains(ResourceKinds(), s.Resource) {
		p.Add("recurso", "Elija sillón, consultorio, equipo o ninguno.")
	}
	return p.Err()
}

// IGVCodes are the ways in which clinics' services and products stand to the tax, by SUNAT's catalogue 7, the commonest first.
func IGVCodes() []string { return []string{TaxedIGV, "20", "30", FreeIGV} }

// IGVLabel is such a way on screens; "" for one that no clinic needs.
func IGVLabel(code string) string {
	switch code {
	case TaxedIGV:
		return "Gravado"
	case "20":
		return "Exonerado"
	case "30":
		return "Inafecto"
	case FreeIGV:
		return "Gratuito"
	}
	return ""
}

func isSpecialty(key string) bool {
	return slices.ContainsFunc(accounts.Specialties(), func(s accounts.Specialty) bool { return s.Key == key })
}

func nameProblem(name string) string {
	switch {
	case name == "":
		return "Falta el nombre."
	case len(textfold.Words(name)) == 0:
		return "El nombre lleva letras o números."
	case len([]rune(name)) > longestName:
		return "El nombre tiene como máximo 120 letras; aquí hay " + strconv.Itoa(len([]rune(name))) + "."
	}
	return ""
}

func durationProblem(minutes int) string {
	if minutes < shortestMinutes || minutes > longestMinutes || minutes%stepMinutes != 0 {
		return "La duración va de 5 a 480 minutos, de 5 en 5."
	}
	return ""
}

func priceProblem(price decimal.Decimal) string {
	switch {
	case price.IsNegative():
		return "El precio no puede ser menor que cero."
	case price.GreaterThan(highestPrice):
		return "El precio llega como máximo a S/ 999,999.99."
	case !price.Equal(price.Round(2)):
		return "El precio lleva como máximo dos decimales."
	}
	return ""
}

// Resource is a chair, a room or a machine of a site, such as "Sillón 1".
type Resource struct {
	ID      uuid.UUID
	SiteID  uuid.UUID
	Name    string
	Kind    ResourceKind
	Active  bool
	Version int64
}

func (r Resource) tidy() Resource {
	r.Name = oneLine(r.Name)
	return r
}

func (r Resource) problems() error {
	p := fault.Problems{}
	p.Add("nombre", nameProblem(r.Name))
	if r.SiteID == uuid.Nil {
		p.Add("sede", "Falta la sede.")
	}
	if !slices.Contains(ResourceKinds(), r.Kind) {
		p.Add("tipo", "Elija sillón, consultorio o equipo.")
	}
	return p.Err()
}

// offers reports whether a professional does s: named on it, or, when it names nobody, of its specialty.
func offers(m accounts.Member, s Service) bool {
	if len(s.Doctors) > 0 {
		return slices.Contains(s.Doctors, m.ID)
	}
	return s.Specialty == "" || m.Specialty == s.Specialty
}

// ErrStale refuses a save over what somebody else has changed meanwhile.
var ErrStale = fault.Conflicted("stale_version", "Otra persona cambió estos datos mientras usted los editaba.")

// nameKey is a name as it is compared and sorted: "Sillón  1" and "SILLON 1" are one.
func nameKey(name string) string { return strings.Join(textfold.Words(name), " ") }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
