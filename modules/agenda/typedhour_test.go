package agenda_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/agenda"
)

var tuesday = agenda.Date{Year: 2026, Month: time.November, Day: 24}

var _ = DescribeTable("what is typed for a date and an hour",
	func(text, understood string) {
		typed, problem := agenda.ParseTyped(text, tuesday, agenda.Date{})
		Expect(problem).To(BeEmpty())
		Expect(typed.Echo(tuesday, 30*time.Minute)).To(Equal(understood))
	},
	Entry(nil, "hoy", "martes 24 de noviembre"),
	Entry(nil, "mañana", "miércoles 25 de noviembre"),
	Entry(nil, "manana 16:00", "miércoles 25 de noviembre, 16:00 a 16:30"),
	Entry(nil, "pasado mañana 8", "jueves 26 de noviembre, 8:00 a 8:30"),
	Entry(nil, "+7", "martes 1 de diciembre"),
	Entry(nil, "+7 930", "martes 1 de diciembre, 9:30 a 10:00"),
	Entry("weekday and hour", "mar 17", "martes 1 de diciembre, 17:00 a 17:30"),
	Entry("weekday and hour", "jue 11", "jueves 26 de noviembre, 11:00 a 11:30"),
	Entry("weekday, day, hour", "mar 1 17:00", "martes 1 de diciembre, 17:00 a 17:30"),
	Entry("weekday, day, hour in figures", "mar 1 17", "martes 1 de diciembre, 17:00 a 17:30"),
	Entry("weekday and a day that is no working hour", "jue 26", "jueves 26 de noviembre"),
	Entry(nil, "Vie.", "viernes 27 de noviembre"),
	Entry(nil, "sábado 9:30", "sábado 28 de noviembre, 9:30 a 10:00"),
	Entry(nil, "1 dic 9:30", "martes 1 de diciembre, 9:30 a 10:00"),
	Entry(nil, "1 de diciembre a las 9:30", "martes 1 de diciembre, 9:30 a 10:00"),
	Entry(nil, "martes 1 dic", "martes 1 de diciembre"),
	Entry("a day that is past is next year's", "3 nov", "miércoles 3 de noviembre de 2027"),
	Entry(nil, "5 set 2027 8:00", "domingo 5 de setiembre de 2027, 8:00 a 8:30"),
	Entry(nil, "24/12", "jueves 24 de diciembre"),
	Entry(nil, "24/12/26 10:00", "jueves 24 de diciembre, 10:00 a 10:30"),
	Entry(nil, "2026-12-24 10:00", "jueves 24 de diciembre, 10:00 a 10:30"),
	Entry(nil, "10:30", "martes 24 de noviembre, 10:30 a 11:00"),
	Entry(nil, "1030", "martes 24 de noviembre, 10:30 a 11:00"),
	Entry(nil, "10:30 mañana", "miércoles 25 de noviembre, 10:30 a 11:00"),
	Entry(nil, "3 pm", "martes 24 de noviembre, 15:00 a 15:30"),
	Entry(nil, "12pm", "martes 24 de noviembre, 12:00 a 12:30"),
	Entry(nil, "12 a. m.", "martes 24 de noviembre, 0:00 a 0:30"),
	Entry(nil, "mañana 3 de la tarde", "miércoles 25 de noviembre, 15:00 a 15:30"),
	Entry(nil, "9 de la mañana", "martes 24 de noviembre, 9:00 a 9:30"),
	Entry(nil, "9h30", "martes 24 de noviembre, 9:30 a 10:00"),
)

var _ = DescribeTable("what is typed and means nothing",
	func(text, words string) {
		_, problem := agenda.ParseTyped(text, tuesday, agenda.Date{})
		Expect(problem).To(ContainSubstring(words))
	},
	Entry(nil, "", "Falta la hora"),
	Entry(nil, "cuando pueda", "No se entiende"),
	Entry(nil, "25:00", "No se entiende"),
	Entry(nil, "10:75", "No se entiende"),
	Entry(nil, "10:30 11:30", "No se entiende"),
	Entry(nil, "hoy mañana", "No se entiende"),
	Entry(nil, "15 pm", "No se entiende"),
	Entry(nil, "31/11", "Esa fecha no existe"),
	Entry(nil, "30 feb", "Esa fecha no existe"),
	Entry(nil, "lun 1/12", "El 1 de diciembre es martes."),
	Entry(nil, "mar 26 9:00", "El 26 de noviembre es jueves."),
)

var _ = It("means the day on the screen when only an hour is typed", func() {
	typed, _ := agenda.ParseTyped("10:30", tuesday, tuesday.Add(3))
	Expect(typed.Date).To(Equal(tuesday.Add(3)))
	Expect(typed.HasDate).To(BeFalse())
})

func FuzzParseTyped(f *testing.F) {
	for _, seed := range []string{"hoy", "mar 17", "1 dic 9:30", "+7", "24/12/26", "10h30", "mar 31 8", "\xff", "+999 pm", "1/1/1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		typed, problem := agenda.ParseTyped(text, tuesday, agenda.Date{})
		if problem != "" {
			if !strings.HasSuffix(problem, ".") {
				t.Fatalf("%q: %q is no sentence", text, problem)
			}
			return
		}
		if typed.Minute < 0 || typed.Minute >= 24*60 || typed.Date.Add(0) != typed.Date || !typed.HasDate && !typed.HasTime {
			t.Fatalf("%q understood as %+v", text, typed)
		}
		if typed.Date.Before(tuesday) {
			return // said again without its year, it would be the next one to come
		}
		echo := typed.Echo(tuesday, 0)
		again, problem := agenda.ParseTyped(echo, tuesday, agenda.Date{})
		if problem != "" || again.Date != typed.Date || again.Minute != typed.Minute || again.HasTime != typed.HasTime {
			t.Fatalf("%q is echoed as %q, which means %+v (%s)", text, echo, again, problem)
		}
	})
}
