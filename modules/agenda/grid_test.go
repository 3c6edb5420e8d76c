//go:build !js

package agenda

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/views"
)

// tuesday is a clock time of 24 November 2026 in Lima.
func tuesday(hour, minute int) time.Time { return time.Date(2026, 11, 24, hour, minute, 0, 0, lima) }

func cardAt(hour, minute int, length time.Duration, status Status) Card {
	start := tuesday(hour, minute)
	return Card{Appointment: Appointment{ID: newID(), StartTime: start.UTC(), EndTime: start.Add(length).UTC(), Status: status}, Patient: "Quispe, Ana", Service: "Consulta"}
}

// dayOf is a grid of one professional who works 8:00–13:00, seen at 10:15.
func dayOf(cards ...Card) Grid {
	doctor := accounts.Member{ID: newID(), Name: "Rosa Malpartida", Title: "Dra."}
	day := Date{2026, 11, 24}
	return Grid{
		From: day, To: day, Today: day, Now: tuesday(10, 15), Zone: lima,
		Columns: []Column{{Doctor: doctor, Date: day, Cards: cards, Open: []Open{{Span: Span{tuesday(8, 0), tuesday(13, 0)}, DoctorID: doctor.ID}}}},
	}
}

func freeTexts(s sheet) []string {
	var texts []string
	for _, i := range s.Columns[0].Items {
		if i.Free != nil {
			texts = append(texts, views.Clock(i.Free.Start)+"-"+views.Clock(i.Free.End))
		}
	}
	return texts
}

var _ = Describe("the day's sheet", func() {
	It("puts a card in the rows of its hour", func() {
		s := layout(dayOf(cardAt(9, 15, 45*time.Minute, Scheduled)), 0, false)
		Expect(s.FirstHour).To(Equal(8))
		Expect(s.Hours).To(Equal(5))
		Expect(s.Columns[0].Items[0].Class).To(Equal("f-15 d-9"))
	})

	It("opens one hour before now and draws the line of now only today", func() {
		s := layout(dayOf(), 0, false)
		Expect(s.NowRow).To(Equal(27))
		Expect(s.StartRow).To(Equal(15))
		other := dayOf()
		other.Today = other.Today.Add(1)
		Expect(layout(other, 0, false).NowRow).To(Equal(-1))
	})

	DescribeTable("takes the scale at which the shortest booking is 24 px tall",
		func(length time.Duration, zoom int) {
			Expect(layout(dayOf(cardAt(9, 0, length, Scheduled)), 0, false).Zoom).To(Equal(zoom))
		},
		Entry("ten minutes", 10*time.Minute, 3), Entry("fifteen", 15*time.Minute, 2), Entry("twenty", 20*time.Minute, 1), Entry("an hour", time.Hour, 1),
	)

	It("keeps a chosen scale", func() {
		Expect(layout(dayOf(cardAt(9, 0, 10*time.Minute, Scheduled)), 1, false).Zoom).To(Equal(1))
	})

	It("gives a sobreturno half the width beside whom it overlaps", func() {
		over := cardAt(9, 0, 30*time.Minute, Scheduled)
		over.Overbooked = true
		s := layout(dayOf(cardAt(9, 0, time.Hour, Scheduled), over, cardAt(10, 0, 30*time.Minute, Scheduled)), 0, false)
		Expect(s.Columns[0].Items[0].Class).To(HaveSuffix("p-1-2"))
		Expect(s.Columns[0].Items[1].Class).To(HaveSuffix("p-2-2"))
		Expect(s.Columns[0].Items[2].Class).NotTo(ContainSubstring("p-"))
	})

	It("hides a cancelled card only under another one", func() {
		s := layout(dayOf(cardAt(9, 0, 30*time.Minute, Cancelled), cardAt(9, 0, 30*time.Minute, Scheduled), cardAt(9, 30, 30*time.Minute, Cancelled)), 0, false)
		Expect(s.Columns[0].Hidden).To(Equal(1))
		Expect(s.Columns[0].Items).To(HaveLen(2))
	})

	It("offers what is worked and not promised from now on", func() {
		s := layout(dayOf(cardAt(10, 30, time.Hour, Confirmed), cardAt(12, 0, 30*time.Minute, Scheduled)), 0, true)
		Expect(freeTexts(s)).To(Equal([]string{"10:15-10:30", "11:30-12:00", "12:30-13:00"}))
	})

	It("offers the hour of a missed or cancelled appointment again, none in the past, and none to who may not book", func() {
		cards := []Card{cardAt(11, 0, 2*time.Hour, Cancelled)}
		Expect(freeTexts(layout(dayOf(cards...), 0, true))).To(ContainElement(HavePrefix("11:")))
		Expect(freeTexts(layout(dayOf(cards...), 0, false))).To(BeEmpty())
		past := dayOf()
		past.Today = past.Today.Add(1)
		Expect(freeTexts(layout(past, 0, true))).To(BeEmpty())
	})

	It("names the holiday over the whole column", func() {
		g := dayOf()
		g.Columns[0].Open, g.Columns[0].Closed = nil, "Navidad"
		s := layout(g, 0, true)
		Expect(s.Columns[0].Blocks).To(ConsistOf(HaveField("Label", "Navidad")))
		Expect(s.Hours).To(Equal(dayTo - dayFrom))
	})

	It("keeps a block at the day's end in sight", func() {
		g := dayOf()
		g.Columns[0].Blocks = []Exception{{Kind: BlockKind, StartTime: tuesday(13, 0), EndTime: tuesday(14, 0), Reason: "Reunión"}}
		s := layout(g, 0, true)
		Expect(s.Hours).To(Equal(6))
		Expect(s.Columns[0].Blocks).To(ConsistOf(And(HaveField("Label", "Reunión"), HaveField("Class", "f-60 d-12"))))
	})

	It("leaves an idle Sunday out of the week", func() {
		g := dayOf()
		g.Columns = append(g.Columns, Column{Date: Date{2026, 11, 29}})
		s := layout(g, 0, true)
		s.withoutIdleSunday()
		Expect(s.Columns).To(HaveLen(1))
	})

	It("keeps every card inside the sheet, and what overlaps in lanes of its own", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			var cards []Card
			from := 0
			for range rapid.IntRange(0, 12).Draw(t, "cards") {
				from = min(from+rapid.IntRange(0, 12).Draw(t, "gap"), 276)
				length := rapid.IntRange(1, 24).Draw(t, "length")
				start := tuesday(0, 0).Add(time.Duration(from*rowMinutes) * time.Minute)
				end := start.Add(time.Duration(length*rowMinutes) * time.Minute)
				if DateOf(end.Add(-1), lima) != DateOf(start, lima) {
					continue
				}
				cards = append(cards, Card{Appointment: Appointment{ID: newID(), StartTime: start, EndTime: end, Status: Scheduled}})
			}
			s := layout(dayOf(cards...), 0, true)
			for i, item := range s.Columns[0].Items {
				row, rows := rowsOf(t, item.Class)
				if row < 0 || row+rows > s.Hours*rowsPerHour || s.Hours > 24 {
					t.Fatalf("%s lies outside of %d hours", item.Class, s.Hours)
				}
				for _, other := range s.Columns[0].Items[i+1:] {
					if item.span().overlaps(other.span()) && laneOf(item.Class) == laneOf(other.Class) && !strings.HasSuffix(item.Class, "-4") {
						t.Fatalf("%s and %s lie over one another", item.Class, other.Class)
					}
				}
			}
		})
	})
})

func rowsOf(t *rapid.T, class string) (row, rows int) {
	for _, name := range strings.Fields(class) {
		number, err := strconv.Atoi(name[2:])
		switch {
		case strings.HasPrefix(name, "f-") && err == nil:
			row = number
		case strings.HasPrefix(name, "d-") && err == nil:
			rows = number
		}
	}
	return row, rows
}

func laneOf(class string) string {
	if i := strings.Index(class, "p-"); i >= 0 {
		return class[i:]
	}
	return ""
}

var _ = Describe("a card's words", func() {
	It("says who, when, what and the state, in this order", func() {
		c := cardAt(9, 15, 30*time.Minute, Scheduled)
		c.FirstVisit, c.Overbooked = true, true
		Expect(c.spoken(lima)).To(Equal("9:15 Quispe, Ana, Consulta, sobreturno, 1.ª vez. Agendada"))
	})

	It("counts the minutes of who waits, and since when somebody is attended", func() {
		c := cardAt(9, 15, 30*time.Minute, Confirmed)
		at := tuesday(9, 0)
		c.ArrivedAt, c.Waited = &at, 18*time.Minute
		Expect(c.state()).To(Equal(views.Arrived))
		Expect(c.note(lima)).To(Equal("espera 18 min"))
		c.Status, c.FieldClock = InProgress, Clock{StatusGroup: {At: tuesday(9, 52)}}
		Expect(c.note(lima)).To(Equal("desde 9:52"))
	})

	DescribeTable("shortens professionals for chips",
		func(name, short string) { Expect(shortDoctor(name)).To(Equal(short)) },
		Entry(nil, "Dra. Rosa Malpartida", "Dra. Malpartida"), Entry(nil, "Obst. Carmen Rosa Tarazona Vega", "Obst. Tarazona"),
		Entry(nil, "Juan", "Juan"), Entry(nil, "", ""),
	)
})

var _ = Describe("the agenda's address", func() {
	It("comes back from its own query string", func() {
		a := address{View: weekView, Date: Date{2026, 11, 24}, Doctor: newID(), Card: newID(), Zoom: 2}
		Expect(addressOf(a.query())).To(Equal(a))
	})

	It("reads nonsense as nothing", func() {
		q := address{}.query()
		for _, name := range []string{"vista", "fecha", "prof", "cita", "zoom", "sede", "col"} {
			q.Set(name, "\u202e'; drop")
		}
		Expect(addressOf(q)).To(Equal(address{View: dayView}))
	})

	It("steps by day, week and month", func() {
		on := Date{2026, 1, 31}
		Expect(address{View: dayView, Date: on}.step(1).Date).To(Equal(Date{2026, 2, 1}))
		Expect(address{View: weekView, Date: on}.step(-1).Date).To(Equal(Date{2026, 1, 24}))
		Expect(address{View: monthView, Date: on}.step(1).Date).To(Equal(Date{2026, 2, 1}))
		Expect(address{View: monthView, Date: on}.step(-1).Date).To(Equal(Date{2025, 12, 1}))
	})
})

var _ = Describe("what is offered at an appointment", func() {
	may := func(roles ...accounts.Role) access.Identity {
		return access.Identity{Permissions: accounts.PermissionsOf(roles)}
	}
	paths := func(a Appointment, who access.Identity) []string {
		var list []string
		for _, x := range actsFor(a, who, tuesday(10, 15), lima) {
			list = append(list, x.Path)
		}
		return list
	}

	It("is arrival to the desk, attention to whoever attends, nothing to the cashier", func() {
		a := cardAt(10, 30, 30*time.Minute, Confirmed).Appointment
		Expect(paths(a, may(accounts.Receptionist))).To(Equal([]string{"llegada", "cancelacion"}))
		Expect(paths(a, may(accounts.Doctor))).To(ContainElement("atencion"))
		Expect(paths(a, may(accounts.Cashier))).To(BeEmpty())
	})

	It("leads an assistant to the triage of who has arrived today at their site", func() {
		a := cardAt(10, 30, 30*time.Minute, Confirmed).Appointment
		arrived := tuesday(10, 0)
		Expect(paths(a, may(accounts.Assistant))).NotTo(ContainElement("triaje"))
		a.ArrivedAt = &arrived
		Expect(paths(a, may(accounts.Assistant))).To(HaveExactElements("triaje", "cancelacion"))
		Expect(paths(a, may(accounts.Receptionist))).NotTo(ContainElement("triaje"))
		Expect(paths(a, may(accounts.Doctor))).NotTo(ContainElement("triaje"))
		elsewhere := may(accounts.Assistant)
		elsewhere.SiteID = newID()
		Expect(paths(a, elsewhere)).NotTo(ContainElement("triaje"))
		a.Status = Completed
		Expect(paths(a, may(accounts.Assistant))).NotTo(ContainElement("triaje"))
	})

	It("has one key for each act of a card", func() {
		b := newBoard(address{View: dayView}, dayOf(), may(accounts.Receptionist))
		Expect(b.keysOf(cardAt(9, 30, 30*time.Minute, Scheduled))).To(Equal("l:llegada f:confirmacion x:inasistencia delete:cancelacion m:mover"))
	})
})

var _ = DescribeTable("hours as people write them",
	func(text, hours, problem string) {
		read, said := parseHours(text)
		Expect(hoursText(read)).To(Equal(hours))
		if problem == "" {
			Expect(said).To(BeEmpty())
		} else {
			Expect(said).To(ContainSubstring(problem))
		}
	},
	Entry(nil, "8-13, 14:30-19", "8:00-13:00, 14:30-19:00", ""),
	Entry(nil, "8:00 a 13:00 y 15 a 19", "8:00-13:00, 15:00-19:00", ""),
	Entry(nil, "1430–19", "14:30-19:00", ""),
	Entry(nil, "15-19 , 8-13", "8:00-13:00, 15:00-19:00", ""),
	Entry("a day off", " ", "", ""),
	Entry(nil, "13-8", "", "después"),
	Entry(nil, "8-13, 12-15", "", "se cruzan"),
	Entry(nil, "mañana", "", "No se entiende"),
	Entry(nil, "8-25", "", "No se entiende"),
)

var _ = Describe("a week in words", func() {
	It("joins days of the same hours", func() {
		var week []Schedule
		for _, d := range []time.Weekday{1, 2, 3, 4, 5} {
			week = append(week, Schedule{Weekday: d, FromMinute: 480, ToMinute: 780})
		}
		week = append(week, Schedule{Weekday: time.Saturday, FromMinute: 540, ToMinute: 720})
		Expect(weekText(week)).To(Equal("lun–vie 8:00-13:00 · sáb 9:00-12:00"))
		Expect(weekText(nil)).To(Equal("Sin horario"))
	})
})

var _ = DescribeTable("surnames as they are typed",
	func(typed, last, second string) {
		a, b := splitSurnames(typed)
		Expect([]string{a, b}).To(Equal([]string{last, second}))
	},
	Entry(nil, "Quispe Huamán", "Quispe", "Huamán"), Entry(nil, "De la Cruz Rojas", "De la Cruz", "Rojas"),
	Entry(nil, "Rojas", "Rojas", ""), Entry(nil, "", "", ""), Entry(nil, "De la", "De la", ""),
)

var _ = Describe("a free hour in a form", func() {
	It("comes back as it went", func() {
		s := Slot{StartTime: tuesday(9, 0).UTC(), EndTime: tuesday(9, 30).UTC(), DoctorID: newID(), SiteID: newID()}
		read, ok := slotOf(slotValue(s))
		Expect(ok).To(BeTrue())
		Expect(read.StartTime.Equal(s.StartTime)).To(BeTrue())
		Expect(read.DoctorID).To(Equal(s.DoctorID))
		_, ok = slotOf("x y")
		Expect(ok).To(BeFalse())
		Expect(idOf("x")).To(Equal(uuid.Nil))
	})
})
