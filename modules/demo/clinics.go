//go:build !js

package demo

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
)

// clinic is an invented house and everybody in it.
type clinic struct {
	accounts.Clinic
	sites    []accounts.Site
	rooms    []catalog.Resource
	people   []person
	books    string // e-mail of who books most appointments
	patients int
	first    int // number of the first patient's document
	known    []known
	rounds   []round
	money    money
}

// person is somebody with an account.
type person struct {
	accounts.Profile
	email     string
	roles     []accounts.Role
	specialty string
	site      string
}

func (c clinic) site(name string) uuid.UUID {
	if name == "" {
		return uuid.Nil
	}
	return idOf(founded, c.Slug, "site", name)
}

func (c clinic) room(site, name string) uuid.UUID { return idOf(founded, c.Slug, "room", site, name) }

func (c clinic) service(name string) uuid.UUID { return idOf(founded, c.Slug, "service", name) }

func (c clinic) member(email string) uuid.UUID { return idOf(founded, c.Slug, "member", email) }

func userOf(email string) uuid.UUID { return idOf(founded, "user", email) }

// huanuco is how high the demonstration's sites lie, in metres.
const huanuco = 1900

func (c clinic) withSite(name, address, ubigeo, phone string, rooms ...catalog.Resource) clinic {
	altitude := huanuco
	s := accounts.Site{ID: c.site(name), Name: name, Address: address, Ubigeo: ubigeo, Phone: phone, Altitude: &altitude}
	c.sites = append(c.sites, s)
	for _, r := range rooms {
		r.ID, r.SiteID = c.room(name, r.Name), s.ID
		c.rooms = append(c.rooms, r)
	}
	return c
}

func chair(name string) catalog.Resource { return catalog.Resource{Name: name, Kind: catalog.Chair} }
func office(name string) catalog.Resource {
	return catalog.Resource{Name: name, Kind: catalog.Room}
}

func clinics() []clinic { return []clinic{demoClinic(), neighbour()} }

func demoClinic() clinic {
	c := clinic{
		Clinic: accounts.Clinic{
			ID: idOf(founded, "clinic", "demo"), Slug: "demo", Name: "Clínica Demo Huánuco", LegalName: "Servicios de Salud Demo Huánuco S.A.C.",
			RUC: "20990000108", Phone: "062 555 100", Specialties: []string{"odontologia", "obstetricia", "oftalmologia"}, Accent: "agua", TimeZone: "America/Lima",
		},
		books: "recepcion@demo.pe", patients: 300, first: 99_100_000, known: friends(),
	}
	c = c.withSite("Centro", "Jr. Dos de Mayo 1245", "100101", "062 555 101", chair("Sillón 1"), chair("Sillón 2"), office("Consultorio 3"), office("Consultorio 4"))
	c = c.withSite("Amarilis", "Av. Los Girasoles 380, Paucarbamba", "100102", "062 555 102", chair("Sillón 1"), office("Consultorio 2"))
	c.people = []person{
		{accounts.Profile{Name: "Patricia Solórzano"}, "admin@demo.pe", []accounts.Role{accounts.ClinicAdmin}, "", ""},
		{accounts.Profile{Name: "Rosa Malpartida", Title: "Dra.", College: "COP", CollegeNumber: "31582"}, "doctor@demo.pe", []accounts.Role{accounts.Doctor}, "odontologia", "Centro"},
		{accounts.Profile{Name: "Julio Espinoza", Title: "Dr.", College: "COP", CollegeNumber: "24417"}, "ortodoncia@demo.pe", []accounts.Role{accounts.Doctor}, "odontologia", "Centro"},
		{accounts.Profile{Name: "Carmen Tarazona", Title: "Obst.", College: "COP-OBST", CollegeNumber: "18306"}, "obstetra@demo.pe", []accounts.Role{accounts.Doctor}, "obstetricia", "Centro"},
		{accounts.Profile{Name: "Iván Cabrera", Title: "Dr.", College: "CMP", CollegeNumber: "52874"}, "oftalmo@demo.pe", []accounts.Role{accounts.Doctor}, "oftalmologia", "Centro"},
		{accounts.Profile{Name: "Yesenia Rojas"}, "recepcion@demo.pe", []accounts.Role{accounts.Receptionist}, "", "Centro"},
		{accounts.Profile{Name: "Lizbeth Condezo", Title: "Tec."}, "triaje@demo.pe", []accounts.Role{accounts.Assistant}, "", "Centro"},
		{accounts.Profile{Name: "Elmer Picón"}, "caja@demo.pe", []accounts.Role{accounts.Cashier}, "", "Centro"},
		{accounts.Profile{Name: "María del Carmen Villavicencio Santillán", Title: "Dra.", College: "COP", CollegeNumber: "12093"}, "duena@demo.pe", []accounts.Role{accounts.Doctor, accounts.ClinicAdmin}, "odontologia", "Amarilis"},
	}
	c.rounds, c.money = demoRounds(), demoMoney()
	return c
}

func neighbour() clinic {
	c := clinic{
		Clinic: accounts.Clinic{
			ID: idOf(founded, "clinic", "vecina"), Slug: "vecina", Name: "Clínica Vecina", LegalName: "Clínica Vecina E.I.R.L.",
			RUC: "20990000205", Phone: "062 555 200", Specialties: []string{"medicina_general"}, Accent: "molle", TimeZone: "America/Lima",
		},
		books: "admin@vecina.pe", patients: 24, first: 99_100_290, // the last documents of the other clinic's: one person, two clinics
	}
	c = c.withSite("Principal", "Jr. Huallayco 870", "100101", "062 555 201", office("Consultorio 1"))
	c.people = []person{
		{accounts.Profile{Name: "Gladys Paucar"}, "admin@vecina.pe", []accounts.Role{accounts.ClinicAdmin}, "", "Principal"},
		{accounts.Profile{Name: "Aldo Paucar", Title: "Dr.", College: "CMP", CollegeNumber: "47120"}, "medico@vecina.pe", []accounts.Role{accounts.Doctor}, "medicina_general", "Principal"},
	}
	c.rounds = []round{{email: "medico@vecina.pe", site: "Principal", room: "Consultorio 1", usually: halfDays("8:00", "13:00", "15:00", "18:00"), full: 0.35, offers: []offer{
		{"Consulta de medicina general", 6, anyone}, {"Reconsulta", 2, anyone}, {"Curación simple", 1, anyone}, {"Electrocardiograma", 1, olderThan(40)},
	}}}
	return c
}

// halfDays are a morning and an afternoon, as the clock reads.
func halfDays(times ...string) []stretch {
	var day []stretch
	for i := 0; i+1 < len(times); i += 2 {
		day = append(day, stretch{clockMinutes(times[i]), clockMinutes(times[i+1]), ""})
	}
	return day
}

func clockMinutes(text string) int {
	t, err := time.Parse("15:04", text)
	if err != nil {
		panic(err) // a slip in this package's own tables
	}
	return t.Hour()*60 + t.Minute()
}
