//go:build !js

package demo

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/textfold"
)

// The lists were written for demonstrations and are free to use. Weights are relative and approximate: the order of
// the commonest names in Peru, not official counts.
var (
	//go:embed nombres.csv
	givenNames string
	//go:embed apellidos.csv
	surnames string
)

// weighted is a name with how common it is.
type weighted struct {
	name   string
	weight int
}

// names are ready to draw from.
type names struct {
	given map[string][]weighted // by sex and cohort: "F,niño"
	last  []weighted
}

func readNames() names {
	n := names{given: map[string][]weighted{}}
	for _, row := range rowsOf(givenNames) { // nombre, sexo, cohorte, peso
		key := row[1] + "," + row[2]
		n.given[key] = append(n.given[key], weighted{row[0], number(row[3])})
	}
	for _, row := range rowsOf(surnames) { // apellido, peso
		n.last = append(n.last, weighted{row[0], number(row[1])})
	}
	return n
}

func rowsOf(csv string) [][]string {
	var rows [][]string
	for _, line := range strings.Split(strings.TrimSpace(csv), "\n")[1:] {
		rows = append(rows, strings.Split(strings.TrimSpace(line), ","))
	}
	return rows
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err) // a slip in this package's own tables
	}
	return n
}

func draw(r *rand.Rand, list []weighted) string {
	total := 0
	for _, w := range list {
		total += w.weight
	}
	at := r.IntN(total)
	for _, w := range list {
		if at -= w.weight; at < 0 {
			return w.name
		}
	}
	return list[0].name
}

// Inventor draws people as the demonstration does, for who measures with more of them.
type Inventor struct{ names names }

// NewInventor reads the lists of names.
func NewInventor() Inventor { return Inventor{readNames()} }

// Somebody is a person without a document; r decides everything, so that the same r invents the same person.
func (v Inventor) Somebody(r *rand.Rand) patients.Demographics { return v.names.somebody(r, 0, nil) }

// known is a patient with a name of their own, who is there in every demonstration.
type known struct {
	first, last, second string
	sex                 patients.Sex
	born                int
}

// friends are the patients of the manual's pictures, and names longer than usual that no screen may trip over.
func friends() []known {
	f, m := patients.Female, patients.Male
	return []known{
		{"Edith Maribel", "Huamán", "Ponce", f, 1988}, {"Luz", "Quispe", "Huamán", f, 1994}, {"Marco Antonio", "Rojas", "Tello", m, 1979},
		{"Deysi", "Flores", "Santiago", f, 2001}, {"Noé", "Salazar", "Cueva", m, 1966}, {"Karina", "Villanueva", "Ríos", f, 1991},
		{"Wilder", "Ambrosio", "Cruz", m, 1985}, {"Milagros", "Chávez", "Alvarado", f, 1997}, {"Ítalo", "Loyola", "Vega", m, 1972},
		{"Sheyla", "Bravo", "Japa", f, 1999}, {"Ariana", "Cárdenas", "Mallqui", f, 2010}, {"Sebastián", "Rivera", "Dávila", m, 2011},
		{"Fabrizio", "Tello", "Picón", m, 2008}, {"Nicol", "Meza", "Criollo", f, 2007}, {"Mía", "Santos", "Beraún", f, 2012},
		{"Roxana", "Espíritu", "Nieto", f, 1990}, {"Yanina", "Albornoz", "Cori", f, 1996}, {"Flor de María", "Santiago", "Rojas", f, 1993},
		{"Diana", "Campos", "Berrospi", f, 1998}, {"Pamela", "Doria", "Soto", f, 2000}, {"Esmeralda", "Cotrina", "Vara", f, 1995},
		{"Teófilo", "Inga", "Soto", m, 1951}, {"Rebeca", "Gonzales", "Mato", f, 1963}, {"Alfredo", "Dueñas", "Palomino", m, 1958},
		{"Hermelinda", "Cajahuanca", "Ureta", f, 1949}, {"Máximo", "Soto", "Evaristo", m, 1947}, {"Haydée", "Barrueta", "Solís", f, 1955},
		{"María de los Ángeles Guadalupe", "de la Cruz", "Santillán de Villavicencio", f, 1983},
		{"Maximiliano Wenceslao Bartolomé", "Huamanchumo", "Ñahuincopa Ccorimanya", m, 1944},
		{"Hipólita Encarnación", "Von Oetinger-Schaferlich", "", f, 1938}, {"Jhon", "Li", "Wu", m, 2003},
	}
}

// register are the clinic's patients, always the same. Whoever has the document of somebody in the other clinic is that
// person: one in two registers, which know nothing of each other.
func (c clinic) register() []patients.Patient {
	n := readNames()
	list := make([]patients.Patient, c.patients)
	for i := range list {
		document := strconv.Itoa(c.first + i)
		r := dice("patient", document)
		d := n.somebody(r, i, c.known)
		d.Document = patients.Document{Type: patients.DNI, Number: document}
		if i%97 == 96 { // their papers are on the way
			d.Document = patients.Document{Type: patients.None}
		}
		d.Tidy()
		list[i] = c.entry(r, i, d)
	}
	return list
}

// entry is the row of somebody who was registered over the clinic's first year and a half, one after the other.
func (c clinic) entry(r *rand.Rand, i int, d patients.Demographics) patients.Patient {
	at := founded.Add(time.Duration(i)*41*time.Hour + time.Duration(r.IntN(9*60))*time.Minute)
	by := userOf(c.books)
	p := patients.Patient{
		ID: idOf(at, c.Slug, "patient", strconv.Itoa(i)), Version: 1, Demographics: d, Clock: patients.Clock{},
		RegisteredSite: c.sites[0].ID, RegisteredBy: by, CreatedAt: at, UpdatedAt: at,
	}
	if len(c.sites) > 1 && r.IntN(6) == 0 {
		p.RegisteredSite = c.sites[1].ID
	}
	for _, g := range patients.Groups() {
		p.Clock[g] = patients.Stamp{At: at, By: by, Version: 1}
	}
	return p
}

func (n names) somebody(r *rand.Rand, i int, friends []known) patients.Demographics {
	d := patients.Demographics{Sex: patients.Female, BirthDate: birthday(r, bornIn(r))}
	if r.Float64() < 0.42 {
		d.Sex = patients.Male
	}
	d.FirstName, d.LastName, d.SecondLastName = n.given2(r, d.Sex, d.BirthDate.Year()), draw(r, n.last), draw(r, n.last)
	if i < len(friends) {
		k := friends[i]
		d.FirstName, d.LastName, d.SecondLastName, d.Sex, d.BirthDate = k.first, k.last, k.second, k.sex, birthday(r, k.born)
	}
	n.reach(r, &d)
	if d.BirthDate.Year() >= 2008 {
		n.parent(r, &d)
	}
	insure(r, &d)
	tag(r, &d)
	return d
}

// bornIn draws a year: the patients of such a clinic are mostly young adults and children.
func bornIn(r *rand.Rand) int {
	switch at := r.Float64(); {
	case at < 0.20:
		return 2010 + r.IntN(15)
	case at < 0.62:
		return 1986 + r.IntN(23)
	case at < 0.86:
		return 1962 + r.IntN(24)
	}
	return 1936 + r.IntN(26)
}

func birthday(r *rand.Rand, year int) time.Time {
	return time.Date(year, time.January, 1+r.IntN(364), 0, 0, 0, 0, time.UTC)
}

func cohort(year int) string {
	switch {
	case year >= 2010:
		return "niño"
	case year >= 1996:
		return "joven"
	case year >= 1966:
		return "adulto"
	}
	return "mayor"
}

func (n names) given2(r *rand.Rand, sex patients.Sex, born int) string {
	list := n.given[string(sex)+","+cohort(born)]
	first := draw(r, list)
	if r.Float64() < 0.55 {
		if second := draw(r, list); second != first && !strings.Contains(first, " ") {
			return first + " " + second
		}
	}
	return first
}

// reach is how to find somebody: a number that nobody has, an address of the province.
func (n names) reach(r *rand.Rand, d *patients.Demographics) {
	d.Phone = fmt.Sprintf("+519%02d555%03d", r.IntN(100), r.IntN(1000))
	if r.Float64() < 0.3 {
		word := func(s string) string { return strings.Join(textfold.Words(s), "") }
		d.Email = fmt.Sprintf("%s.%s%d@example.com", word(strings.Fields(d.FirstName)[0]), word(d.LastName), d.BirthDate.Year()%100)
	}
	streets := []string{"Jr. Dos de Mayo", "Jr. Huallayco", "Jr. Ayacucho", "Jr. Abtao", "Jr. Progreso", "Jr. Leoncio Prado", "Av. Universitaria",
		"Jr. Bolívar", "Psje. San Martín", "Jr. Aguilar", "Av. Alameda de la República", "Jr. Hermilio Valdizán", "Mz. C lote 14, Los Portales"}
	districts := []string{"100101", "100101", "100101", "100101", "100102", "100102", "100102", "100111", "100111", "100109", "100107"}
	street := streets[r.IntN(len(streets))]
	if !strings.HasPrefix(street, "Mz.") {
		street += " " + strconv.Itoa(100+r.IntN(1500))
	}
	d.Address = patients.Address{Text: street, Ubigeo: districts[r.IntN(len(districts))]}
}

func (n names) parent(r *rand.Rand, d *patients.Demographics) {
	g := patients.Guardian{Relationship: "Madre", Phone: d.Phone, Document: strconv.Itoa(99_500_000 + r.IntN(400_000))}
	g.Name = n.given2(r, patients.Female, 1985) + " " + d.SecondLastName + " " + draw(r, n.last)
	if r.IntN(4) == 0 {
		g.Relationship = "Padre"
		g.Name = n.given2(r, patients.Male, 1985) + " " + d.LastName + " " + draw(r, n.last)
	}
	d.Guardian, d.Email = g, ""
}

func insure(r *rand.Rand, d *patients.Demographics) {
	insurers := []string{"SIS", "EsSalud", "SIS", "EsSalud", "Rímac", "Pacífico", "La Positiva", "Mapfre"}
	if r.Float64() < 0.45 {
		d.Insurance = patients.Insurance{Insurer: insurers[r.IntN(len(insurers))], Number: fmt.Sprintf("DEMO-%06d", r.IntN(1_000_000))}
	}
}

func tag(r *rand.Rand, d *patients.Demographics) {
	for _, t := range []weighted{{"Frecuente", 18}, {"Referido", 8}, {"Convenio municipalidad", 6}, {"Prefiere WhatsApp", 12}, {"Prefiere mañanas", 7}, {"Familiar de trabajador", 3}} {
		if r.IntN(100) < t.weight {
			d.Tags = append(d.Tags, t.name)
		}
	}
}

// clinical is what is known of some: an allergy, an illness, a blood type.
func (c clinic) clinical(p patients.Patient) patients.Clinical {
	r := dice(c.Slug, "clinical", p.ID.String())
	var found patients.Clinical
	item := func(what string) uuid.UUID { return idOf(p.CreatedAt, c.Slug, what, p.ID.String()) }
	by := userOf(c.rounds[0].email)
	if r.Float64() < 0.15 {
		a := allergies()[r.IntN(len(allergies()))]
		a.ID, a.PatientID, a.NotedBy, a.NotedAt = item("allergy"), p.ID, by, p.CreatedAt
		found.Allergies = append(found.Allergies, a)
	}
	if age := 2026 - p.BirthDate.Year(); age > 30 && r.Float64() < float64(age)/150 {
		x := illnesses()[r.IntN(len(illnesses()))]
		x.ID, x.PatientID, x.NotedBy, x.NotedAt = item("condition"), p.ID, by, p.CreatedAt
		x.Since = strconv.Itoa(2008 + r.IntN(16))
		found.Conditions = append(found.Conditions, x)
	}
	if r.Float64() < 0.3 {
		found.BloodType = draw(r, []weighted{{"O+", 70}, {"A+", 18}, {"B+", 8}, {"O-", 2}, {"AB+", 1}, {"A-", 1}})
	}
	return found
}

func allergies() []patients.Allergy {
	const drug = patients.MedicineAllergy
	return []patients.Allergy{
		{Kind: drug, Substance: "Penicilina", Code: "J01C", Reaction: "Urticaria", Severity: patients.Moderate},
		{Kind: drug, Substance: "Penicilina", Code: "J01C", Reaction: "Anafilaxia", Severity: patients.Severe},
		{Kind: patients.OtherAllergy, Substance: "Látex", Reaction: "Dermatitis", Severity: patients.Mild},
		{Kind: drug, Substance: "Ibuprofeno", Code: "M01AE01", Reaction: "Edema de párpados", Severity: patients.Moderate},
		{Kind: drug, Substance: "Sulfamidas", Code: "J01E", Reaction: "Erupción", Severity: patients.Mild},
		{Kind: drug, Substance: "Lidocaína", Code: "N01BB02", Reaction: "Mareo y palpitaciones"},
	}
}

func illnesses() []patients.Condition {
	return []patients.Condition{
		{Name: "Hipertensión arterial esencial", Code: "I10"}, {Name: "Diabetes mellitus tipo 2", Code: "E11.9"}, {Name: "Asma", Code: "J45.9"},
		{Name: "Hipotiroidismo", Code: "E03.9"}, {Name: "Glaucoma primario de ángulo abierto", Code: "H40.1"}, {Name: "Gastritis crónica", Code: "K29.5"},
	}
}
