//go:build !js

package patients_test

import (
	"context"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

var _ = Describe("searching for a patient", Ordered, func() {
	var world *dbtest.World
	var service *patients.Service
	var ctx context.Context

	BeforeAll(func() {
		world = cluster.World()
		service = serviceOf(world, patients.Neighbours{})
		Expect(world.Committed(world.Norte, "receptionist", func(ctx context.Context) error {
			for _, r := range []patients.Registration{
				edith(), named("Luz Marina", "Quispe", "Huamán"), named("Karina", "Villanueva", "Rojas"), named("Kevin", "Villar", "Soto"),
				named("José", "Núñez", "De la Cruz"), named("Ana", "Rojas", "Tello"), named("Anabel", "Quispe", "Quispe"),
			} {
				r.Sure = true
				if _, _, err := service.Register(ctx, r); err != nil {
					return err
				}
			}
			return nil
		})).To(Succeed())
	})
	BeforeEach(func() { ctx = world.RolledBack(world.Norte, "receptionist") })

	DescribeTable("finds a document written with its type", func(typed string) {
		found, err := service.Search(ctx, typed, patients.SearchRows)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Patients).To(HaveLen(1))
		Expect(found.Patients[0].FirstName).To(Equal("Edith Maribel"))
		Expect(found.Query.NewDNI()).To(Equal("99012345"))
	},
		Entry("as lines show it", "DNI 99012345"),
		Entry("in small letters", "dni 99012345"),
		Entry("with a colon", "DNI: 99012345"),
		Entry("without a space", "DNI99012345"),
		Entry("with points", "d.n.i. 99012345"),
		Entry("called a document", "documento 99012345"),
	)

	It("understands a slip in a name registered a moment ago", func() {
		slip := func() []patients.Patient {
			var found []patients.Patient
			Expect(world.Committed(world.Norte, "receptionist", func(ctx context.Context) error {
				result, err := service.Search(ctx, "yupanqiu bea", patients.SearchRows)
				found = result.Patients
				return err
			})).To(Succeed())
			return found
		}
		Expect(slip()).To(BeEmpty())
		Expect(world.Committed(world.Norte, "receptionist", func(ctx context.Context) error {
			r := named("Beatriz", "Yupanqui", "Soto")
			r.Sure = true
			_, _, err := service.Register(ctx, r)
			return err
		})).To(Succeed())
		Expect(slip()).To(HaveLen(1))
	})

	names := func(q string) []string {
		GinkgoHelper()
		found, err := service.Search(ctx, q, 12)
		Expect(err).NotTo(HaveOccurred())
		list := []string{}
		for _, p := range found.Patients {
			list = append(list, p.FullName())
		}
		return list
	}
	const e, luz, karina, jose = "Huamán Ponce, Edith Maribel", "Quispe Huamán, Luz Marina", "Villanueva Rojas, Karina", "Núñez De la Cruz, José"

	DescribeTable("finds by any piece, in any order, without accents, with a slip",
		func(q string, first string) {
			found := names(q)
			Expect(found).NotTo(BeEmpty())
			Expect(found[0]).To(Equal(first))
		},
		Entry("the first letters of a surname", "hua", e),
		Entry("a surname", "huaman", e),
		Entry("capitals and accents", "HUAMÁN", e),
		Entry("pieces in another order", "edith hua", e),
		Entry("the middle name", "maribel", e),
		Entry("ñ typed as n", "nunez", jose),
		Entry("two surnames", "de la cruz", jose),
		Entry("a surname and one letter", "vill k", karina),
		Entry("a letter too many", "huammán edith", e),
		Entry("two letters swapped", "qiuspe luz", luz),
		Entry("a letter for another", "billanueva", karina),
		Entry("a letter left out, while still typing", "vilanu", karina),
		Entry("a whole DNI", "99012345", e),
		Entry("a DNI with blanks", " 9901 2345 ", e),
		Entry("a mobile", "962 555 014", e),
		Entry("a mobile with its country", "+51962555014", e),
		Entry("a record number", "HC 1", e),
		Entry("a record number in full", "000001", e),
	)

	It("answers from the first letter, in the order of the alphabet", func() {
		Expect(names("q")).To(Equal([]string{luz, "Quispe Quispe, Anabel"}))
		Expect(names("k")).To(ConsistOf(karina, "Villar Soto, Kevin"))
	})
	It("puts the whole word before its beginning", func() {
		Expect(names("ana")).To(Equal([]string{"Rojas Tello, Ana", "Quispe Quispe, Anabel"}))
	})
	It("wants two different words for two pieces", func() {
		Expect(names("quispe quispe")).To(Equal([]string{"Quispe Quispe, Anabel"}))
	})
	DescribeTable("finds nobody, and says so by an empty list",
		func(q string) { Expect(names(q)).To(BeEmpty()) },
		Entry("nothing typed", "  "), Entry("signs alone", "%_'\";--"), Entry("part of a DNI", "990123"),
		Entry("a stranger", "Zzyzx"), Entry("very long text", strings.Repeat("huaman ", 60)), Entry("odd bytes", "hua\x00man\xff"),
	)
	It("finds nobody of another clinic", func() {
		ctx = world.RolledBack(world.Sur, "receptionist")
		for _, q := range []string{"huaman", "qiuspe", "99012345", "962555014", "000001"} {
			Expect(names(q)).To(BeEmpty(), q)
		}
	})
	It("asks by indexes that row-level security lets it use", func() {
		var plan []string
		Expect(database.From(ctx).Exec("set local enable_seqscan = off").Error).To(Succeed())
		Expect(database.From(ctx).Raw("explain select patient_id from patient_words where word >= 'hua' and word < 'hub'").Scan(&plan).Error).To(Succeed())
		Expect(strings.Join(plan, "\n")).To(MatchRegexp(`Index Cond: .*word >= 'hua'`))
		plan = nil
		Expect(database.From(ctx).Raw("explain select id from patients where sort_key >= 'hua' and sort_key < 'hub' order by sort_key, id limit 12").Scan(&plan).Error).To(Succeed())
		Expect(strings.Join(plan, "\n")).To(MatchRegexp(`Index Cond: .*sort_key >= 'hua'`))
		plan = nil
		Expect(database.From(ctx).Raw(`explain select patient_id from patient_documents where (type, key_id, bidx) in (('DNI', 1::bigint, '\x00'::bytea))`).Scan(&plan).Error).To(Succeed())
		Expect(strings.Join(plan, "\n")).To(MatchRegexp(`Index Cond: .*bidx = `))
	})
})

var _ = Describe("ranking", func() {
	candidate := func(key string) patients.Candidate {
		id := uuid.New()
		return patients.Candidate{ID: id, Active: id, SortKey: key}
	}
	It("counts the entries of one person once", func() {
		a, b := candidate("rojas tello ana"), candidate("rojas tello ana maria")
		b.Active = a.ID
		Expect(patients.Rank([]string{"ana"}, []patients.Candidate{a, b}, 12)).To(HaveLen(1))
	})
	It("keeps the best only", func() {
		var many []patients.Candidate
		for range 20 {
			many = append(many, candidate("rojas ana"))
		}
		Expect(patients.Rank([]string{"rojas"}, many, 12)).To(HaveLen(12))
	})
	It("forgives no slip in short words", func() {
		Expect(patients.Rank([]string{"luz"}, []patients.Candidate{candidate("quispe paz")}, 12)).To(BeEmpty())
		Expect(patients.Near("luz", []string{"paz", "liz"})).To(BeEmpty())
	})
})
