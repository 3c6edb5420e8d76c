//go:build !js

package hce_test

import (
	"context"
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

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/observation"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const (
	potassium = "2823-3"
	glucose   = "2345-7"
	hiv       = "56888-1"
	blood     = "58410-2" // a panel
)

// visit looks at the pages of results as a doctor of the clinic.
type visit struct {
	echo *echo.Echo
	who  access.Identity
}

func (c *clinic) visiting(p dbtest.Person) visit {
	GinkgoHelper()
	e := echo.New()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs())
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: c.now}
	r := web.NewRouter(e, server.Guard)
	hce.ResultsRoutes(r, c.record)
	Expect(r.Check()).To(Succeed())
	return visit{e, access.Who(c.as(p, accounts.Doctor))}
}

func (v visit) send(path string, typed url.Values) (status int, body string) {
	GinkgoHelper()
	method := http.MethodGet
	if typed != nil {
		method = http.MethodPost
	}
	request := httptest.NewRequest(method, path, strings.NewReader(typed.Encode()))
	if typed != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer := httptest.NewRecorder()
	v.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), v.who)))
	Expect(answer.Body.String()).NotTo(ContainSubstring("style="))
	return answer.Code, answer.Body.String()
}

func (v visit) see(path string) string {
	GinkgoHelper()
	status, body := v.send(path, nil)
	Expect(status).To(Equal(http.StatusOK), body)
	return body
}

// post sends a form under ids of its own and expects that status.
func (v visit) post(status int, path string, typed url.Values) string {
	GinkgoHelper()
	typed.Set("op_id", newID().String())
	if typed.Get("id") == "" {
		typed.Set("id", newID().String())
	}
	got, body := v.send(path, typed)
	Expect(got).To(Equal(status), body)
	return body
}

// place orders tests for Ana and returns the order.
func (c *clinic) place(ctx context.Context, codes ...string) hce.Order {
	GinkgoHelper()
	o, err := c.record.PlaceOrder(ctx, hce.OrderRequest{ID: newID(), PatientID: c.Ana, Codes: codes, Diagnosis: "N18.9 Enfermedad renal crónica"})
	Expect(err).NotTo(HaveOccurred())
	return o
}

// result is a sheet of the laboratory with one line.
func (c *clinic) result(code, value string) hce.Sheet {
	return hce.Sheet{ID: newID(), Laboratory: "Laboratorio Roe", TakenAt: c.moment.Add(-time.Hour), Lines: []hce.SheetLine{{Code: code, Value: value}}}
}

// pressures are two of Ana's, a month apart.
func (c *clinic) pressures() []hce.Observed {
	taken := func(code string, value int64, at time.Time) hce.Observed {
		return hce.Observed{
			ID: newID(), PatientID: c.Ana, Code: code, Category: hce.Vital, Value: decimal.NewNullDecimal(decimal.NewFromInt(value)), Unit: "mm[Hg]",
			TakenAt: at, TakenBy: c.Salas.Membership,
		}
	}
	before := now.AddDate(0, -1, 0)
	return []hce.Observed{
		taken(observation.Systolic, 132, before), taken(observation.Diastolic, 84, before),
		taken(observation.Systolic, 118, now), taken(observation.Diastolic, 76, now),
	}
}

func (c *clinic) count(table string) (n int) {
	GinkgoHelper()
	Expect(c.Admin.QueryRow(context.Background(), "select count(*) from "+table+" where clinic_id = $1", c.ID).Scan(&n)).To(Succeed())
	return n
}

var _ = Describe("the pages of results", func() {
	It("lead from the order to a critical value that stands until somebody says what was done", func() {
		c := norte()
		salas, rojas := c.visiting(c.Salas), c.visiting(c.Rojas)
		ana := "/pacientes/" + c.Ana.String()
		Expect(salas.see(ana + "/resultados")).To(ContainSubstring("Aún no hay funciones vitales ni resultados"))
		Expect(salas.see(ana + "/ordenes")).To(And(ContainSubstring("Potasio"), ContainSubstring("Regenstrief")))
		Expect(salas.post(http.StatusUnprocessableEntity, ana+"/ordenes", url.Values{"nota": {"En ayunas"}})).To(And(ContainSubstring("Elija al menos una prueba."), ContainSubstring("En ayunas")))

		order := url.Values{"codigo": {potassium, hiv}, "diagnostico": {"N18.9 Enfermedad renal"}, "op_id": {newID().String()}, "id": {newID().String()}}
		for range 2 { // the same form twice is one order
			status, body := salas.send(ana+"/ordenes", order)
			Expect(status).To(Equal(http.StatusSeeOther), body)
		}
		order.Set("op_id", newID().String()) // and so it is from another window that holds the same form
		status, _ := salas.send(ana+"/ordenes", order)
		Expect(status).To(Equal(http.StatusSeeOther))
		Expect(c.count("lab_orders")).To(Equal(1))
		sheet := "/ordenes/" + order.Get("id") + "/resultados"
		Expect(salas.see("/ordenes/" + order.Get("id") + "/imprimir")).To(And(
			ContainSubstring("Orden de laboratorio N.º 1"), ContainSubstring("CMP 12345"), ContainSubstring("N18.9"), ContainSubstring("Quispe")))
		Expect(salas.see("/resultados")).To(And(ContainSubstring("Órdenes en espera"), ContainSubstring("Falta: Potasio")))

		typed := url.Values{"laboratorio": {"Roe"}, "fecha": {"24/11/2026"}, "hora": {"08:30"}, "v." + potassium: {"68"}}
		Expect(salas.post(http.StatusUnprocessableEntity, sheet, typed)).To(ContainSubstring("va de 1 a 12 mmol/L"), "it cannot be")
		typed.Set("v."+potassium, "7.4")
		Expect(salas.post(http.StatusUnprocessableEntity, sheet, typed)).To(And(ContainSubstring("¿Es correcto este valor?"), ContainSubstring(`name="ok.`+potassium)))
		typed.Set("ok."+potassium, "7.4")
		typed.Set("hi."+potassium, "5.1")
		typed.Set("lo."+potassium, "3,4")
		salas.post(http.StatusSeeOther, sheet, typed)
		Expect(c.count("observations")).To(Equal(1))

		Expect(salas.see(ana + "/resultados")).To(And(
			ContainSubstring("7.4 mmol/L"), ContainSubstring("Alto, crítico"), ContainSubstring("3.4–5.1"), ContainSubstring("Roe"), ContainSubstring("24/11/2026 8:30")))
		list := salas.see("/resultados")
		Expect(list).To(And(ContainSubstring("Valores críticos sin revisar"), ContainSubstring("Resultados nuevos"), ContainSubstring("Falta: VIH")))
		value := list[strings.Index(list, `id="valor-`)+len(`id="valor-`):][:36]
		act := "/resultados/valores/" + value
		Expect(salas.post(http.StatusUnprocessableEntity, act, url.Values{"accion": {"ok"}})).To(ContainSubstring("al menos 5 letras"))
		salas.post(http.StatusSeeOther, act, url.Values{"accion": {"Se llamó a la paciente; va a emergencia."}})
		Expect(salas.see("/resultados")).NotTo(ContainSubstring("Valores críticos sin revisar"))
		Expect(salas.see(ana + "/resultados")).To(ContainSubstring("Se llamó a la paciente"))

		c.committed(c.Salas, func(ctx context.Context) { Expect(hce.NewPostgres().AddObserved(ctx, c.pressures())).To(Succeed()) })
		Expect(salas.see(ana + "/resultados?grupo=vital")).To(And(
			ContainSubstring("118/76 mmHg"), ContainSubstring("Presión arterial, mmHg"), ContainSubstring("<title>Diastólica 84 mmHg, 24/10/2026 9:00</title>"),
			Not(ContainSubstring("7.4 mmol/L")), ContainSubstring("loinc.org")))

		for _, path := range []string{ana + "/resultados", ana + "/ordenes", sheet, "/ordenes/" + order.Get("id") + "/imprimir"} {
			Expect(rojas.see(path)).To(And(ContainSubstring("emergencia"), Not(ContainSubstring("Potasio")), Not(ContainSubstring("7.4"))), path)
		}
		for path, typed := range map[string]url.Values{
			act: {"accion": {"De otro profesional"}}, "/ordenes/" + order.Get("id") + "/anulada": {"motivo": {"De otro"}}, "/ordenes/" + order.Get("id") + "/revisada": {"vistos": {"1"}},
		} {
			rojas.post(http.StatusNotFound, path, typed)
		}
		Expect(rojas.see("/resultados")).To(ContainSubstring("No hay resultados por revisar"))
		Expect(c.count("lab_order_events")).To(BeZero())
	})
})

var _ = Describe("results", func() {
	var (
		c   *clinic
		ctx context.Context
	)
	BeforeEach(func() {
		c = norte()
		ctx = c.as(c.Salas, accounts.Doctor)
	})
	order := func(id uuid.UUID) hce.Order {
		GinkgoHelper()
		_, o, err := c.record.OrderOf(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		return o
	}

	It("come in parts, are corrected beside the first value, and are reviewed as far as they were seen", func() {
		o := c.place(ctx, potassium, blood, hiv)
		Expect(o.Asked()).To(ContainElements(potassium, observation.Haemoglobin, hiv))
		Expect(o.Asked()).NotTo(ContainElement(blood))
		first := c.result(potassium, "6,8")
		Expect(c.record.EnterResults(ctx, o.ID, first)).To(Succeed())
		Expect(c.record.EnterResults(ctx, o.ID, first)).To(Succeed(), "the same sheet again")
		again := first
		again.ID = newID()
		Expect(c.record.EnterResults(ctx, o.ID, again)).To(Succeed(), "the same values of the same paper")
		Expect(order(o.ID).Results).To(HaveLen(1))
		n, late, err := c.record.CountResults(ctx)
		Expect([]any{n, late, err}).To(Equal([]any{2, true, nil}), "the critical value and the order")
		words, err := c.record.Alarms(ctx, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(words).To(ConsistOf("Valor crítico: Potasio 6.8 mmol/L sin revisar"))
		Expect(c.record.Alarms(c.as(c.Rojas, accounts.Assistant), []uuid.UUID{c.Ana})).To(BeEmpty())

		for _, at := range []time.Time{time.Date(1980, 1, 1, 15, 0, 0, 0, time.UTC), now.AddDate(-11, 0, 0)} {
			mistyped := c.result(potassium, "4.8")
			mistyped.TakenAt = at
			problems, _ := fault.Fields(c.record.EnterResults(ctx, o.ID, mistyped))
			Expect(problems).To(HaveKey("fecha"), "before she was born, or long gone")
		}
		Expect(c.record.EnterResults(ctx, o.ID, c.result(potassium, "4.8"))).To(Succeed())
		corrected := order(o.ID)
		Expect(corrected.Results).To(HaveLen(2), "the first one stays")
		stands, _ := corrected.Standing(potassium)
		Expect([]any{stands.Words(), *stands.CorrectsID}).To(Equal([]any{"4.8 mmol/L", corrected.Results[0].ID}))
		_, late, _ = c.record.CountResults(ctx)
		Expect(late).To(BeFalse(), "what was a slip of the pen asks for nothing more")

		Expect(corrected.Missing()).To(Equal([]string{blood, hiv}))
		Expect(c.record.ReviewOrder(ctx, newID(), o.ID, 1)).To(MatchError(ContainSubstring("Llegaron más resultados")))
		c.moment = c.moment.Add(time.Minute)
		Expect(c.record.ReviewOrder(ctx, newID(), o.ID, 2)).To(Succeed())
		w, err := c.record.WorkList(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect([]int{len(w.Critical), len(w.Fresh), len(w.Waiting)}).To(Equal([]int{0, 0, 1}))

		c.moment = c.moment.Add(time.Hour)
		reactive := c.result(hiv, "Reactivo")
		reactive.Lines = append(reactive.Lines, hce.SheetLine{Code: observation.Haemoglobin, Value: "13.1"})
		Expect(c.record.EnterResults(ctx, o.ID, reactive)).To(Succeed())
		whole := order(o.ID)
		found, _ := whole.Standing(hiv)
		Expect(found.Flag).To(Equal(observation.Abnormal))
		Expect(whole.Missing()).To(BeEmpty(), "one part answers the panel")
		w, err = c.record.WorkList(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect([]int{len(w.Fresh), len(w.Waiting)}).To(Equal([]int{1, 0}))
		Expect(fault.KindOf(c.record.CancelOrder(ctx, newID(), o.ID, "Ya no hace falta"))).To(Equal(fault.Conflict))
	})

	It("keep the sign of what lies beyond the apparatus, and hold it when it is surely critical", func() {
		o := c.place(ctx, potassium, glucose)
		sheet := c.result(potassium, "> 9,0")
		sheet.Lines = append(sheet.Lines, hce.SheetLine{Code: glucose, Value: "<20"})
		Expect(c.record.EnterResults(ctx, o.ID, sheet)).To(Succeed())
		kept, _ := order(o.ID).Standing(potassium)
		Expect([]any{kept.Words(), kept.Value.Valid, kept.Flag}).To(Equal([]any{">9.0 mmol/L", false, observation.CriticalHigh}))
		words, err := c.record.Alarms(ctx, []uuid.UUID{c.Ana})
		Expect(err).NotTo(HaveOccurred())
		Expect(words).To(ContainElement("Valor crítico: Potasio >9.0 mmol/L sin revisar"))
		Expect(c.record.EnterResults(ctx, o.ID, c.result(potassium, ">9.0"))).To(Succeed(), "the same value of another sheet")
		_, refused := fault.Fields(c.record.EnterResults(ctx, o.ID, c.result(glucose, "<0")))
		Expect(refused).To(BeTrue())
	})

	It("go to no order that was cancelled", func() {
		first, second := c.place(ctx, glucose), c.place(ctx, glucose)
		Expect(second.Number).To(Equal(first.Number + 1))
		Expect(fault.KindOf(c.record.CancelOrder(ctx, newID(), first.ID, "no"))).To(Equal(fault.Invalid))
		Expect(c.record.CancelOrder(ctx, newID(), first.ID, "La paciente no fue al laboratorio")).To(Succeed())
		Expect(fault.KindOf(c.record.EnterResults(ctx, first.ID, c.result(glucose, "98")))).To(Equal(fault.Conflict))
		w, err := c.record.WorkList(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Waiting).To(HaveLen(1))
		Expect(order(first.ID).Cancelled().Reason).To(Equal("La paciente no fue al laboratorio"))
	})

	DescribeTable("are refused", func(field string, spoil func(*hce.Sheet)) {
		o := c.place(ctx, potassium, hiv)
		sheet := c.result(potassium, "4.4")
		spoil(&sheet)
		problems, refused := fault.Fields(c.record.EnterResults(ctx, o.ID, sheet))
		Expect(refused).To(BeTrue())
		Expect(problems).To(HaveKey(field))
		Expect(order(o.ID).Results).To(BeEmpty())
	},
		Entry("when nothing is typed", "", func(s *hce.Sheet) { s.Lines[0].Value = " " }),
		Entry("under a code that was not ordered", "", func(s *hce.Sheet) { s.Lines[0].Code = glucose }),
		Entry("without the laboratory", "laboratorio", func(s *hce.Sheet) { s.Laboratory = " " }),
		Entry("without a day", "fecha", func(s *hce.Sheet) { s.TakenAt = time.Time{} }),
		Entry("from tomorrow", "fecha", func(s *hce.Sheet) { s.TakenAt = now.Add(24 * time.Hour) }),
		Entry("in words where a number stands", "v."+potassium, func(s *hce.Sheet) { s.Lines[0].Value = "alto" }),
		Entry("beyond what can be", "v."+potassium, func(s *hce.Sheet) { s.Lines[0].Value, s.Lines[0].Confirmed = "68", "68" }),
		Entry("with an answer that is not of the list", "v."+hiv, func(s *hce.Sheet) { s.Lines[0] = hce.SheetLine{Code: hiv, Value: "quizá"} }),
		Entry("with a range upside down", "v."+potassium, func(s *hce.Sheet) { s.Lines[0].Low, s.Lines[0].High = "5", "3" }),
		Entry("improbable, when another value was confirmed", "ok."+potassium, func(s *hce.Sheet) { s.Lines[0].Value, s.Lines[0].Confirmed = "7.4", "7.6" }),
	)

	It("hold a critical value that came outside of a note until one professional, and only one, says what was done", func() {
		c.attend(ctx)
		_, _, err := c.record.Measure(ctx, hce.Measured{
			ID: newID(), PatientID: c.Ana, Code: observation.Systolic, Value: observation.Of(decimal.NewFromInt(190)), Unit: "mm[Hg]", TakenAt: now,
		})
		Expect(err).NotTo(HaveOccurred())
		w, err := c.record.WorkList(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Critical).To(HaveLen(1))
		value, id := w.Critical[0], newID()
		Expect(value.Code).To(Equal(observation.Systolic))
		Expect(fault.KindOf(c.record.Acknowledge(ctx, newID(), value.ID, "ya"))).To(Equal(fault.Invalid))
		Expect(c.record.Acknowledge(ctx, id, value.ID, "Captopril y control a la hora")).To(Succeed())
		Expect(c.record.Acknowledge(ctx, id, value.ID, "Captopril y control a la hora")).To(Succeed())
		Expect(c.record.Acknowledge(ctx, newID(), value.ID, "Otra cosa distinta")).To(Equal(hce.ErrAcknowledged))
		results, err := c.record.Results(ctx, c.Ana)
		Expect(err).NotTo(HaveOccurred())
		Expect(results.Values).To(ContainElement(HaveField("Action", "Captopril y control a la hora")))
		n, _, err := c.record.CountResults(ctx)
		Expect([]any{n, err}).To(Equal([]any{0, nil}))
	})
})
