package views_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/views"
)

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

var _ = Describe("Writing dates", func() {
	today := day(2026, time.November, 24)

	It("names the day in full, with the year only when it is another one", func() {
		Expect(views.LongDay(today, today)).To(Equal("Martes 24 de noviembre"))
		Expect(views.LongDay(day(2027, time.January, 2), today)).To(Equal("Sábado 2 de enero de 2027"))
		Expect(views.LongDayInText(day(2026, time.September, 9), today)).To(Equal("miércoles 9 de setiembre"))
	})

	It("shortens to three letters, accents included", func() {
		Expect(views.ShortDayTime(time.Date(2026, time.December, 1, 15, 30, 0, 0, time.UTC), today)).To(Equal("mar 1 dic 15:30"))
		Expect(views.ShortDay(day(2026, time.November, 25), today)).To(Equal("mié 25 nov"))
		Expect(views.ShortDay(day(2025, time.November, 29), today)).To(Equal("sáb 29 nov 2025"))
	})

	It("writes the hour without a leading zero, the minutes with one", func() {
		Expect(views.Clock(time.Date(2026, 1, 1, 9, 5, 0, 0, time.UTC))).To(Equal("9:05"))
		Expect(views.Clock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))).To(Equal("0:00"))
	})

	DescribeTable("names near days by calendar, not by hours",
		func(t time.Time, expected string) {
			Expect(views.Relative(t, time.Date(2026, 11, 24, 23, 50, 0, 0, time.UTC))).To(Equal(expected))
		},
		Entry("this morning", time.Date(2026, 11, 24, 0, 5, 0, 0, time.UTC), "hoy"),
		Entry("ten minutes later is tomorrow", time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), "mañana"),
		Entry("yesterday", time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), "ayer"),
		Entry("farther", time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC), "vie 27 nov"),
	)

	It("writes days for forms and machines, and nothing for no day", func() {
		Expect(views.Day(day(1988, time.January, 24))).To(Equal("24/01/1988"))
		Expect(views.Day(time.Time{})).To(BeEmpty())
		Expect(views.MonthYear(today)).To(Equal("Noviembre de 2026"))
	})

	DescribeTable("writes a length",
		func(d time.Duration, expected string) { Expect(views.Minutes(d)).To(Equal(expected)) },
		Entry("minutes", 45*time.Minute, "45 min"),
		Entry("an hour", time.Hour, "1 h"),
		Entry("more", 90*time.Minute, "1 h 30 min"),
	)
})

var _ = Describe("Writing ages", func() {
	today := day(2026, time.February, 28)

	DescribeTable("says what people say",
		func(birth time.Time, expected string) { Expect(views.Age(birth, today)).To(Equal(expected)) },
		Entry("years", day(1991, time.March, 3), "34 años"),
		Entry("the birthday counts", day(1992, time.February, 28), "34 años"),
		Entry("two years are years", day(2024, time.February, 28), "2 años"),
		Entry("one day less is months", day(2024, time.March, 1), "23 meses"),
		Entry("one month", day(2026, time.January, 28), "1 mes"),
		Entry("born on the 31st, month complete on the last day", day(2026, time.January, 31), "1 mes"),
		Entry("days", day(2026, time.February, 16), "12 días"),
		Entry("today", today, "0 días"),
		Entry("not born yet", day(2026, time.March, 1), ""),
		Entry("unknown", time.Time{}, ""),
	)
})

var _ = Describe("Writing money and figures", func() {
	DescribeTable("groups thousands and keeps two decimals",
		func(amount, expected string) {
			Expect(views.Money(decimal.RequireFromString(amount))).To(Equal(expected))
		},
		Entry(nil, "1234.5", "S/ 1,234.50"),
		Entry(nil, "0", "S/ 0.00"),
		Entry(nil, "1000000", "S/ 1,000,000.00"),
		Entry(nil, "-999.999", "−S/ 1,000.00"),
	)

	It("groups whole numbers and counts in words", func() {
		Expect(views.Number(12480)).To(Equal("12,480"))
		Expect(views.Number(-1000)).To(Equal("−1,000"))
		Expect(views.Plural(1, "cita", "citas")).To(Equal("1 cita"))
		Expect(views.Plural(0, "cita", "citas")).To(Equal("0 citas"))
	})
})

var _ = Describe("Writing names and phones", func() {
	DescribeTable("puts surnames first",
		func(given, paternal, maternal, expected string) {
			Expect(views.FullName(given, paternal, maternal)).To(Equal(expected))
		},
		Entry("both", "Edith Maribel", "Huamán", "Ponce", "Huamán Ponce, Edith Maribel"),
		Entry("one", " Edith ", "Huamán", "", "Huamán, Edith"),
		Entry("no surname", "Edith", "", "", "Edith"),
		Entry("no given name", "", "Huamán", "Ponce", "Huamán Ponce"),
	)

	DescribeTable("takes initials",
		func(name, expected string) { Expect(views.InitialsOf(name)).To(Equal(expected)) },
		Entry("surnames first", "Huamán Ponce, Edith", "HE"),
		Entry("given name first", "Yesenia Rojas", "YR"),
		Entry("title dropped", "Dra. Rosa Malpartida", "RM"),
		Entry("accents", "Óscar Ñahui", "ÓÑ"),
		Entry("one word", "caja", "C"),
		Entry("nothing", "  ", ""),
	)

	DescribeTable("writes mobiles in threes and leaves the rest alone",
		func(number, expected string) { Expect(views.Phone(number)).To(Equal(expected)) },
		Entry(nil, "962555014", "962 555 014"),
		Entry(nil, "+51962555014", "962 555 014"),
		Entry(nil, "+5491155551234", "+5491155551234"),
		Entry(nil, "", ""),
	)

	It("writes keys as they stand on the keyboard", func() {
		Expect(views.KeyName("g p")).To(Equal("G P"))
		Expect(views.KeyName("ctrl+enter")).To(Equal("Ctrl Enter"))
		Expect(views.KeyName("+")).To(Equal("+"))
		Expect(views.KeyName("[")).To(Equal("["))
	})
})
