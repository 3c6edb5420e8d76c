package accounts_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
)

// admin is signed in as the administration of Norte.
func (app *staffApp) admin() *browser {
	GinkgoHelper()
	app.give(app.Norte.People["clinic_admin"].User, "admin@norte.pe", knownSecret)
	return app.signedIn("admin@norte.pe")
}

// invite sends the form of an invitation and returns the link of its letter.
func (app *staffApp) invite(b *browser, email string, roles ...string) string {
	GinkgoHelper()
	before := len(app.letters.to(email))
	form := formOf("id", uuid.NewString(), "op_id", uuid.NewString(), "nombre", "Rosa Malpartida", "correo", email, "titulo", "Dra.",
		"colegio", "COP", "colegiatura", "31582", "especialidad", "odontologia", "sede", app.Norte.Site.String())
	for _, role := range roles {
		form.Add("roles", role)
	}
	sent := b.request(http.MethodPost, "/configuracion/personas/invitar", form)
	Expect(sent.Status).To(Equal(http.StatusSeeOther), sent.Body)
	return app.link(email, before+1)
}

// invitationID is the id of the one open invitation on the page of people.
func invitationID(b *browser) string {
	GinkgoHelper()
	found := regexp.MustCompile(`/invitaciones/([0-9a-f-]{36})/envio`).FindStringSubmatch(b.get("/configuracion/personas").Body)
	Expect(found).To(HaveLen(2))
	return found[1]
}

var _ = Describe("an invitation", func() {
	var app *staffApp
	var admin *browser
	BeforeEach(func() {
		app = newStaffApp(accounts.OnboardingParts{})
		admin = app.admin()
	})

	It("makes the account of a new person, who works here with the roles of the invitation", func() {
		link := app.invite(admin, "rosa@correo.pe", "receptionist", "cashier")
		Expect(admin.get("/configuracion/personas").Body).To(And(ContainSubstring("rosa@correo.pe"), ContainSubstring("Enviada, hasta el")))
		rosa := app.browser()
		Expect(rosa.get(link).Body).To(And(ContainSubstring("Clínica Norte le invita"), ContainSubstring("Recepción, Caja")))
		weak := rosa.post(link, "nombre", "Rosa M.", "password", "corta")
		Expect(weak.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(weak.Body).To(And(ContainSubstring("12 caracteres"), ContainSubstring("Rosa M.")))

		in := rosa.post(link, "nombre", "Rosa Malpartida Ruiz", "password", goodPassword)
		Expect(in.Status).To(Equal(http.StatusSeeOther))
		Expect(in.Header.Get("Location")).To(Equal("/"))
		Expect(rosa.get(link).Status).To(Equal(http.StatusNotFound), "a link serves once")
		Expect(app.count(`select count(*) from memberships m join users u on u.id = m.user_id where m.clinic_id = $1 and u.name = 'Rosa Malpartida Ruiz'
			and m.roles @> '{receptionist,cashier}' and m.site_id = $2 and u.college_number = '31582'`, app.Norte.ID, app.Norte.Site)).To(Equal(1))
		Expect(app.count("select count(*) from audit_log a join users u on u.id = a.user_id where a.entity = 'memberships' and u.name like 'Rosa%'")).To(Equal(1))
	})

	It("asks a professional for the second factor before anything opens", func() {
		link := app.invite(admin, "doc@correo.pe", "doctor")
		doc := app.browser()
		Expect(doc.post(link, "nombre", "Rosa", "password", goodPassword).Body).To(ContainSubstring("Proteja su cuenta"))
		Expect(doc.get("/configuracion/personas").Status).To(Equal(http.StatusSeeOther))
	})

	It("does not open once it was taken back, sent again, or is seven days old", func() {
		old := app.invite(admin, "rosa@correo.pe", "cashier")
		id := invitationID(admin)
		Expect(admin.post("/configuracion/personas/invitaciones/" + id + "/envio").Status).To(Equal(http.StatusSeeOther))
		fresh := app.link("rosa@correo.pe", 2)
		Expect(fresh).NotTo(Equal(old))
		Expect(app.browser().get(old).Status).To(Equal(http.StatusNotFound))
		Expect(app.browser().get(fresh).Status).To(Equal(http.StatusOK))

		app.clock.Pass(accounts.InvitationLife)
		Expect(app.browser().get(fresh).Status).To(Equal(http.StatusNotFound))
		Expect(app.browser().post(fresh, "nombre", "Rosa", "password", goodPassword).Status).To(Equal(http.StatusNotFound))

		admin = app.signedIn("admin@norte.pe")
		Expect(admin.get("/configuracion/personas").Body).To(ContainSubstring("Venció el"))
		Expect(admin.post("/configuracion/personas/invitaciones/" + id + "/envio").Status).To(Equal(http.StatusSeeOther))
		last := app.link("rosa@correo.pe", 3)
		Expect(admin.post("/configuracion/personas/invitaciones/" + id + "/retiro").Status).To(Equal(http.StatusSeeOther))
		Expect(app.browser().get(last).Status).To(Equal(http.StatusNotFound))
		Expect(admin.post("/configuracion/personas/invitaciones/" + id + "/envio").Status).To(Equal(http.StatusNotFound))
		Expect(app.browser().get("/invitacion/inventado").Status).To(Equal(http.StatusNotFound))
	})

	It("is open once a person, in that clinic", func() {
		app.invite(admin, "rosa@correo.pe", "cashier")
		again := admin.post("/configuracion/personas/invitar", "id", uuid.NewString(), "nombre", "Otra", "correo", " ROSA@correo.pe", "roles", "cashier")
		Expect(again.Status).To(Equal(http.StatusConflict))
		Expect(again.Body).To(And(ContainSubstring("Ya hay una invitación abierta"), ContainSubstring("Otra")))
	})

	It("names what is missing and keeps what was typed", func() {
		refused := admin.post("/configuracion/personas/invitar", "id", uuid.NewString(), "nombre", "Rosa", "correo", "rosa", "roles", "doctor")
		Expect(refused.Status).To(Equal(http.StatusUnprocessableEntity))
		for _, words := range []string{"nombre@dominio.pe", "Falta el colegio", "Falta el número de colegiatura", "Falta la especialidad", `value="Rosa"`} {
			Expect(refused.Body).To(ContainSubstring(words))
		}
		foreign := admin.post("/configuracion/personas/invitar", "id", uuid.NewString(), "nombre", "Rosa", "correo", "rosa@correo.pe", "roles", "cashier",
			"sede", app.Sur.Site.String())
		Expect(foreign.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(foreign.Body).To(ContainSubstring("Esa sede no está en la lista."))
		Expect(app.count("select count(*) from invitations")).To(BeZero())
	})

	It("for somebody with an account is accepted by that person alone, after logging in", func() {
		app.give(app.Sur.People["cashier"].User, "caja@sur.pe", "")
		app.give(app.Sur.People["receptionist"].User, "otra@sur.pe", "")
		link := app.invite(admin, "caja@sur.pe", "receptionist")

		visitor := app.browser()
		Expect(visitor.get(link).Body).To(ContainSubstring("/ingresar?volver=" + strings.ReplaceAll(link, "/", "%2F")))
		Expect(visitor.post(link, "nombre", "X", "password", goodPassword).Header.Get("Location")).To(Equal(link), "no second account")
		other := app.signedIn("otra@sur.pe")
		Expect(other.get(link).Body).To(ContainSubstring("otra persona"))
		Expect(other.post(link).Header.Get("Location")).To(Equal(link))
		Expect(app.count("select count(*) from memberships where clinic_id = $1", app.Norte.ID)).To(Equal(5))

		right := app.signedIn("caja@sur.pe")
		Expect(right.get(link).Body).To(ContainSubstring("Aceptar"))
		accepted := right.post(link)
		Expect(accepted.Body).To(ContainSubstring("Ya es parte de Clínica Norte"))
		membership := regexp.MustCompile(`name="membership" value="([^"]+)"`).FindStringSubmatch(accepted.Body)[1]
		Expect(right.post("/clinica", "membership", membership).Status).To(Equal(http.StatusSeeOther))
		Expect(app.count("select count(*) from memberships where clinic_id = $1 and user_id = $2", app.Norte.ID, app.Sur.People["cashier"].User)).To(Equal(1))
	})

	It("takes no role from somebody who works here already, and brings back who left", func() {
		doctor := app.Norte.People["doctor"]
		app.give(doctor.User, "doc@norte.pe", knownSecret)
		link := app.invite(admin, "doc@norte.pe", "cashier")
		app.clock.Pass(60e9)
		Expect(app.signedIn("doc@norte.pe").post(link).Status).To(Equal(http.StatusOK))
		Expect(app.count("select count(*) from memberships where id = $1 and roles @> '{doctor,cashier}'", doctor.Membership)).To(Equal(1))
	})

	It("opened twice at once makes one account and one membership", func() {
		link := app.invite(admin, "rosa@correo.pe", "cashier")
		statuses := make(chan int, 4)
		var start sync.WaitGroup
		start.Add(1)
		for range cap(statuses) {
			go func() {
				defer GinkgoRecover()
				start.Wait()
				statuses <- app.browser().post(link, "nombre", "Rosa", "password", goodPassword).Status
			}()
		}
		start.Done()
		for range cap(statuses) {
			Expect(<-statuses).To(BeElementOf(http.StatusSeeOther, http.StatusNotFound))
		}
		Expect(app.count("select count(*) from users where name = 'Rosa'")).To(Equal(1))
		Expect(app.count("select count(*) from memberships where clinic_id = $1", app.Norte.ID)).To(Equal(6))
	})

	It("stands encrypted in the database, and its link only as a hash", func() {
		link := app.invite(admin, "rosa@correo.pe", "cashier")
		token := link[strings.LastIndex(link, "/")+1:]
		for _, table := range []string{"invitations", "audit_log", "river_job", "sync_ops"} {
			Expect(app.count("select count(*) from "+table+" t where t::text like '%rosa@correo.pe%' or t::text like $1", "%"+token+"%")).To(BeZero(), table)
		}
	})

	It("and the people of another clinic are not found", func() {
		foreign := uuid.NewString()
		app.exec(`insert into invitations (clinic_id, id, email, name, roles, invited_by, expires_at) values ($1, $2, '', 'X', '{cashier}', $3, now() + interval '1 day')`,
			app.Sur.ID, foreign, app.Sur.People["clinic_admin"].Membership)
		person := app.Sur.People["cashier"].Membership.String()
		for _, path := range []string{"invitaciones/" + foreign + "/envio", "invitaciones/" + foreign + "/retiro", person, person + "/baja", person + "/alta", person + "/salidas", "no-es-un-id"} {
			Expect(admin.post("/configuracion/personas/"+path, "roles", "cashier", "version", "1").Status).To(Equal(http.StatusNotFound), path)
		}
		Expect(admin.get("/configuracion/personas/" + person).Status).To(Equal(http.StatusNotFound))
		page := admin.get("/configuracion/personas").Body
		Expect(page).To(And(ContainSubstring("doctor de Clínica Norte"), Not(ContainSubstring("Clínica Sur"))))
	})
})

var _ = Describe("the page of a person", func() {
	var app *staffApp
	var admin *browser
	BeforeEach(func() {
		app = newStaffApp(accounts.OnboardingParts{})
		admin = app.admin()
	})

	It("shows what somebody else stored meanwhile, and stores over it only when told so", func() {
		path := "/configuracion/personas/" + app.Norte.People["cashier"].Membership.String()
		Expect(admin.post(path, "version", "1", "roles", "receptionist").Status).To(Equal(http.StatusSeeOther))
		stale := admin.post(path, "version", "1", "roles", "assistant")
		Expect(stale.Status).To(Equal(http.StatusConflict))
		Expect(stale.Body).To(And(ContainSubstring("quedó guardado «Recepción»; aquí dice «Asistente»"), ContainSubstring(`name="version" value="2"`)))
		Expect(admin.post(path, "version", "2", "roles", "assistant").Status).To(Equal(http.StatusSeeOther))
		Expect(admin.post(path, "version", "3").Body).To(ContainSubstring("al menos un rol"))
	})

	It("says that a professional has no number yet, and the person writes it", func() {
		doctor := app.Norte.People["doctor"]
		path := "/configuracion/personas/" + doctor.Membership.String()
		Expect(admin.get(path).Body).To(ContainSubstring("Falta su número de colegiatura."))
		app.give(doctor.User, "doc@norte.pe", knownSecret)
		app.clock.Pass(60e9)
		b := app.signedIn("doc@norte.pe")
		Expect(b.post("/mi-cuenta/colegiatura", "titulo", "Dr.", "colegio", "CMP").Body).To(ContainSubstring("Falta el número de colegiatura."))
		Expect(b.post("/mi-cuenta/colegiatura", "titulo", "Dr.", "colegio", "CMP", "colegiatura", "04512", "nombre", "Otro").Status).To(Equal(http.StatusSeeOther))
		Expect(b.get("/mi-cuenta/colegiatura").Body).To(ContainSubstring("Dr. doctor de Clínica Norte"))
		Expect(admin.get(path).Body).To(ContainSubstring("CMP 04512"))
	})

	It("keeps the last administrator in words", func() {
		path := "/configuracion/personas/" + app.Norte.People["clinic_admin"].Membership.String()
		Expect(admin.post(path, "version", "1", "roles", "cashier").Body).To(ContainSubstring("Es la única persona con Administración"))
		left := admin.post(path + "/baja")
		Expect(left.Status).To(Equal(http.StatusConflict))
		Expect(left.Body).To(ContainSubstring("Es la única persona con Administración"))
	})

	It("shuts out who is deactivated, at once", func() {
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		b := app.signedIn("recepcion@norte.pe")
		Expect(b.get("/empezar").Status).To(Equal(http.StatusOK))
		path := "/configuracion/personas/" + app.Norte.People["receptionist"].Membership.String()
		Expect(admin.post(path + "/baja").Status).To(Equal(http.StatusSeeOther))
		Expect(b.get("/empezar").Body).To(ContainSubstring("¿Ya tiene una cuenta?"), "as a visitor")
		Expect(admin.post(path + "/alta").Status).To(Equal(http.StatusSeeOther))
		app.signedIn("recepcion@norte.pe")
	})
})

var _ = Describe("the platform", func() {
	var app *staffApp
	var root *browser
	BeforeEach(func() {
		app = newStaffApp(accounts.OnboardingParts{})
		Expect(app.platform.CreateSuperAdmin(context.Background(), accounts.NewSuperAdmin{Name: "Raíz", Email: "raiz@hampi.pe", Password: goodPassword})).To(Succeed())
		root = app.browser()
		enrol := root.post("/ingresar", "email", "raiz@hampi.pe", "password", goodPassword)
		Expect(enrol.Body).To(ContainSubstring("Proteja su cuenta"))
		Expect(root.get("/plataforma/clinicas").Status).To(Equal(http.StatusSeeOther), "not before the second factor")
		Expect(root.post("/ingresar/registro", "code", accounts.CodeAt(secretOn(enrol.Body), app.clock.Now())).Body).To(ContainSubstring("recuperación"))
	})

	It("creates its people with a password that serves and an e-mail of their own", func() {
		ctx := context.Background()
		Expect(app.platform.CreateSuperAdmin(ctx, accounts.NewSuperAdmin{Name: "Otra", Email: "RAIZ@hampi.pe", Password: goodPassword})).To(MatchError(accounts.ErrEmailTaken))
		Expect(app.platform.CreateSuperAdmin(ctx, accounts.NewSuperAdmin{Email: "x", Password: "corta"})).To(MatchError(And(
			ContainSubstring("nombre"), ContainSubstring("correo"), ContainSubstring("password"))))
	})

	It("lists clinics, shuts one with a reason and opens it again", func() {
		Expect(root.get("/plataforma/clinicas").Body).To(And(ContainSubstring("Clínica Norte"), ContainSubstring("Clínica Sur"), Not(ContainSubstring("doctor de"))))
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		inside := app.signedIn("recepcion@norte.pe")
		path := "/plataforma/clinicas/" + app.Norte.ID.String()
		Expect(root.post(path+"/suspension", "motivo", " ").Body).To(ContainSubstring("Falta el motivo."))
		Expect(root.post(path+"/suspension", "motivo", "Deuda de tres meses").Status).To(Equal(http.StatusSeeOther))
		Expect(root.get(path).Body).To(ContainSubstring("Deuda de tres meses"))
		Expect(inside.get("/empezar").Body).To(ContainSubstring("¿Ya tiene una cuenta?"), "as a visitor")
		Expect(app.browser().post("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("suspendida"))
		Expect(app.count("select count(*) from audit_log where clinic_id = $1 and entity = 'clinics' and new ? 'suspended_at' and user_id is not null", app.Norte.ID)).To(Equal(1))
		Expect(root.post(path + "/apertura").Status).To(Equal(http.StatusSeeOther))
		app.signedIn("recepcion@norte.pe")
		Expect(root.get("/plataforma/clinicas/" + uuid.NewString()).Status).To(Equal(http.StatusNotFound))
	})

	It("sees nothing of a clinic, and a clinic nothing of the platform", func() {
		for _, path := range []string{"/configuracion/personas", "/empezar/sede", "/empezar"} {
			Expect(root.get(path).Status).To(Equal(http.StatusNotFound), path)
		}
		admin := app.admin()
		for _, path := range []string{"/plataforma/clinicas", "/plataforma/clinicas/" + app.Norte.ID.String()} {
			Expect(admin.get(path).Status).To(Equal(http.StatusNotFound), path)
		}
		Expect(admin.post("/plataforma/clinicas/"+app.Sur.ID.String()+"/suspension", "motivo", "porque sí").Status).To(Equal(http.StatusNotFound))
	})
})

var _ = Describe("the API's list of sites", func() {
	It("turns pages over the clinic's own sites", func() {
		app := newStaffApp(accounts.OnboardingParts{})
		app.exec("insert into sites (clinic_id, id, name) values ($1, $2, 'Anexo')", app.Norte.ID, uuid.New())
		app.give(app.Norte.People["cashier"].User, "caja@norte.pe", "")
		b := app.signedIn("caja@norte.pe")
		first := b.get("/api/v1/sites?limit=1")
		Expect(first.Body).To(And(ContainSubstring(`"name":"Anexo"`), Not(ContainSubstring("Centro"))))
		next := regexp.MustCompile(`"next":"([^"]+)"`).FindStringSubmatch(first.Body)
		Expect(next).To(HaveLen(2))
		second := b.get("/api/v1/sites?limit=1&cursor=" + next[1])
		Expect(second.Body).To(And(ContainSubstring(app.Norte.Site.String()), Not(ContainSubstring(`"next"`))))
		Expect(second.Body).NotTo(ContainSubstring(app.Sur.Site.String()))
		Expect(b.get("/api/v1/sites?cursor=" + app.Sur.Site.String()).Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(b.get("/api/v1/sites?limit=101").Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(app.browser().get("/api/v1/sites").Status).To(Equal(http.StatusUnauthorized))
	})
})
