package catalog_test

import (
	"encoding/csv"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog"
)

var _ = Describe("the holidays of Peru", func() {
	It("are those of the State's list, date by date", func() {
		file, err := os.Open("testdata/feriados-peru.csv")
		Expect(err).NotTo(HaveOccurred())
		defer file.Close() //nolint:errcheck // read only
		rows, err := csv.NewReader(file).ReadAll()
		Expect(err).NotTo(HaveOccurred())
		expected := [][2]string{}
		for _, row := range rows[1:] {
			expected = append(expected, [2]string{row[0], row[2]})
		}
		listed := [][2]string{}
		for year := 2024; year <= 2035; year++ {
			for _, h := range catalog.Holidays(year) {
				listed = append(listed, [2]string{h.Day.Format(time.DateOnly), h.Name})
			}
		}
		Expect(listed).To(Equal(expected))
	})

	DescribeTable("begin with their law",
		func(month time.Month, day, since int) {
			_, before := catalog.HolidayOn(time.Date(since-1, month, day, 10, 0, 0, 0, time.UTC))
			_, then := catalog.HolidayOn(time.Date(since, month, day, 10, 0, 0, 0, time.UTC))
			Expect([]bool{before, then}).To(Equal([]bool{false, true}))
		},
		Entry("Arica", time.June, 7, 2024),
		Entry("the air force", time.July, 23, 2023),
		Entry("Junín", time.August, 6, 2022),
		Entry("Ayacucho", time.December, 9, 2022),
	)

	It("are asked by the date on the clinic's wall", func() {
		lima := time.FixedZone("Lima", -5*60*60)
		h, is := catalog.HolidayOn(time.Date(2026, time.December, 25, 23, 30, 0, 0, lima)) // already the 26th in UTC
		Expect(is).To(BeTrue())
		Expect(h.Name).To(Equal("Navidad"))
		_, is = catalog.HolidayOn(time.Date(2026, time.December, 26, 9, 0, 0, 0, lima))
		Expect(is).To(BeFalse())
	})

	It("have their Holy Week on a Thursday and a Friday of March or April, whatever the year", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			year := rapid.IntRange(1900, 2400).Draw(t, "year")
			var days []time.Weekday
			for _, h := range catalog.Holidays(year) {
				if h.Name == "Jueves Santo" || h.Name == "Viernes Santo" {
					days = append(days, h.Day.Weekday())
					Expect(h.Day.Month()).To(BeElementOf(time.March, time.April))
				}
			}
			Expect(days).To(Equal([]time.Weekday{time.Thursday, time.Friday}))
		})
	})
})
