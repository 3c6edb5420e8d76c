package demo_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/demo"
	"hampi/modules/patients"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

// morning is Tuesday 24 November 2026, 10:15 in Lima.
var morning = time.Date(2026, 11, 24, 15, 15, 0, 0, time.UTC)

// house is a database in which a demonstration may be made.
func house() *dbtest.World {
	GinkgoHelper()
	w := cluster.World()
	_, err := w.Admin.Exec(context.Background(), "update clinics set demo = true")
	Expect(err).NotTo(HaveOccurred())
	return w
}

func fill(w *dbtest.World, at time.Time) {
	GinkgoHelper()
	Expect(demo.Fill(context.Background(), demo.Deps{DB: w.DB, Vault: w.Vault, Now: clock.At(at)})).To(Succeed())
}

func count(w *dbtest.World, query string, args ...any) int {
	GinkgoHelper()
	var n int
	Expect(w.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

// day counts the appointments of a day in Lima by status.
func day(w *dbtest.World, date string) map[string]int {
	GinkgoHelper()
	rows, err := w.Admin.Query(context.Background(), `select status, count(*) from appointments a join clinics c on c.id = a.clinic_id
		where c.slug = 'demo' and (start_time at time zone 'America/Lima')::date = $1::date group by 1`, date)
	Expect(err).NotTo(HaveOccurred())
	defer rows.Close()
	found := map[string]int{}
	for rows.Next() {
		var status string
		var n int
		Expect(rows.Scan(&status, &n)).To(Succeed())
		found[status] = n
	}
	return found
}

const inDemo = " where clinic_id = (select id from clinics where slug = 'demo')"

var _ = Describe("the demonstration", Ordered, func() {
	var w *dbtest.World
	BeforeAll(func() {
		w = house()
		fill(w, morning)
	})

	It("has its two clinics, its people and 300 patients", func() {
		Expect(count(w, "select count(*) from clinics where slug in ('demo', 'vecina') and demo and onboarded_at is not null")).To(Equal(2))
		Expect(count(w, "select count(*) from memberships"+inDemo)).To(Equal(9))
		Expect(count(w, "select count(*) from patients"+inDemo)).To(Equal(300))
		Expect(count(w, "select count(*) from patient_documents"+inDemo)).To(BeNumerically(">=", 295))
		Expect(count(w, "select count(*) from allergies"+inDemo)).To(BeNumerically(">", 20))
	})

	It("shows all six states, people who wait, a sobreturno and one without a place", func() {
		today := day(w, "2026-11-24")
		for _, s := range []agenda.Status{agenda.Scheduled, agenda.Confirmed, agenda.InProgress, agenda.Completed} {
			Expect(today[string(s)]).To(BeNumerically(">", 0), string(s))
		}
		GinkgoWriter.Println(today)
		Expect(count(w, "select count(distinct status) from appointments"+inDemo)).To(Equal(6))
		Expect(count(w, "select count(*) from appointments"+inDemo+" and arrived_at <= $1 and status in ('scheduled', 'confirmed')", morning)).To(BeNumerically(">", 0))
		Expect(count(w, "select count(*) from appointments"+inDemo+" and overbooked and start_time::date = $1::date", morning)).To(Equal(1))
		Expect(count(w, "select count(*) from appointments"+inDemo+" and needs_reschedule and start_time > $1", morning)).To(Equal(1))
		Expect(count(w, "select count(distinct (start_time at time zone 'America/Lima')::date) from appointments"+inDemo)).To(Equal(18))
	})

	It("leaves nothing open behind and lets nothing happen ahead", func() {
		Expect(count(w, "select count(*) from appointments where start_time < $1 and status in ('scheduled', 'confirmed', 'in_progress')",
			time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC))).To(BeZero())
		Expect(count(w, "select count(*) from appointment_events where at > $1", morning)).To(BeZero())
		Expect(count(w, `select count(*) from appointments a where version <>
			(select count(*) from appointment_events e where e.clinic_id = a.clinic_id and e.appointment_id = a.id)`)).To(BeZero())
		Expect(count(w, "select count(*) from appointments where start_time > $1 and status in ('in_progress', 'completed', 'no_show')", morning)).To(BeZero())
	})

	It("keeps to what the modules' rules let through", func() {
		clinic := uuid.Nil
		Expect(w.Admin.QueryRow(context.Background(), "select id from clinics where slug = 'demo'").Scan(&clinic)).To(Succeed())
		var ruc string
		Expect(w.Admin.QueryRow(context.Background(), "select ruc from clinics where slug = 'demo'").Scan(&ruc)).To(Succeed())
		Expect(accounts.RUCProblem(ruc)).To(BeEmpty())
		err := w.DB.InClinic(context.Background(), database.Scope{ClinicID: clinic}, func(ctx context.Context) error {
			people, err := patients.NewPostgres(w.Vault, clock.At(morning)).Page(ctx, patients.Cursor{}, 1000)
			Expect(people).To(HaveLen(300))
			for _, p := range people {
				Expect(p.Problems(morning)).To(BeEmpty(), p.FullName())
				Expect(p.Doubts(morning)).To(BeEmpty(), p.FullName())
				Expect(p.Phone).To(MatchRegexp(`^\+519\d\d555\d{3}$`))
				if p.Document.Number != "" {
					Expect(p.Document.Number).To(MatchRegexp(`^99\d{6}$`))
				}
			}
			members, err2 := accounts.Colleagues{}.Doctors(ctx)
			Expect(err2).NotTo(HaveOccurred())
			for _, m := range members {
				Expect(accounts.Profile{Name: m.Name, Title: m.Title, College: m.College, CollegeNumber: m.CollegeNumber}.Problems(true)).To(BeEmpty())
			}
			return err
		})
		Expect(err).NotTo(HaveOccurred())
	})

	It("has taken money: registers that were closed, documents, debts, and what insurers still owe", func() {
		Expect(count(w, "select count(*) from cash_sessions"+inDemo+" and closed_at is not null")).To(Equal(2), "Saturday and Monday; Sunday nobody works")
		Expect(count(w, "select count(*) from cash_sessions"+inDemo+" and closed_at is null")).To(BeZero())
		Expect(count(w, "select count(*) from invoices"+inDemo+" and kind = 'boleta'")).To(BeNumerically(">", 30))
		Expect(count(w, "select count(*) from invoices"+inDemo+" and kind = 'factura'")).To(BeNumerically(">=", 1))
		Expect(count(w, "select count(*) from receipts"+inDemo+" and invoice_id is null")).To(BeNumerically(">=", 1))
		Expect(count(w, "select count(*) from agreement_shares"+inDemo+" and factura_id is null")).To(BeNumerically(">=", 3))
		Expect(count(w, "select count(*) from products"+inDemo)).To(Equal(7))
		Expect(count(w, "select count(*) from fee_settlements"+inDemo)).To(Equal(1))
		Expect(count(w, `select count(*) from appointments a`+inDemo+` and status = 'completed' and (start_time at time zone 'America/Lima')::date = date '2026-11-24'`)).
			To(BeNumerically(">", 0), "who came today is still to be charged")
		Expect(count(w, `select count(*) from invoices i join appointments a on a.id = i.appointment_id where (a.start_time at time zone 'America/Lima')::date = date '2026-11-24'`)).To(BeZero())
	})

	It("adds nothing when it is run again", func() {
		before := count(w, "select count(*) from audit_log")
		began := time.Now()
		fill(w, morning.Add(5*time.Hour))
		GinkgoWriter.Println("run again in", time.Since(began))
		Expect(count(w, "select count(*) from audit_log")).To(Equal(before))
	})

	It("tops up on a later day and ends what has passed, but not what somebody touched", func() {
		touched := uuid.Nil
		Expect(w.Admin.QueryRow(context.Background(), "select id from appointments"+inDemo+" and status = 'scheduled' and start_time > $1 order by start_time limit 1", morning).Scan(&touched)).To(Succeed())
		_, err := w.Admin.Exec(context.Background(), `insert into appointment_events (clinic_id, id, appointment_id, at, what)
			select clinic_id, $2, id, now(), 'edited' from appointments where id = $1`, touched, uuid.Must(uuid.NewV7()))
		Expect(err).NotTo(HaveOccurred())
		Expect(day(w, "2026-12-05")).To(BeEmpty())
		fill(w, morning.AddDate(0, 0, 2))
		Expect(day(w, "2026-12-05")).NotTo(BeEmpty())
		Expect(count(w, "select count(*) from appointments"+inDemo+" and start_time < $1 and status in ('scheduled', 'confirmed', 'in_progress')",
			time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC))).To(Equal(1))
		Expect(count(w, "select count(*) from patients"+inDemo)).To(Equal(300))
	})
})

var _ = Describe("filling", func() {
	It("works on a Sunday, when the clinic holds a campaign", func() {
		w := house()
		fill(w, time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC))
		Expect(day(w, "2026-11-22")).To(HaveKey("in_progress"))
		Expect(day(w, "2026-11-29")).To(BeEmpty())
	})

	It("may be asked for twice at once", func() {
		w := house()
		done := make(chan error, 2)
		for range 2 {
			go func() {
				done <- demo.Fill(context.Background(), demo.Deps{DB: w.DB, Vault: w.Vault, Now: clock.At(morning)})
			}()
		}
		Eventually(done).WithTimeout(time.Minute).Should(Receive(BeNil()))
		Eventually(done).WithTimeout(time.Minute).Should(Receive(BeNil()))
		Expect(count(w, "select count(*) from patients"+inDemo)).To(Equal(300))
	})

	It("is refused where real clinics are", func() {
		w := cluster.World()
		err := demo.Fill(context.Background(), demo.Deps{DB: w.DB, Vault: w.Vault, Now: clock.At(morning)})
		Expect(err).To(MatchError(ContainSubstring("database of its own")))
		Expect(count(w, "select count(*) from clinics where demo")).To(BeZero())
	})

	It("announces who may come in", func() {
		text := demo.Announce(morning)
		Expect(text).To(And(ContainSubstring("doctor@demo.pe"), ContainSubstring("admin@vecina.pe"), ContainSubstring(demo.Password),
			ContainSubstring(accounts.CodeAt(demo.Secret, morning))))
	})
})
