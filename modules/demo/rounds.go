//go:build !js

package demo

import (
	"time"

	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/patients"
)

// round is how one professional spends the week.
type round struct {
	email, site, room string
	usually           []stretch                  // Monday to Friday
	saturday          []stretch                  // none: closed
	except            map[time.Weekday][]stretch // weekdays unlike the others
	away              map[time.Weekday][]stretch // hours taken away on a weekday, with their reason
	full              float64                    // share of the working hours that is promised
	offers            []offer
}

// stretch is part of a day, in minutes after midnight.
type stretch struct {
	from, to int
	reason   string
}

// offer is a service that somebody gives, how often beside the others, and to whom.
type offer struct {
	service string
	weight  int
	suits   func(d patients.Demographics, today time.Time) bool
}

// on are the hours of a weekday; Sundays have none.
func (r round) on(day time.Weekday) []stretch {
	if day == time.Sunday {
		return nil
	}
	if own, there := r.except[day]; there {
		return own
	}
	if day == time.Saturday {
		return r.saturday
	}
	return r.usually
}

// campaignHours are worked when the program is shown on a Sunday or a holiday: an agenda without patients shows nothing.
func campaignHours() []stretch { return halfDays("8:00", "13:00", "14:00", "19:00") }

const campaign = "Campaña de salud"

// blocks are what takes hours away that day: meals between two stretches, and whatever else is the habit.
func (r round) blocks(day time.Weekday, worked []stretch) []stretch {
	blocks := append([]stretch{}, r.away[day]...)
	for i := 1; i < len(worked); i++ {
		pause := stretch{worked[i-1].to, worked[i].from, "Refrigerio"}
		if !meets(pause, r.away[day]) && pause.to-pause.from <= 120 {
			blocks = append(blocks, pause)
		}
	}
	return blocks
}

func meets(s stretch, others []stretch) bool {
	for _, o := range others {
		if s.from < o.to && o.from < s.to {
			return true
		}
	}
	return false
}

// isClosed reports whether nobody works that day by the week's plan.
func isClosed(d agenda.Date) bool {
	_, holiday := catalog.HolidayOn(d.In(time.UTC))
	return holiday || d.Weekday() == time.Sunday
}

func demoRounds() []round {
	day, saturday := halfDays("8:00", "13:00", "14:00", "20:00"), halfDays("8:00", "13:00", "14:00", "19:00")
	return []round{
		{email: "doctor@demo.pe", site: "Centro", room: "Sillón 1", usually: day, saturday: saturday, full: 0.88, offers: []offer{
			{"Consulta y diagnóstico odontológico", 5, anyone}, {"Profilaxis dental (limpieza)", 5, anyone},
			{"Restauración con resina simple", 5, anyone}, {"Restauración con resina compuesta", 3, olderThan(12)},
			{"Exodoncia simple", 2, olderThan(12)}, {"Endodoncia multirradicular", 1, olderThan(18)},
			{"Corona metal porcelana", 1, olderThan(25)}, {"Raspado y alisado radicular (por cuadrante)", 2, olderThan(25)},
			{"Aplicación de flúor barniz", 2, youngerThan(14)},
		}},
		{email: "ortodoncia@demo.pe", site: "Centro", room: "Sillón 2", usually: halfDays("8:30", "13:00", "14:00", "18:30"), saturday: saturday, full: 0.8, offers: []offer{
			{"Ortodoncia: control mensual", 9, between(9, 35)}, {"Ortodoncia: cuota inicial (brackets metálicos)", 1, between(9, 35)},
			{"Consulta y diagnóstico odontológico", 2, between(7, 40)}, {"Férula de descarga (bruxismo)", 1, between(20, 55)},
		}},
		{email: "obstetra@demo.pe", site: "Centro", room: "Consultorio 3", usually: day, saturday: saturday, full: 0.82,
			away: map[time.Weekday][]stretch{time.Tuesday: {{13 * 60, 15 * 60, "Reunión de servicio"}}},
			offers: []offer{
				{"Control prenatal", 8, women(17, 42)}, {"Ecografía obstétrica", 3, women(17, 42)}, {"Control de puerperio", 2, women(17, 42)},
				{"Psicoprofilaxis obstétrica (sesión)", 2, women(17, 42)}, {"Papanicolaou", 2, women(21, 65)},
				{"Consejería en planificación familiar", 1, women(16, 45)},
			}},
		{email: "oftalmo@demo.pe", site: "Centro", room: "Consultorio 4", usually: day, saturday: saturday, full: 0.78,
			away: map[time.Weekday][]stretch{time.Tuesday: {{8 * 60, 9 * 60, "Cirugía externa"}}, time.Thursday: {{16 * 60, 20 * 60, "Cirugía externa"}}},
			offers: []offer{
				{"Consulta oftalmológica", 6, anyone}, {"Medida de vista (refracción)", 3, anyone}, {"Fondo de ojo con dilatación", 2, olderThan(40)},
				{"Tonometría", 1, olderThan(40)}, {"Campimetría computarizada", 1, olderThan(50)}, {"Tomografía de coherencia óptica (OCT)", 1, olderThan(50)},
				{"Adaptación de lentes de contacto", 1, between(16, 45)},
			}},
		{email: "duena@demo.pe", site: "Amarilis", room: "Sillón 1", full: 0.6,
			usually: halfDays("9:00", "13:00"), saturday: halfDays("9:00", "13:00"),
			except: map[time.Weekday][]stretch{time.Monday: halfDays("15:00", "20:00"), time.Wednesday: halfDays("15:00", "20:00"), time.Friday: nil},
			offers: []offer{
				{"Raspado y alisado radicular (por cuadrante)", 3, olderThan(25)}, {"Consulta y diagnóstico odontológico", 4, olderThan(18)},
				{"Gingivectomía (por sextante)", 1, olderThan(25)}, {"Implante dental (pieza y pilar)", 1, olderThan(35)},
			}},
	}
}

func anyone(patients.Demographics, time.Time) bool { return true }

func between(youngest, oldest int) func(patients.Demographics, time.Time) bool {
	return func(d patients.Demographics, today time.Time) bool {
		age := today.Year() - d.BirthDate.Year()
		return age >= youngest && age <= oldest
	}
}

func olderThan(years int) func(patients.Demographics, time.Time) bool { return between(years+1, 120) }

func youngerThan(years int) func(patients.Demographics, time.Time) bool { return between(2, years-1) }

func women(youngest, oldest int) func(patients.Demographics, time.Time) bool {
	inAge := between(youngest, oldest)
	return func(d patients.Demographics, today time.Time) bool {
		return d.Sex == patients.Female && inAge(d, today)
	}
}

// minutesOf is how long a suggested service takes.
func minutesOf(service string) int {
	for _, s := range catalog.Suggested("odontologia", "obstetricia", "oftalmologia", "medicina_general") {
		if s.Name == service {
			return s.Minutes
		}
	}
	panic("no such service: " + service) // a slip in this package's own tables
}
