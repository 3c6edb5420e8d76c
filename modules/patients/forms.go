package patients

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// personForm is what the desk types about a person. Names of fields are those of the API; what was typed comes back.
type personForm struct {
	ID     string `form:"id"`
	OpID   string `form:"op_id"`
	Sure   string `form:"seguro"`
	Wait   string `form:"en_sala"` // register and let wait for a professional at once
	Visit  string `form:"cita"`    // id of the appointment that waiting makes
	Serv   string `form:"servicio"`
	Doctor string `form:"profesional"`

	Seen   string `form:"version"` // of the patient, when a part of the data is edited
	Chosen string `form:"elegido"` // version that choices between two people's values were made against

	DocumentType     string `form:"document_type"`
	DocumentNumber   string `form:"document_number"`
	FirstName        string `form:"first_name"`
	LastName         string `form:"last_name"`
	SecondLastName   string `form:"second_last_name"`
	Sex              string `form:"sex"`
	BirthDate        string `form:"birth_date"`
	Phone            string `form:"phone"`
	Email            string `form:"email"`
	Address          string `form:"address"`
	Ubigeo           string `form:"ubigeo"`
	GuardianName     string `form:"guardian.name"`
	GuardianRelation string `form:"guardian.relationship"`
	GuardianDocument string `form:"guardian.document_number"`
	GuardianPhone    string `form:"guardian.phone"`
	Insurer          string `form:"insurance.insurer"`
	InsuranceNumber  string `form:"insurance.number"`
	Tags             string `form:"tags"` // separated by commas
}

// demographics reads the form; a birth date that is no day is the problem it may have.
func (f personForm) demographics(today time.Time) (Demographics, fault.Problems) {
	problems := fault.Problems{}
	birth, problem := ParseBirth(f.BirthDate, today)
	problems.Add("birth_date", problem)
	d := Demographics{
		FirstName: f.FirstName, LastName: f.LastName, SecondLastName: f.SecondLastName,
		Document: Document{Type: DocumentType(f.DocumentType), Number: f.DocumentNumber}, Sex: Sex(f.Sex), BirthDate: birth,
		Phone: f.Phone, Email: f.Email, Address: Address{Text: f.Address, Ubigeo: f.Ubigeo},
		Guardian:  Guardian{Name: f.GuardianName, Relationship: f.GuardianRelation, Document: f.GuardianDocument, Phone: f.GuardianPhone},
		Insurance: Insurance{Insurer: f.Insurer, Number: f.InsuranceNumber},
		Tags:      strings.Split(f.Tags, ","),
	}
	if d.Document.Type == None {
		d.Document.Number = "" // the field is still there when the choice falls on «Sin documento»
	}
	return d, problems
}

// capitalized is the form with names written as names, for whoever types without capitals.
func (f personForm) capitalized() personForm {
	f.FirstName, f.LastName = Capitalize(oneSpace(f.FirstName)), Capitalize(oneSpace(f.LastName))
	f.SecondLastName, f.GuardianName = Capitalize(oneSpace(f.SecondLastName)), Capitalize(oneSpace(f.GuardianName))
	return f
}

// formOf fills the form with what is kept.
func formOf(d Demographics) personForm {
	return personForm{
		DocumentType: string(d.Document.Type), DocumentNumber: d.Document.Number, FirstName: d.FirstName, LastName: d.LastName,
		SecondLastName: d.SecondLastName, Sex: string(d.Sex), BirthDate: birthText(d.BirthDate), Phone: d.Phone, Email: d.Email,
		Address: d.Address.Text, Ubigeo: d.Address.Ubigeo, GuardianName: d.Guardian.Name, GuardianRelation: d.Guardian.Relationship,
		GuardianDocument: d.Guardian.Document, GuardianPhone: d.Guardian.Phone, Insurer: d.Insurance.Insurer,
		InsuranceNumber: d.Insurance.Number, Tags: strings.Join(d.Tags, ", "),
	}
}

func birthText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("02/01/2006")
}

// newForm is the empty walk-in form, with what was searched for already in its field.
func newForm(document, name string) personForm {
	f := personForm{ID: newID(), OpID: newID(), Visit: newID(), DocumentType: string(DNI), DocumentNumber: document}
	f.FirstName, f.LastName, f.SecondLastName = guessName(name)
	return f
}

// guessName splits what was searched for, "quispe luz", the way people search: surnames first.
func guessName(typed string) (given, paternal, maternal string) {
	words := strings.Fields(Capitalize(oneSpace(typed)))
	for i, w := range words {
		words[i] = Capitalize(w)
	}
	switch len(words) {
	case 0:
		return "", "", ""
	case 1:
		return "", words[0], ""
	case 2:
		return words[1], words[0], ""
	}
	return strings.Join(words[2:], " "), words[0], words[1]
}

// required adds what the desk's form asks for beyond what a program must send.
func (f personForm) required(problems fault.Problems) {
	if f.Sex == "" {
		problems.Add("sex", "Elija femenino o masculino.")
	}
	if strings.TrimSpace(f.BirthDate) == "" {
		problems.Add("birth_date", "Falta la fecha de nacimiento.")
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// section is a part of a patient's data that is edited and saved by itself.
type section struct {
	Slug   string
	Title  string
	Groups []Group
}

func sections() []section {
	return []section{
		{"identidad", "Identidad", []Group{Names, Identity, BirthAndSex}},
		{"contacto", "Contacto", []Group{Telephone, Mail, Home}},
		{"apoderado", "Apoderado", []Group{Responsible}},
		{"seguro", "Seguro", []Group{InsuranceOf}},
		{"etiquetas", "Etiquetas", []Group{TagsOf}},
	}
}

// billingSection is all that whoever charges may edit.
func billingSection() section {
	return section{"facturacion", "Datos para el comprobante", BillingGroups()}
}

func sectionOf(slug string) (section, bool) {
	for _, s := range append(sections(), billingSection()) {
		if s.Slug == slug {
			return s, true
		}
	}
	return section{}, false
}
