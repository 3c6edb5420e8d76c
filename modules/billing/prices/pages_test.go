package prices_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
)

func product(changes url.Values) url.Values {
	f := url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "version": {"1"}, "nombre": {"Cepillo interdental"}, "codigo": {"7750001"},
		"unidad": {"niu"}, "igv": {"10"}, "precio": {"12,5"}}
	maps.Copy(f, changes)
	return f
}

func agreement(changes url.Values) url.Values {
	f := url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "version": {"1"}, "nombre": {"Pacífico EPS"}, "ruc": {"20999999990"}, "razon_social": {"EPS FICTICIA S.A."},
		"direccion": {"AV. INVENTADA 1, LIMA"}, "copago_tipo": {"fixed"}, "copago": {"30"}, "descuento": {"10 %"}, "desde": {"010126"}, "hasta": {""}}
	maps.Copy(f, changes)
	return f
}

var _ = Describe("what the forms of the price list refuse", Ordered, func() {
	var a *app
	var admin visitor
	BeforeAll(func() {
		a = newApp()
		admin = a.as(a.Norte, accounts.ClinicAdmin)
	})
	AfterAll(func() {
		Expect(a.Committed(a.Norte, "clinic_admin", func(ctx context.Context) error {
			Expect(a.editor.Products(ctx)).To(BeEmpty())
			Expect(a.editor.AllAgreements(ctx)).To(BeEmpty())
			return nil
		})).To(Succeed())
	})

	DescribeTable("say what is wrong with a product at its field", func(field, value, sentence string) {
		status, body := admin.post("/configuracion/productos", product(url.Values{field: {value}}))
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring(sentence))
	},
		Entry("no name", "nombre", " ", "Falta el nombre."),
		Entry("no price", "precio", "", "Escriba el importe en soles"),
		Entry("a price of nothing", "precio", "0", "Ponga el precio."),
		Entry("a negative price", "precio", "-1", "Escriba el importe en soles"),
		Entry("a price beyond measure", "precio", "1000000", "El precio llega como máximo"),
		Entry("three decimals", "precio", "1.005", "dos decimales"),
		Entry("a unit that SUNAT has not", "unidad", "una caja", "La unidad es un código de SUNAT"),
		Entry("an unknown way to be taxed", "igv", "99", "Elija gravado"),
		Entry("a long code", "codigo", strings.Repeat("7", 41), "como máximo 40"),
		Entry("an id that is none", "id", "7", "El formulario está dañado"),
	)

	DescribeTable("say what is wrong with an agreement at its field", func(changes url.Values, sentence string) {
		status, body := admin.post("/configuracion/convenios", agreement(changes))
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(body).To(ContainSubstring(sentence))
	},
		Entry("a RUC with a wrong check digit", url.Values{"ruc": {"20999999991"}}, "El último dígito no corresponde"),
		Entry("no address", url.Values{"direccion": {""}}, "Falta la dirección fiscal"),
		Entry("no legal name", url.Values{"razon_social": {""}}, "Falta la razón social"),
		Entry("a copay of 101 %", url.Values{"copago_tipo": {"percent"}, "copago": {"101"}}, "El porcentaje va de 0 a 100"),
		Entry("a copay of no kind", url.Values{"copago_tipo": {"x"}}, "Elija si el copago"),
		Entry("no copay", url.Values{"copago": {""}}, "Escriba el importe"),
		Entry("100 % off", url.Values{"descuento": {"100"}}, "nadie pagaría nada"),
		Entry("101 % off", url.Values{"descuento": {"101"}}, "El porcentaje va de 0 a 100"),
		Entry("no beginning", url.Values{"desde": {""}}, "Falta desde cuándo rige"),
		Entry("no day", url.Values{"desde": {"31/02/2026"}}, "Se espera una fecha"),
		Entry("an end before the beginning", url.Values{"hasta": {"31/12/25"}}, "Termina antes de empezar"),
	)
})

var _ = Describe("the pages of the price list", func() {
	var a *app
	var admin visitor
	BeforeEach(func() {
		a = newApp()
		admin = a.as(a.Norte, accounts.ClinicAdmin)
	})

	within := func(f func(ctx context.Context)) {
		GinkgoHelper()
		Expect(a.Committed(a.Norte, "clinic_admin", func(ctx context.Context) error { f(ctx); return nil })).To(Succeed())
	}
	offer := func(ref prices.Ref) (o prices.Offer) {
		GinkgoHelper()
		within(func(ctx context.Context) {
			var err error
			o, err = a.editor.Offer(ctx, ref)
			Expect(err).NotTo(HaveOccurred())
		})
		return o
	}
	only := func(list []prices.Agreement, err error) prices.Agreement {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(HaveLen(1))
		return list[0]
	}

	It("sell a product once, find it by its code and its name, change it and retire it", func() {
		f := product(nil)
		for range 2 {
			status, _ := admin.post("/configuracion/productos", f)
			Expect(status).To(Equal(http.StatusSeeOther))
		}
		id := uuid.MustParse(f.Get("id"))
		find := func(query string) (names []string) {
			within(func(ctx context.Context) {
				found, err := a.editor.Find(ctx, query, 12)
				Expect(err).NotTo(HaveOccurred())
				for _, o := range found {
					names = append(names, o.Name)
				}
			})
			return names
		}
		Expect(find("7750001")).To(Equal([]string{"Cepillo interdental"}))
		Expect(find("inter cep")).To(Equal([]string{"Cepillo interdental"}))
		Expect(find("zzz")).To(BeEmpty())

		address := "/configuracion/productos/" + id.String()
		status, body := admin.post("/configuracion/productos", product(url.Values{"codigo": {"8"}}))
		Expect(status).To(Equal(http.StatusConflict))
		Expect(body).To(ContainSubstring("Ya hay un producto con ese nombre."))
		status, body = admin.post("/configuracion/productos", product(url.Values{"nombre": {"Otro"}}))
		Expect(status).To(Equal(http.StatusConflict))
		Expect(body).To(ContainSubstring("Otro producto tiene ese código."))

		status, _ = admin.post(address, product(url.Values{"igv": {"30"}, "precio": {"15"}}))
		Expect(status).To(Equal(http.StatusSeeOther))
		Expect(offer(prices.Ref{Product: id}).IGVCode).To(Equal("30"))
		status, body = admin.post(address, product(url.Values{"nombre": {"Viejo"}}))
		Expect(status).To(Equal(http.StatusConflict), "the version of the form is old")
		Expect(body).To(And(ContainSubstring("Otra persona cambió"), ContainSubstring(`value="Viejo"`), ContainSubstring(`name="version" value="2"`)))

		status, _ = admin.post(address+"/retiro", url.Values{"op_id": {newID().String()}})
		Expect(status).To(Equal(http.StatusSeeOther))
		Expect(find("7750001")).To(BeEmpty())
		_, list := admin.get("/configuracion/productos")
		Expect(list).NotTo(ContainSubstring("Cepillo"))
		_, list = admin.get("/configuracion/productos?retirados=si")
		Expect(list).To(ContainSubstring("Cepillo"))
	})

	It("keep prices of the list, of a site and of an agreement, and give them back", func() {
		service := catalog.Service{ID: newID(), Name: "Limpieza", DurationMin: 30, Price: dec("120")}
		within(func(ctx context.Context) {
			_, err := a.catalog.AddService(ctx, service)
			Expect(err).NotTo(HaveOccurred())
		})
		status, _ := admin.post("/configuracion/convenios", agreement(nil))
		Expect(status).To(Equal(http.StatusSeeOther))
		var eps prices.Agreement
		within(func(ctx context.Context) { eps = only(a.editor.AllAgreements(ctx)) })
		Expect(eps.From.String()).To(Equal("2026-01-01"))
		Expect(eps.PercentOff.String()).To(Equal("10"))

		ref := prices.Ref{Service: service.ID}
		set := func(scope, price string) (int, string) {
			return admin.send(http.MethodPost, "/configuracion/precios", url.Values{"op_id": {newID().String()}, "de": {scope}, "que": {ref.String()}, "precio": {price}}, true)
		}
		site, convenio := "sede:"+a.Norte.Site.String(), "convenio:"+eps.ID.String()
		status, body := set("", "130.00")
		Expect(status).To(Equal(http.StatusOK))
		Expect(body).To(And(ContainSubstring("<tr"), ContainSubstring("S/ 130.00"), ContainSubstring("Guardado")))
		set(site, "100.50")
		_, body = set(convenio, "")
		Expect(body).To(ContainSubstring("paciente S/ 30.00 · convenio S/ 87.00"), "10 % off the list")
		_, body = set(convenio, "80")
		Expect(body).To(ContainSubstring("paciente S/ 30.00 · convenio S/ 50.00"))

		o := offer(ref)
		Expect([]string{o.List.String(), o.At(a.Norte.Site).String()}).To(Equal([]string{"130", "100.5"}))
		_, page := admin.get("/configuracion/precios?de=" + site)
		Expect(page).To(And(ContainSubstring(`value="100.50"`), ContainSubstring("Limpieza")))
		set(site, "")
		Expect(offer(ref).At(a.Norte.Site).String()).To(Equal("130"))

		for price, sentence := range map[string]string{"veinte": "Escriba el importe", "-3": "Escriba el importe", "1000000": "máximo"} {
			status, body := set(site, price)
			Expect(status).To(Equal(http.StatusUnprocessableEntity), price)
			Expect(body).To(And(ContainSubstring(sentence), ContainSubstring(`value="`+price+`"`)))
		}
		status, _ = set("", "")
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "the list has a price always")
		for _, scope := range []string{"sede:" + a.Sur.Site.String(), "sede:7", "convenio:" + newID().String(), "convenio:" + a.Norte.Site.String()} {
			status, _ = set(scope, "10")
			Expect(status).To(Equal(http.StatusNotFound), scope)
		}
	})

	It("remember what a patient was charged by, as long as it holds", func() {
		status, _ := admin.post("/configuracion/convenios", agreement(nil))
		Expect(status).To(Equal(http.StatusSeeOther))
		patient := newID()
		_, err := a.Admin.Exec(context.Background(), "insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type) values ($1, $2, '1', 'Ana', 'Quispe', 'quispe ana', 'NONE')", a.Norte.ID, patient)
		Expect(err).NotTo(HaveOccurred())
		within(func(ctx context.Context) {
			eps := only(a.editor.AllAgreements(ctx))
			Expect(a.editor.AgreementOf(ctx, patient, day)).To(BeNil())
			Expect(a.editor.Remember(ctx, patient, eps.ID)).To(Succeed())
			held, err := a.editor.AgreementOf(ctx, patient, day)
			Expect(err).NotTo(HaveOccurred())
			Expect(held.Name).To(Equal("Pacífico EPS"))
			Expect(a.editor.UseAgreement(ctx, eps.ID, false)).To(Succeed())
			Expect(a.editor.AgreementOf(ctx, patient, day)).To(BeNil())
			Expect(a.editor.Remember(ctx, patient, uuid.Nil)).To(Succeed())
		})
	})

	It("are the administration's, of its own clinic", func() {
		status, _ := admin.post("/configuracion/convenios", agreement(nil))
		Expect(status).To(Equal(http.StatusSeeOther))
		sur := a.as(a.Sur, accounts.ClinicAdmin)
		var eps prices.Agreement
		within(func(ctx context.Context) { eps = only(a.editor.AllAgreements(ctx)) })
		for _, address := range []string{"/configuracion/convenios/" + eps.ID.String(), "/configuracion/precios?de=convenio:" + eps.ID.String()} {
			status, _ := sur.get(address)
			Expect(status).To(Equal(http.StatusNotFound))
			status, _ = a.as(a.Norte, accounts.Receptionist).get(address)
			Expect(status).To(Equal(http.StatusNotFound))
			status, _ = admin.get(address)
			Expect(status).To(Equal(http.StatusOK))
		}
	})
})
