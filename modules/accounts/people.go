package accounts

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Member is somebody who works in the clinic. ID is the membership's: it is what appointments call doctor_id.
type Member struct {
	ID            uuid.UUID
	UserID        uuid.UUID
	Name          string
	Title         string
	College       string
	CollegeNumber string
	Specialty     string
	Roles         []Role
	SiteID        uuid.UUID // where this person usually works; the zero id is any site
	Active        bool      // whoever left keeps their name in what they did
	Version       int64
}

// DisplayName is how colleagues and patients read it: "Dra. Rosa Malpartida".
func (m Member) DisplayName() string { return DisplayName(m.Title, m.Name) }

// License is the college and number to print: "COP 12345"; empty without a number.
func (m Member) License() string { return License(m.College, m.CollegeNumber) }

// SpecialtyLabel is the specialty in words.
func (m Member) SpecialtyLabel() string { return SpecialtyLabel(m.Specialty) }

// Has reports whether the person holds the role here.
func (m Member) Has(r Role) bool { return slices.Contains(m.Roles, r) }

// IsDoctor reports whether appointments may be with this person.
func (m Member) IsDoctor() bool { return m.Has(Doctor) }

// DisplayName puts the title before a name.
func DisplayName(title, name string) string { return tidy(title + " " + name) }

// License writes a college number as it is printed.
func License(college, number string) string {
	if number == "" {
		return ""
	}
	if c, ok := CollegeOf(college); ok {
		college = c.Short
	}
	return tidy(college + " " + number)
}

// RoleLabels joins the roles' words in their order: "Profesional, Administración".
func RoleLabels(roles []Role) string {
	var words []string
	for _, r := range Roles() {
		if slices.Contains(roles, r) {
			words = append(words, r.Label())
		}
	}
	return strings.Join(words, ", ")
}

// ParseRoles reads the roles ticked in a form, each once and in their order; unknown ones are left out.
func ParseRoles(ticked []string) []Role {
	var roles []Role
	for _, r := range Roles() {
		if slices.Contains(ticked, string(r)) {
			roles = append(roles, r)
		}
	}
	return roles
}

// Work is what a clinic decides about one of its people.
type Work struct {
	Roles     []Role
	Specialty string
	SiteID    uuid.UUID
}

// Problems says what is wrong with what was ticked, by form field.
func (w Work) Problems() fault.Problems {
	problems := fault.Problems{}
	if len(w.Roles) == 0 {
		problems.Add("roles", "Falta marcar al menos un rol.")
	}
	if slices.Contains(w.Roles, Doctor) && w.Specialty == "" {
		problems.Add("especialidad", "Falta la especialidad de quien atiende.")
	}
	if w.Specialty != "" && !isSpecialty(w.Specialty) {
		problems.Add("especialidad", "Esa especialidad no está en la lista.")
	}
	return problems
}

// Profile is what a person says of themselves, the same in every clinic.
type Profile struct {
	Name, Title, College, CollegeNumber string
}

// Problems says what is wrong with what was typed, by form field. Whoever attends patients signs with a number.
func (p Profile) Problems(attends bool) fault.Problems {
	problems := fault.Problems{}
	problems.Add("nombre", textProblem(p.Name, "el nombre", 120))
	if p.Title != "" && !slices.Contains(Titles(), p.Title) {
		problems.Add("titulo", "Ese título no está en la lista.")
	}
	if _, known := CollegeOf(p.College); p.College != "" && !known {
		problems.Add("colegio", "Ese colegio no está en la lista.")
	}
	problems.Add("colegiatura", p.numberProblem(attends))
	if attends && p.College == "" {
		problems.Add("colegio", "Falta el colegio profesional.")
	}
	return problems
}

func (p Profile) numberProblem(attends bool) string {
	number := p.CollegeNumber
	switch {
	case number == "" && attends:
		return "Falta el número de colegiatura."
	case number == "":
		return ""
	case strings.Trim(number, "0123456789") != "":
		return "El número de colegiatura lleva solo dígitos."
	case len(number) > 6:
		return "El número de colegiatura tiene hasta 6 dígitos."
	}
	return ""
}

// Tidy drops blanks that nobody meant.
func (p Profile) Tidy() Profile {
	return Profile{tidy(p.Name), tidy(p.Title), tidy(p.College), tidy(p.CollegeNumber)}
}

// EmailProblem says what is wrong with an e-mail address; "" when it may be one. A letter proves the rest.
func EmailProblem(typed string) string {
	email := strings.TrimSpace(typed)
	name, domain, found := strings.Cut(email, "@")
	switch {
	case email == "":
		return "Falta el correo."
	case len(email) > 254:
		return "El correo es demasiado largo."
	case !found, name == "", !strings.Contains(strings.Trim(domain, "."), "."), strings.ContainsAny(email, " \t\r\n<>(),;:\\\"[]"),
		strings.Contains(domain, "@"), strings.Contains(domain, ".."), strings.HasPrefix(domain, "."), strings.HasSuffix(domain, "."):
		return "El correo tiene la forma nombre@dominio.pe."
	}
	return ""
}

// Refusals about people.
var (
	ErrEmailTaken = fault.ConflictAt("correo", "Ese correo ya tiene una cuenta.")
	ErrLastAdmin  = fault.Conflicted("last_admin", "Es la única persona con Administración. Dé ese rol a otra antes de quitarlo.")
)
