package patients

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

// Lengths of what may be typed, in letters.
const (
	MaxName      = 80
	MaxEmail     = 120
	MaxAddress   = 200
	MaxInsurer   = 80
	MaxInsurance = 30
	MaxTag       = 30
	MaxTags      = 20
	oldest       = 130 // years; nobody has lived longer
)

// Tidy writes everything in the one way it is kept: no blanks around, phones as E.164, documents in capitals.
// What cannot be read stays as typed, for Problems to name.
func (d *Demographics) Tidy() {
	d.FirstName, d.LastName, d.SecondLastName = oneSpace(d.FirstName), oneSpace(d.LastName), oneSpace(d.SecondLastName)
	d.Phone, d.Guardian.Phone = tidyPhone(d.Phone), tidyPhone(d.Guardian.Phone)
	d.Email = pii.NormalizeEmail(d.Email)
	d.Address = Address{Text: oneSpace(d.Address.Text), Ubigeo: strings.TrimSpace(d.Address.Ubigeo)}
	d.Guardian.Name, d.Guardian.Relationship = oneSpace(d.Guardian.Name), oneSpace(d.Guardian.Relationship)
	d.Guardian.Document = pii.NormalizeDocument("", d.Guardian.Document)
	d.Insurance = Insurance{Insurer: oneSpace(d.Insurance.Insurer), Number: oneSpace(d.Insurance.Number)}
	d.Tags = tidyTags(d.Tags)
}

// Problems checks tidied demographics as of today; the document's number is as typed, and tidied here.
func (d *Demographics) Problems(today time.Time) fault.Problems {
	problems := fault.Problems{}
	problems.Add("first_name", nameProblem(d.FirstName, "Faltan los nombres."))
	problems.Add("last_name", nameProblem(d.LastName, "Falta el apellido paterno."))
	problems.Add("second_last_name", nameProblem(d.SecondLastName, ""))
	d.documentProblems(problems)
	if d.Sex != "" && d.Sex != Female && d.Sex != Male {
		problems.Add("sex", "Elija femenino o masculino.")
	}
	problems.Add("birth_date", birthProblem(d.BirthDate, today))
	problems.Add("phone", phoneProblem(d.Phone))
	problems.Add("email", emailProblem(d.Email))
	problems.Add("address", tooLong(d.Address.Text, MaxAddress))
	if u := d.Address.Ubigeo; u != "" && (len(u) != 6 || !digitsOnly(u)) {
		problems.Add("ubigeo", "El distrito se elige de la lista; su código tiene 6 cifras.")
	}
	d.otherProblems(problems)
	return problems
}

// unknownDistrict adds that the district, well written, is none of Peru's. Without a table of districts nothing is said.
func (d *Demographics) unknownDistrict(problems fault.Problems, places Places) {
	if places == nil || d.Address.Ubigeo == "" {
		return
	}
	if _, ok := places.ByCode(d.Address.Ubigeo); !ok {
		problems.Add("ubigeo", "Ningún distrito tiene ese código. Elija uno de la lista.")
	}
}

func (d *Demographics) documentProblems(problems fault.Problems) {
	if !knownType(d.Document.Type) {
		problems.Add("document_type", "Elija el tipo de documento.")
		return
	}
	document, problem := ParseDocument(d.Document.Type, d.Document.Number)
	problems.Add("document_number", problem)
	if problem == "" {
		d.Document = document
	}
}

func (d *Demographics) otherProblems(problems fault.Problems) {
	g := d.Guardian
	if g != (Guardian{}) && g.Name == "" {
		problems.Add("guardian.name", "Falta el nombre del apoderado.")
	}
	if g.Name != "" {
		problems.Add("guardian.name", nameProblem(g.Name, ""))
	}
	problems.Add("guardian.relationship", tooLong(g.Relationship, 40))
	problems.Add("guardian.document_number", tooLong(g.Document, 20))
	problems.Add("guardian.phone", phoneProblem(g.Phone))
	problems.Add("insurance.insurer", tooLong(d.Insurance.Insurer, MaxInsurer))
	problems.Add("insurance.number", tooLong(d.Insurance.Number, MaxInsurance))
	if d.Insurance.Number != "" && d.Insurance.Insurer == "" {
		problems.Add("insurance.insurer", "Falta el seguro al que corresponde ese número.")
	}
	if len(d.Tags) > MaxTags {
		problems.Add("tags", "Hay más de "+itoa(MaxTags)+" etiquetas.")
	}
	for _, tag := range d.Tags {
		problems.Add("tags", tooLong(tag, MaxTag))
	}
}

// Doubts are sentences about what is allowed but unusual: somebody should look twice, nobody is stopped.
func (d Demographics) Doubts(today time.Time) []string {
	var doubts []string
	if doubt := d.Document.Doubt(); doubt != "" {
		doubts = append(doubts, doubt)
	}
	if d.Minor(today) && d.Guardian.Name == "" {
		doubts = append(doubts, "Es menor de edad y falta el apoderado. ¿Registrar sin apoderado?")
	}
	return doubts
}

func nameProblem(name, missing string) string {
	if name == "" {
		return missing
	}
	if problem := tooLong(name, MaxName); problem != "" {
		return problem
	}
	if strings.IndexFunc(name, notInNames) >= 0 || strings.IndexFunc(name, unicode.IsLetter) < 0 {
		return "Un nombre lleva letras, espacios, guion, punto o apóstrofo."
	}
	return ""
}

func notInNames(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && !strings.ContainsRune(" -'’.´`", r)
}

func birthProblem(birth, today time.Time) string {
	switch {
	case birth.IsZero():
		return ""
	case birth.After(today):
		return "La fecha de nacimiento está en el futuro."
	case birth.AddDate(oldest, 0, 0).Before(today):
		return "La fecha de nacimiento es de hace más de " + itoa(oldest) + " años."
	}
	return ""
}

func phoneProblem(phone string) string {
	if phone == "" {
		return ""
	}
	if _, ok := pii.NormalizePhonePE(phone); !ok {
		return "Un celular tiene 9 dígitos y empieza con 9; de otro país, escriba + y el código."
	}
	return ""
}

func emailProblem(email string) string {
	if email == "" {
		return ""
	}
	if problem := tooLong(email, MaxEmail); problem != "" {
		return problem
	}
	local, domain, found := strings.Cut(email, "@")
	dotted := strings.Contains(domain, ".") && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
	if !found || local == "" || !dotted || strings.ContainsAny(email, " ,;<>()\"\\\r\n\t") || strings.Contains(domain, "@") || strings.Contains(email, "..") {
		return "Se espera un correo como nombre@dominio.pe."
	}
	return ""
}

func tooLong(text string, most int) string {
	if n := utf8.RuneCountInString(text); n > most {
		return "Entran hasta " + itoa(most) + " letras; aquí hay " + itoa(n) + "."
	}
	if strings.IndexFunc(text, unicode.IsControl) >= 0 {
		return "Hay caracteres que no se pueden guardar."
	}
	return ""
}

func tidyPhone(typed string) string {
	if number, ok := pii.NormalizePhonePE(typed); ok {
		return number
	}
	return strings.TrimSpace(typed)
}

// tidyTags drops blanks and repetitions, whatever their capitals, and keeps the order of the alphabet.
func tidyTags(tags []string) []string {
	seen := map[string]bool{}
	tidy := []string{}
	for _, tag := range tags {
		tag = oneSpace(tag)
		if key := textfold.Fold(tag); tag != "" && !seen[key] {
			seen[key] = true
			tidy = append(tidy, tag)
		}
	}
	sorting.By(tidy, func(a, b string) int { return strings.Compare(textfold.Fold(a), textfold.Fold(b)) })
	return tidy
}

// Capitalize writes a name that came in one kind of letters only as people write names: "DE LA CRUZ" → "De la Cruz".
func Capitalize(name string) string {
	if name != strings.ToUpper(name) && name != strings.ToLower(name) {
		return name
	}
	words := strings.Fields(strings.ToLower(name))
	for i, word := range words {
		if i > 0 && slices.Contains([]string{"de", "del", "la", "las", "los", "y"}, word) {
			continue
		}
		first, size := utf8.DecodeRuneInString(word)
		words[i] = string(unicode.ToUpper(first)) + word[size:]
	}
	return strings.Join(words, " ")
}

func oneSpace(text string) string { return strings.Join(strings.Fields(text), " ") }

func itoa(n int) string { return strconv.Itoa(n) }
