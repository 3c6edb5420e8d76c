package settings_test

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/audit"
)

var _ = Describe("the settings", func() {
	var a *app
	BeforeEach(func() { a = newApp() })

	It("list what somebody may open, and are not there for who may open nothing", func() {
		page := a.get(admin, "/configuracion")
		Expect(page.Code).To(Equal(http.StatusOK))
		for _, words := range []string{"Clínica", "Sedes", "Personas y roles", "Seguridad"} {
			Expect(page.Body.String()).To(ContainSubstring(words))
		}
		for _, role := range []string{"doctor", "assistant", "receptionist", "cashier"} {
			for _, path := range []string{"/configuracion", "/configuracion/clinica", "/configuracion/sedes", "/configuracion/seguridad", "/configuracion/personas", "/auditoria"} {
				Expect(a.get("norte "+role, path).Code).To(Equal(http.StatusNotFound), role+" "+path)
			}
		}
	})

	It("frame a page with the list and the way back, and give htmx its body alone", func() {
		page := a.get(admin, "/configuracion/clinica").Body.String()
		Expect(page).To(And(ContainSubstring(`aria-label="Ruta"`), ContainSubstring(`href="/configuracion/sedes"`), ContainSubstring("<html")))
		fragment := a.get(admin, "/configuracion/clinica", "HX-Request", "true").Body.String()
		Expect(fragment).To(And(ContainSubstring("Zona horaria"), Not(ContainSubstring("<html")), Not(ContainSubstring(`aria-label="Ruta"`))))
	})

	It("save a section, say who did it last, and keep what was typed when it is refused", func() {
		const path = "/configuracion/clinica/datos"
		seen := hidden(a.get(admin, "/configuracion/clinica").Body.String(), path)
		refused := a.post(admin, path, append(seen, "nombre", "Norte Nueva", "ruc", "123", "telefono", "062 511111")...)
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(And(ContainSubstring("11 dígitos; aquí hay 3"), ContainSubstring("Norte Nueva"), ContainSubstring("062 511111")))
		stored := a.post(admin, path, append(seen, "nombre", "Norte Nueva", "ruc", "20131312955", "telefono", "062 511111")...)
		Expect(stored.Code).To(Equal(http.StatusSeeOther))
		page := a.get(admin, "/configuracion/clinica").Body.String()
		Expect(page).To(And(ContainSubstring("Norte Nueva"), ContainSubstring("Último cambio: clinic_admin de Clínica Norte")))
		Expect(a.get("sur clinic_admin", "/configuracion/clinica").Body.String()).NotTo(ContainSubstring("Norte Nueva"))
	})

	It("show what differs when somebody else was faster, and store over it only then", func() {
		const path = "/configuracion/clinica/datos"
		first := hidden(a.get(admin, "/configuracion/clinica").Body.String(), path)
		look := hidden(a.get(admin, "/configuracion/clinica").Body.String(), "/configuracion/clinica/apariencia")
		Expect(a.post(admin, path, append(first, "nombre", "De Ana", "ruc", "20131312955")...).Code).To(Equal(http.StatusSeeOther))
		stale := a.post(admin, path, append(first, "nombre", "De Luz", "ruc", "20131312955")...)
		Expect(stale.Code).To(Equal(http.StatusConflict))
		Expect(stale.Body.String()).To(ContainSubstring("Nombre: quedó guardado «De Ana»; aquí dice «De Luz»."))
		Expect(a.get(admin, "/configuracion/clinica").Body.String()).To(ContainSubstring("De Ana"))

		Expect(a.post(admin, path, append(first, "nombre", "De Ana", "ruc", "20131312955")...).Code).To(Equal(http.StatusSeeOther), "both wanted the same")
		Expect(a.post(admin, "/configuracion/clinica/apariencia", append(look, "acento", "molle")...).Code).To(Equal(http.StatusSeeOther), "another section")
		Expect(a.post(admin, path, append(hidden(stale.Body.String(), path), "nombre", "De Luz", "ruc", "20131312955")...).Code).
			To(Equal(http.StatusSeeOther), "stored over it, knowing it")
		Expect(a.get(admin, "/configuracion/clinica").Body.String()).To(ContainSubstring("De Luz"))
	})

	It("do not let a refused form pass a change that nobody has seen", func() {
		const path = "/configuracion/clinica/datos"
		first := hidden(a.get(admin, "/configuracion/clinica").Body.String(), path)
		a.post(admin, path, append(first, "nombre", "De Ana", "ruc", "20131312955")...)
		refused := a.post(admin, path, append(first, "nombre", "De Luz", "ruc", "1")...).Body.String()
		Expect(a.post(admin, path, append(hidden(refused, path), "nombre", "De Luz", "ruc", "20131312955")...).Code).To(Equal(http.StatusConflict))
	})

	It("take a real picture as logo, serve it as nothing else, and refuse the rest at the field", func() {
		Expect(a.get(admin, "/clinica/logo").Code).To(Equal(http.StatusNotFound))
		Expect(a.upload(admin, picture()).Code).To(Equal(http.StatusSeeOther))
		logo := a.get("norte cashier", "/clinica/logo")
		Expect(logo.Header().Get("Content-Type")).To(Equal("image/png"))
		Expect(logo.Header().Get("Content-Security-Policy")).To(Equal("default-src 'none'; sandbox"))
		Expect(logo.Header().Get("X-Content-Type-Options")).To(Equal("nosniff"))
		Expect(logo.Body.Bytes()).To(Equal(picture()))
		Expect(a.get("sur clinic_admin", "/clinica/logo").Code).To(Equal(http.StatusNotFound))

		for words, file := range map[string][]byte{
			"El logo va en PNG":        []byte("<html><script>alert(1)</script></html>"),
			"La imagen está dañada":    picture()[:20],
			"La imagen pesa más":       bytes.Repeat([]byte{0x89}, 600<<10),
			"Falta elegir una imagen.": {},
		} {
			refused := a.upload(admin, file)
			Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity), words)
			Expect(refused.Body.String()).To(ContainSubstring(words))
		}
		Expect(a.upload(admin, make([]byte, 3<<20)).Code).To(Equal(http.StatusRequestEntityTooLarge))
		Expect(a.post(admin, "/configuracion/clinica/logo").Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.post(admin, "/configuracion/clinica/logo/retiro").Code).To(Equal(http.StatusSeeOther))
		Expect(a.get(admin, "/clinica/logo").Code).To(Equal(http.StatusNotFound))
	})

	It("add, edit and close sites, and find none of another clinic", func() {
		Expect(a.post(admin, "/configuracion/sedes/nueva", "id", newID(), "nombre", "Centro", "direccion", "Jr. Lima 1").Body.String()).
			To(And(ContainSubstring("Ya hay una sede con ese nombre."), ContainSubstring("Jr. Lima 1")))
		id := newID()
		Expect(a.post(admin, "/configuracion/sedes/nueva", "id", id, "nombre", "Anexo").Code).To(Equal(http.StatusSeeOther))
		Expect(a.post(admin, "/configuracion/sedes/"+id, "version", "1", "nombre", "Anexo Norte", "altitud", "1,900 m").Code).To(Equal(http.StatusSeeOther))
		Expect(a.get(admin, "/configuracion/sedes/"+id).Body.String()).To(ContainSubstring(`value="1900"`))
		for _, no := range []string{"alto", "-5", "5501"} {
			Expect(a.post(admin, "/configuracion/sedes/"+id, "version", "2", "nombre", "Anexo Norte", "altitud", no).Body.String()).To(ContainSubstring("Se espera entre 0 y 5,500 metros."), no)
		}
		stale := a.post(admin, "/configuracion/sedes/"+id, "version", "1", "nombre", "Anexo Sur")
		Expect(stale.Code).To(Equal(http.StatusConflict))
		Expect(stale.Body.String()).To(ContainSubstring("quedó guardado «Anexo Norte»; aquí dice «Anexo Sur»"))
		Expect(a.post(admin, "/configuracion/sedes/"+a.Norte.Site.String()+"/cierre").Code).To(Equal(http.StatusSeeOther))
		last := a.post(admin, "/configuracion/sedes/"+id+"/cierre")
		Expect(last.Code).To(Equal(http.StatusConflict))
		Expect(last.Body.String()).To(ContainSubstring("Es la única sede abierta"))

		foreign := "/configuracion/sedes/" + a.Sur.Site.String()
		Expect(a.get(admin, foreign).Code).To(Equal(http.StatusNotFound))
		for _, path := range []string{foreign, foreign + "/cierre", foreign + "/apertura", "/configuracion/sedes/no-es-id"} {
			Expect(a.post(admin, path, "version", "1", "nombre", "Mía").Code).To(Equal(http.StatusNotFound), path)
		}
	})

	It("lets the administration say that nothing opens without connection, and tells who stored something else meanwhile", func() {
		const path = "/configuracion/seguridad/sin-conexion"
		first := hidden(a.get(admin, "/configuracion/seguridad").Body.String(), path)
		Expect(a.post("norte doctor", path, first...).Code).To(Equal(http.StatusNotFound))
		Expect(a.get(admin, "/configuracion/seguridad").Body.String()).To(MatchRegexp(`name="abrir"[^>]*checked`))
		Expect(a.post(admin, path, first...).Code).To(Equal(http.StatusSeeOther))
		Expect(a.get(admin, "/configuracion/seguridad").Body.String()).NotTo(MatchRegexp(`name="abrir"[^>]*checked`))
		Expect(a.post(admin, path, append(first, "abrir", "si")...).Code).To(Equal(http.StatusConflict))
	})

	It("set when screens lock, and end log-ins of this clinic alone", func() {
		const path = "/configuracion/seguridad/bloqueo"
		seen := hidden(a.get(admin, "/configuracion/seguridad").Body.String(), path)
		for _, wrong := range []string{"", "0", "61", "diez", "99999999999999999999"} {
			refused := a.post(admin, path, append(seen, "minutos", wrong)...)
			Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity), wrong)
			Expect(refused.Body.String()).To(ContainSubstring("Se espera entre 1 y 60 minutos."))
		}
		Expect(a.post(admin, path, append(seen, "minutos", "7")...).Code).To(Equal(http.StatusSeeOther))
		Expect(a.get(admin, "/configuracion/seguridad").Body.String()).To(ContainSubstring(`value="7"`))

		mine, foreign := a.login("norte"), a.login("sur")
		page := a.get(admin, "/configuracion/seguridad").Body.String()
		Expect(page).To(And(ContainSubstring("doctor de Clínica Norte"), ContainSubstring("Firefox en Windows"), Not(ContainSubstring("Clínica Sur"))))
		Expect(a.post(admin, "/configuracion/seguridad/ingresos/"+foreign+"/cierre").Code).To(Equal(http.StatusNotFound))
		Expect(a.post(admin, "/configuracion/seguridad/ingresos/"+mine+"/cierre").Code).To(Equal(http.StatusSeeOther))
		Expect(a.get(admin, "/configuracion/seguridad").Body.String()).To(ContainSubstring("Nadie tiene un ingreso abierto."))
	})
})

// login writes down that a clinic's doctor is logged in.
func (a *app) login(place string) string {
	GinkgoHelper()
	clinic := a.Norte
	if place == "sur" {
		clinic = a.Sur
	}
	id, doctor := newID(), clinic.People["doctor"]
	_, err := a.Admin.Exec(context.Background(), `insert into logins (id, user_id, clinic_id, membership_id, kind, user_agent, ends_at, last_seen_at)
		values ($1, $2, $3, $4, 'browser', 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/145.0', $5, $6)`,
		id, doctor.User, clinic.ID, doctor.Membership, a.now.Add(time.Hour), a.now)
	Expect(err).NotTo(HaveOccurred())
	return id
}

var _ = Describe("the audit page", func() {
	var a *app
	BeforeEach(func() { a = newApp() })

	It("says in words who changed what, with names for ids and no encrypted value", func() {
		doctor := a.Norte.People["doctor"].Membership.String()
		Expect(a.post(admin, "/configuracion/personas/"+doctor, "version", "1", "roles", "cashier", "sede", a.Norte.Site.String()).Code).To(Equal(http.StatusSeeOther))
		Expect(a.post(admin, "/configuracion/personas/invitar", "id", newID(), "nombre", "Rosa", "correo", "rosa@correo.pe", "roles", "cashier").Code).To(Equal(http.StatusSeeOther))
		invitation := regexp.MustCompile(`/invitaciones/([0-9a-f-]{36})/retiro`).FindStringSubmatch(a.get(admin, "/configuracion/personas").Body.String())[1]
		Expect(a.post(admin, "/configuracion/personas/invitaciones/"+invitation+"/retiro").Code).To(Equal(http.StatusSeeOther))
		a.get("norte cashier", "/auditoria")

		page := a.get(admin, "/auditoria").Body.String()
		for _, words := range []string{"clinic_admin de Clínica Norte", "Cambió · Persona", "doctor de Clínica Norte", "Roles: «Profesional» → «Caja»",
			"Retirada", "Rosa", "Acceso negado · Página", "GET /auditoria"} {
			Expect(page).To(ContainSubstring(words))
		}
		_, shown, _ := strings.Cut(page, "<ol class=\"lista tarjeta")
		Expect(shown).NotTo(MatchRegexp(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-`), "no raw ids")
		Expect(shown).NotTo(ContainSubstring(`\x`), "nothing encrypted")
		Expect(shown).NotTo(ContainSubstring("rosa@correo.pe"))
	})

	It("narrows by person, thing, act and day, and says when nothing is left", func() {
		site := newID()
		Expect(a.post(admin, "/configuracion/sedes/nueva", "id", site, "nombre", "Anexo").Code).To(Equal(http.StatusSeeOther))
		day := time.Now().In(time.FixedZone("Lima", -5*3600)).Format("02/01/2006")
		who := a.Norte.People["clinic_admin"].User.String()
		found := func(query string) string { return a.get(admin, "/auditoria?"+query).Body.String() }
		Expect(found("persona=" + who + "&sobre=sites&accion=insert&desde=" + day + "&hasta=" + day)).To(ContainSubstring("Creó · Sede"))
		for _, query := range []string{"persona=" + a.Norte.People["cashier"].User.String(), "sobre=clinics&accion=delete", "desde=01/01/2040", "hasta=01/01/2001", "persona=" + uuid.NewString()} {
			Expect(found(query)).To(ContainSubstring("Nada coincide"), query)
		}
		Expect(found("desde=ayer")).To(ContainSubstring("Se espera una fecha"))
		Expect(found("desde=02/01/2026&hasta=01/01/2026")).To(ContainSubstring("Va antes que"))
		Expect(a.get(admin, "/auditoria?sigue=nada").Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.get("sur clinic_admin", "/auditoria").Body.String()).NotTo(ContainSubstring("Anexo"))
	})

	It("shows of clinical tables that they changed, and nothing else", func() {
		Expect(a.Committed(a.Norte, "doctor", func(ctx context.Context) error {
			return audit.Record(ctx, "update", "allergies", uuid.New(), map[string]any{"sha256": "abc", "columns": []string{"substance"}})
		})).To(Succeed())
		page := a.get(admin, "/auditoria?sobre=allergies").Body.String()
		Expect(page).To(ContainSubstring("Contenido clínico, no se muestra aquí."))
		Expect(page).NotTo(ContainSubstring("substance"))
		Expect(a.Committed(a.Norte, "doctor", func(ctx context.Context) error {
			return audit.Record(ctx, "update", "devices", uuid.New(), map[string]any{"sha256": "abc", "columns": []string{"name", "sealed_key", "version"}})
		})).To(Succeed())
		page = a.get(admin, "/auditoria?sobre=devices").Body.String()
		Expect(page).To(And(ContainSubstring("Cambió · Equipo"), ContainSubstring("Cómo se llama")))
		Expect(page).NotTo(ContainSubstring("clínico"))
	})

	It("goes on where the page ended, without losing or repeating a line", func() {
		Expect(a.Committed(a.Norte, "cashier", func(ctx context.Context) error {
			for range 120 {
				if err := audit.Record(ctx, "export", "clinics", a.Norte.ID, nil); err != nil {
					return err
				}
			}
			return nil
		})).To(Succeed())
		lines := map[string]int{}
		address := "/auditoria?accion=export"
		for pages := 0; address != ""; pages++ {
			Expect(pages).To(BeNumerically("<", 5))
			page := a.get(admin, address, "HX-Request", "true").Body.String()
			for _, id := range regexp.MustCompile(`id="(a-\d+)"`).FindAllStringSubmatch(page, -1) {
				lines[id[1]]++
			}
			address = ""
			if next := regexp.MustCompile(`hx-get="([^"]+)"`).FindStringSubmatch(page); next != nil {
				address = strings.ReplaceAll(next[1], "&amp;", "&")
			}
		}
		Expect(lines).To(HaveLen(120))
		for id, times := range lines {
			Expect(times).To(Equal(1), id)
		}
	})
})
