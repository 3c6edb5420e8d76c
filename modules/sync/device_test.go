package sync_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strconv"
	gosync "sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/pii"
	"hampi/modules/sync"
	"hampi/modules/sync/bundletest"
)

var _ = Describe("a device that keeps data", func() {
	var app *deviceApp
	BeforeEach(func() { app = newDeviceApp() })

	It("gets a number, a key and, once, a token", func() {
		first, status := app.enrol("norte doctor", "")
		Expect(status).To(Equal(200))
		Expect(first.Number).To(BeEquivalentTo(1))
		Expect(first.Name).To(Equal("Chrome en Windows"))
		Expect(first.Profile).To(Equal(app.Norte.ID.String() + "." + app.Norte.People["doctor"].User.String()))
		Expect(first.Clinic).To(Equal("Clínica Norte"))
		Expect(base64.StdEncoding.DecodeString(first.Key)).To(HaveLen(32))
		Expect(first.Token).NotTo(BeEmpty())

		again, _ := app.enrol("norte doctor", first.ID.String())
		Expect(again.ID).To(Equal(first.ID))
		Expect(again.Key).To(Equal(first.Key))
		Expect(again.Token).To(BeEmpty())
		other, _ := app.enrol("norte receptionist", first.ID.String())
		Expect(other.ID).NotTo(Equal(first.ID), "another person's device is another")
		Expect(other.Key).NotTo(Equal(first.Key))
		elsewhere, _ := app.enrol("sur doctor", first.ID.String())
		Expect(elsewhere.ID).NotTo(Equal(first.ID))
		Expect(elsewhere.Number).To(BeEquivalentTo(1), "each clinic counts for itself")
	})

	It("is the same device after its store was wiped: with another token, and the key that opens an older file", func() {
		first, _ := app.enrol("norte doctor", "")
		Expect(app.post("norte doctor", "/equipo/borrado", url.Values{"equipo": {first.ID.String()}}).Code).To(Equal(204))
		Expect(app.get("norte clinic_admin", "/configuracion/equipos").Body.String()).To(ContainSubstring("Sin datos guardados"))
		again, _ := app.enrol("norte doctor", "")
		Expect(again.ID).To(Equal(first.ID))
		Expect(again.Key).To(Equal(first.Key))
		Expect(again.Token).NotTo(Or(BeEmpty(), Equal(first.Token)))
		Expect(app.post("norte receptionist", "/equipo/borrado", url.Values{"equipo": {first.ID.String()}}).Code).To(Equal(404))
	})

	It("gets its key only right after its person showed who they are", func() {
		app.now = app.now.Add(11 * time.Minute)
		_, status := app.enrol("norte doctor", "")
		Expect(status).To(Equal(409))
		app.proofs.Last = app.now
		first, status := app.enrol("norte doctor", "")
		Expect(status).To(Equal(200))
		app.now = app.now.Add(11 * time.Minute)
		_, status = app.enrol("norte doctor", first.ID.String())
		Expect(status).To(Equal(409))
		Expect(app.post("", "/equipo", nil).Code).To(Equal(303), "nobody is signed in")
		_, status = app.enrol("norte doctor", "", "Navegador", "")
		Expect(status).To(Equal(409))
	})

	It("has a number of its own, however many register at once", func() {
		var wait gosync.WaitGroup
		numbers := make([]int64, 12)
		for i := range numbers {
			wait.Go(func() {
				defer GinkgoRecover()
				g, status := app.enrol("norte doctor", "", "Navegador", "navegador "+strconv.Itoa(i))
				Expect(status).To(Equal(200))
				numbers[i] = g.Number
			})
		}
		wait.Wait()
		Expect(numbers).To(ConsistOf(func() (all []int64) {
			for i := range numbers {
				all = append(all, int64(i+1))
			}
			return
		}()))
	})

	It("is one device, when the same browser registers at once", func() {
		var wait gosync.WaitGroup
		ids := make([]uuid.UUID, 8)
		for i := range ids {
			wait.Go(func() {
				defer GinkgoRecover()
				g, status := app.enrol("norte doctor", "")
				Expect(status).To(Equal(200))
				ids[i] = g.ID
			})
		}
		wait.Wait()
		Expect(ids).To(HaveEach(ids[0]))
		Expect(app.rows("select count(*) from devices")).To(Equal(1))
	})

	It("says when the clinic lets nothing open without connection", func() {
		_, err := app.Admin.Exec(context.Background(), "update clinics set offline_start = false where id = $1", app.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		g, _ := app.enrol("norte doctor", "")
		Expect(g.Strict).To(BeTrue())
	})

	It("is known to its person alone, until it is revoked", func() {
		g, _ := app.enrol("norte doctor", "")
		known := func(place, role string) (answer []bool) {
			Expect(app.Committed(app.clinic(place), role, func(ctx context.Context) error {
				badge, err := app.register.Known(ctx, g.ID)
				answer = []bool{badge.Known, badge.Revoked}
				return err
			})).To(Succeed())
			return answer
		}
		Expect(known("norte", "doctor")).To(Equal([]bool{true, false}))
		Expect(known("norte", "receptionist")).To(Equal([]bool{false, false}))
		Expect(known("sur", "doctor")).To(Equal([]bool{false, false}))
		page := app.get("norte clinic_admin", "/configuracion/equipos/"+g.ID.String()).Body.String()
		Expect(page).To(MatchRegexp(`(?s)<details[^>]*>.*¿Retirar «Equipo \d+[^»]*» de [^?]+\?.*Sí, retirar equipo</button>.*</details>`), "asked once, by name")
		Expect(app.post("norte clinic_admin", "/configuracion/equipos/"+g.ID.String()+"/retiro", nil).Code).To(Equal(303))
		Expect(known("norte", "doctor")).To(Equal([]bool{true, true}))
	})

	It("makes no new device of a revoked one by the password alone", func() {
		g := app.revoked("norte doctor")
		_, status := app.enrol("norte doctor", g.ID.String())
		Expect(status).To(Equal(409))
		_, status = app.enrol("norte doctor", "")
		Expect(status).To(Equal(409), "signed in before it was revoked")
		app.now = app.now.Add(time.Minute)
		app.proofs.SignedIn, app.proofs.Last = app.now, app.now
		anew, status := app.enrol("norte doctor", "")
		Expect(status).To(Equal(200))
		Expect(anew.ID).NotTo(Equal(g.ID))
	})

	Describe("its page", func() {
		It("is the administration's, renames and revokes, and knows no other clinic's", func() {
			g, _ := app.enrol("norte doctor", "")
			page := "/configuracion/equipos/" + g.ID.String()
			Expect(app.get("norte doctor", "/configuracion/equipos").Code).To(Equal(404))
			Expect(app.get("norte clinic_admin", "/configuracion/equipos").Body.String()).To(And(
				ContainSubstring("Equipo 1 · Chrome en Windows"), ContainSubstring("doctor de Clínica Norte")))
			Expect(app.get("sur clinic_admin", "/configuracion/equipos").Body.String()).To(ContainSubstring("Ningún equipo guarda datos"))
			Expect(app.get("sur clinic_admin", page).Code).To(Equal(404))
			Expect(app.post("sur clinic_admin", page+"/retiro", nil).Code).To(Equal(404))
			Expect(app.post("norte clinic_admin", page+"/nombre", url.Values{"nombre": {"  "}}).Code).To(Equal(422))
			Expect(app.post("norte clinic_admin", page+"/nombre", url.Values{"nombre": {"Recepción 1"}}).Code).To(Equal(303))
			Expect(app.get("norte clinic_admin", page).Body.String()).To(ContainSubstring("Equipo 1 · Recepción 1"))
			Expect(app.post("norte clinic_admin", page+"/retiro", nil).Code).To(Equal(303))
			Expect(app.post("norte clinic_admin", page+"/retiro", nil).Code).To(Equal(404))
			Expect(app.rows("select count(*) from audit_log where entity = 'devices' and action = 'revoked'")).To(Equal(1))
			titles := sync.AuditSubjects()[0].Names
			Expect(titles(app.RolledBack(app.Norte, "clinic_admin"), []uuid.UUID{g.ID, uuid.New()})).To(Equal(map[uuid.UUID]string{g.ID: "Equipo 1 · Recepción 1"}))
		})

		It("tells what the device said of itself when it synchronised", func() {
			g, _ := app.enrol("norte doctor", "")
			Expect(app.Committed(app.Norte, "doctor", func(ctx context.Context) error {
				return app.register.Seen(ctx, g.ID, sync.Contact{Skew: time.Hour, Unsent: 4})
			})).To(Succeed())
			Expect(app.get("norte clinic_admin", "/configuracion/equipos").Body.String()).To(ContainSubstring("4 sin enviar"))
			g, _ = app.enrol("norte doctor", g.ID.String())
			Expect(app.rows("select unsent from device_contacts where device_id = $1", g.ID)).To(Equal(4), "signing in says nothing of it")
		})

		It("writes a contact that says the same once a minute at most", func() {
			g, _ := app.enrol("norte doctor", "")
			writes := func(later time.Duration, c sync.Contact) int {
				GinkgoHelper()
				before := app.text("select xmin::text from device_contacts where device_id = $1", g.ID)
				app.now = app.now.Add(later)
				Expect(app.Committed(app.Norte, "doctor", func(ctx context.Context) error { return app.register.Seen(ctx, g.ID, c) })).To(Succeed())
				if app.text("select xmin::text from device_contacts where device_id = $1", g.ID) == before {
					return 0
				}
				return 1
			}
			Expect(writes(0, sync.Contact{})).To(Equal(1), "the first")
			Expect(writes(20*time.Second, sync.Contact{})).To(BeZero())
			Expect(writes(20*time.Second, sync.Contact{Skew: 3 * time.Second})).To(BeZero(), "a journey on the line is no news")
			Expect(writes(0, sync.Contact{Unsent: 2})).To(Equal(1))
			Expect(writes(0, sync.Contact{Unsent: 2, Skew: time.Hour})).To(Equal(1))
			Expect(writes(time.Minute, sync.Contact{Unsent: 2, Skew: time.Hour})).To(Equal(1))
		})
	})

	It("lies sealed in the database and stays out of the audit", func() {
		g, _ := app.enrol("norte doctor", "")
		var dump string
		Expect(app.Admin.QueryRow(context.Background(), "select (select string_agg(d::text || encode(sealed_key, 'escape'), '') from devices d) || coalesce((select string_agg(a::text, '') from audit_log a), '')").Scan(&dump)).To(Succeed())
		Expect(dump).NotTo(Or(ContainSubstring(g.Key), ContainSubstring(g.Token)))
	})
})

var _ = Describe("handing in", func() {
	var app *deviceApp
	BeforeEach(func() { app = newDeviceApp() })

	It("happens once, and the administration sees it in words and carries it out as the person's own work", func() {
		g := app.revoked("norte receptionist")
		ops := []offline.Operation{newPatient("Ñusta"), newPatient("Amaru")}
		status, body := app.handIn(g.Token, textOf(sealedQueue(g, ops...)))
		Expect(status).To(Equal(200))
		Expect(body).To(And(HaveKeyWithValue("status", "received"), HaveKeyWithValue("operations", BeNumerically("==", 2))))
		_, body = app.handIn(g.Token, textOf(sealedQueue(g, newPatient("Otra"))))
		Expect(body).To(HaveKeyWithValue("status", "already"))
		Expect(app.rows("select count(*) from handed_in")).To(Equal(2))

		page := "/configuracion/equipos/" + g.ID.String()
		app.register.Words = []offline.Describer{{Entity: "patient", Title: func(_ context.Context, op offline.Operation) (string, error) {
			return "Paciente nuevo: " + string(op.Data), nil
		}}}
		Expect(app.get("norte clinic_admin", page).Body.String()).To(ContainSubstring("Paciente nuevo: {&#34;first_name&#34;:&#34;Ñusta&#34;}"), "in the module's words")
		Expect(app.get("norte clinic_admin", "/configuracion/equipos").Body.String()).To(MatchRegexp(`(?s)chip-aviso.{0,400}2 por revisar`), "in a tone that the styles know")
		Expect(app.get("norte clinic_admin", page).Body.String()).To(And(ContainSubstring("Ñusta"), ContainSubstring("Amaru"), ContainSubstring("Aplicar todo (2)")))
		Expect(app.post("sur clinic_admin", page+"/aplicar", nil).Code).To(Equal(404))
		Expect(app.post("norte clinic_admin", page+"/aplicar", nil).Code).To(Equal(303))
		Expect(app.carried.ops).To(HaveLen(2))
		Expect(app.carried.ops[0].OpID).To(Equal(ops[0].OpID))
		Expect(app.carried.who[0].UserID).To(Equal(app.Norte.People["receptionist"].User))
		Expect(app.carried.who[0].Can("settings.security")).To(BeFalse(), "with what that person may do")
		Expect(app.post("norte clinic_admin", page+"/aplicar", nil).Code).To(Equal(404), "nothing waits any more")
		Expect(app.get("norte clinic_admin", page).Body.String()).To(ContainSubstring("Aplicado"))
	})

	It("lets one operation be refused by its rules and another be discarded for a reason", func() {
		g := app.revoked("norte receptionist")
		app.handIn(g.Token, textOf(sealedQueue(g, newPatient("Ñusta"), newPatient("Amaru"))))
		page := "/configuracion/equipos/" + g.ID.String()
		one := func(place int) string {
			var id uuid.UUID
			Expect(app.Admin.QueryRow(context.Background(), "select id from handed_in where place = $1", place).Scan(&id)).To(Succeed())
			return id.String()
		}
		Expect(app.post("norte clinic_admin", page+"/descartar", url.Values{"entrega": {one(1)}}).Code).To(Equal(422))
		Expect(app.post("norte clinic_admin", page+"/descartar", url.Values{"entrega": {one(1)}, "motivo": {"Ya se registró a mano"}}).Code).To(Equal(303))
		app.carried.refuse = "patient"
		Expect(app.post("norte clinic_admin", page+"/aplicar", url.Values{"entrega": {one(2)}}).Code).To(Equal(303))
		Expect(app.get("norte clinic_admin", page).Body.String()).To(And(
			ContainSubstring("Ya se registró a mano"), ContainSubstring("No aceptado"), ContainSubstring("Falta el documento.")))
		Expect(app.carried.ops).To(HaveLen(1))
		Expect(app.rows("select count(*) from handed_in where encode(content, 'escape') like '%Amaru%' or encode(reason, 'escape') like '%mano%'")).To(BeZero())
	})

	It("is refused without the device's token, for a device in use, and for what was altered", func() {
		g := app.revoked("norte doctor")
		text := textOf(sealedQueue(g, newPatient("Ñusta")))
		for _, token := range []string{"", "x", g.Token[:len(g.Token)-4] + "AAAA", "B" + g.Token[1:]} {
			status, body := app.handIn(token, text)
			Expect(status).To(Or(Equal(403), Equal(422)), token)
			Expect(body).NotTo(HaveKey("operations"))
			app.now = app.now.Add(time.Minute)
		}
		wrong := sealedQueue(g, newPatient("Ñusta"))
		wrong["wrappedByDevice"].(map[string]any)["ct"] = bundletest.Seal(make([]byte, 32), make([]byte, 32), "x")["ct"]
		status, _ := app.handIn(g.Token, textOf(wrong))
		Expect(status).To(Equal(422))
		status, _ = app.handIn(g.Token, []byte(`{"device":`))
		Expect(status).To(Equal(422))
		Expect(app.rows("select count(*) from handed_in")).To(BeZero())

		app.now = app.now.Add(time.Hour)
		app.proofs.SignedIn, app.proofs.Last = app.now, app.now
		used, _ := app.enrol("sur receptionist", "")
		status, body := app.handIn(used.Token, textOf(sealedQueue(used)))
		Expect(status).To(Equal(409))
		Expect(body).To(HaveKeyWithValue("code", "device_not_revoked"))
		status, _ = app.handIn(g.Token, textOf(sealedQueue(used)))
		Expect(status).To(Equal(422), "another device's queue")
	})

	It("keeps what can be opened beside a row that cannot", func() {
		g := app.revoked("norte doctor")
		queue := sealedQueue(g, newPatient("Ñusta"), newPatient("Amaru"), newPatient("Sumaq"))
		rows := queue["rows"].([]map[string]any)
		rows[0]["id"], rows[1]["id"] = rows[1]["id"], rows[0]["id"] // moved to another place
		_, body := app.handIn(g.Token, textOf(queue))
		Expect(body).To(And(HaveKeyWithValue("operations", BeNumerically("==", 3)), HaveKeyWithValue("unreadable", BeNumerically("==", 2))))
		Expect(app.get("norte clinic_admin", "/configuracion/equipos/"+g.ID.String()).Body.String()).To(And(
			ContainSubstring("No se pudo abrir"), ContainSubstring("Sumaq"), Not(ContainSubstring("Amaru"))))
	})

	It("is preceded by the device's question whether it was revoked, which its token alone answers", func() {
		state := func(device, token string) (int, string) {
			answer := app.send("", http.MethodGet, "/api/v1/devices/state", "", http.NoBody, "X-Device-Id", device, "X-Device-Token", token)
			return answer.Code, answer.Body.String()
		}
		used, _ := app.enrol("sur receptionist", "")
		status, body := state(used.ID.String(), used.Token)
		Expect(status).To(Equal(200))
		Expect(body).To(MatchJSON(`{"revoked":false}`))
		g := app.revoked("norte receptionist")
		_, body = state(g.ID.String(), g.Token)
		Expect(body).To(MatchJSON(`{"revoked":true}`))

		for _, asked := range [][2]string{{g.ID.String(), g.Token[:len(g.Token)-4] + "AAAA"}, {g.ID.String(), ""}, {g.ID.String(), "x"}, {used.ID.String(), g.Token}, {"", g.Token}, {uuid.NewString(), g.Token}} {
			status, body = state(asked[0], asked[1])
			Expect(status).To(Equal(403), asked[0]+" "+asked[1])
			Expect(body).To(ContainSubstring(`"device_unknown"`))
		}
		Eventually(func() int { status, _ = state(g.ID.String(), "x"); return status }).Should(Equal(429))
	})

	It("is limited by address", func() {
		var last int
		for range 8 {
			last, _ = app.handIn("x", []byte(`{}`))
		}
		Expect(last).To(Equal(429))
	})

	It("opens what Web Crypto sealed", func() {
		text, err := os.ReadFile("testdata/device_bundle.json")
		Expect(err).NotTo(HaveOccurred())
		var fixture struct {
			Key, Profile string
			Bundle       json.RawMessage
		}
		Expect(json.Unmarshal(text, &fixture)).To(Succeed())
		clinic, user := fixture.Profile[:36], fixture.Profile[37:]
		const device, token = "0190b0a0-0000-7000-8000-000000000003", "AZCwoAAAcACAAAAAAAAAAQGQsKAAAHAAgAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		exec := func(sql string, args ...any) {
			_, err := app.Admin.Exec(context.Background(), sql, args...)
			Expect(err).NotTo(HaveOccurred())
		}
		exec("insert into clinics (id, slug, name) values ($1, 'web', 'Web')", clinic)
		exec("insert into users (id, name, email) values ($1, 'Ana', '')", user)
		exec("insert into memberships (clinic_id, id, user_id, roles) values ($1, $2, $2, '{doctor}')", clinic, user)
		keys, err := app.Vault.Keys(context.Background(), uuid.MustParse(clinic))
		Expect(err).NotTo(HaveOccurred())
		sealed, err := keys.Encrypt(fixture.Key, pii.Place{Clinic: uuid.MustParse(clinic), Table: "devices", Column: "sealed_key", Row: uuid.MustParse(device)})
		Expect(err).NotTo(HaveOccurred())
		exec(`insert into devices (clinic_id, id, number, membership_id, user_id, name, browser_hash, token_hash, sealed_key, revoked_at)
			values ($1, $2, 1, $3, $3, 'Chrome', '\x01', sha256(decode(repeat('00', 32), 'hex')), $4, now())`, clinic, device, user, sealed)
		status, body := app.handIn(token, fixture.Bundle)
		Expect(status).To(Equal(200), "%v", body)
		Expect(body).To(And(HaveKeyWithValue("operations", BeNumerically("==", 2)), Not(HaveKey("unreadable"))))
	})
})

var _ = Describe("the file of last resort", func() {
	var app *deviceApp
	BeforeEach(func() { app = newDeviceApp() })

	It("is carried out at once for the person whose work it is", func() {
		g, _ := app.enrol("norte receptionist", "")
		answer := app.upload("norte receptionist", textOf(sealedQueue(g, newPatient("Ñusta"))))
		Expect(answer.Code).To(Equal(http.StatusOK))
		Expect(answer.Body.String()).To(ContainSubstring("Aplicadas: 1."))
		Expect(app.carried.who[0].UserID).To(Equal(app.Norte.People["receptionist"].User))
		app.carried.refuse = "patient"
		Expect(app.upload("norte receptionist", textOf(sealedQueue(g, newPatient("Ñusta")))).Body.String()).To(ContainSubstring("Falta el documento."))
	})

	It("waits for review when the administration brings it, once however often", func() {
		g, _ := app.enrol("norte receptionist", "")
		file := textOf(sealedQueue(g, newPatient("Ñusta")))
		for range 2 {
			Expect(app.upload("norte clinic_admin", file).Body.String()).To(ContainSubstring("quedó para revisar"))
		}
		Expect(app.carried.ops).To(BeEmpty())
		Expect(app.rows("select count(*) from handed_in")).To(Equal(1))
	})

	It("says nothing to anybody else, and nothing of what is no such file", func() {
		g, _ := app.enrol("norte receptionist", "")
		file := textOf(sealedQueue(g, newPatient("Ñusta")))
		for _, who := range []string{"norte doctor", "sur clinic_admin"} {
			answer := app.upload(who, file)
			Expect(answer.Code).To(Equal(422))
			Expect(answer.Body.String()).To(ContainSubstring("no es uno que guardó Hampi"))
		}
		Expect(app.upload("norte receptionist", []byte("hola")).Code).To(Equal(422))
		Expect(app.post("norte receptionist", "/sincronizacion/archivo", nil).Code).To(Equal(422))
		Expect(app.get("norte receptionist", "/sincronizacion/archivo").Code).To(Equal(200))
		Expect(app.carried.ops).To(BeEmpty())
	})
})
