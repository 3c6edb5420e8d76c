package prescribing_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
	"hampi/modules/hce/prescribing"
)

func TestPrescribing(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Prescribing")
}

var today = time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC)

var medicines *catalog.Medicines

var _ = BeforeSuite(func() {
	var err error
	medicines, err = catalog.LoadMedicines()
	Expect(err).NotTo(HaveOccurred())
})

func number(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// line is a medicine of the catalogue found as a doctor types it, one unit every eight hours for five days.
func line(query string) prescribing.Item {
	GinkgoHelper()
	found := medicines.Search(query, 1)
	Expect(found).To(HaveLen(1), query)
	i := prescribing.FromCatalog(found[0])
	i.Frequency, i.Duration = prescribing.Frequency{Kind: prescribing.EveryHours, Number: 8}, prescribing.Duration{Value: 5, Unit: prescribing.Days}
	i.Quantity = i.ComputedQuantity()
	return i
}

func dose(i prescribing.Item, value, unit string) prescribing.Item {
	i.Dose = prescribing.Amount{Value: number(value), Unit: unit}
	i.Quantity = i.ComputedQuantity()
	return i
}

func freely(dci string) prescribing.Item {
	return prescribing.Item{DCI: dci, Form: "crema", Route: "tópica", Dose: prescribing.Amount{Value: number("1"), Unit: "aplicación"}}
}

// adult has nothing against anything.
func adult() prescribing.Patient {
	return prescribing.Patient{Age: observation.AgeAt(today.AddDate(-34, 0, 0), today), Sex: observation.Female}
}

func pregnant(weeks int) prescribing.Patient {
	p := adult()
	p.Pregnant, p.Weeks = true, weeks
	return p
}

func allergic(severe bool, substances ...string) prescribing.Patient {
	p := adult()
	for _, s := range substances {
		p.Allergies = append(p.Allergies, prescribing.Allergy{Substance: s, Severe: severe})
	}
	return p
}

// child is of so many days, and of that weight unless it is "".
func child(days int, kilograms string) prescribing.Patient {
	p := prescribing.Patient{Age: observation.AgeAt(today.AddDate(0, 0, -days), today)}
	if kilograms != "" {
		p.Weight = decimal.NewNullDecimal(number(kilograms))
	}
	return p
}

func ill(codes ...string) prescribing.Patient {
	p := adult()
	for _, code := range codes {
		p.Conditions = append(p.Conditions, prescribing.Condition{Code: code})
	}
	return p
}

func taking(queries ...string) prescribing.Patient {
	p := adult()
	for _, q := range queries {
		p.Active = append(p.Active, line(q))
	}
	return p
}
