package catalog_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
)

var _ = Describe("the catalogue's pages", func() {
	var a *app
	var admin, desk visitor

	BeforeEach(func() {
		a = newApp()
		admin, desk = a.as(a.Norte, accounts.ClinicAdmin), a.as(a.Norte, accounts.Receptionist)
	})

	form := func(changes url.Values) url.Values {
		f := url.Values{
			"op_id": {newID().String()}, "id": {newID().String()}, "version": {"1"}, "nombre": {"Profilaxis dental"}, "especialidad": {"odontologia"},
			"minutos": {"30"}, "precio": {"1080,5"}, "recurso": {"sillon"}, "profesionales": {a.Norte.People["doctor"].Membership.String()},
		}
		maps.Copy(f, changes)
		return f
	}
	// stored is what the clinic offers, read in a transaction of its own.
	stored := func() []catalog.Service {
		GinkgoHelper()
		var found []catalog.Service
		Expect(a.Committed(a.Norte, "clinic_admin", func(ctx context.Context) (err error) {
			found, err = a.catalog.Services(ctx, catalog.Filter{Retired: true})
			return err
		})).To(Succeed())
		return found
	}
	added := func() catalog.Service {
		GinkgoHelper()
		Expect(admin.post("/configuracion/servicios", form(nil)).Code).To(Equal(http.StatusSeeOther))
		return stored()[0]
	}

	It("start with the way to the suggestions", func() {
		answer := admin.get("/configuracion/servicios")
		Expect(answer.Code).To(Equal(http.StatusOK))
		Expect(answer.Body.String()).To(ContainSubstring("Empezar con los sugeridos"))
	})

	It("add a service once, however often the form arrives", func() {
		page := admin.get("/configuracion/servicios/nuevo")
		f := form(url.Values{"id": {hidden(page, "id")}, "op_id": {hidden(page, "op_id")}})
		for range 2 {
			answer := admin.post("/configuracion/servicios", f)
			Expect(answer.Code).To(Equal(http.StatusSeeOther))
			Expect(answer.Header().Get("Location")).To(Equal("/configuracion/servicios"))
		}
		services := stored()
		Expect(services).To(HaveLen(1))
		Expect(services[0].Price.StringFixed(2)).To(Equal("1080.50"))
		list := admin.get("/configuracion/servicios?buscar=prof").Body.String()
		Expect(list).To(And(ContainSubstring("Profilaxis dental"), ContainSubstring("S/ 1,080.50"), ContainSubstring("Odontología"), ContainSubstring("30 min")))
		Expect(admin.get("/configuracion/servicios?buscar=zzz").Body.String()).To(ContainSubstring("Ningún servicio empieza con «zzz»"))
	})

	It("keep what was typed and say what is wrong beside each field", func() {
		answer := admin.post("/configuracion/servicios", form(url.Values{"nombre": {""}, "precio": {"veinte"}, "minutos": {"7"}, "especialidad": {"x"}}))
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(And(ContainSubstring("Falta el nombre."), ContainSubstring(`value="veinte"`), ContainSubstring(`value="7"`),
			ContainSubstring("Escriba el precio en soles"), ContainSubstring("de 5 en 5"), ContainSubstring("Hay 4 datos por corregir."),
			MatchRegexp(`value="`+a.Norte.People["doctor"].Membership.String()+`" checked`)))
		Expect(stored()).To(BeEmpty())
	})

	DescribeTable("answer broken forms without falling over",
		func(changes url.Values) {
			answer := admin.post("/configuracion/servicios", form(changes))
			Expect(answer.Code).To(BeElementOf(http.StatusUnprocessableEntity, http.StatusConflict), bodyOf(answer))
			Expect(stored()).To(BeEmpty())
		},
		Entry("an id that is none", url.Values{"id": {"7"}}),
		Entry("no id", url.Values{"id": {""}}),
		Entry("a version that is no number", url.Values{"version": {"uno"}}),
		Entry("a professional that is no id", url.Values{"profesionales": {"Salas"}}),
		Entry("a stranger", url.Values{"profesionales": {"01890000-0000-7000-8000-000000000001"}}),
		Entry("no price", url.Values{"precio": {""}}),
		Entry("an unknown kind", url.Values{"recurso": {"garaje"}}),
		Entry("a long name", url.Values{"nombre": {longText(5000)}}),
	)

	It("refuse a second service of the same name, and keep the first", func() {
		added()
		answer := admin.post("/configuracion/servicios", form(url.Values{"nombre": {"PROFILAXIS dentál"}}))
		Expect(answer.Code).To(Equal(http.StatusConflict))
		Expect(answer.Body.String()).To(ContainSubstring("Ya hay un servicio con ese nombre."))
		Expect(stored()).To(HaveLen(1))
	})

	It("change a service and say who did it", func() {
		s := added()
		address := "/configuracion/servicios/" + s.ID.String()
		Expect(admin.post(address, form(url.Values{"nombre": {"Limpieza"}, "precio": {"90"}})).Code).To(Equal(http.StatusSeeOther))
		page := admin.get(address).Body.String()
		Expect(page).To(And(ContainSubstring(`value="Limpieza"`), ContainSubstring(`value="90.00"`), ContainSubstring("Último cambio: clinic_admin de Clínica Norte, ")))
	})

	It("show what somebody else saved meanwhile, and save over it only when told again", func() {
		s := added()
		address := "/configuracion/servicios/" + s.ID.String()
		Expect(admin.post(address, form(url.Values{"precio": {"90"}})).Code).To(Equal(http.StatusSeeOther))

		late := form(url.Values{"nombre": {"Limpieza"}, "precio": {"100"}, "op_id": {newID().String()}})
		answer := admin.post(address, late)
		Expect(answer.Code).To(Equal(http.StatusConflict))
		Expect(answer.Body.String()).To(And(ContainSubstring("Otra persona cambió estos datos"), ContainSubstring("S/ 90.00"), ContainSubstring("S/ 100.00"),
			ContainSubstring("Profilaxis dental"), ContainSubstring(`value="Limpieza"`), MatchRegexp(`<th scope="row"[^>]*>Precio`)))
		Expect(answer.Body.String()).NotTo(MatchRegexp(`<th scope="row"[^>]*>Duración`))
		Expect(stored()[0].Price.StringFixed(2)).To(Equal("90.00"))

		late.Set("version", hidden(answer, "version"))
		late.Set("op_id", hidden(answer, "op_id"))
		Expect(admin.post(address, late).Code).To(Equal(http.StatusSeeOther))
		Expect(stored()[0].Name).To(Equal("Limpieza"))
	})

	It("keep naming somebody who left, rather than opening the service to everybody", func() {
		s := added()
		_, err := a.Admin.Exec(context.Background(), "update memberships set active = false where id = $1", a.Norte.People["doctor"].Membership)
		Expect(err).NotTo(HaveOccurred())
		page := admin.get("/configuracion/servicios/" + s.ID.String()).Body.String()
		Expect(page).To(And(ContainSubstring("Alguien que ya no atiende en la clínica"), MatchRegexp(`value="`+s.Doctors[0].String()+`" checked`)))
		Expect(a.catalog.DoctorsOf(a.RolledBack(a.Norte, "clinic_admin"), s.ID)).To(BeEmpty())
	})

	It("retire a service and offer it again", func() {
		address := "/configuracion/servicios/" + added().ID.String()
		Expect(admin.post(address+"/retiro", nil).Code).To(Equal(http.StatusSeeOther))
		Expect(admin.get("/configuracion/servicios").Body.String()).NotTo(ContainSubstring("Profilaxis dental"))
		Expect(admin.get("/configuracion/servicios?retirados=si").Body.String()).To(And(ContainSubstring("Profilaxis dental"), ContainSubstring("Retirado")))
		Expect(desk.post("/catalogo/servicios", url.Values{"q": {"prof"}}).Body.String()).To(ContainSubstring("Ningún servicio"))
		Expect(admin.get(address).Body.String()).To(ContainSubstring("Volver a ofrecer"))
		Expect(admin.post(address+"/oferta", nil).Code).To(Equal(http.StatusSeeOther))
		Expect(desk.post("/catalogo/servicios", url.Values{"q": {"prof"}}).Body.String()).To(And(ContainSubstring("role=\"option\""), ContainSubstring("S/ 1,080.50")))
	})

	It("keep chairs and rooms by site", func() {
		page := admin.get("/configuracion/consultorios/nuevo")
		Expect(page.Body.String()).To(ContainSubstring("Centro"))
		f := url.Values{"op_id": {hidden(page, "op_id")}, "id": {hidden(page, "id")}, "version": {"0"}, "nombre": {"Sillón 1"}, "tipo": {"sillon"}, "sede": {a.Norte.Site.String()}}
		Expect(admin.post("/configuracion/consultorios", f).Code).To(Equal(http.StatusSeeOther))
		Expect(admin.get("/configuracion/consultorios").Body.String()).To(And(ContainSubstring("Centro"), ContainSubstring("Sillón 1")))

		address := "/configuracion/consultorios/" + f.Get("id")
		f.Set("version", hidden(admin.get(address), "version"))
		f.Set("nombre", "Sillón azul")
		f.Del("op_id")
		Expect(admin.post(address, f).Code).To(Equal(http.StatusSeeOther))
		f.Set("nombre", "Sillón verde")
		stale := admin.post(address, f)
		Expect(stale.Code).To(Equal(http.StatusConflict))
		Expect(stale.Body.String()).To(And(ContainSubstring("Sillón azul"), ContainSubstring("Sillón verde")))
		Expect(admin.post(address+"/retiro", nil).Code).To(Equal(http.StatusSeeOther))
		Expect(admin.get("/configuracion/consultorios").Body.String()).NotTo(ContainSubstring("Sillón azul"))
		Expect(admin.post(address+"/oferta", nil).Code).To(Equal(http.StatusSeeOther))

		for _, broken := range []url.Values{{"sede": {""}}, {"sede": {"x"}}, {"sede": {a.Sur.Site.String()}}, {"tipo": {""}}, {"nombre": {""}}, {"nombre": {"sillon AZUL"}}} {
			again := url.Values{"id": {newID().String()}, "nombre": {"Sillón 2"}, "tipo": {"sillon"}, "sede": {a.Norte.Site.String()}}
			maps.Copy(again, broken)
			Expect(admin.post("/configuracion/consultorios", again).Code).To(BeElementOf(http.StatusUnprocessableEntity, http.StatusConflict))
		}
	})

	It("take over the suggestions that are ticked, at the price that is typed", func() {
		page := admin.get("/configuracion/servicios/sugeridos")
		Expect(page.Body.String()).To(And(ContainSubstring("Consulta obstétrica"), ContainSubstring(`value="55.00"`), ContainSubstring("Usual: S/ 30 a 80")))
		f := url.Values{"op_id": {hidden(page, "op_id")}, "servicios": {"sellante-de-fosas-y-fisuras-por-pieza", "tonometria"},
			"precio-tonometria": {"cuarenta"}, "precio-sellante-de-fosas-y-fisuras-por-pieza": {"45,5"}}
		refused := admin.post("/configuracion/servicios/sugeridos", f)
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(And(ContainSubstring(`value="cuarenta"`), ContainSubstring("Escriba el precio en soles")))
		Expect(stored()).To(BeEmpty())

		f.Set("precio-tonometria", "40")
		f.Set("op_id", hidden(refused, "op_id"))
		Expect(admin.post("/configuracion/servicios/sugeridos", f).Code).To(Equal(http.StatusSeeOther))
		services := stored()
		Expect(services).To(HaveLen(2))
		Expect(services[0].Price.StringFixed(2)).To(Equal("45.50"))
		Expect(admin.get("/configuracion/servicios/sugeridos").Body.String()).NotTo(ContainSubstring("Tonometría"))
	})

	It("are a step of the clinic's first day", func() {
		_, err := a.Admin.Exec(context.Background(), "update clinics set specialties = '{oftalmologia}' where id = $1", a.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		page := admin.get("/empezar/servicios")
		Expect(page.Body.String()).To(And(ContainSubstring("Tonometría"), ContainSubstring(`action="/empezar/servicios"`)))
		Expect(page.Body.String()).NotTo(ContainSubstring("Exodoncia"))
		step := catalog.NewFirstServices(a.catalog)
		Expect(step.Done(a.RolledBack(a.Norte, "clinic_admin"))).To(BeFalse())
		Expect(admin.post("/empezar/servicios", url.Values{"servicios": {"tonometria"}, "precio-tonometria": {"?"}}).Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(admin.post("/empezar/servicios", url.Values{"servicios": {"tonometria"}, "precio-tonometria": {"40"}}).Code).To(Equal(http.StatusSeeOther))
		Expect(step.Done(a.RolledBack(a.Norte, "clinic_admin"))).To(BeTrue())
	})

	It("find districts for whoever is signed in", func() {
		for _, answer := range []string{
			desk.get("/catalogo/ubigeo?q=amarilis").Body.String(), desk.post("/catalogo/ubigeo", url.Values{"q": {"amarilis"}}).Body.String(),
		} {
			Expect(answer).To(And(ContainSubstring(`data-valor="100102"`), ContainSubstring(`data-texto="Amarilis, Huánuco, Huánuco"`)))
		}
		Expect(desk.post("/catalogo/ubigeo", url.Values{"q": {"<zzzz>"}}).Body.String()).To(ContainSubstring("«&lt;zzzz&gt;»"))
		Expect(desk.post("/catalogo/ubigeo", nil).Body.String()).To(BeEmpty())
	})

	It("are settings: closed to the desk", func() {
		s := added()
		for _, address := range []string{"/configuracion/servicios", "/configuracion/servicios/nuevo", "/configuracion/servicios/" + s.ID.String(),
			"/configuracion/servicios/sugeridos", "/configuracion/consultorios", "/configuracion/consultorios/nuevo"} {
			Expect(desk.get(address).Code).To(Equal(http.StatusNotFound), address)
		}
		Expect(desk.post("/configuracion/servicios/"+s.ID.String()+"/retiro", nil).Code).To(Equal(http.StatusNotFound))
		Expect(stored()[0].Active).To(BeTrue())
	})

	It("of another clinic do not exist", func() {
		s := added()
		r := catalog.Resource{ID: newID(), SiteID: a.Norte.Site, Name: "Sillón 1", Kind: catalog.Chair}
		Expect(a.Committed(a.Norte, "clinic_admin", func(ctx context.Context) error {
			_, err := a.catalog.AddResource(ctx, r)
			return err
		})).To(Succeed())
		stranger := a.as(a.Sur, accounts.ClinicAdmin)
		for _, address := range []string{"/configuracion/servicios/" + s.ID.String(), "/configuracion/consultorios/" + r.ID.String(),
			"/configuracion/servicios/uno", "/configuracion/consultorios/" + newID().String()} {
			Expect(stranger.get(address).Code).To(Equal(http.StatusNotFound), address)
			Expect(stranger.post(address, form(nil)).Code).To(Equal(http.StatusNotFound), address)
			Expect(stranger.post(address+"/retiro", nil).Code).To(Equal(http.StatusNotFound), address)
			Expect(stranger.post(address+"/oferta", nil).Code).To(Equal(http.StatusNotFound), address)
		}
		Expect(stranger.get("/configuracion/servicios?retirados=si").Body.String()).NotTo(ContainSubstring("Profilaxis"))
		Expect(stored()[0].Active).To(BeTrue())
	})
})
