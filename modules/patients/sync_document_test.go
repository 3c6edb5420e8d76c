//go:build !js

package patients_test

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

var _ = Describe("one document with two names", func() {
	var (
		f     *far
		ctx   context.Context
		first patients.Registration // Edith has it
		marco patients.Registration // was registered with it
		ways  map[string]json.RawMessage
	)
	BeforeEach(func() {
		world := cluster.World()
		f = farOf(world)
		ctx = roleIn(world, accounts.Receptionist)
		first = edith()
		marco = named("Marco", "Rojas", "Tello")
		marco.Document, marco.Phone = first.Document, "+51951555230"
		Expect(f.Apply(ctx, creation(first, "a", now))).To(HaveField("Status", offline.Created))
		out, err := f.Apply(ctx, creation(marco, "b", now.Add(time.Minute)))
		Expect(err).NotTo(HaveOccurred())
		ways = map[string]json.RawMessage{}
		for i, label := range []string{"is Marco's", "is Edith's", "mine", "theirs"} {
			ways[label] = out.Choices[i].Data
			Expect(out.Choices[i].Name).To(Equal(map[bool]string{true: label}[i > 1]))
		}
		Expect(out.Choices[0]).To(And(HaveField("Label", "El DNI 99012345 es de Rojas Tello, Marco"), HaveField("Ask", "Otro documento de Huamán Ponce, Edith Maribel (opcional)"), HaveField("Field", "other_document")))
		Expect(out.Choices[1]).To(And(HaveField("Label", "El DNI 99012345 es de Huamán Ponce, Edith Maribel"), HaveField("Ask", "Otro documento de Rojas Tello, Marco (opcional)")))
	})
	person := func(id uuid.UUID) patients.Patient {
		GinkgoHelper()
		p, err := f.service.Active(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		return p
	}
	decide := func(way, other string) error {
		GinkgoHelper()
		data := map[string]any{}
		Expect(json.Unmarshal(ways[way], &data)).To(Succeed())
		if other != "" {
			maps.Copy(data, map[string]any{"other_document": other})
		}
		op := operation(offline.Update, marco.ID, "", now.Add(time.Hour), data)
		op.Decides = true
		_, err := f.Apply(ctx, op)
		return err
	}

	DescribeTable("is one's, and the other person has another or none", func(way, other, edithHas, marcoHas string) {
		Expect(decide(way, other)).To(Succeed())
		Expect(person(first.ID)).To(And(HaveField("FullName()", "Huamán Ponce, Edith Maribel"), HaveField("Document.Label()", edithHas), HaveField("Phone", "+51962555014")))
		Expect(person(marco.ID)).To(And(HaveField("FullName()", "Rojas Tello, Marco"), HaveField("Document.Label()", marcoHas), HaveField("Phone", "+51951555230")))
		Expect(f.store.ByDocument(ctx, []patients.Document{{Type: patients.DNI, Number: "99012345"}})).To(Equal([]uuid.UUID{map[bool]uuid.UUID{true: first.ID, false: marco.ID}[edithHas == "DNI 99012345"]}))
	},
		Entry("it stays", "is Edith's", "", "DNI 99012345", "Sin documento"),
		Entry("it stays, and the new one's was a slip", "is Edith's", "45210987", "DNI 99012345", "DNI 45210987"),
		Entry("it goes over", "is Marco's", "", "Sin documento", "DNI 99012345"),
		Entry("it goes over, and the first one's was a slip", "is Marco's", " ce 001234567 ", "CE 001234567", "DNI 99012345"),
	)
	DescribeTable("refuses another that is none, and changes nothing", func(other, field string) {
		err := decide("is Marco's", other)
		fields, _ := fault.Fields(err)
		Expect(fields).To(HaveKey(field))
		Expect(err.Error()).NotTo(ContainSubstring("other_document"), "people read it")
		Expect(person(marco.ID).Document.Type).To(Equal(patients.None))
	},
		Entry("too short", "4521", "other_document"),
		Entry("the same again", "99012345", "other_document"),
	)
	It("leaves alone what was corrected meanwhile", func() {
		Expect(f.Apply(ctx, change(first.ID, "a", 5, `{"document_type":"DNI","document_number":"45210987"}`))).To(HaveField("Status", offline.Updated))
		Expect(decide("is Marco's", "")).To(Succeed())
		Expect(person(first.ID).Document.Number).To(Equal("45210987"))
		Expect(person(marco.ID).Document.Number).To(Equal("99012345"))
	})
	DescribeTable("is one person's after all", func(way, name, phone string) {
		Expect(decide(way, "")).To(Succeed())
		Expect(person(marco.ID)).To(And(HaveField("ID", first.ID), HaveField("FullName()", name), HaveField("Phone", phone), HaveField("Document.Label()", "DNI 99012345")))
		Expect(f.service.Family(ctx, first.ID)).To(ConsistOf(first.ID, marco.ID))
		Expect(decide("theirs", "")).To(Succeed(), "once more changes nothing")
		Expect(decide("is Edith's", "")).To(HaveField("Code", "joined"))
	},
		Entry("as was written", "mine", "Rojas Tello, Marco", "+51951555230"),
		Entry("as is kept", "theirs", "Huamán Ponce, Edith Maribel", "+51962555014"),
	)
	It("is decided by a conflict alone, and by who may write patients", func() {
		for _, data := range ways {
			_, err := f.Apply(ctx, operation(offline.Update, marco.ID, "b", now.Add(time.Hour), string(data)))
			Expect(fault.KindOf(err)).To(Equal(fault.Invalid))
		}
		ctx = as(ctx, accounts.Cashier)
		Expect(decide("is Edith's", "")).To(MatchError(fault.ErrForbidden))
	})
})
