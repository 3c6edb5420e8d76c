//go:build !js

package patients_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
)

var _ = DescribeTable("documents", func(kind patients.DocumentType, typed, number, problem string) {
	d, sentence := patients.ParseDocument(kind, typed)
	if problem != "" {
		Expect(sentence).To(ContainSubstring(problem))
		return
	}
	Expect(sentence).To(BeEmpty())
	Expect(d.Number).To(Equal(number))
},
	Entry("a DNI", patients.DNI, "12345678", "12345678", ""),
	Entry("a DNI with blanks", patients.DNI, " 1234 5678 ", "12345678", ""),
	Entry("a DNI with its check digit", patients.DNI, "17801146-0", "17801146", ""),
	Entry("a DNI with its check letter", patients.DNI, "17801146-D", "17801146", ""),
	Entry("a DNI with its check letter, small", patients.DNI, "17801146-d", "17801146", ""),
	Entry("a DNI with another check digit", patients.DNI, "17801146-1", "", "dígito de verificación"),
	Entry("a DNI of nine digits", patients.DNI, "123456789", "", "aquí hay 9"),
	Entry("a DNI of letters", patients.DNI, "1234567A", "", "solo cifras"),
	Entry("a CE", patients.CE, "001234567", "001234567", ""),
	Entry("a CE in small letters", patients.CE, "ab1234567", "AB1234567", ""),
	Entry("a CE too short", patients.CE, "12345", "", "de 6 a 12"),
	Entry("a passport", patients.Passport, "x-1234567", "X1234567", ""),
	Entry("a passport too long", patients.Passport, "X123456789012", "", "de 3 a 12"),
	Entry("a PTP", patients.PTP, "123456789", "123456789", ""),
	Entry("a CNV", patients.CNV, "1234567890", "1234567890", ""),
	Entry("a CNV of letters", patients.CNV, "12345678A", "", "solo cifras"),
	Entry("another document", patients.Other, "LM-4", "LM4", ""),
	Entry("no document", patients.None, "", "", ""),
	Entry("a number without document", patients.None, "1", "", "no va un número"),
	Entry("accents in a number", patients.Other, "ÁÉ1", "", "sin acento"),
)

var _ = DescribeTable("birth dates", func(typed, day, problem string) {
	d, sentence := patients.ParseBirth(typed, now)
	if problem != "" {
		Expect(sentence).To(ContainSubstring(problem))
		return
	}
	Expect(sentence).To(BeEmpty())
	Expect(d.Format("2006-01-02")).To(Equal(day))
},
	Entry("in full", "24/01/1988", "1988-01-24", ""),
	Entry("without separators", "240188", "1988-01-24", ""),
	Entry("eight figures", "24011988", "1988-01-24", ""),
	Entry("short", "4/1/88", "1988-01-04", ""),
	Entry("dots", "24.1.1988", "1988-01-24", ""),
	Entry("as machines write", "1988-01-24", "1988-01-24", ""),
	Entry("two figures of this year", "231126", "2026-11-23", ""),
	Entry("two figures never in the future", "251126", "1926-11-25", ""),
	Entry("a day that is none", "31/02/1990", "", "no existe"),
	Entry("a leap day in no leap year", "29/02/1990", "", "no existe"),
	Entry("a thirteenth month", "01/13/1990", "", "no existe"),
	Entry("words", "ayer", "", "Se espera día"),
	Entry("three figures of a year", "1/1/199", "", "Se espera día"),
)

var _ = DescribeTable("names written without capitals", func(typed, written string) {
	Expect(patients.Capitalize(typed)).To(Equal(written))
},
	Entry(nil, "EDITH MARIBEL", "Edith Maribel"),
	Entry(nil, "de la cruz", "De la Cruz"),
	Entry(nil, "ÑAUPARI", "Ñaupari"),
	Entry(nil, "McDonald", "McDonald"),
	Entry(nil, "", ""),
)
