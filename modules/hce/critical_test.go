//go:build !js

package hce_test

import (
	"context"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

var _ = Describe("a critical value typed in a note", func() {
	const action = "Repetí la toma, captopril 25 mg y lo derivé a emergencia"

	var (
		c   *clinic
		ctx context.Context
		e   hce.Encounter
	)
	BeforeEach(func() {
		c = norte()
		ctx = c.as(c.Salas, accounts.Doctor)
		e = c.attend(ctx)
	})

	pressed := func(systolic, diastolic int, said ...string) hce.DraftBody {
		body := written()
		body.Values["pa"] = form.OfPressure(systolic, diastolic)
		body.Values["_actions"] = form.OfList(said...)
		return body
	}
	values := func() map[string]hce.Observed {
		GinkgoHelper()
		list, err := hce.NewPostgres().ObservedIn(ctx, []uuid.UUID{e.ID})
		Expect(err).NotTo(HaveOccurred())
		byCode := map[string]hce.Observed{}
		for _, o := range list {
			byCode[o.Code] = o
		}
		return byCode
	}

	It("is not signed before somebody says there what was done, and keeps it with who said it and when", func() {
		d := c.save(ctx, e, 0, pressed(190, 100))
		_, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveLen(1))
		Expect(problems["f._accion.pa"]).To(ContainSubstring("qué se hizo"))

		d = c.save(ctx, e, d.Version, pressed(190, 100, "pa=ok"))
		_, err = c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).To(HaveOccurred(), "two letters say nothing")

		d = c.save(ctx, e, d.Version, pressed(190, 100, "pa="+action))
		done, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
		Expect(string(done.Records[0].Content)).To(ContainSubstring(action), "what was done is signed with the note")

		systolic := values()["8480-6"]
		Expect(systolic.Critical).To(BeTrue())
		Expect(*systolic.AcknowledgedBy).To(Equal(c.Salas.Membership))
		Expect(*systolic.AcknowledgedAt).To(BeTemporally("~", now, 0))
		Expect(systolic.Action).To(Equal(action))
		Expect(values()["8462-4"].AcknowledgedAt).To(BeNil(), "a diastolic of 100 is not critical")
		_, late, err := c.record.CountResults(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(late).To(BeFalse(), "nothing is left for the list of results")

		_, entry, err := c.record.Entry(ctx, done.Records[0].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(entry.Lines).To(ContainElement(HaveField("Action", action)))
	})

	It("asks nothing of a value that is only high, and drops what was said about one that was corrected", func() {
		d := c.save(ctx, e, 0, pressed(150, 95))
		_, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
	})

	It("asks it also of what triage took, once", func() {
		Expect(hce.NewPostgres().AddObserved(ctx, []hce.Observed{{
			ID: newID(), PatientID: c.Ana, EncounterID: &e.ID, Code: "8310-5", Category: hce.Triage, Value: decimal.NewNullDecimal(decimal.RequireFromString("41.2")),
			Unit: "Cel", Flag: "HH", Critical: true, TakenAt: now, TakenBy: c.Salas.Membership,
		}})).To(Succeed())
		body := written()
		body.Values["temp"], body.Values["_confirmed"] = form.OfText("41.2"), form.OfList("temp=41.2")
		d := c.save(ctx, e, 0, body)
		r, err := c.record.Review(ctx, e.ID, "a")
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Problems).To(HaveKey("f._accion.temp"))

		body.Values["_actions"] = form.OfList("temp=Paracetamol y medios físicos")
		d = c.save(ctx, e, d.Version, body)
		_, err = c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		Expect(err).NotTo(HaveOccurred())
		Expect(values()["8310-5"].Action).To(Equal("Paracetamol y medios físicos"))
	})

	It("goes by how high the site lies, and is careful where nobody said it", func() {
		saturated := func(percent string) fault.Problems {
			GinkgoHelper()
			body := written()
			body.Values["spo2"], body.Values["_confirmed"] = form.OfText(percent), form.OfList("spo2="+percent)
			stored, err := hce.NewPostgres().Draft(ctx, e.ID, c.Salas.Membership)
			seen := int64(0)
			if err == nil {
				seen = stored.Version
			}
			c.save(ctx, e, seen, body)
			r, err := c.record.Review(ctx, e.ID, "a")
			Expect(err).NotTo(HaveOccurred())
			return r.Problems
		}
		for _, lies := range []struct {
			metres         any
			critical, good string
		}{{nil, "84", "85"}, {1900, "86", "87"}, {4330, "79", "80"}} {
			Expect(database.From(ctx).Exec("update sites set altitude_m = ? where id = ?", lies.metres, c.Site).Error).To(Succeed())
			Expect(saturated(lies.critical)).To(HaveKey("f._accion.spo2"), "%v m", lies.metres)
			Expect(saturated(lies.good)).To(BeEmpty(), "%v m", lies.metres)
		}
	})

	It("is severe in pregnancy from 160/110", func() {
		body := pressed(162, 100)
		body.Diagnoses = append(body.Diagnoses, hce.Diagnosis{Code: "Z34.9", Title: "Supervisión de embarazo normal", Kind: hce.Definitive})
		d := c.save(ctx, e, 0, body)
		_, err := c.record.Close(ctx, e.ID, d.Version, "a", hce.Proof{Code: "123456"})
		problems, _ := fault.Fields(err)
		Expect(strings.Join(keysOf(problems), " ")).To(ContainSubstring("f._accion.pa"))
	})
})

func keysOf(problems fault.Problems) (keys []string) {
	for key := range problems {
		keys = append(keys, key)
	}
	return keys
}
