//go:build !js

package billing_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
)

// insurers are the clinic's, for what arrives from devices.
func (c *counter) insurers() *billing.Insurers {
	services := catalog.New(catalog.NewPostgres(), accounts.Colleagues{})
	return billing.NewInsurers(c.ledger, c.emission, prices.NewBook(prices.NewPostgres(), services), nobody{}, c.now)
}

// deskAway is the charging screen on a receptionist's device, which heard all that the server offers it of prices.
type deskAway struct {
	*till
	echo *echo.Echo
}

func (t *tillPages) away(role accounts.Role) *deskAway {
	GinkgoHelper()
	kinds := slices.Concat(billing.DeviceKinds(), prices.DeviceKinds(), catalog.DeviceKinds())
	d := &deskAway{till: t.device(4), echo: echo.New()}
	d.Device = offline.NewDevice(offline.NewMemory(), kinds, t.now)
	d.who = t.Identity(string(role))
	d.who.Permissions = accounts.PermissionsOf([]accounts.Role{role})
	services := catalog.New(catalog.NewOffline(), accounts.ColleaguesOffline{})
	front := d.Front
	front.People, front.Visits, front.Prices, front.Book = t.insured, nobody{}, services, prices.NewBook(prices.NewOffline(), services)
	r := web.NewRouter(d.echo, func(_ web.Route, h echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			return d.do(func(ctx context.Context) error {
				c.SetRequest(c.Request().WithContext(ctx))
				return h(c)
			})
		}
	})
	billing.FrontRoutes(r, front)
	d.knows(t.offered(d.who)...)
	return d
}

// offered is everything of prices that the server gives to somebody's device.
func (t *tillPages) offered(who access.Identity) (all []offline.Change) {
	GinkgoHelper()
	Expect(t.DB.InClinic(access.With(context.Background(), who), t.Scope(who.Name), func(ctx context.Context) error {
		for _, one := range slices.Concat(catalog.SyncEntities(catalog.NewPostgres()), prices.SyncEntities()) {
			page, _, err := one.Page(ctx, offline.WindowAt(t.now(), time.UTC), "", 100)
			if err != nil {
				return err
			}
			all = append(all, page...)
		}
		return nil
	})).To(Succeed())
	return all
}

func (d *deskAway) send(path string, form url.Values) (status int, body string) {
	GinkgoHelper()
	method := http.MethodPost
	if form == nil {
		method = http.MethodGet
	}
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("HX-Request", "true")
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, request)
	text, _ := io.ReadAll(answer.Body)
	return answer.Code, string(text)
}

var _ = Describe("prices and agreements on a device", func() {
	var t *tillPages
	BeforeEach(func() {
		t = newTillPages()
		low, own := dec("9.90"), dec("70.00")
		t.within(func(ctx context.Context) {
			Expect(t.editor.SetPrice(ctx, prices.Scope{Site: t.Site}, prices.Ref{Product: t.brush.ID}, &low)).To(Succeed())
			Expect(t.editor.SetPrice(ctx, prices.Scope{Agreement: t.eps.ID}, prices.Ref{Service: t.consult.ID}, &own)).To(Succeed())
			Expect(t.editor.Remember(ctx, t.patient, t.eps.ID)).To(Succeed())
		})
	})

	It("charges the copay by the same rules, and the server finds what is left to the insurer when the receipt arrives", func() {
		d := t.away(accounts.Receptionist)
		_, err := d.open(t.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		_, body := d.send("/cobros/buscar", url.Values{"q": {"cepi"}})
		Expect(body).To(ContainSubstring("S/ 9.90"), "the site's price")
		_, body = d.send("/cobros/nuevo?paciente="+t.patient.String(), nil)
		Expect(valueOf(body, "convenio_antes")).To(Equal(t.eps.ID.String()), "as the patient was charged last")
		Expect(body).To(ContainSubstring("no se ven sus deudas, adelantos ni saldo a favor"), "not known here is not none")

		f := t.cart(url.Values{"convenio": {t.eps.ID.String()}, "pago_cash": {"20.00"}}, t.consultation("1.00", ""))
		_, body = d.send("/cobros/revision", f)
		Expect(body).To(ContainSubstring("copago S/ 20.00 · convenio S/ 50.00"))
		status, body := d.send("/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		t.arrive(d.waiting())
		t.arrive(d.waiting())
		open := t.shares()
		Expect(open).To(HaveLen(1))
		Expect([]string{open[0].Amount.String(), open[0].PatientAmount.String(), open[0].Description, open[0].ChargeID.String()}).To(Equal([]string{"50", "20", "Consulta", f.Get("id")}))
		Expect(t.document(f).Lines[0].Description).To(Equal("Consulta (copago)"))
	})

	It("says what waits for the server: what an insurer pays whole, and a price lowered beyond the limit", func() {
		whole := dec("20.00")
		t.within(func(ctx context.Context) {
			Expect(t.editor.SetPrice(ctx, prices.Scope{Agreement: t.eps.ID}, prices.Ref{Product: t.brush.ID}, &whole)).To(Succeed())
			t.eps.CopayKind, t.eps.Copay = prices.Percent, dec("0")
			_, err := t.editor.ChangeAgreement(ctx, t.eps)
			Expect(err).NotTo(HaveOccurred())
		})
		d := t.away(accounts.Cashier)
		_, err := d.open(t.Site, "0")
		Expect(err).NotTo(HaveOccurred())
		status, body := d.send("/cobros", t.cart(url.Values{"convenio": {t.eps.ID.String()}}, t.consultation("70.00", "")))
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Lo que el convenio paga entero se carga con conexión."))
		status, body = d.send("/cobros", t.cart(url.Values{"pago_cash": {"50.00"}}, t.consultation("50.00", "")))
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring("Sin autorización el descuento llega a 20 % del precio de lista"))
		Expect(d.waiting()).To(HaveLen(1), "the register alone")
	})

	It("stay away from devices of who takes no money", func() {
		for _, c := range t.offered(t.away(accounts.Doctor).who) {
			Expect(c.Entity).To(Or(Equal("service"), Equal("resource")))
			Expect(string(c.Data)).NotTo(ContainSubstring("80.00"))
		}
	})
})

var _ = Describe("what is left to an insurer", func() {
	It("stands at the place of its line in the patient's document, and behind it where the patient pays nothing", func() {
		t := newTillPages()
		t.open("receptionist", "0")
		var gift prices.Product
		t.within(func(ctx context.Context) {
			t.eps.CopayKind, t.eps.Copay = prices.Percent, dec("0")
			_, err := t.editor.ChangeAgreement(ctx, t.eps)
			Expect(err).NotTo(HaveOccurred())
			gift, err = t.editor.AddProduct(ctx, prices.Product{ID: newID(), Name: "Muestra", Price: dec("15.00"), IGVCode: catalog.FreeIGV})
			Expect(err).NotTo(HaveOccurred())
		})
		f := t.cart(url.Values{"convenio": {t.eps.ID.String()}}, t.consultation("80.00", ""), [4]string{prices.Ref{Product: gift.ID}.String(), "", "15.00", ""})
		status, body, _ := t.send(reception, "/cobros", f)
		Expect(status).To(BeNumerically("<", 400), body)
		Expect(t.document(f).Lines).To(HaveLen(1))
		open := t.shares()
		Expect(open).To(HaveLen(1))
		Expect(open[0].Place).To(Equal(1), "0 is the line of the sample")
	})
})
