//go:build !js

package books_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/books"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

func TestBooks(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Books")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func november(day int) agenda.Date {
	return agenda.Date{Year: 2026, Month: time.November, Day: day}
}

var (
	issuer = books.Issuer{RUC: "20000000001", Name: "CLÍNICA | NORTE S.A.C."}
	month  = books.Month{Year: 2026, Month: time.November}
)

func document(kind billing.Kind, on agenda.Date, lines ...billing.Line) billing.Entry {
	return billing.Entry{
		Invoice: billing.Invoice{Name: billing.Name{Kind: kind, Series: "B001", Number: 7}}, State: billing.State{Status: billing.Accepted},
		Content: billing.Content{
			IssuedOn: on, Currency: billing.Soles, IGVPercent: dec("18"), Lines: lines,
			Customer: billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE MAMANI ROSA"},
		},
	}
}

func item(price string, way billing.IGVType) billing.Line {
	return billing.Line{Description: "CONSULTA", Unit: billing.UnitService, Quantity: dec("1"), UnitPrice: dec(price), IGVType: way}
}

var _ = Describe("the sales register", func() {
	note := func(e billing.Entry) billing.Entry {
		e.Kind, e.Series, e.Number = billing.CreditNote, "BC01", 3
		e.Amends = &billing.Amendment{Document: billing.Name{Kind: billing.Boleta, Series: "B001", Number: 7}, Reason: billing.LessValue, Text: "PRECIO"}
		return e
	}
	line := func(e billing.Entry, amended agenda.Date) string { return books.RowOf(e, amended).Line(issuer) }

	DescribeTable("writes as SUNAT takes it", func(written, expected string) {
		Expect(written).To(Equal(expected + "|\r\n"))
		Expect(strings.Split(written, "|")).To(HaveLen(34), "33 fields and what follows the closing bar")
		Expect(books.Columns()).To(HaveLen(33))
	},
		Entry("a boleta", line(document(billing.Boleta, november(24), item("118.00", billing.Taxed), item("50.00", billing.Exempt), item("30.00", billing.Unaffected), item("9.00", billing.Free)), agenda.Date{}),
			"20000000001|CLÍNICA NORTE S.A.C.|202611||24/11/2026||03|B001|7||1|45678912|QUISPE MAMANI ROSA|0.00|100.00|0.00|18.00|0.00|50.00|30.00|0.00|0.00|0.00|0.00|0.00|198.00|PEN||||||"),
		Entry("a credit note over a document of the same month", line(note(document(billing.Boleta, november(25), item("11.80", billing.Taxed))), november(24)),
			"20000000001|CLÍNICA NORTE S.A.C.|202611||25/11/2026||07|BC01|3||1|45678912|QUISPE MAMANI ROSA|0.00|-10.00|0.00|-1.80|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|-11.80|PEN||24/11/2026|03|B001|7|"),
		Entry("one over a document of an earlier month, as a discount", line(note(document(billing.Boleta, november(2), item("11.80", billing.Taxed))), november(1).Add(-1)),
			"20000000001|CLÍNICA NORTE S.A.C.|202611||02/11/2026||07|BC01|3||1|45678912|QUISPE MAMANI ROSA|0.00|0.00|-10.00|0.00|-1.80|0.00|0.00|0.00|0.00|0.00|0.00|0.00|-11.80|PEN||31/10/2026|03|B001|7|"),
		Entry("a voided one, with nothing", line(func() billing.Entry {
			e := document(billing.Boleta, november(24), item("118.00", billing.Taxed))
			e.State.Status, e.Customer = billing.Voided, billing.AnyCustomer()
			return e
		}(), agenda.Date{}),
			"20000000001|CLÍNICA NORTE S.A.C.|202611||24/11/2026||03|B001|7||0|00000000|CLIENTES VARIOS|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|PEN||||||"),
		Entry("dollars, in soles with their rate", line(func() billing.Entry {
			e := document(billing.Factura, november(24), item("118.00", billing.Taxed))
			e.Currency, e.ExchangeRate = billing.Dollars, dec("3.5")
			e.Credit = &billing.Credit{Instalments: []billing.Instalment{{DueOn: november(30), Amount: dec("118")}}}
			return e
		}(), agenda.Date{}),
			"20000000001|CLÍNICA NORTE S.A.C.|202611||24/11/2026|30/11/2026|01|B001|7||1|45678912|QUISPE MAMANI ROSA|0.00|350.00|0.00|63.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|0.00|413.00|USD|3.500|||||"),
	)

	It("is called as SUNAT wants, with or without anything in it", func() {
		Expect(books.FileName(issuer.RUC, month, true)).To(Equal("LE2000000000120261100140400021112"))
		Expect(books.FileName(issuer.RUC, books.Month{Year: 2027, Month: 1}, false)).To(Equal("LE2000000000120270100140400021012"))
		Expect(month.Last()).To(Equal(november(30)))
		Expect(month.Add(2)).To(Equal(books.Month{Year: 2027, Month: time.January}))
	})

	It("holds what SUNAT or the provider holds", func() {
		for status, in := range map[billing.Status]bool{
			billing.Queued: false, billing.Sent: false, billing.ToCorrect: false, billing.Rejected: false, billing.Accepted: true, billing.InVoiding: true, billing.Voided: true,
		} {
			Expect(books.InRegister(billing.State{Status: status})).To(Equal(in), string(status))
		}
		Expect(books.InRegister(billing.State{Status: billing.Sent, Pending: true})).To(BeTrue())
	})
})

// later does nothing: here documents get their state by hand.
type later struct{}

func (later) Send(context.Context, uuid.UUID) error              { return nil }
func (later) Test(context.Context) error                         { return nil }
func (later) Follow(context.Context, uuid.UUID, time.Time) error { return nil }
func (later) File(context.Context, uuid.UUID, time.Time) error   { return nil }

var _ = Describe("a month of documents", Ordered, func() {
	var (
		w        *dbtest.World
		keeper   *books.Keeper
		ledger   *billing.Ledger
		emission *billing.Emission
		noon     = time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
		lima     = time.FixedZone("America/Lima", -5*60*60)
		issued   = map[string]billing.Entry{}
	)
	within := func(f func(ctx context.Context) error) {
		GinkgoHelper()
		Expect(w.Committed(w.Norte, "clinic_admin", f)).To(Succeed())
	}
	BeforeAll(func() {
		w = cluster.World()
		ledger = billing.NewLedger(w.Vault)
		emission = billing.NewEmission(ledger, later{}, clock.At(noon))
		keeper = &books.Keeper{Store: books.NewPostgres(), Documents: ledger, House: accounts.Colleagues{}, Now: clock.At(noon)}
		doctor := w.Norte.People["doctor"].Membership
		issue := func(name string, o billing.Order, state billing.Status) {
			GinkgoHelper()
			within(func(ctx context.Context) error {
				o.ID, o.SiteID = uuid.Must(uuid.NewV7()), w.Norte.Site
				e, err := emission.Issue(ctx, o)
				issued[name] = e
				return err
			})
			_, err := w.Admin.Exec(context.Background(), "update invoice_states set state = $1 where invoice_id = $2", state, issued[name].ID)
			Expect(err).NotTo(HaveOccurred())
		}
		within(func(ctx context.Context) error {
			for _, s := range []billing.Series{{Kind: billing.Boleta, Code: "B001"}, {Kind: billing.CreditNote, Amends: billing.Boleta, Code: "BC01"}} {
				s.ID, s.SiteID = uuid.Must(uuid.NewV7()), w.Norte.Site
				Expect(ledger.AddSeries(ctx, s)).To(Succeed())
			}
			return nil
		})
		boleta := func(price string) billing.Order {
			l := item(price, billing.Taxed)
			l.DoctorID = doctor
			return billing.Order{Kind: billing.Boleta, Content: document(billing.Boleta, november(24), l).Content}
		}
		issue("one", boleta("118.00"), billing.Accepted)
		issue("two", boleta("236.00"), billing.Queued)
		issue("three", boleta("59.00"), billing.Rejected)
		issue("four", boleta("59.00"), billing.Voided)
		one, credit := issued["one"], boleta("11.80")
		credit.Kind, credit.AmendsID, credit.Lines[0].DoctorID = billing.CreditNote, &one.ID, uuid.Nil
		credit.Amends = &billing.Amendment{Document: one.Name, Reason: billing.LessValue, Text: "PRECIO ACORDADO"}
		issue("note", credit, billing.Accepted)
		session := uuid.Must(uuid.NewV7())
		for _, statement := range []string{
			`insert into cash_sessions (clinic_id, id, site_id, membership_id, opened_at, opening_amount) select $1, $2, $3, $4, '2026-11-24 13:00Z', 0`,
			`insert into payments (clinic_id, id, session_id, invoice_id, method, amount, by, at) select $1, gen_random_uuid(), $2, id, 'cash', 118, $4, '2026-11-24 17:00Z' from invoices where number = 1 and kind = 'boleta' and site_id = $3`,
			`insert into payments (clinic_id, id, session_id, invoice_id, method, amount, by, at) select $1, gen_random_uuid(), $2, id, 'yape', 50, $4, '2026-12-01 04:59Z' from invoices where number = 2 and site_id = $3`,
			`insert into payments (clinic_id, id, session_id, invoice_id, method, amount, by, at) select $1, gen_random_uuid(), $2, id, 'yape', 70, $4, '2026-12-01 05:00Z' from invoices where number = 2 and site_id = $3`,
			`insert into payments (clinic_id, id, session_id, invoice_id, method, amount, refunds_id, reason, by, at) select $1, gen_random_uuid(), $2, invoice_id, 'cash', -11.80, id, 'precio', $4, '2026-11-25 17:00Z' from payments where amount = 118 and $3::uuid is not null`,
		} {
			_, err := w.Admin.Exec(context.Background(), statement, w.Norte.ID, session, w.Norte.Site, w.Norte.People["cashier"].Membership)
			Expect(err).NotTo(HaveOccurred(), statement)
		}
	})

	It("adds up to a report, without what was voided or rejected", func() {
		within(func(ctx context.Context) error {
			r, err := keeper.Report(ctx, month.First(), month.Last(), lima)
			Expect(err).NotTo(HaveOccurred())
			Expect(r.All).To(And(HaveField("Count", 3), HaveField("Total.String()", "342.2"), HaveField("Taxable.String()", "290"), HaveField("IGV.String()", "52.2")))
			Expect([]int{r.Waiting, r.Voided, r.Rejected}).To(Equal([]int{1, 1, 1}))
			Expect(r.Kinds).To(HaveExactElements(
				And(HaveField("Kind", billing.Boleta), HaveField("Count", 2), HaveField("Total.String()", "354")),
				And(HaveField("Kind", billing.CreditNote), HaveField("Count", 1), HaveField("Total.String()", "-11.8")),
			))
			Expect(r.Days).To(HaveExactElements(And(HaveField("Day", november(24)), HaveField("Total.String()", "342.2"))))
			Expect(r.Sites).To(HaveExactElements(And(HaveField("ID", w.Norte.Site), HaveField("Total.String()", "342.2"))))
			Expect(r.By(func(w books.Work) uuid.UUID { return w.Doctor })).To(HaveExactElements(
				And(HaveField("ID", w.Norte.People["doctor"].Membership), HaveField("Times.String()", "2"), HaveField("Total.String()", "354")),
				And(HaveField("ID", uuid.Nil), HaveField("Total.String()", "-11.8")),
			))
			Expect(r.Taken).To(HaveExactElements(
				And(HaveField("Method", billing.Cash), HaveField("In.String()", "118"), HaveField("Back.String()", "11.8"), HaveField("Net().String()", "106.2")),
				And(HaveField("Method", billing.Yape), HaveField("In.String()", "50")),
			), "the month ends at midnight in Lima")
			day, err := keeper.Report(ctx, november(25), november(25), lima)
			Expect(day.All.Count).To(BeZero())
			Expect(day.Taken).To(HaveLen(1))
			return err
		})
		Expect(w.Committed(w.Sur, "clinic_admin", func(ctx context.Context) error {
			r, err := keeper.Report(ctx, month.First(), month.Last(), lima)
			Expect(r.All.Count+len(r.Taken)+len(r.Works)).To(BeZero(), "another clinic's month")
			return err
		})).To(Succeed())
	})

	It("shows dollars apart from soles where money came in", func() {
		var id uuid.UUID
		o := billing.Order{ID: uuid.Must(uuid.NewV7()), SiteID: w.Sur.Site, Kind: billing.Boleta, Content: document(billing.Boleta, november(24), item("118.00", billing.Taxed)).Content}
		o.Currency, o.ExchangeRate = billing.Dollars, dec("3.5")
		Expect(w.Committed(w.Sur, "clinic_admin", func(ctx context.Context) error {
			Expect(ledger.AddSeries(ctx, billing.Series{ID: uuid.Must(uuid.NewV7()), SiteID: w.Sur.Site, Kind: billing.Boleta, Code: "B001"})).To(Succeed())
			e, err := emission.Issue(ctx, o)
			id = e.ID
			return err
		})).To(Succeed())
		cashier := w.Sur.People["cashier"].Membership
		for _, p := range []struct{ method, currency, amount string }{{"card", "USD", "100"}, {"card", "PEN", "7"}} {
			_, err := w.Admin.Exec(context.Background(), `insert into payments (clinic_id, id, moved_id, invoice_id, method, currency, amount, by, at)
				values ($1, gen_random_uuid(), $2, $2, $3, $4, $5::numeric, $6, '2026-11-24 17:00Z')`, w.Sur.ID, id, p.method, p.currency, p.amount, cashier)
			Expect(err).NotTo(HaveOccurred())
		}
		_, err := w.Admin.Exec(context.Background(), `insert into payments (clinic_id, id, moved_id, invoice_id, method, currency, amount, by, at)
			values ($1, gen_random_uuid(), $2, $2, 'cash', 'USD', 1, $3, '2026-11-24 17:00Z')`, w.Sur.ID, id, cashier)
		Expect(err).To(MatchError(ContainSubstring("payments_dollars")), "a register counts soles")
		Expect(w.Committed(w.Sur, "clinic_admin", func(ctx context.Context) error {
			r, err := keeper.Report(ctx, november(24), november(24), lima)
			Expect(r.Taken).To(HaveExactElements(
				And(HaveField("Label()", "Tarjeta"), HaveField("In.String()", "7")), And(HaveField("Label()", "Tarjeta, dólares"), HaveField("In.String()", "100")),
			))
			Expect(r.All.Total.String()).To(Equal("413"), "sales are in soles")
			return err
		})).To(Succeed())
	})

	It("comes to the same in the file and in the report, to the cent, whatever was sold and in which currency", func() {
		dice := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 1)) //nolint:gosec // what is sold in a spec
		price := func() string { return decimal.New(dice.Int64N(99_900)+100, -2).String() }
		ways := []billing.IGVType{billing.Taxed, billing.Exempt, billing.Unaffected, billing.Free}
		sold := func() billing.Content {
			c := document(billing.Boleta, november(21+dice.IntN(4))).Content
			for range 1 + dice.IntN(3) {
				c.Lines = append(c.Lines, item(price(), ways[dice.IntN(len(ways))]))
			}
			c.Lines = append(c.Lines, item(price(), billing.Taxed))
			if dice.IntN(2) == 0 {
				c.Currency, c.ExchangeRate = billing.Dollars, decimal.New(3_000+dice.Int64N(999), -3)
			}
			return c
		}
		este := w.AddClinic("Clínica Este")
		Expect(w.Committed(este, "clinic_admin", func(ctx context.Context) error {
			for _, s := range []billing.Series{{Kind: billing.Boleta, Code: "B001"}, {Kind: billing.CreditNote, Amends: billing.Boleta, Code: "BC01"}} {
				s.ID, s.SiteID = uuid.Must(uuid.NewV7()), este.Site
				Expect(ledger.AddSeries(ctx, s)).To(Succeed())
			}
			for range 40 {
				o := billing.Order{ID: uuid.Must(uuid.NewV7()), SiteID: este.Site, Kind: billing.Boleta, Content: sold()}
				e, err := emission.Issue(ctx, o)
				Expect(err).NotTo(HaveOccurred())
				state := []billing.Status{billing.Accepted, billing.Accepted, billing.InVoiding, billing.Voided}[dice.IntN(4)]
				Expect(database.From(ctx).Exec("update invoice_states set state = ? where invoice_id = ?", state, e.ID).Error).NotTo(HaveOccurred())
				if state != billing.Accepted || dice.IntN(3) > 0 {
					continue
				}
				o.ID, o.Kind, o.AmendsID, o.IssuedOn = uuid.Must(uuid.NewV7()), billing.CreditNote, &e.ID, november(24)
				o.Amends = &billing.Amendment{Document: e.Name, Reason: billing.Annulment, Text: "NO SE ATENDIO"}
				note, err := emission.Issue(ctx, o)
				Expect(err).NotTo(HaveOccurred())
				Expect(database.From(ctx).Exec("update invoice_states set state = 'accepted' where invoice_id = ?", note.ID).Error).NotTo(HaveOccurred())
			}
			return nil
		})).To(Succeed())
		Expect(w.Committed(este, "clinic_admin", func(ctx context.Context) error {
			var file [33]decimal.Decimal
			free, n := decimal.Zero, 0
			Expect(keeper.Register(ctx, month, func(r books.Row) error {
				line := decimal.Zero
				for at, field := range r.Fields(issuer)[:25] {
					if at >= 13 {
						file[at], line = file[at].Add(dec(field)), line.Add(dec(field))
					}
				}
				Expect(r.Fields(issuer)[25]).To(Equal(line.StringFixed(2)), "the total of a line is the sum of its amounts")
				free, file[25], n = free.Add(r.Free), file[25].Add(line), n+1
				return nil
			})).To(Succeed())
			r, err := keeper.Report(ctx, month.First(), month.Last(), lima)
			Expect(n).To(Equal(r.All.Count + r.Voided))
			for what, pair := range map[string][2]decimal.Decimal{
				"base": {file[14].Add(file[15]), r.All.Taxable}, "IGV": {file[16].Add(file[17]), r.All.IGV}, "exonerado": {file[18], r.All.Exempt},
				"inafecto": {file[19], r.All.Unaffected}, "gratuito": {free, r.All.Free}, "total": {file[25], r.All.Total},
			} {
				Expect(pair[0].StringFixed(2)).To(Equal(pair[1].StringFixed(2)), what)
			}
			Expect(r.All.Total.IsPositive()).To(BeTrue())
			return err
		})).To(Succeed())
	})

	It("is a file for SUNAT and a workbook", func() {
		var text, file, sheet bytes.Buffer
		within(func(ctx context.Context) error {
			Expect(keeper.Register(ctx, month, func(r books.Row) error { text.WriteString(r.Line(issuer)); return nil })).To(Succeed())
			n, err := books.WriteSheet(&sheet, issuer, func(f func(books.Row) error) error { return keeper.Register(ctx, month, f) })
			Expect(n).To(Equal(3))
			return err
		})
		lines := strings.Split(strings.TrimSpace(text.String()), "\r\n")
		Expect(lines).To(HaveExactElements(ContainSubstring("|B001|1||"), ContainSubstring("|B001|4||"), ContainSubstring("|24/11/2026|03|B001|1||")))
		Expect(books.WriteSIRE(&file, issuer, month, text.Bytes(), noon)).To(Succeed())
		archive, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		Expect(err).NotTo(HaveOccurred())
		Expect(archive.File).To(HaveExactElements(HaveField("Name", "LE2000000000120261100140400021112.txt")))
		inside, err := archive.File[0].Open()
		Expect(err).NotTo(HaveOccurred())
		Expect(io.ReadAll(inside)).To(Equal(text.Bytes()))

		book, err := excelize.OpenReader(&sheet)
		Expect(err).NotTo(HaveOccurred())
		cells, err := book.GetRows("Registro de ventas", excelize.Options{RawCellValue: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(cells).To(HaveLen(4))
		Expect(cells[1]).To(And(HaveLen(35), ContainElements("45678912", "100", "18", "Aceptada")))
		Expect(cells[3]).To(ContainElements("-10", "-1.8", "-11.8"))
	})
})
