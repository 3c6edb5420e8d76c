package consent

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// Kind says what a template asks for.
type Kind string

// The kinds of templates.
const (
	Procedure Kind = "procedure" // something that is done to the patient, with its risks
	Data      Kind = "data"      // use of data or pictures (Ley 29733)
)

// Template is the text of a consent before it is filled in for somebody.
type Template struct {
	Slug      string `json:"-"`
	Edition   int    `json:"-"`
	Own       bool   `json:"-"` // the clinic made it its own
	Retired   bool   `json:"-"`
	Title     string `json:"title"`
	Kind      Kind   `json:"kind"`
	Specialty string `json:"specialty,omitempty"`
	Procedure string `json:"procedure,omitempty"` // proposed when it is filled in
	Text      string `json:"text"`                // sections, each under a line that begins with "# "
}

// FirstEdition is the number of a clinic's first own edition. Below it are those that the program ships, so that a newer
// program never takes a number that a clinic has used.
const FirstEdition = 1001

// Edition is one edition of a clinic's own template, for ever as it stands.
type Edition struct {
	ID uuid.UUID
	Template
	By uuid.UUID // membership
	At time.Time
}

// Section is a part of the text with its heading.
type Section struct {
	Heading string `json:"heading"`
	Text    string `json:"text"`
}

// Placeholder is what stands in braces in a text until it is filled in for somebody.
type Placeholder struct{ Name, Meaning string }

// Placeholders are all that a text may have.
func Placeholders() []Placeholder {
	return []Placeholder{
		{"paciente", "nombre del paciente"}, {"documento", "su documento de identidad"}, {"historia", "número de su historia"},
		{"firmante", "quien firma: el paciente o quien lo representa"}, {"procedimiento", "lo que se hará"}, {"diagnostico", "el diagnóstico"},
		{"profesional", "quien informa"}, {"colegiatura", "su colegio y número"}, {"fecha", "el día"}, {"clinica", "nombre de la clínica"},
	}
}

const (
	maxTitle = 120 // letters
	maxText  = 20_000
	maxShort = 200
)

// Sections are the parts of the text. What stands before the first heading has none.
func (t Template) Sections() []Section {
	var list []Section
	for _, line := range strings.Split(strings.ReplaceAll(t.Text, "\r\n", "\n"), "\n") {
		if heading, is := strings.CutPrefix(line, "# "); is {
			list = append(list, Section{Heading: strings.TrimSpace(heading)})
			continue
		}
		if len(list) == 0 {
			if strings.TrimSpace(line) == "" {
				continue
			}
			list = append(list, Section{})
		}
		list[len(list)-1].Text += line + "\n"
	}
	for i := range list {
		list[i].Text = strings.TrimSpace(list[i].Text)
	}
	return list
}

var braces = regexp.MustCompile(`\{([^{}\n]*)\}`)

// Problems says what keeps a template from being offered, with the place of it.
func (t Template) Problems() fault.Problems {
	problems := fault.Problems{}
	switch letters := len([]rune(t.Title)); {
	case letters < 5:
		problems.Add("titulo", "Escriba el título, por ejemplo: Extracción dental.")
	case letters > maxTitle:
		problems.Add("titulo", "El título tiene como máximo 120 letras.")
	}
	if len([]rune(t.Procedure)) > maxShort {
		problems.Add("procedimiento", "Este dato tiene como máximo 200 letras.")
	}
	if t.Kind != Procedure && t.Kind != Data {
		problems.Add("tipo", "Elija qué se pide.")
	}
	problems.Add("texto", t.textProblem())
	return problems
}

func (t Template) textProblem() string {
	if len([]rune(t.Text)) > maxText {
		return "El texto tiene como máximo 20,000 letras."
	}
	for n, line := range strings.Split(t.Text, "\n") {
		for _, found := range braces.FindAllStringSubmatch(line, -1) {
			if !slices.ContainsFunc(Placeholders(), func(p Placeholder) bool { return p.Name == found[1] }) {
				return "Línea " + strconv.Itoa(n+1) + ": {" + found[1] + "} no es un dato que se pueda llenar."
			}
		}
	}
	for _, s := range t.Sections() {
		if s.Text == "" {
			return "El apartado «" + s.Heading + "» está vacío."
		}
	}
	for _, needed := range t.needed() {
		if !t.has(needed) {
			return "Falta el apartado «# " + needed + "»: la norma lo pide."
		}
	}
	return ""
}

// needed are the headings that the norms ask for (Ley 29414 art. 15.4, NTS 139; data: Ley 29733 art. 18).
func (t Template) needed() []string {
	if t.Kind == Data {
		return []string{"Para qué", "Revocación"}
	}
	return []string{"En qué consiste", "Beneficios", "Riesgos", "Alternativas", "Si no acepta", "Revocación"}
}

func (t Template) has(heading string) bool {
	return slices.ContainsFunc(t.Sections(), func(s Section) bool {
		return strings.HasPrefix(textfold.Fold(s.Heading), textfold.Fold(heading))
	})
}

// filled are the sections with everything in braces put in.
func (t Template) filled(values map[string]string) []Section {
	list := t.Sections()
	for i, s := range list {
		list[i].Text = braces.ReplaceAllStringFunc(s.Text, func(found string) string {
			value, known := values[strings.Trim(found, "{}")]
			if !known {
				return found
			}
			return value
		})
	}
	return list
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slugOf is a name for addresses made from a title.
func slugOf(title string) string {
	slug := strings.Trim(notInSlug.ReplaceAllString(textfold.Fold(title), "-"), "-")
	if len(slug) > 60 {
		slug = strings.Trim(slug[:60], "-")
	}
	if slug == "" || slug == "nuevo" || slug == "vista" { // addresses of their own
		slug += "-texto"
	}
	return slug
}
