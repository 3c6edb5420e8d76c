package patients

import (
	"slices"
	"strings"
	"time"

	"hampi/modules/platform/fault"
)

// Fields is a patient on the wire: in the JSON API, in sync and in exports. A field that is nil is absent: not sent,
// not changed, never read as empty.
type Fields struct {
	DocumentType   *string          `json:"document_type,omitempty" enum:"DNI,CE,PASSPORT,PTP,CPP,CNV,OTHER,NONE" doc:"Tipo de documento"`
	DocumentNumber *string          `json:"document_number,omitempty" doc:"Número; vacío solo con NONE. En un DNI se acepta el dígito de verificación: 12345678-3"`
	FirstName      *string          `json:"first_name,omitempty" doc:"Nombres"`
	LastName       *string          `json:"last_name,omitempty" doc:"Apellido paterno"`
	SecondLastName *string          `json:"second_last_name,omitempty" doc:"Apellido materno"`
	Sex            *string          `json:"sex,omitempty" doc:"F o M"`
	BirthDate      *string          `json:"birth_date,omitempty" doc:"aaaa-mm-dd"`
	Phone          *string          `json:"phone,omitempty" doc:"Celular; se guarda como +51987654321"`
	Email          *string          `json:"email,omitempty"`
	Address        *string          `json:"address,omitempty"`
	Ubigeo         *string          `json:"ubigeo,omitempty" doc:"Código INEI del distrito, 6 cifras"`
	Guardian       *Guardian        `json:"guardian,omitempty" doc:"Apoderado"`
	Insurance      *InsuranceFields `json:"insurance,omitempty" doc:"Seguro"`
	Tags           *[]string        `json:"tags,omitempty" nullable:"false"`
}

// InsuranceFields is the insurance on the wire.
type InsuranceFields struct {
	Insurer string `json:"insurer,omitempty"`
	Number  string `json:"number,omitempty"`
}

// FieldsOf is everything of a patient.
func FieldsOf(d Demographics) Fields {
	tags := append([]string{}, d.Tags...)
	return Fields{
		DocumentType: text(string(d.Document.Type)), DocumentNumber: text(d.Document.Number),
		FirstName: text(d.FirstName), LastName: text(d.LastName), SecondLastName: text(d.SecondLastName),
		Sex: text(string(d.Sex)), BirthDate: text(dayText(d.BirthDate)), Phone: text(d.Phone), Email: text(d.Email),
		Address: text(d.Address.Text), Ubigeo: text(d.Address.Ubigeo), Guardian: &d.Guardian,
		Insurance: &InsuranceFields{d.Insurance.Insurer, d.Insurance.Number}, Tags: &tags,
	}
}

func text(value string) *string { return &value }

// Groups are the field groups that f writes.
func (f Fields) Groups() []Group {
	present := map[Group]bool{
		Names:       f.FirstName != nil || f.LastName != nil || f.SecondLastName != nil,
		Identity:    f.DocumentType != nil || f.DocumentNumber != nil,
		BirthAndSex: f.BirthDate != nil || f.Sex != nil, Telephone: f.Phone != nil, Mail: f.Email != nil,
		Home: f.Address != nil || f.Ubigeo != nil, Responsible: f.Guardian != nil, InsuranceOf: f.Insurance != nil, TagsOf: f.Tags != nil,
	}
	return slices.DeleteFunc(Groups(), func(g Group) bool { return !present[g] })
}

// Over writes the fields that are there over d. It is refused when the birth date is no day.
func (f Fields) Over(d Demographics, today time.Time) (Demographics, error) {
	set(&d.FirstName, f.FirstName)
	set(&d.LastName, f.LastName)
	set(&d.SecondLastName, f.SecondLastName)
	set(&d.Document.Number, f.DocumentNumber)
	set(&d.Phone, f.Phone)
	set(&d.Email, f.Email)
	set(&d.Address.Text, f.Address)
	set(&d.Address.Ubigeo, f.Ubigeo)
	if f.DocumentType != nil {
		d.Document.Type = DocumentType(*f.DocumentType)
	}
	if f.Sex != nil {
		d.Sex = Sex(strings.TrimSpace(*f.Sex))
	}
	if f.Guardian != nil {
		d.Guardian = *f.Guardian
	}
	if f.Insurance != nil {
		d.Insurance = Insurance{f.Insurance.Insurer, f.Insurance.Number}
	}
	if f.Tags != nil {
		d.Tags = append([]string{}, *f.Tags...)
	}
	if f.BirthDate == nil {
		return d, nil
	}
	day, problem := ParseBirth(*f.BirthDate, today)
	if problem != "" {
		return d, fault.InvalidField("birth_date", problem)
	}
	d.BirthDate = day
	return d, nil
}

// groupOf is the group of a wire field.
func groupOf(field string) Group {
	switch field {
	case "first_name", "last_name", "second_last_name":
		return Names
	case "document_type", "document_number":
		return Identity
	case "birth_date", "sex":
		return BirthAndSex
	case "address", "ubigeo":
		return Home
	}
	head, _, _ := strings.Cut(field, ".")
	return Group(head)
}

func set(field, sent *string) {
	if sent != nil {
		*field = *sent
	}
}
