package patients

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// Column is a datum that a list from a file may bring, and the headings it goes by.
type Column struct {
	Field    string
	Label    string
	headings []string // folded
}

// Columns that hold a whole name, to be taken apart.
const (
	wholeName = "full_name" // "Quispe Huamán, Luz" or "Quispe Huamán Luz"
	surnames  = "surnames"  // "Quispe Huamán"
	recordNo  = "record_number"
)

// ImportColumns are all data that a list may bring, in the order of the form.
func ImportColumns() []Column {
	return []Column{
		{"document_type", "Tipo de documento", []string{"tipo de documento", "tipo documento", "tipo doc", "tipodoc", "tipo"}},
		{"document_number", "Número de documento", []string{"dni", "documento", "numero de documento", "nro documento", "nro doc", "num doc", "n documento", "doc", "documento de identidad"}},
		{wholeName, "Apellidos y nombres, juntos", []string{"apellidos y nombres", "nombres y apellidos", "paciente", "nombre completo", "nombre del paciente"}},
		{"first_name", "Nombres", []string{"nombres", "nombre", "prenombres"}},
		{surnames, "Apellidos, juntos", []string{"apellidos"}},
		{"last_name", "Apellido paterno", []string{"apellido paterno", "ap paterno", "paterno", "primer apellido", "apellido"}},
		{"second_last_name", "Apellido materno", []string{"apellido materno", "ap materno", "materno", "segundo apellido"}},
		{"birth_date", "Fecha de nacimiento", []string{"fecha de nacimiento", "fecha nacimiento", "fec nac", "fecha nac", "f nacimiento", "nacimiento", "fnac"}},
		{"sex", "Sexo", []string{"sexo", "genero"}},
		{"phone", "Celular", []string{"celular", "telefono", "movil", "whatsapp", "fono", "cel", "telefono celular"}},
		{"email", "Correo", []string{"correo", "email", "e mail", "mail", "correo electronico"}},
		{"address", "Dirección", []string{"direccion", "domicilio"}},
		{"ubigeo", "UBIGEO", []string{"ubigeo"}},
		{"guardian.name", "Apoderado", []string{"apoderado", "responsable", "tutor", "nombre del apoderado"}},
		{"guardian.relationship", "Parentesco", []string{"parentesco"}},
		{"guardian.phone", "Celular del apoderado", []string{"celular del apoderado", "telefono del apoderado", "celular apoderado"}},
		{"insurance.insurer", "Seguro", []string{"seguro", "aseguradora", "financiador", "tipo de seguro"}},
		{"insurance.number", "Número de seguro", []string{"numero de seguro", "nro seguro", "autogenerado", "numero de afiliacion"}},
		{"tags", "Etiquetas", []string{"etiquetas", "etiqueta"}},
		{recordNo, "Número de historia", []string{"historia", "historia clinica", "hc", "nro historia", "nro hc", "numero de historia", "n historia"}},
	}
}

// Mapping says in which column of a file (from 0) each datum stands.
type Mapping map[string]int

// GuessMapping reads headings; the names of our own export are known too. Each column serves once.
func GuessMapping(head []string) Mapping {
	mapping := Mapping{}
	for i, heading := range head {
		folded := strings.Join(textfold.Words(heading), " ")
		for _, c := range ImportColumns() {
			if _, taken := mapping[c.Field]; !taken && (slices.Contains(c.headings, folded) || strings.EqualFold(strings.TrimSpace(heading), c.Field)) {
				mapping[c.Field] = i
				break
			}
		}
	}
	return mapping
}

// Problems says what a mapping lacks, and which columns are used twice.
func (m Mapping) Problems(columns int) fault.Problems {
	problems := fault.Problems{}
	_, whole := m[wholeName]
	_, given := m["first_name"]
	_, both := m[surnames]
	_, paternal := m["last_name"]
	if !whole && (!given || !both && !paternal) {
		problems.Add("", "Indique la columna de los nombres y la de los apellidos.")
	}
	used := map[int]bool{}
	for _, c := range ImportColumns() {
		at, mapped := m[c.Field]
		if !mapped {
			continue
		}
		if at < 0 || at >= columns {
			problems.Add(c.Field, "Esa columna no está en el archivo.")
		} else if used[at] {
			problems.Add(c.Field, "Esa columna ya se usa para otro dato.")
		}
		used[at] = true
	}
	return problems
}

// Registration reads one row of a file; its problems are told by the same rules as the form's.
func (m Mapping) Registration(id uuid.UUID, row []string, today time.Time) (Registration, fault.Problems) {
	cell := func(field string) string {
		if at, ok := m[field]; ok && at < len(row) {
			return plainCell(row[at])
		}
		return ""
	}
	problems := fault.Problems{}
	birth, problem := parseListDay(cell("birth_date"), today)
	problems.Add("birth_date", problem)
	given, paternal, maternal := m.names(cell)
	sex, problem := parseListSex(cell("sex"))
	problems.Add("sex", problem)
	r := Registration{ID: id, RecordNumber: cell(recordNo), Sure: true, Demographics: Demographics{
		FirstName: Capitalize(given), LastName: Capitalize(paternal), SecondLastName: Capitalize(maternal),
		Document: listDocument(cell("document_type"), cell("document_number")), Sex: sex, BirthDate: birth,
		Phone: listPhone(cell("phone")), Email: cell("email"), Address: Address{Text: cell("address"), Ubigeo: cell("ubigeo")},
		Guardian:  Guardian{Name: Capitalize(cell("guardian.name")), Relationship: cell("guardian.relationship"), Phone: listPhone(cell("guardian.phone"))},
		Insurance: Insurance{Insurer: cell("insurance.insurer"), Number: cell("insurance.number")},
		Tags:      strings.FieldsFunc(cell("tags"), func(r rune) bool { return r == ',' || r == ';' }),
	}}
	r.Tidy()
	for field, sentence := range r.Problems(today) {
		problems.Add(field, sentence)
	}
	problems.Add(recordNo, tooLong(r.RecordNumber, 20))
	return r, problems
}

func (m Mapping) names(cell func(string) string) (given, paternal, maternal string) {
	given, paternal, maternal = cell("first_name"), cell("last_name"), cell("second_last_name")
	if both := cell(surnames); both != "" && paternal == "" {
		paternal, maternal = splitSurnames(both)
	}
	if whole := cell(wholeName); whole != "" && given == "" && paternal == "" {
		head, tail, comma := strings.Cut(whole, ",")
		if comma {
			paternal, maternal = splitSurnames(head)
			return oneSpace(tail), paternal, maternal
		}
		paternal, rest := firstSurname(strings.Fields(whole))
		maternal, rest := firstSurname(rest)
		if len(rest) == 0 {
			return maternal, paternal, ""
		}
		return strings.Join(rest, " "), paternal, maternal
	}
	return given, paternal, maternal
}

func splitSurnames(both string) (paternal, maternal string) {
	paternal, rest := firstSurname(strings.Fields(both))
	return paternal, strings.Join(rest, " ")
}

// firstSurname takes one surname off, with the particles before it: "De la Cruz".
func firstSurname(words []string) (surname string, rest []string) {
	for i, w := range words {
		if !slices.Contains([]string{"de", "del", "la", "las", "los", "san", "santa"}, textfold.Fold(w)) {
			return strings.Join(words[:i+1], " "), words[i+1:]
		}
	}
	return strings.Join(words, " "), nil
}

// listDocument reads document columns; a number without a type says its type by its form.
func listDocument(kind, number string) Document {
	number = strings.TrimSpace(number)
	if t := listType(kind); t != "" {
		return Document{Type: t, Number: number}
	}
	switch {
	case number == "":
		return Document{Type: None}
	case kind == "" && digitsOnly(number) && len(number) == 9:
		return Document{Type: CE, Number: number}
	case kind == "":
		return Document{Type: DNI, Number: number}
	}
	return Document{Type: DocumentType(strings.ToUpper(kind)), Number: number}
}

func listType(kind string) DocumentType {
	folded := strings.Join(textfold.Words(kind), " ")
	for _, t := range DocumentTypes() {
		if folded != "" && (folded == textfold.Fold(string(t)) || folded == textfold.Fold(t.Label())) {
			return t
		}
	}
	switch folded {
	case "carne de extranjeria", "carnet de extranjeria", "c e":
		return CE
	case "documento nacional de identidad", "d n i":
		return DNI
	case "sin doc":
		return None
	}
	return ""
}

func parseListSex(text string) (Sex, string) {
	switch textfold.Fold(strings.TrimSpace(text)) {
	case "":
		return "", ""
	case "f", "femenino", "mujer", "fem":
		return Female, ""
	case "m", "masculino", "hombre", "varon", "masc":
		return Male, ""
	}
	return "", "El sexo se escribe F o M."
}

// parseListDay also reads the number of days that spreadsheets keep dates as.
func parseListDay(text string, today time.Time) (time.Time, string) {
	if days, err := strconv.ParseFloat(text, 64); err == nil && days >= 367 && days < 73051 && len(strings.Split(text, ".")[0]) <= 5 {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)), ""
	}
	if day, _, found := strings.Cut(text, " "); found && strings.ContainsAny(day, "/-") {
		text = day // "24/01/1988 0:00"
	}
	return ParseBirth(text, today)
}

// listPhone drops what spreadsheets add to figures.
func listPhone(text string) string { return strings.TrimSuffix(text, ".0") }

// plainCell takes back the apostrophe that our export puts before what a spreadsheet could run.
func plainCell(cell string) string {
	cell = strings.TrimSpace(cell)
	if rest, found := strings.CutPrefix(cell, "'"); found && harmful(rest) {
		return rest
	}
	return cell
}

// harmful reports whether a spreadsheet could take the cell for a formula.
func harmful(cell string) bool { return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) }

// HarmlessCell is the cell as a spreadsheet shows it and never runs it.
func HarmlessCell(cell string) string {
	if harmful(cell) {
		return "'" + cell
	}
	return cell
}
