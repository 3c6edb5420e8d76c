//go:build !js

package billing_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// tillPages is the charging screen of a clinic with an insurer.
type tillPages struct {
	*insured
	echo    *echo.Echo
	consult catalog.Service
	brush   prices.Product
	asked   []string // what was shown to authorise
	plan    *plan
	visit   agenda.Appointment
}

// plan keeps a budget, as a module that writes them would.
type plan struct {
	budget billing.Budget
	told   []billing.BudgetCharge
}

func (p *plan) Budget(_ context.Context, id uuid.UUID) (billing.Budget, error) {
	if id != p.budget.ID {
		return billing.Budget{}, fault.ErrNotFound
	}
	return p.budget, nil
}

func (p *plan) Charged(_ context.Context, c billing.BudgetCharge) error {
	for _, before := range p.told {
		if before.ChargeID != c.ChargeID {
			return fault.Conflicted("charged", "Algo del presupuesto ya se cobró.")
		}
	}
	p.told = append(p.told[:0], c)
	return nil
}

// Appointment knows the one visit.
func (t *tillPages) Appointment(_ context.Context, id uuid.UUID) (agenda.Appointment, error) {
	if id != t.visit.ID || id == uuid.Nil {
		return agenda.Appointment{}, fault.ErrNotFound
	}
	return t.visit, nil
}

// strangers is a register of people who were never joined, for pages that are about none of them.
type strangers struct{ alone }

// Frame is nothing.
func (strangers) Frame(context.Context, uuid.UUID, string) (patients.Frame, error) {
	return patients.Frame{}, nil
}

// Search finds nobody.
func (strangers) Search(context.Context, string, int) (patients.Found, error) {
	return patients.Found{}, nil
}

// Authorise knows one password.
func (t *tillPages) Authorise(_ context.Context, member uuid.UUID, _ access.Permission, code, password string) error {
	t.asked = append(t.asked, code+password)
	switch {
	case member != t.People["clinic_admin"].Membership:
		return fault.InvalidField("person", "Elija quién autoriza.")
	case password != "clave de la jefa":
		return fault.InvalidField("password", "La contraseña no coincide.")
	}
	return nil
}

func newTillPages() *tillPages {
	GinkgoHelper()
	services := catalog.New(catalog.NewPostgres(), accounts.Colleagues{})
	t := &tillPages{insured: newInsured(), echo: echo.New(), plan: &plan{}}
	t.within(func(ctx context.Context) {
		var err error
		t.consult, err = services.AddService(ctx, catalog.Service{ID: uuid.Must(uuid.NewV7()), Name: "Consulta", DurationMin: 20, Price: dec("80.00")})
		Expect(err).NotTo(HaveOccurred())
		t.brush, err = t.editor.AddProduct(ctx, prices.Product{ID: uuid.Must(uuid.NewV7()), Name: "Cepillo", Code: "7750001", Price: dec("12.50")})
		Expect(err).NotTo(HaveOccurred())
		Expect(t.ledger.SaveSettings(ctx, billing.Settings{DiscountLimit: dec("20"), DetractionAccount: "00-000-123456"})).To(Succeed())
	})
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	t.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	t.echo.Use(web.RequestIDs())
	server := &web.Server{DB: t.DB, Answers: web.NewAnswers(t.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: t.now}
	r := web.NewRouter(t.echo, server.Guard)
	billing.Routes(r, billing.Parts{
		Front: billing.Front{Till: t.till, Receipts: billing.NewReceipts(t.till), People: t.insured, Visits: t, House: accounts.Colleagues{}, Prices: services,
			Book: prices.NewBook(prices.NewPostgres(), services), Budgets: t.plan, Now: t.now},
		Register: strangers{}, Papers: billing.NewPapers(t.ledger, accounts.Colleagues{}, accounts.House{}.Logo), Ledger: t.ledger, Emission: t.emission, Desk: t.charge, Made: billing.NewReceiptDocuments(t.ledger, t.emission, t.now), Later: t, Insurers: t.insurers, Authoriser: t,
	})
	Expect(r.Check()).To(Succeed())
	return t
}

// send posts a form, or asks for a page without one, as htmx does.
func (t *tillPages) send(role accounts.Role, path string, form url.Values) (status int, body string, to string) {
	GinkgoHelper()
	method := http.MethodPost
	if form == nil {
		method = http.MethodGet
	} else {
		form.Set("op_id", uuid.NewString()) // as a page that was drawn anew
	}
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("HX-Request", "true")
	who := t.Clinic.Identity(string(role))
	who.Permissions = accounts.PermissionsOf([]accounts.Role{role})
	answer := httptest.NewRecorder()
	t.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), who)))
	text, _ := io.ReadAll(answer.Body)
	return answer.Code, string(text), answer.Header().Get("HX-Redirect") + answer.Header().Get("HX-Location")
}

// cart is a form of the charging screen with lines of things at their typed prices.
func (t *tillPages) cart(changes url.Values, lines ...[4]string) url.Values {
	f := url.Values{"id": {uuid.Must(uuid.NewV7()).String()}, "paciente": {t.patient.String()}, "comprobante": {"boleta"}, "comprobante_antes": {"boleta"},
		"tipo_documento": {"DNI"}, "documento": {"45678912"}, "nombre": {"QUISPE ANA"}}
	for _, l := range lines {
		f.Add("linea_de", l[0])
		f.Add("linea_precio", l[2])
		f.Add("linea_descuento", l[3])
		f.Add("linea_cantidad", "1")
	}
	maps.Copy(f, changes)
	return f
}

func (t *tillPages) consultation(price, discount string) [4]string {
	return [4]string{prices.Ref{Service: t.consult.ID}.String(), "Consulta", price, discount}
}

func (t *tillPages) entryOf(id string) (e billing.Entry, err error) {
	_ = t.as("receptionist", func(ctx context.Context) error {
		e, err = t.ledger.Entry(ctx, uuid.MustParse(id))
		return nil
	})
	return e, err
}

func (t *tillPages) document(f url.Values) billing.Entry {
	GinkgoHelper()
	return t.entry(uuid.MustParse(f.Get("id")))
}

func valueOf(body, name string) string {
	found := regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		return ""
	}
	return found[1]
}

const reception, boss = accounts.Receptionist, accounts.ClinicAdmin

var _ = Describe("the charging screen", func() {
	var t *tillPages
	BeforeEach(func() {
		t = newTillPages()
		t.open("receptionist", "0")
	})

	It("finds services and products by name or code, and adds them at the site's price", func() {
		_, body, _ := t.send(reception, "/cobros/buscar", url.Values{"q": {"7750001"}})
		Expect(body).To(And(ContainSubstring("Cepillo"), ContainSubstring("S/ 12.50"), ContainSubstring("producto:"+t.brush.ID.String())))
		_, body, _ = t.send(reception, "/cobros/buscar?convenio="+t.eps.ID.String(), url.Values{"q": {"cons"}})
		Expect(body).To(And(ContainSubstring("Consulta"), Not(ContainSubstring("Cepillo"))))
		_, body, _ = t.send(reception, "/cobros/buscar", url.Values{"q": {"zzz"}})
		Expect(body).To(ContainSubstring("Ningún servicio ni producto"))
		price := dec("9.90")
		t.within(func(ctx context.Context) {
			Expect(t.editor.SetPrice(ctx, prices.Scope{Site: t.Site}, prices.Ref{Product: t.brush.ID}, &price)).To(Succeed())
		})
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(url.Values{"anadir": {"producto:" + t.brush.ID.String()}}))
		Expect(valueOf(body, "linea_precio")).To(Equal("9.90"))
		for _, bad := range []string{"producto:" + uuid.NewString(), "servicio:" + t.brush.ID.String()} {
			status, _, _ := t.send(reception, "/cobros/revision", t.cart(url.Values{"anadir": {bad}}))
			Expect(status).To(Equal(http.StatusNotFound))
		}
	})

	It("charges what is left of a budget at its prices, and tells it what was charged and paid", func() {
		item := uuid.Must(uuid.NewV7())
		t.plan.budget = billing.Budget{ID: uuid.Must(uuid.NewV7()), PatientID: t.patient, Items: []billing.BudgetItem{
			{ID: item, Ref: prices.Ref{Service: t.consult.ID}, Where: "pieza 16", Quantity: dec("2"), Price: dec("75.00")},
		}}
		address := "/cobros/nuevo?presupuesto=" + t.plan.budget.ID.String()
		_, body, _ := t.send(reception, address, nil)
		Expect(body).To(And(ContainSubstring("Consulta, pieza 16"), ContainSubstring(`data-total="150.00"`)))
		f := t.cart(url.Values{"id": {valueOf(body, "id")}, "presupuesto": {valueOf(body, "presupuesto")}, "linea_item": {valueOf(body, "linea_item")}, "linea_cantidad": {"2"},
			"pago_cash": {"100.00"}, "deuda": {"si"}}, t.consultation("75.00", ""))
		for range 2 {
			status, body, _ := t.send(reception, "/cobros", f)
			Expect(status).To(BeNumerically("<", 400), body)
		}
		Expect(t.plan.told).To(HaveLen(1))
		told := t.plan.told[0]
		Expect([]any{told.BudgetID, told.ChargeID.String(), told.Items, told.Total.String(), told.Paid.String()}).
			To(Equal([]any{t.plan.budget.ID, f.Get("id"), []uuid.UUID{item}, "150", "100"}))
		f.Set("id", uuid.Must(uuid.NewV7()).String())
		status, body, _ := t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusConflict))
		Expect(body).To(ContainSubstring("Algo del presupuesto ya se cobró."))
		_, err := t.entryOf(f.Get("id"))
		Expect(err).To(MatchError(fault.ErrNotFound), "both or neither")
		status, _, _ = t.send(reception, "/cobros/nuevo?presupuesto="+uuid.NewString(), nil)
		Expect(status).To(Equal(http.StatusNotFound))
	})

	It("charges the copay, leaves the rest to the insurer once, and remembers the agreement", func() {
		_, body, _ := t.send(reception, "/cobros/nuevo?paciente="+t.patient.String(), nil)
		Expect(body).To(And(ContainSubstring("Pacífico EPS"), ContainSubstring("Particular")))
		f := t.cart(url.Values{"convenio": {t.eps.ID.String()}, "pago_cash": {"20.00"}}, t.consultation("1.00", ""))
		_, body, _ = t.send(reception, "/cobros/revision", f)
		Expect(body).To(And(ContainSubstring("copago S/ 20.00 · convenio S/ 60.00"), ContainSubstring(`data-total="20.00"`)))
		Expect(valueOf(body, "linea_precio")).To(Equal("80.00"), "by the agreement, whatever was typed")
		for range 2 {
			status, body, _ := t.send(reception, "/cobros", f)
			Expect(status).To(BeNumerically("<", 400), body)
		}
		e := t.document(f)
		Expect(e.Lines[0].Description).To(Equal("Consulta (copago)"))
		Expect(e.Totals().Total.String()).To(Equal("20"))
		open := t.shares()
		Expect(open).To(HaveLen(1))
		Expect([]string{open[0].Amount.String(), open[0].PatientAmount.String(), open[0].ChargeID.String()}).To(Equal([]string{"60", "20", f.Get("id")}))
		_, body, _ = t.send(reception, "/cobros/nuevo?paciente="+t.patient.String(), nil)
		Expect(valueOf(body, "convenio_antes")).To(Equal(t.eps.ID.String()))
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(url.Values{"convenio_antes": {t.eps.ID.String()}}, t.consultation("80.00", "")))
		Expect(body).NotTo(ContainSubstring("copago"))

		_, debts, _ := t.send(boss, "/caja/deudas", nil)
		Expect(debts).To(And(ContainSubstring("Nadie debe nada."), ContainSubstring("Por facturar a Pacífico EPS"), ContainSubstring("S/ 60.00")))
		_, debts, _ = t.send(reception, "/caja/deudas", nil)
		Expect(debts).NotTo(ContainSubstring("Pacífico"), "who bills no insurer")
		only := t.cart(url.Values{"comprobante": {"recibo"}, "pago_cash": {"30.00"}, "deuda": {"si"}}, t.consultation("80.00", ""))
		_, _, to := t.send(reception, "/cobros", only)
		_, receipt, _ := t.send(reception, to, nil)
		Expect(receipt).To(MatchRegexp(`/imprimir" target="_blank" autofocus`), "printing is one Enter away")
		_, debts, _ = t.send(reception, "/caja/deudas", nil)
		Expect(debts).To(And(ContainSubstring("1 recibo sin comprobante"), ContainSubstring("S/ 50.00")))

		status, list, _ := t.send(boss, "/convenios", nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(list).To(And(ContainSubstring("Pacífico EPS"), ContainSubstring("S/ 60.00")))
		_, page, _ := t.send(boss, "/convenios/"+t.eps.ID.String(), nil)
		bill := url.Values{"id": {valueOf(page, "id")}, "parte": {open[0].ID.String()}, "vence": {"ayer"}}
		status, page, _ = t.send(boss, "/convenios/"+t.eps.ID.String()+"/factura", bill)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(page).To(ContainSubstring("Se espera una fecha"))
		bill.Set("vence", "24/12/26")
		status, page, _ = t.send(boss, "/convenios/"+t.eps.ID.String()+"/factura", bill)
		Expect(status).To(BeNumerically("<", 400), page)
		Expect(t.shares()).To(BeEmpty())
		status, _, _ = t.send(reception, "/convenios", nil)
		Expect(status).To(Equal(http.StatusNotFound))
	})

	It("leaves all to an insurer that pays all, without a document", func() {
		t.within(func(ctx context.Context) {
			eps := t.eps
			eps.Copay = dec("0")
			_, err := t.editor.ChangeAgreement(ctx, eps)
			Expect(err).NotTo(HaveOccurred())
		})
		f := t.cart(url.Values{"convenio": {t.eps.ID.String()}}, t.consultation("80.00", ""))
		_, body, _ := t.send(reception, "/cobros/revision", f)
		Expect(body).To(ContainSubstring("Cargar al convenio"))
		status, body, to := t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(to).To(ContainSubstring(t.patient.String()))
		Expect(t.shares()[0].Amount.String()).To(Equal("80"))
		f.Set("id", uuid.NewString())
		f.Set("pago_cash", "5")
		_, body, _ = t.send(reception, "/cobros", f)
		Expect(body).To(ContainSubstring("no hay nada que cobrar al paciente"))
	})

	It("lets a discount above the limit pass when somebody who may says so, by name and reason", func() {
		grants := func() (n int) {
			Expect(t.Admin.QueryRow(context.Background(), "select count(*) from discount_authorisations").Scan(&n)).To(Succeed())
			return n
		}
		try := func(role accounts.Role, changes url.Values, line [4]string) (int, string) {
			f := t.cart(changes, line)
			f.Set("deuda", "si")
			status, body, _ := t.send(role, "/cobros", f)
			return status, body
		}
		status, body := try(reception, nil, t.consultation("80.00", "20 %"))
		Expect(status).To(BeNumerically("<", 400), body)
		for _, line := range [][4]string{t.consultation("80.00", "16.01"), t.consultation("63.99", ""), t.consultation("70", "6.01")} {
			status, body = try(reception, nil, line)
			Expect(status).To(Equal(http.StatusUnprocessableEntity))
			Expect(body).To(And(ContainSubstring("el descuento llega a 20 % del precio de lista, S/ 16.00"), ContainSubstring("Quién autoriza")))
		}
		ask := url.Values{"autoriza": {t.People["clinic_admin"].Membership.String()}, "motivo_descuento": {"familiar de la doctora"}, "clave": {"otra"}}
		status, body = try(reception, ask, t.consultation("80.00", "50 %"))
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(And(ContainSubstring("La contraseña no coincide."), ContainSubstring("familiar de la doctora"), Not(ContainSubstring(`value="otra"`))))
		noReason := url.Values{"autoriza": ask["autoriza"], "clave": {"clave de la jefa"}}
		_, body = try(reception, noReason, t.consultation("80.00", "50 %"))
		Expect(body).To(ContainSubstring("Falta el motivo del descuento."))
		Expect(grants()).To(BeZero())
		ask.Set("clave", "clave de la jefa")
		status, body = try(reception, ask, t.consultation("80.00", "50 %"))
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(grants()).To(Equal(1))
		var given, reason string
		var by uuid.UUID
		row := t.Admin.QueryRow(context.Background(), "select discount::text, reason, authorised_by from discount_authorisations")
		Expect(row.Scan(&given, &reason, &by)).To(Succeed())
		Expect([]any{given, reason, by}).To(Equal([]any{"40.00", "familiar de la doctora", t.People["clinic_admin"].Membership}))
		t.open("clinic_admin", "0")
		status, body = try(boss, nil, t.consultation("80.00", "50 %"))
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(grants()).To(Equal(2))
	})

	It("charges a factura at credit in instalments that add up, with the detracción shown, to a customer known by RUC", func() {
		f := t.cart(url.Values{"comprobante": {"factura"}, "tipo_documento": {"RUC"}, "documento": {company.DocumentNumber}, "nombre": {company.Name}, "direccion": {company.Address}, "forma": {"credito"}, "cuotas": {"3"}},
			t.consultation("1000.00", ""))
		_, body, _ := t.send(reception, "/cobros/revision", f)
		Expect(body).To(And(ContainSubstring("Detracción 12 %: S/ 120.00"), ContainSubstring("00-000-123456"), ContainSubstring(`data-total="880.00"`)))
		Expect(valueOf(body, "pendiente")).To(Equal("880.00"))
		amounts := regexp.MustCompile(`name="cuota_importe" value="([^"]*)"`).FindAllStringSubmatch(body, -1)
		dates := regexp.MustCompile(`name="cuota_fecha" value="([^"]*)"`).FindAllStringSubmatch(body, -1)
		Expect([]string{amounts[0][1], amounts[1][1], amounts[2][1], dates[0][1]}).To(Equal([]string{"293.34", "293.33", "293.33", "24/12/2026"}))
		f.Set("pendiente", "880.00")
		f.Set("detraccion_vista", "si")
		f.Set("detraccion", "si")
		f["cuota_importe"], f["cuota_fecha"] = []string{"300", "300", "280.01"}, []string{"24/12/26", "20/12/26", "x"}
		status, body, _ := t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Se espera una fecha"))
		f["cuota_fecha"] = []string{"24/12/26", "24/01/27", "24/02/27"}
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Las cuotas suman S/ 880.01 y lo pendiente es S/ 880.00."))
		f["cuota_importe"] = []string{"300", "300", "280"}
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		e := t.document(f)
		Expect(e.Credit.Instalments).To(HaveLen(3))
		Expect(e.Detraction.Amount.String()).To(Equal("120"))

		again := t.cart(url.Values{"comprobante": {"factura"}, "comprobante_antes": {"factura"}, "tipo_documento": {"RUC"}, "documento": {company.DocumentNumber}, "nombre": {""}}, t.consultation("80", ""))
		_, body, _ = t.send(reception, "/cobros/revision", again)
		Expect(valueOf(body, "nombre")).To(Equal(company.Name))
		Expect(valueOf(body, "direccion")).To(Equal(company.Address))
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(url.Values{"comprobante": {"factura"}}, t.consultation("80", "")))
		Expect(valueOf(body, "documento")).To(Equal(company.DocumentNumber), "the patient's last factura")
		_, body, _ = t.send(reception, "/cobros/revision", t.cart(url.Values{"comprobante": {"boleta"}, "comprobante_antes": {"factura"}, "tipo_documento": {"RUC"}}, t.consultation("80", "")))
		Expect(valueOf(body, "nombre")).To(ContainSubstring("Quispe"))

		f = t.cart(url.Values{"comprobante": {"factura"}, "tipo_documento": {"RUC"}, "documento": {company.DocumentNumber}, "nombre": {company.Name}, "direccion": {company.Address}, "forma": {"credito"},
			"cuotas": {"1"}, "pago_cash": {"80"}, "pendiente": {"100.00"}, "cuota_importe": {"100.00"}, "cuota_fecha": {"24/12/26"}}, t.consultation("100.00", ""))
		status, body, _ = t.send(reception, "/cobros", f)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Lo pendiente ahora es S/ 20.00"))
		Expect(valueOf(body, "cuota_importe")).To(Equal("20.00"))
	})
})
