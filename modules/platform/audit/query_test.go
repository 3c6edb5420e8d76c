package audit_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/audit"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

var _ = Describe("looking up the audit", Ordered, func() {
	var b *book
	var ctx context.Context
	admin := func() uuid.UUID { return b.Norte.People["clinic_admin"].User }

	BeforeAll(func() {
		b = open()
		Expect(b.act(b.Norte, 7, nil)).To(Succeed())
		Expect(b.act(b.Sur, 2, nil)).To(Succeed())
		Expect(b.Committed(b.Norte, "doctor", func(ctx context.Context) error {
			return database.From(ctx).Exec("insert into sites (id, name) values (?, 'Nueva')", uuid.New()).Error
		})).To(Succeed())
	})
	BeforeEach(func() { ctx = b.RolledBack(b.Norte, "clinic_admin") })

	find := func(f audit.Filter) audit.Page {
		GinkgoHelper()
		page, err := audit.Entries(ctx, f)
		Expect(err).NotTo(HaveOccurred())
		return page
	}

	It("shows the clinic's own acts, newest first", func() {
		all := find(audit.Filter{Limit: 100}).Items
		Expect(all).To(HaveLen(b.count("select count(*) from audit_log where clinic_id = $1", b.Norte.ID)))
		Expect(all[0]).To(And(HaveField("Entity", "sites"), HaveField("Action", "insert"), HaveField("UserID", b.Norte.People["doctor"].User), HaveField("IP", "127.0.0.1")))
		for i := 1; i < len(all); i++ {
			Expect(all[i].At.After(all[i-1].At)).To(BeFalse())
		}
	})

	It("narrows by person, act, table and time", func() {
		Expect(find(audit.Filter{Person: admin()}).Items).To(HaveLen(7))
		Expect(find(audit.Filter{Action: "export"}).Items).To(HaveLen(7))
		Expect(find(audit.Filter{Entity: "patients", EntityID: b.Norte.Site}).Items).To(HaveLen(7))
		Expect(find(audit.Filter{Entity: "patients", EntityID: b.Sur.Site}).Items).To(BeEmpty())
		last := find(audit.Filter{Action: "export"}).Items[0].At
		Expect(find(audit.Filter{Action: "export", To: last}).Items).To(HaveLen(6))
		Expect(find(audit.Filter{Action: "export", From: last}).Items).To(HaveLen(1))
		Expect(find(audit.Filter{From: last.Add(time.Hour)}).Items).To(BeEmpty())
	})

	It("turns pages without losing or repeating an entry", func() {
		seen := map[int64]bool{}
		page := find(audit.Filter{Action: "export", Limit: 3})
		for pages := 1; ; pages++ {
			for _, e := range page.Items {
				Expect(seen).NotTo(HaveKey(e.ID))
				seen[e.ID] = true
			}
			if page.Next == "" {
				Expect(pages).To(Equal(3))
				break
			}
			page = find(audit.Filter{Action: "export", Limit: 3, Cursor: page.Next})
		}
		Expect(seen).To(HaveLen(7))
	})

	It("refuses a cursor that no page gave", func() {
		for _, cursor := range []string{"x", "1", "1-", "-", "1-x"} {
			_, err := audit.Entries(ctx, audit.Filter{Cursor: cursor})
			problems, invalid := fault.Fields(err)
			Expect(invalid).To(BeTrue(), cursor)
			Expect(problems).To(HaveKey("cursor"))
		}
	})
})
