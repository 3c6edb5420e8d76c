//go:build !js

package hce_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
)

// keysOfAccounts are the real keys, as the roof lends them.
type keysOfAccounts struct{ *accounts.SigningKeys }

func (k keysOfAccounts) Public(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]hce.PublicKey, error) {
	found, err := k.SigningKeys.Public(ctx, ids)
	keys := map[uuid.UUID]hce.PublicKey{}
	for id, key := range found {
		keys[id] = hce.PublicKey{ID: id, UserID: key.UserID, Key: key.PublicKey, ValidFrom: key.ValidFrom, RevokedAt: key.RevokedAt}
	}
	return keys, err
}

// publicPage is the page over HTTP, for visitors who may ask so often a minute.
type publicPage struct {
	*clinic
	echo     *echo.Echo
	verifier *hce.Verifier
	keys     *accounts.SigningKeys
}

func verifying(most int) publicPage {
	GinkgoHelper()
	c := norte()
	keys := accounts.NewSigningKeys(c.DB, c.Vault, c.now)
	c.record.Keys = keysOfAccounts{keys}
	p := publicPage{clinic: c, echo: echo.New(), verifier: hce.NewVerifier(c.DB, keysOfAccounts{keys}), keys: keys}
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	p.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	p.echo.Use(web.RequestIDs(), web.Headers(false))
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(most), Visitors: web.NewLimiter(most), Log: log, Now: c.now}
	r := web.NewRouter(p.echo, server.Guard)
	hce.VerifyRoutes(r, p.verifier, c.now)
	Expect(r.Check()).To(Succeed())
	return p
}

func (p publicPage) get(address string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	p.echo.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, address, nil))
	return answer
}

func (p publicPage) page(code string) string { return p.get("/verificar/" + code).Body.String() }

// committed does something as that doctor and keeps it.
func (c *clinic) committed(by dbtest.Person, f func(ctx context.Context)) {
	GinkgoHelper()
	who, scope := c.Identity("doctor"), c.Scope("doctor")
	who.UserID, who.MembershipID, who.Permissions = by.User, by.Membership, accounts.PermissionsOf([]accounts.Role{accounts.Doctor})
	scope.UserID = by.User
	Expect(c.DB.InClinic(access.With(context.Background(), who), scope, func(ctx context.Context) error { f(ctx); return nil })).To(Succeed())
}

var _ = Describe("whoever has the code of a document", func() {
	It("learns kind, date, signer and whether it stands, and nothing of the patient", func() {
		p := verifying(30)
		var note hce.Record
		p.committed(p.Salas, func(ctx context.Context) { note = p.closed(ctx) })
		answer := p.get("/verificar/" + note.Code())
		Expect(answer.Code).To(Equal(200))
		Expect(answer.Header().Get("X-Robots-Tag")).To(ContainSubstring("noindex"))
		Expect(answer.Header().Get("Cache-Control")).To(Equal("no-store"))
		for _, said := range []string{"Documento válido", "Nota de atención", "24/11/2026, 9:00", "Dr. Rosa Salas", "CMP 12345", "Clínica Norte", hce.ShownCode(note.Code())} {
			Expect(answer.Body.String()).To(ContainSubstring(said))
		}
		for _, hidden := range []string{"Ana", "Quispe", "000001", "J02", "Faringitis", "garganta", "adenda", note.ID.String(), p.Ana.String()} {
			Expect(answer.Body.String()).NotTo(ContainSubstring(hidden))
		}

		typed := p.get("/verificar?codigo=" + url.QueryEscape(" "+strings.ToLower(hce.ShownCode(note.Code()))))
		Expect([]any{typed.Code, typed.Header().Get("Location")}).To(Equal([]any{303, "/verificar/" + note.Code()}))
		Expect(p.get("/verificar").Body.String()).To(ContainSubstring(`name="codigo"`))
		unknown, broken := p.get("/verificar/"+hce.NewCode()), p.get("/verificar?codigo=%3Cscript%3E")
		Expect([]int{unknown.Code, broken.Code}).To(HaveEach(404))
		Expect(unknown.Body.String()).To(ContainSubstring("Código no encontrado"))
		Expect(broken.Body.String()).To(And(ContainSubstring("Código no encontrado"), Not(ContainSubstring("<script>"))))

		p.moment = now.Add(time.Hour)
		p.committed(p.Salas, func(ctx context.Context) {
			_, err := p.record.Amend(ctx, newID(), note.ID, "Le duele también el oído.", hce.Proof{})
			Expect(err).NotTo(HaveOccurred())
			Expect(p.keys.Revoke(ctx, p.Salas.User)).To(Succeed())
		})
		Expect(p.page(note.Code())).To(And(ContainSubstring("Documento válido"), ContainSubstring("Tiene 1 adenda posterior"), Not(ContainSubstring("oído"))))
		p.committed(p.Salas, func(ctx context.Context) {
			annulment, err := p.record.Annul(ctx, newID(), note.ID, "Era otro paciente.", hce.Proof{})
			Expect(err).NotTo(HaveOccurred())
			Expect(p.page(annulment.Code())).To(ContainSubstring("Código no encontrado"), "not committed yet")
		})
		Expect(p.page(note.Code())).To(And(ContainSubstring("Documento anulado"), ContainSubstring("24/11/2026, 10:00"), Not(ContainSubstring("otro paciente"))))

		p.committed(p.Salas, func(ctx context.Context) {
			checked, err := p.verifier.OfRecord(ctx, note.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(checked).To(HaveLen(1))
			Expect(checked[0].Verdict).To(Equal(hce.Verdict{Valid: true}))
			_, err = p.verifier.OfRecord(ctx, uuid.New())
			Expect(fault.IsNotFound(err)).To(BeTrue())
		})
		Eventually(func() int { return p.get("/verificar/" + hce.NewCode()).Code }).Should(Equal(429), "guessing is slow")
	})

	It("finds what was printed without connection under the code on its paper, before and after it is signed", func() {
		p, id := verifying(30), newID()
		code := hce.CodeOf(p.ID, id)
		Expect(code).To(And(HaveLen(12), Equal(hce.CleanCode(code)), Not(Equal(hce.CodeOf(p.ID, newID())))))
		Expect(p.page(code)).To(And(ContainSubstring("Código no encontrado"), ContainSubstring("cuando llega a la clínica")))

		content, err := json.Marshal(hce.PrescriptionContent{Items: []hce.Prescribed{amoxicillin()}, ExpiresOn: "2026-12-24"})
		Expect(err).NotTo(HaveOccurred())
		data, err := json.Marshal(map[string]any{
			"encounter":  map[string]any{"id": newID(), "appointment_id": p.Visit, "started_at": now, "ended_at": now},
			"patient_id": p.Ana, "record_type": "prescription", "content": json.RawMessage(content), "written_at": now,
		})
		Expect(err).NotTo(HaveOccurred())
		p.committed(p.Salas, func(ctx context.Context) {
			op := offline.Received{Operation: offline.Operation{Entity: "record", Action: offline.Create, LocalID: id, Data: data}, At: now.Add(-time.Hour)}
			_, err := hce.SyncRecords(p.record, p.agenda).Apply(ctx, op)
			Expect(err).NotTo(HaveOccurred())
		})
		Expect(p.page(code)).To(And(ContainSubstring("Documento aún sin firma"), ContainSubstring("llegó a la clínica"), Not(ContainSubstring("Amoxicilina"))))
		p.committed(p.Salas, func(ctx context.Context) {
			_, err := p.record.Sign(ctx, []uuid.UUID{id}, hce.Proof{Code: "123456"})
			Expect(err).NotTo(HaveOccurred())
		})
		Expect(p.page(code)).To(And(ContainSubstring("Documento válido"), ContainSubstring("Dr. Rosa Salas")))
	})

	It("sees every change that the database's owner might make", func() {
		p := verifying(1000)
		var note hce.Record
		p.committed(p.Salas, func(ctx context.Context) { note = p.closed(ctx) })
		p.committed(p.Rojas, func(ctx context.Context) {
			_, _, err := p.keys.Sign(ctx, p.Rojas.User, []byte("another person's key"))
			Expect(err).NotTo(HaveOccurred())
		})
		owner, err := pgxpool.New(context.Background(), p.adminURL())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(owner.Close)
		change := func(sql string, args ...any) {
			GinkgoHelper()
			_, err := owner.Exec(context.Background(), sql, args...)
			Expect(err).NotTo(HaveOccurred(), sql)
		}
		change("alter table medical_records drop constraint medical_records_hash, drop constraint medical_records_same, drop constraint medical_records_amends")
		tables := []string{"medical_records", "record_signatures", "signing_keys"}
		for _, table := range tables {
			change("create table kept_" + table + " as table " + table)
		}

		other := p.Rojas.Membership.String()
		const altered, forged, stale = "El contenido fue alterado.", "La firma no corresponde.", "La llave no estaba vigente al firmar."
		for tamper, reason := range map[string]string{
			"medical_records set body = replace(body, 'garganta', 'barriga')": altered,
			"medical_records set body = replace(body, 'garganta', 'barriga'), data = replace(body, 'garganta', 'barriga')::jsonb, content_hash = sha256(convert_to(replace(body, 'garganta', 'barriga'), 'UTF8'))": forged,
			"medical_records set content_hash = sha256('x')":                                              altered,
			"medical_records set record_type = 'prescription'":                                            altered,
			"medical_records set patient_id = gen_random_uuid()":                                          altered,
			"medical_records set author_id = '" + other + "'":                                             altered,
			"medical_records set written_at = written_at + interval '1 day'":                              altered,
			"record_signatures set signature = set_byte(signature, 0, get_byte(signature, 0) # 1)":        forged,
			"record_signatures set name = 'Dr. Otro'":                                                     forged,
			"record_signatures set college_number = '99999'":                                              forged,
			"record_signatures set signer_id = '" + other + "'":                                           forged,
			"record_signatures set signed_at = signed_at + interval '1 microsecond'":                      forged,
			"record_signatures set key_id = (select id from signing_keys k where k.id <> key_id limit 1)": forged,
			"record_signatures set key_id = gen_random_uuid()":                                            "No se encuentra la llave con la que se firmó.",
			"record_signatures set method = 'cades'":                                                      "Esta clase de firma no se puede comprobar aquí.",
			"record_signatures set code = 'ABCDEFGHJKMN'":                                                 "La firma ya no está.",
			"signing_keys set user_id = '" + p.Rojas.User.String() + "', revoked_at = '2100-01-01'":       forged,
			"signing_keys set public_key = sha256('x')":                                                   forged,
			"signing_keys set valid_from = '2100-01-01'":                                                  stale,
			"signing_keys set revoked_at = '2026-01-01', valid_from = '2025-01-01'":                       stale,
		} {
			change("update " + tamper)
			Expect(p.page(note.Code())).To(And(ContainSubstring("Documento no válido"), ContainSubstring(reason)), tamper)
			for _, table := range tables {
				change("delete from " + table)
				change("insert into " + table + " table kept_" + table)
			}
			Expect(p.page(note.Code())).To(ContainSubstring("Documento válido"), "as it was: "+tamper)
		}
	})
})

// adminURL opens connections of the server's superuser that no trigger and no key stops.
func (c *clinic) adminURL() string {
	return c.Admin.Config().ConnString() + "&options=-c%20session_replication_role%3Dreplica"
}
