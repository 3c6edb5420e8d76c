package audit_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/audit"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

// book is a database of its own whose audit is being sealed.
type book struct {
	*dbtest.World
	pool   *pgxpool.Pool
	sealer *audit.Sealer
}

func open() *book {
	GinkgoHelper()
	b := &book{World: cluster.World()}
	pool, err := database.Pool(context.Background(), b.Logins.Sealer, 4)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(pool.Close)
	b.pool, b.sealer = pool, audit.NewSealer(pool)
	return b
}

// act writes down n acts of the clinic in one transaction; before the commit it waits for hold, if any.
func (b *book) act(clinic dbtest.Clinic, n int, hold <-chan struct{}) error {
	return b.Committed(clinic, "clinic_admin", func(ctx context.Context) error {
		for i := range n {
			if err := audit.Record(ctx, "export", "patients", clinic.Site, map[string]any{"rows": i}); err != nil {
				return err
			}
		}
		if hold != nil {
			<-hold
		}
		return nil
	})
}

func (b *book) seal() int {
	GinkgoHelper()
	sealed, err := b.sealer.Seal(context.Background())
	Expect(err).NotTo(HaveOccurred())
	return sealed
}

func (b *book) verify(anchored ...audit.Head) audit.Report {
	GinkgoHelper()
	report, err := audit.Verify(context.Background(), b.pool, io.Discard, anchored...)
	Expect(err).NotTo(HaveOccurred())
	return report
}

// chainOf is what a report says of a clinic.
func chainOf(report audit.Report, clinic dbtest.Clinic) audit.Chain {
	GinkgoHelper()
	for _, c := range report.Chains {
		if c.Clinic == clinic.ID {
			return c
		}
	}
	Fail("the report lacks " + clinic.Name)
	return audit.Chain{}
}

// admin does what only somebody with the whole server can do.
func (b *book) admin(sql string, args ...any) {
	GinkgoHelper()
	_, err := b.Admin.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
}

// behindTheGuard changes rows with their triggers out of the way.
func (b *book) behindTheGuard(sql string, args ...any) {
	GinkgoHelper()
	b.admin("alter table audit_log disable trigger user")
	b.admin("alter table audit_seals disable trigger user")
	b.admin(sql, args...)
	b.admin("alter table audit_log enable trigger user")
	b.admin("alter table audit_seals enable trigger user")
}

func (b *book) count(sql string, args ...any) (n int) {
	GinkgoHelper()
	Expect(b.Admin.QueryRow(context.Background(), sql, args...).Scan(&n)).To(Succeed())
	return n
}

var _ = Describe("the sealer", func() {
	var b *book
	BeforeEach(func() { b = open() })

	It("chains each clinic's rows from 1, and only once", func() {
		Expect(b.act(b.Norte, 3, nil)).To(Succeed())
		waiting := b.count("select count(*) from audit_log")
		Expect(b.seal()).To(Equal(waiting))
		Expect(b.seal()).To(BeZero())
		for _, clinic := range []dbtest.Clinic{b.Norte, b.Sur} {
			rows := b.count("select count(*) from audit_log where clinic_id = $1", clinic.ID)
			Expect(b.count("select count(distinct seal_no) from audit_log where clinic_id = $1 and seal_no between 1 and $2", clinic.ID, rows)).To(Equal(rows))
		}
		Expect(b.verify().Intact()).To(BeTrue())
	})

	It("leaves the rows of an open transaction for later, and then skips none", func() {
		b.seal()
		hold, held := make(chan struct{}), make(chan error, 1)
		go func() { held <- b.act(b.Norte, 2, hold) }()
		Eventually(func() int {
			return b.count("select count(*) from pg_stat_activity where state = 'idle in transaction' and usename = 'hampi_app' and datname = current_database() and backend_xid is not null")
		}).Should(Equal(1))

		Expect(b.act(b.Norte, 1, nil)).To(Succeed())
		Expect(b.seal()).To(BeZero(), "a younger row must not overtake the open transaction")
		close(hold)
		Expect(<-held).To(Succeed())
		Expect(b.seal()).To(Equal(3))
		Expect(b.verify().Intact()).To(BeTrue())
	})

	It("skips nothing under many writers, with several sealers at once", func() {
		var writers, sealers sync.WaitGroup
		failures := make(chan error, 200)
		done := make(chan struct{})
		for i := range 6 {
			clinic := []dbtest.Clinic{b.Norte, b.Sur}[i%2]
			writers.Go(func() {
				for n := range 12 {
					if err := b.act(clinic, 1+n%3, nil); err != nil {
						failures <- err
					}
				}
			})
		}
		for range 2 {
			sealers.Go(func() {
				for {
					if _, err := b.sealer.Seal(context.Background()); err != nil {
						failures <- err
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		writers.Wait()
		close(done)
		sealers.Wait()
		Expect(failures).To(BeEmpty())
		b.seal()
		Expect(b.count("select count(*) from audit_log where seal_no is null")).To(BeZero())
		Expect(b.verify().Intact()).To(BeTrue())
	})

	It("leaves nothing half done when it is stopped in between", func() {
		Expect(b.act(b.Norte, 5, nil)).To(Succeed())
		b.admin(`create function crash() returns trigger language plpgsql as $$ begin raise exception 'power cut'; end $$`)
		b.admin(`create trigger crash before update on audit_log for each row execute function crash()`)
		_, err := b.sealer.Seal(context.Background())
		Expect(err).To(MatchError(ContainSubstring("power cut")))
		Expect(b.count("select count(*) from audit_seals")).To(BeZero())
		b.admin("drop trigger crash on audit_log")
		Expect(b.seal()).To(Equal(b.count("select count(*) from audit_log")))
		Expect(b.verify().Intact()).To(BeTrue())
	})

	It("seals rows that a restore brought from a server of higher transaction numbers", func() {
		Expect(b.act(b.Norte, 1, nil)).To(Succeed())
		b.behindTheGuard("update audit_log set xid = '900000000000'")
		Expect(b.seal()).To(Equal(b.count("select count(*) from audit_log")))
	})

	It("seals ten thousand rows within a job's time", func() {
		b.admin(`insert into audit_log (clinic_id, action, entity, new) select $1, 'export', 'patients', '{"n": 1}' from generate_series(1, 10000)`, b.Norte.ID)
		started := time.Now()
		Expect(b.seal()).To(BeNumerically(">=", 10000))
		Expect(b.verify().Intact()).To(BeTrue())
		Expect(time.Since(started)).To(BeNumerically("<", time.Minute))
	})

	It("keeps a year of months ahead", func() {
		b.admin("drop table audit_log_" + time.Now().UTC().AddDate(0, 10, 0).Format("200601"))
		Expect(b.sealer.Partitions(context.Background())).To(Succeed())
		Expect(b.sealer.Partitions(context.Background())).To(Succeed())
		Expect(b.count("select count(*) from pg_inherits where inhparent = 'audit_log'::regclass")).To(Equal(14), "13 months and the default")
	})

	It("works with a login that can do nothing else", func() {
		for _, refused := range []string{
			"update audit_log set action = 'x'", "delete from audit_log", "delete from audit_seals", "update audit_seals set hash = ''",
			"insert into audit_log (clinic_id, action, entity) values (gen_random_uuid(), 'x', 'x')", "select * from sites", "select * from users",
		} {
			_, err := b.pool.Exec(context.Background(), refused)
			Expect(err).To(MatchError(ContainSubstring("permission denied")), refused)
		}
		b.seal()
		_, err := b.pool.Exec(context.Background(), "update audit_log set seal_no = seal_no + 1")
		Expect(err).To(MatchError(ContainSubstring("never changed")))
	})
})

var _ = Describe("verifying the audit", func() {
	var b *book
	var victim int64 // an audit row of Norte's, its seal number
	var no int64

	BeforeEach(func() {
		b = open()
		Expect(b.act(b.Norte, 20, nil)).To(Succeed())
		b.seal()
		no = 9
		Expect(b.Admin.QueryRow(context.Background(), "select id from audit_log where clinic_id = $1 and seal_no = $2", b.Norte.ID, no).Scan(&victim)).To(Succeed())
	})

	// broken expects exactly one link that does not hold, and returns it.
	broken := func() audit.Break {
		GinkgoHelper()
		report := b.verify()
		Expect(report.Intact()).To(BeFalse())
		Expect(chainOf(report, b.Sur).First).To(BeNil())
		chain := chainOf(report, b.Norte)
		Expect(chain.Breaks).To(Equal(1), "%v", chain.First)
		return *chain.First
	}

	DescribeTable("finds exactly the row that was changed", func(change string) {
		b.behindTheGuard("update audit_log set "+change+" where clinic_id = $1 and id = $2", b.Norte.ID, victim)
		found := broken()
		Expect(found.Flaw).To(Equal(audit.RowChanged))
		Expect(found.SealNo).To(Equal(no))
		Expect(found.AuditID).To(Equal(victim))
		Expect(found.Clinic).To(Equal(b.Norte.ID))
		Expect(found.At).NotTo(BeZero())
	},
		Entry("who", "user_id = gen_random_uuid()"),
		Entry("nobody", "user_id = null"),
		Entry("when", "at = at + interval '1 microsecond'"),
		Entry("the request", "request_id = request_id || 'x'"),
		Entry("the address", "ip = ''"),
		Entry("the act", "action = 'read'"),
		Entry("the table", "entity = 'sites'"),
		Entry("the row", "entity_id = gen_random_uuid()"),
		Entry("what was before", `old = '{}'`),
		Entry("what came after", `new = '{"rows": 7}'`),
		Entry("what came after, to nothing", `new = null`),
		Entry("a text moved over the edge of its field", `ip = ip || E'\x1f' || action, action = ''`),
	)

	It("names the row that was deleted", func() {
		b.behindTheGuard("delete from audit_log where clinic_id = $1 and id = $2", b.Norte.ID, victim)
		Expect(broken()).To(And(HaveField("Flaw", audit.RowMissing), HaveField("SealNo", no), HaveField("AuditID", victim)))
	})

	It("names the seal that was deleted", func() {
		b.behindTheGuard("delete from audit_seals where clinic_id = $1 and seal_no = $2", b.Norte.ID, no)
		Expect(broken()).To(And(HaveField("Flaw", audit.SealMissing), HaveField("SealNo", no), HaveField("AuditID", victim), HaveField("Entity", Not(BeEmpty()))))
	})

	It("sees the gap where row and seal were deleted together", func() {
		b.behindTheGuard("delete from audit_seals where clinic_id = $1 and seal_no = $2", b.Norte.ID, no)
		b.behindTheGuard("delete from audit_log where clinic_id = $1 and id = $2", b.Norte.ID, victim)
		Expect(broken()).To(And(HaveField("Flaw", audit.SealMissing), HaveField("SealNo", no), HaveField("AuditID", int64(0))))
	})

	It("names the row that lost its number", func() {
		b.behindTheGuard("update audit_log set seal_no = null where clinic_id = $1 and id = $2", b.Norte.ID, victim)
		Expect(broken()).To(And(HaveField("Flaw", audit.RowUnmarked), HaveField("AuditID", victim)))
	})

	It("sees that the seals of the tail were cut off", func() {
		b.behindTheGuard("delete from audit_seals where clinic_id = $1 and seal_no > 12", b.Norte.ID)
		chain := chainOf(b.verify(), b.Norte)
		Expect(*chain.First).To(And(HaveField("Flaw", audit.SealMissing), HaveField("SealNo", int64(13))))
		Expect(chain.Breaks).To(Equal(b.count("select count(*) from audit_log where clinic_id = $1 and seal_no > 12", b.Norte.ID)))
	})

	It("sees a tail cut off without trace by the head that was kept outside", func() {
		kept := chainOf(b.verify(), b.Norte).Head
		b.behindTheGuard("delete from audit_seals where clinic_id = $1 and seal_no > 12", b.Norte.ID)
		b.behindTheGuard("delete from audit_log where clinic_id = $1 and seal_no > 12", b.Norte.ID)
		Expect(b.verify().Intact()).To(BeTrue(), "inside the database nothing tells")
		Expect(*chainOf(b.verify(kept), b.Norte).First).To(And(HaveField("Flaw", audit.HeadMoved), HaveField("SealNo", kept.SealNo)))
	})

	It("sees a chain computed anew by the head that was kept outside", func() {
		kept := chainOf(b.verify(), b.Norte).Head
		b.behindTheGuard("delete from audit_seals")
		b.behindTheGuard("update audit_log set seal_no = null, ip = '' where id >= $1", victim)
		b.behindTheGuard("update audit_log set seal_no = null")
		b.seal()
		Expect(b.verify().Intact()).To(BeTrue())
		Expect(*chainOf(b.verify(kept), b.Norte).First).To(HaveField("Flaw", audit.HeadMoved))
	})

	It("still holds after more was written, and for the head kept before", func() {
		kept := chainOf(b.verify(), b.Norte).Head
		Expect(b.act(b.Norte, 4, nil)).To(Succeed())
		report := b.verify(kept)
		Expect(report.Intact()).To(BeTrue())
		Expect(chainOf(report, b.Norte).Unsealed).To(BeEquivalentTo(4))
		b.seal()
		Expect(b.verify(kept).Intact()).To(BeTrue())
	})

	It("prints a line for each clinic with its head, what waits, and what broke", func() {
		Expect(b.act(b.Sur, 1, nil)).To(Succeed())
		b.behindTheGuard("update audit_log set ip = '9.9.9.9' where clinic_id = $1 and id = $2", b.Norte.ID, victim)
		var out strings.Builder
		report, err := audit.Verify(context.Background(), b.pool, &out)
		Expect(err).NotTo(HaveOccurred())
		head := chainOf(report, b.Norte).Head
		Expect(out.String()).To(ContainSubstring(fmt.Sprintf("%s %d %x  %q\n", b.Norte.ID, head.SealNo, head.Hash, "Clínica Norte")))
		Expect(out.String()).To(ContainSubstring("not sealed yet: 1"))
		Expect(out.String()).To(ContainSubstring(fmt.Sprintf("BROKEN at 1 places, first: clinic %s, seal 9: the row is not what was sealed (audit id %d", b.Norte.ID, victim)))
	})

	It("reads again what it printed, to be held against the chain of a later day", func() {
		Expect(b.act(b.Sur, 1, nil)).To(Succeed())
		var kept strings.Builder
		_, err := audit.Verify(context.Background(), b.pool, &kept)
		Expect(err).NotTo(HaveOccurred())
		heads, err := audit.ReadHeads(strings.NewReader(kept.String()))
		Expect(err).NotTo(HaveOccurred())
		Expect(heads).To(ConsistOf(chainOf(b.verify(), b.Norte).Head, chainOf(b.verify(), b.Sur).Head))
		b.seal()
		Expect(b.verify(heads...).Intact()).To(BeTrue())
		for _, other := range []string{"x", "x 1 ab", uuid.NewString() + " x ab", uuid.NewString() + " 1 abcd", uuid.NewString() + " 1 xx"} {
			_, err := audit.ReadHeads(strings.NewReader(other))
			Expect(err).To(MatchError(ContainSubstring("line 1")), other)
		}
	})

	It("reports a clinic whose chain vanished whole", func() {
		gone := audit.Head{Clinic: uuid.New(), SealNo: 3, Hash: make([]byte, 32)}
		Expect(b.verify(gone).First()).To(HaveValue(HaveField("Clinic", gone.Clinic)))
	})
})
