//go:build !js

package fees_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/fees"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// later does nothing: here documents get their state by hand.
type later struct{}

func (later) Send(context.Context, uuid.UUID) error              { return nil }
func (later) Test(context.Context) error                         { return nil }
func (later) Follow(context.Context, uuid.UUID, time.Time) error { return nil }
func (later) File(context.Context, uuid.UUID, time.Time) error   { return nil }

// nobody is a register of patients without any.
type nobody struct{}

func (nobody) NamesByID(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) { return nil, nil }

var _ = Describe("settling with a professional", Ordered, func() {
	var (
		w        *dbtest.World
		keeper   *fees.Keeper
		emission *billing.Emission
		notes    *billing.Notes
		site     *echo.Echo
		session  = newID()
		noon     = time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
		mine     uuid.UUID
		other    dbtest.Person
	)
	exec := func(statement string, args ...any) {
		GinkgoHelper()
		_, err := w.Admin.Exec(context.Background(), statement, args...)
		Expect(err).NotTo(HaveOccurred(), statement)
	}
	asAdmin := func(f func(ctx context.Context) error) error {
		return w.Committed(w.Norte, "clinic_admin", f, accounts.BillingBooks, accounts.BillingFees)
	}
	preview := func(to agenda.Date) (s fees.Settlement) {
		GinkgoHelper()
		Expect(asAdmin(func(ctx context.Context) (err error) {
			s, _, err = keeper.Preview(ctx, mine, to)
			return err
		})).To(Succeed())
		return s
	}
	closed := func(to agenda.Date, seen string) (s fees.Settlement, err error) {
		err = asAdmin(func(ctx context.Context) (failure error) {
			s, failure = keeper.Close(ctx, mine, to, dec(seen))
			return failure
		})
		return s, err
	}
	issue := func(of map[uuid.UUID]string) (e billing.Entry) {
		GinkgoHelper()
		c := billing.Content{
			IssuedOn: november(24), Currency: billing.Soles, IGVPercent: dec("18"),
			Customer: billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE MAMANI ROSA"},
		}
		for _, who := range []uuid.UUID{mine, other.Membership} {
			if price := of[who]; price != "" {
				c.Lines = append(c.Lines, billing.Line{DoctorID: who, Description: "CONSULTA", Unit: billing.UnitService, Quantity: dec("1"), UnitPrice: dec(price), IGVType: billing.Taxed})
			}
		}
		Expect(asAdmin(func(ctx context.Context) (err error) {
			e, err = emission.Issue(ctx, billing.Order{ID: newID(), SiteID: w.Norte.Site, Kind: billing.Boleta, Content: c})
			return err
		})).To(Succeed())
		exec("update invoice_states set state = 'accepted' where invoice_id = $1", e.ID)
		return e
	}
	pay := func(e billing.Entry, amount string, at time.Time) {
		GinkgoHelper()
		exec(`insert into payments (clinic_id, id, session_id, invoice_id, method, amount, by, at) values ($1, $2, $3, $4, 'cash', $5::numeric, $6, $7)`,
			w.Norte.ID, newID(), session, e.ID, amount, w.Norte.People["cashier"].Membership, at)
	}
	visit := func(clinic dbtest.Clinic, role accounts.Role, method, address string, form url.Values) *httptest.ResponseRecorder {
		who := clinic.Identity(string(role))
		who.Permissions = accounts.PermissionsOf([]accounts.Role{role})
		request := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		site.ServeHTTP(answer, request.WithContext(access.With(request.Context(), who)))
		return answer
	}

	BeforeAll(func() {
		w = cluster.World()
		mine, other = w.Norte.People["doctor"].Membership, w.AddPerson(w.Norte, "Otra doctora", "doctor")
		ledger, now := billing.NewLedger(w.Vault), clock.At(noon)
		emission = billing.NewEmission(ledger, later{}, now)
		notes = billing.NewNotes(ledger, emission, now)
		keeper = &fees.Keeper{
			Store: fees.NewPostgres(), Documents: ledger, Credits: notes, House: accounts.Colleagues{}, People: nobody{},
			Catalog: catalog.New(catalog.Postgres{}, accounts.Colleagues{}), Picture: nil, Now: now,
		}
		log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
		site = echo.New()
		site.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
		server := &web.Server{DB: w.DB, Answers: web.NewAnswers(w.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: clock.System}
		r := web.NewRouter(site, server.Guard)
		fees.Routes(r, keeper)
		Expect(r.Check()).To(Succeed())
		exec("insert into cash_sessions (clinic_id, id, site_id, membership_id, opened_at, opening_amount) values ($1, $2, $3, $4, '2026-11-20 13:00Z', 0)",
			w.Norte.ID, session, w.Norte.Site, w.Norte.People["cashier"].Membership)
		Expect(asAdmin(func(ctx context.Context) error {
			for _, s := range []billing.Series{{Kind: billing.Boleta, Code: "B001"}, {Kind: billing.CreditNote, Amends: billing.Boleta, Code: "BC01"}} {
				s.ID, s.SiteID = newID(), w.Norte.Site
				Expect(ledger.AddSeries(ctx, s)).To(Succeed())
			}
			Expect(keeper.SetRule(ctx, fees.Rule{Kind: fees.Percent, Rate: dec("90"), From: november(24)})).To(Succeed())
			Expect(keeper.SetRule(ctx, fees.Rule{Doctor: mine, Kind: fees.Percent, Rate: dec("10"), From: november(24)})).To(Succeed())
			return keeper.SetRule(ctx, fees.Rule{Doctor: mine, Kind: fees.Percent, Rate: dec("50"), From: november(24)}) // its change
		})).To(Succeed())
	})

	var first fees.Settlement
	It("pays the collected share of the own lines, once, and lets one of two close", func() {
		half, shared := issue(map[uuid.UUID]string{mine: "118"}), issue(map[uuid.UUID]string{mine: "236", other.Membership: "118"})
		pay(half, "59", noon)
		pay(half, "59", time.Date(2026, 11, 25, 5, 0, 0, 0, time.UTC)) // the next day begins in Lima
		pay(shared, "354", noon)
		s := preview(november(24))
		Expect(s).To(And(HaveField("Number", 1), HaveField("Base.String()", "250"), HaveField("Fee.String()", "125")))

		_, err := closed(november(24), "124")
		Expect(err).To(MatchError(fees.ErrChanged), "not what was looked at")
		_, err = closed(november(25), "125")
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKey("hasta"), "tomorrow")

		both := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := closed(november(24), "125")
				both <- err
			}()
		}
		Expect([]error{<-both, <-both}).To(ConsistOf(BeNil(), HaveOccurred()))
		Expect(asAdmin(func(ctx context.Context) error {
			list, err := keeper.Store.Settlements(ctx, mine)
			Expect(list).To(HaveLen(1), "one of two")
			first = list[0]
			return err
		})).To(Succeed())
		_, err = w.Owner.Exec(context.Background(), "truncate fee_lines, fee_settlements")
		Expect(err).To(HaveOccurred(), "what was closed stays")

		// What comes later is of the next: the rest of the first, and what a note takes back of the own line alone.
		Expect(asAdmin(func(ctx context.Context) error {
			_, err := notes.Credit(ctx, billing.NoteWish{ID: newID(), Of: shared.ID, Reason: billing.LessValue, Text: "PRECIO", Amounts: map[int]decimal.Decimal{0: dec("118")}})
			Expect(keeper.SetRule(ctx, fees.Rule{Doctor: mine, Kind: fees.Percent, Rate: dec("99"), From: november(24)})).To(Succeed())
			return err
		})).To(Succeed())
		exec("update invoice_states set state = 'voided' where invoice_id = $1", half.ID)
		s = preview(november(25))
		Expect(s).To(And(HaveField("Number", 2), HaveField("From", november(25)), HaveField("Base.String()", "-150"), HaveField("Fee.String()", "-75")), "by the rule it was settled by")
		exec("update invoice_states set state = 'accepted' where invoice_id = $1", half.ID)
		Expect(preview(november(25))).To(And(HaveField("Base.String()", "-50"), HaveField("Fee.String()", "-25")))
	})

	It("pays for a document in dollars in soles, by the share that was collected in dollars", func() {
		third := w.AddPerson(w.Norte, "Tercera doctora", "doctor").Membership
		var e billing.Entry
		Expect(asAdmin(func(ctx context.Context) (err error) {
			e, err = emission.Issue(ctx, billing.Order{ID: newID(), SiteID: w.Norte.Site, Kind: billing.Boleta, Content: billing.Content{
				IssuedOn: november(24), Currency: billing.Dollars, ExchangeRate: dec("3.5"), IGVPercent: dec("18"),
				Customer: billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE MAMANI ROSA"},
				Lines:    []billing.Line{{DoctorID: third, Description: "CONSULTA", Unit: billing.UnitService, Quantity: dec("1"), UnitPrice: dec("118"), IGVType: billing.Taxed}},
			}})
			return err
		})).To(Succeed())
		exec(`insert into payments (clinic_id, id, session_id, invoice_id, method, currency, amount, by, at) values ($1, $2, $3, $4, 'card', 'USD', 59, $5, $6)`,
			w.Norte.ID, newID(), session, e.ID, w.Norte.People["cashier"].Membership, noon)
		Expect(asAdmin(func(ctx context.Context) error {
			s, _, err := keeper.Preview(ctx, third, november(24))
			Expect(s.Base.String()).To(Equal("175"), "half of US$ 100.00 without IGV, at 3.500")
			return err
		})).To(Succeed())
	})

	// collected issues a document of a doctor and pays it whole.
	collected := func(order billing.Order, who uuid.UUID, price string) (e billing.Entry) {
		GinkgoHelper()
		order.ID, order.SiteID = newID(), w.Norte.Site
		order.IssuedOn, order.Currency, order.IGVPercent = november(24), billing.Soles, dec("18")
		if order.Customer.Name == "" {
			order.Customer = billing.Customer{DocumentType: billing.DNI, DocumentNumber: "45678912", Name: "QUISPE MAMANI ROSA"}
		}
		order.Lines = []billing.Line{{DoctorID: who, Description: "CONSULTA", Unit: billing.UnitService, Quantity: dec("1"), UnitPrice: dec(price), IGVType: billing.Taxed}}
		Expect(asAdmin(func(ctx context.Context) (err error) {
			e, err = emission.Issue(ctx, order)
			return err
		})).To(Succeed())
		exec("update invoice_states set state = 'accepted' where invoice_id = $1", e.ID)
		pay(e, e.Totals().Total.String(), noon)
		return e
	}
	owed := func(who uuid.UUID, to agenda.Date) (s fees.Settlement) {
		GinkgoHelper()
		Expect(asAdmin(func(ctx context.Context) (err error) {
			s, _, err = keeper.Preview(ctx, who, to)
			return err
		})).To(Succeed())
		return s
	}

	It("counts a credit note from its own day on", func() {
		fourth := w.AddPerson(w.Norte, "Cuarta doctora", "doctor").Membership
		e := collected(billing.Order{Kind: billing.Boleta}, fourth, "118")
		ledger, tomorrow := billing.NewLedger(w.Vault), clock.At(noon.AddDate(0, 0, 1))
		late := billing.NewNotes(ledger, billing.NewEmission(ledger, later{}, tomorrow), tomorrow)
		Expect(asAdmin(func(ctx context.Context) error {
			_, err := late.Credit(ctx, billing.NoteWish{ID: newID(), Of: e.ID, Reason: billing.LessValue, Text: "PRECIO", Amounts: map[int]decimal.Decimal{0: dec("59")}})
			return err
		})).To(Succeed())
		Expect(owed(fourth, november(24)).Base.String()).To(Equal("100"), "the period ended before the note")
		Expect(owed(fourth, november(25)).Base.String()).To(Equal("50"))
	})

	It("counts what an advance paid as collected, once, with the document that deducts it", func() {
		fifth := w.AddPerson(w.Norte, "Quinta doctora", "doctor").Membership
		advance := collected(billing.Order{Kind: billing.Boleta, Content: billing.Content{Advance: true}}, uuid.Nil, "118")
		final := billing.Order{Kind: billing.Boleta, Content: billing.Content{Deductions: []billing.Deduction{
			{AdvanceID: advance.ID, Document: advance.Name, IGVType: billing.Taxed, Amount: dec("118")},
		}}}
		collected(final, fifth, "236")
		Expect(owed(fifth, november(24)).Base.String()).To(Equal("200"))
	})

	It("divides a fixed amount as the patient and the insurer divide the price", func() {
		sixth, patient, agreement := w.AddPerson(w.Norte, "Sexta doctora", "doctor").Membership, newID(), newID()
		Expect(asAdmin(func(ctx context.Context) error {
			series := billing.Series{ID: newID(), SiteID: w.Norte.Site, Kind: billing.Factura, Code: "F001"}
			Expect(billing.NewLedger(w.Vault).AddSeries(ctx, series)).To(Succeed())
			return keeper.SetRule(ctx, fees.Rule{Doctor: sixth, Kind: fees.Fixed, Rate: dec("40"), From: november(24)})
		})).To(Succeed())
		copay := collected(billing.Order{Kind: billing.Boleta}, sixth, "20")
		insurer := billing.Customer{DocumentType: billing.RUC, DocumentNumber: "20131312955", Name: "EPS S.A.", Address: "AV. 1"}
		bill := collected(billing.Order{Kind: billing.Factura, Content: billing.Content{Customer: insurer}}, sixth, "60")
		exec(`insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type) values ($1, $2, '9', 'Ana', 'Quispe', 'quispe ana', 'NONE')`, w.Norte.ID, patient)
		exec(`insert into agreements (clinic_id, id, name, name_key, ruc, legal_name, address, copay_kind, copay, valid_from)
			values ($1, $2, 'EPS', 'eps', '20131312955', 'EPS S.A.', 'AV. 1', 'fixed', 20, '2026-11-01')`, w.Norte.ID, agreement)
		exec(`insert into agreement_shares (clinic_id, id, charge_id, place, agreement_id, patient_id, site_id, doctor_id, description, unit, igv_type, quantity, patient_amount, amount, attended_on, charged_by, charged_at, factura_id)
			values ($1, $2, $3, 0, $4, $5, $6, $7, 'Consulta', 'ZZ', 'gravado', 1, 20, 60, '2026-11-24', $7, now(), $8)`,
			w.Norte.ID, newID(), copay.ID, agreement, patient, w.Norte.Site, sixth, bill.ID)
		s := owed(sixth, november(24))
		Expect(s.Fee.String()).To(Equal("40"))
		Expect([]string{s.Lines[0].Fee.String(), s.Lines[1].Fee.String()}).To(ConsistOf("10", "30"))
	})

	It("is seen by whom it concerns, and by nobody of another clinic", func() {
		one := fees.Path + "/" + first.ID.String()
		own := visit(w.Norte, accounts.Doctor, http.MethodGet, fees.Path, nil)
		Expect(own.Code).To(Equal(http.StatusOK))
		Expect(own.Body.String()).To(And(ContainSubstring("Liquidación 1"), Not(ContainSubstring("Cerrar liquidación"))))
		for _, address := range []string{one, one + "/imprimir"} {
			Expect(visit(w.Norte, accounts.Doctor, http.MethodGet, address, nil).Body.String()).To(ContainSubstring("125.00"), address)
		}
		Expect(w.Committed(w.Norte, "doctor", func(ctx context.Context) error {
			_, _, err := keeper.Preview(ctx, other.Membership, november(24))
			Expect(err).To(MatchError(fault.ErrNotFound), "a colleague's")
			_, err = keeper.Close(ctx, mine, november(24), dec("0"))
			return err
		}, accounts.BillingFees)).To(MatchError(fault.ErrNotFound))
		stranger := w.Norte
		stranger.People = map[string]dbtest.Person{"doctor": other}
		Expect(visit(stranger, accounts.Doctor, http.MethodGet, one, nil).Code).To(Equal(http.StatusNotFound), "a colleague's")
		Expect(visit(stranger, accounts.Doctor, http.MethodPost, one+"/exportar", url.Values{"formato": {"xlsx"}}).Code).To(Equal(http.StatusNotFound))

		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.Assistant} {
			for _, address := range []string{fees.Path, one, "/configuracion/honorarios"} {
				Expect(visit(w.Norte, role, http.MethodGet, address, nil).Code).To(Equal(http.StatusNotFound), string(role)+" "+address)
			}
		}
		for _, address := range []string{one, one + "/imprimir", fees.Path + "?profesional=" + mine.String()} {
			Expect(visit(w.Sur, accounts.ClinicAdmin, http.MethodGet, address, nil).Code).To(Equal(http.StatusNotFound), address)
		}
		foreign := url.Values{"profesional": {mine.String()}, "tipo": {"percent"}, "valor": {"10"}, "desde": {"2026-11-01"}}
		Expect(visit(w.Sur, accounts.ClinicAdmin, http.MethodPost, "/configuracion/honorarios", foreign).Code).To(Equal(http.StatusNotFound))
		Expect(visit(w.Sur, accounts.ClinicAdmin, http.MethodPost, fees.Path, url.Values{"profesional": {mine.String()}, "hasta": {"2026-11-24"}, "total": {"0"}}).Code).To(Equal(http.StatusNotFound))
	})

	It("is kept by the administration, and handed over as files", func() {
		admin := func(method, address string, form url.Values) *httptest.ResponseRecorder {
			if form != nil {
				form.Set("op_id", newID().String())
			}
			return visit(w.Norte, accounts.ClinicAdmin, method, address, form)
		}
		Expect(admin(http.MethodPost, "/configuracion/honorarios", url.Values{"tipo": {"percent"}, "valor": {"120"}, "desde": {"2026-11-01"}}).Body.String()).To(ContainSubstring("de 0 a 100"))
		Expect(admin(http.MethodPost, "/configuracion/honorarios", url.Values{"tipo": {"fixed"}, "valor": {"100000"}, "desde": {"2026-11-01"}}).Body.String()).To(ContainSubstring("llega como máximo a S/ 99,999.99"))
		Expect(admin(http.MethodPost, "/configuracion/honorarios", url.Values{"tipo": {"fixed"}, "valor": {"35.50"}, "desde": {"2026-11-01"}}).Code).To(Equal(http.StatusSeeOther))
		Expect(admin(http.MethodGet, "/configuracion/honorarios", nil).Body.String()).To(And(ContainSubstring("35.50 por unidad"), ContainSubstring("99 %")))
		Expect(admin(http.MethodGet, fees.Path+"?profesional="+mine.String(), nil).Body.String()).To(ContainSubstring("Cerrar liquidación"))
		again := admin(http.MethodPost, fees.Path, url.Values{"profesional": {mine.String()}, "hasta": {"2026-11-24"}, "total": {"125"}})
		Expect(again.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(again.Body.String()).To(ContainSubstring("ya se liquidó"))

		pdf := admin(http.MethodPost, fees.Path+"/"+first.ID.String()+"/exportar", url.Values{"formato": {"pdf"}})
		Expect(pdf.Body.String()).To(HavePrefix("%PDF"))
		file := admin(http.MethodPost, fees.Path+"/"+first.ID.String()+"/exportar", url.Values{"formato": {"xlsx"}})
		content, err := io.ReadAll(file.Body)
		Expect(err).NotTo(HaveOccurred())
		book, err := excelize.OpenReader(bytes.NewReader(content))
		Expect(err).NotTo(HaveOccurred())
		cells, err := book.GetRows("Liquidación 1", excelize.Options{RawCellValue: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(cells).To(HaveLen(4))
		Expect(cells[3]).To(ContainElements("Total", "250", "125"))
	})
})
