package accounts

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Clinic is the house: what its papers say and how its screens behave.
type Clinic struct {
	ID          uuid.UUID `json:"id"`
	Slug        string    `json:"slug"` // stands in public addresses, never changes
	Name        string    `json:"name"`
	LegalName   string    `json:"legal_name"` // razón social, when it differs from the name
	RUC         string    `json:"ruc"`
	Phone       string    `json:"phone"`
	TimeZone    string    `json:"time_zone"`
	Accent      string    `json:"accent"`
	Specialties []string  `json:"specialties"`
	HasLogo     bool      `json:"has_logo"`
	LockMinutes int       `json:"lock_minutes"` // idle minutes until screens lock
	// OfflineStart: devices open with the password alone when there is no connection.
	OfflineStart bool       `json:"offline_start"`
	SuspendedAt  *time.Time `json:"suspended_at,omitempty"`
	OnboardedAt  *time.Time `json:"onboarded_at,omitempty"`
	Version      int64      `json:"version"`
}

// Zone is where the clinic's clocks are.
func (c Clinic) Zone() *time.Location {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC // only a name of TimeZones is ever stored
	}
	return zone
}

// Accents are the colours a clinic may choose; none is blue or red, which have meanings of their own.
func Accents() []Choice {
	return []Choice{
		{"agua", "Agua"}, {"molle", "Molle"}, {"cantuta", "Cantuta"}, {"morado", "Morado"}, {"arcilla", "Arcilla"}, {"grafito", "Grafito"},
	}
}

// TimeZones are the zones a clinic may choose.
func TimeZones() []Choice {
	return []Choice{
		{"America/Lima", "Perú (Lima)"}, {"America/Guayaquil", "Ecuador (Guayaquil)"}, {"America/Bogota", "Colombia (Bogotá)"},
		{"America/La_Paz", "Bolivia (La Paz)"}, {"America/Santiago", "Chile (Santiago)"}, {"America/Sao_Paulo", "Brasil (São Paulo)"},
		{"America/Mexico_City", "México (Ciudad de México)"}, {"Europe/Madrid", "España (Madrid)"},
	}
}

// Choice is a stored key and its word on screens.
type Choice struct{ Key, Label string }

func isChoice(choices []Choice, key string) bool {
	return slices.ContainsFunc(choices, func(c Choice) bool { return c.Key == key })
}

// ClinicData is the section of the settings about who the clinic is.
type ClinicData struct {
	Name, LegalName, RUC, Phone string
}

// Problems says what is wrong with what was typed, by form field.
func (d ClinicData) Problems() fault.Problems {
	problems := fault.Problems{}
	problems.Add("nombre", textProblem(d.Name, "el nombre de la clínica", 120))
	problems.Add("razon_social", lengthProblem(d.LegalName, 160))
	problems.Add("ruc", RUCProblem(d.RUC))
	problems.Add("telefono", lengthProblem(d.Phone, 40))
	return problems
}

// Tidy drops blanks that nobody meant.
func (d ClinicData) Tidy() ClinicData {
	return ClinicData{tidy(d.Name), tidy(d.LegalName), NormalizeRUC(d.RUC), tidy(d.Phone)}
}

// lockProblem refuses a lock time outside 1 to 60 minutes, as the table does.
func lockProblem(minutes int) string {
	if minutes < 1 || minutes > 60 {
		return "Se espera entre 1 y 60 minutos."
	}
	return ""
}

// tidy trims text and joins runs of blanks.
func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

// textProblem refuses an empty or overlong text; what names it with its article.
func textProblem(text, what string, most int) string {
	if tidy(text) == "" {
		return "Falta " + what + "."
	}
	return lengthProblem(text, most)
}

func lengthProblem(text string, most int) string {
	if n := utf8.RuneCountInString(tidy(text)); n > most {
		return "Caben " + strconv.Itoa(most) + " letras; aquí hay " + strconv.Itoa(n) + "."
	}
	return ""
}

// Slugify makes an address out of a clinic's name: "Clínica Ñusta & Hijos" → "clinica-nusta-hijos".
func Slugify(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if plain, ok := slugLetters[r]; ok {
			r = plain
		}
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if len(slug) > 48 {
		slug = strings.Trim(slug[:48], "-")
	}
	if slug == "" {
		return "clinica"
	}
	return slug
}

var slugLetters = map[rune]rune{
	'á': 'a', 'à': 'a', 'ä': 'a', 'â': 'a', 'ã': 'a', 'é': 'e', 'è': 'e', 'ë': 'e', 'ê': 'e', 'í': 'i', 'ì': 'i', 'ï': 'i', 'î': 'i',
	'ó': 'o', 'ò': 'o', 'ö': 'o', 'ô': 'o', 'õ': 'o', 'ú': 'u', 'ù': 'u', 'ü': 'u', 'û': 'u', 'ñ': 'n', 'ç': 'c',
}
