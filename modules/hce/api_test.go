//go:build !js

package hce_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
)

type object = map[string]any

// program calls the record's API as somebody.
type program struct {
	echo *echo.Echo
	who  access.Identity
}

func (c *clinic) program(at dbtest.Clinic, p dbtest.Person, roles ...accounts.Role) program {
	GinkgoHelper()
	e := echo.New()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs())
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: c.now}
	r := web.NewRouter(e, server.Guard)
	hce.API(web.NewAPI(r, "spec"), c.record, hce.NewVerifier(c.DB, c.keys), hce.NewPostgres())
	Expect(r.Check()).To(Succeed())
	who := at.Identity(string(roles[0]))
	who.UserID, who.MembershipID, who.Permissions = p.User, p.Membership, accounts.PermissionsOf(roles)
	return program{e, who}
}

func (p program) send(method, path string, body any, headers ...string) (int, object) {
	GinkgoHelper()
	text := ""
	if body != nil {
		written, err := json.Marshal(body)
		Expect(err).NotTo(HaveOccurred())
		text = string(written)
	}
	request := httptest.NewRequest(method, "/api/v1/"+path, strings.NewReader(text))
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	p.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), p.who)))
	content := object{}
	Expect(json.Unmarshal(answer.Body.Bytes(), &content)).To(Succeed(), answer.Body.String())
	return answer.Code, content
}

// pointsAt is a problem about one member.
func pointsAt(pointer string) types.GomegaMatcher {
	return HaveKeyWithValue("errors", ContainElement(HaveKeyWithValue("pointer", pointer)))
}

func first(page object) object {
	GinkgoHelper()
	Expect(page["items"]).NotTo(BeEmpty())
	return page["items"].([]any)[0].(object)
}

var _ = Describe("the record's API", Ordered, func() {
	var c *clinic
	var salas program
	BeforeAll(func() {
		c = norte()
		salas = c.program(c.Clinic, c.Salas, accounts.Doctor)
	})

	// begun is a new attention of Ana by Dra. Salas, without an appointment.
	begun := func() string {
		GinkgoHelper()
		status, e := salas.send("POST", "encounters", object{"patient_id": c.Ana})
		Expect(status).To(BeElementOf(http.StatusOK, http.StatusCreated), "%v", e)
		return e["id"].(string)
	}
	note := func(encounter string, changes ...object) object {
		n := object{
			"encounter_id": encounter, "template_id": "consulta-general", "content": object{
				"motivo": "Dolor de garganta", "relato": "Desde hace tres días.", "pa": object{"systolic": 118, "diastolic": 76}, "temp": "38.2",
			},
			"diagnoses": []object{{"code": "J02.9", "title": "Faringitis aguda, no especificada", "kind": "P"}},
		}
		for _, change := range changes {
			maps.Copy(n, change)
		}
		return n
	}

	It("writes, signs, amends and verifies", func() {
		id := newID()
		begin := object{"id": id, "appointment_id": c.Visit}
		status, e := salas.send("POST", "encounters", begin)
		Expect(status).To(Equal(http.StatusCreated), "%v", e)
		Expect(e).To(And(HaveKeyWithValue("id", id.String()), HaveKeyWithValue("patient_id", c.Ana.String()), HaveKeyWithValue("ended_at", BeNil())))
		status, again := salas.send("POST", "encounters", begin)
		Expect(status).To(Equal(http.StatusOK))
		Expect(again["id"]).To(Equal(id.String()))
		Expect(c.agenda.states[c.Visit]).To(Equal("in_progress"))

		recordID := newID()
		sent := note(id.String(), object{"id": recordID, "specialty_data": object{"amigdalas": "grado II"}})
		status, r := salas.send("POST", "records", sent)
		Expect(status).To(Equal(http.StatusCreated), "%v", r)
		Expect(r).To(HaveLen(15), "%v", r)
		for _, field := range []string{"id", "patient_id", "encounter_id", "record_type", "template_id", "template_version", "diagnoses", "cie10_codes",
			"content", "specialty_data", "amends_id", "written_at", "received_at", "signed_at", "content_hash"} {
			Expect(r).To(HaveKey(field))
		}
		Expect(r).To(And(HaveKeyWithValue("id", recordID.String()), HaveKeyWithValue("record_type", "note"), HaveKeyWithValue("signed_at", BeNil()),
			HaveKeyWithValue("cie10_codes", ConsistOf("J02.9")), HaveKeyWithValue("content", HaveKeyWithValue("temp", "38.2")),
			HaveKeyWithValue("specialty_data", HaveKeyWithValue("amigdalas", "grado II"))))
		Expect(c.agenda.states[c.Visit]).To(Equal("completed"))
		path := "records/" + recordID.String()
		status, again = salas.send("POST", "records", sent)
		Expect(status).To(Equal(http.StatusOK), "%v", again)
		Expect(again["content_hash"]).To(Equal(r["content_hash"]))
		status, other := salas.send("POST", "records", note(id.String(), object{"id": recordID}))
		Expect(status).To(Equal(http.StatusConflict), "%v", other)
		status, closed := salas.send("POST", "records", note(id.String()))
		Expect(status).To(Equal(http.StatusConflict))
		Expect(closed).To(HaveKeyWithValue("code", "closed"))

		_, unsigned := salas.send("GET", path+"/verification", nil)
		Expect(unsigned).To(And(HaveKeyWithValue("signed", false), HaveKeyWithValue("valid", false), HaveKeyWithValue("signatures", BeEmpty())))
		status, refused := salas.send("POST", path+"/sign", object{"code": "000000"})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused).To(pointsAt("/code"))
		status, signed := salas.send("POST", path+"/sign", object{"code": "123456"})
		Expect(status).To(Equal(http.StatusOK), "%v", signed)
		Expect(signed["signed_at"]).NotTo(BeNil())
		status, twice := salas.send("POST", path+"/sign", object{"code": "123456"})
		Expect(status).To(Equal(http.StatusConflict))
		Expect(twice).To(HaveKeyWithValue("code", "signed"))

		addendum := object{"id": newID(), "text": "La fiebre empezó hace dos días.", "code": "123456"}
		status, empty := salas.send("POST", path+"/addenda", object{"text": " "})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(empty).To(pointsAt("/text"))
		status, added := salas.send("POST", path+"/addenda", addendum)
		Expect(status).To(Equal(http.StatusCreated), "%v", added)
		Expect(added).To(And(HaveKeyWithValue("record_type", "addendum"), HaveKeyWithValue("amends_id", recordID.String()), HaveKeyWithValue("signed_at", Not(BeNil()))))
		status, added = salas.send("POST", path+"/addenda", addendum)
		Expect(status).To(Equal(http.StatusOK), "%v", added)

		_, v := salas.send("GET", path+"/verification", nil)
		Expect(v).To(And(HaveKeyWithValue("signed", true), HaveKeyWithValue("valid", true), HaveKeyWithValue("content_hash", r["content_hash"])))
		Expect(v["signatures"]).To(ConsistOf(And(HaveKeyWithValue("valid", true), HaveKeyWithValue("signer", HaveKeyWithValue("college_number", "12345")))))

		list := "records?patient_id=" + c.Ana.String()
		_, page := salas.send("GET", list+"&limit=1", nil)
		Expect(first(page)["id"]).To(Equal(added["id"]))
		_, page = salas.send("GET", list+"&limit=1&cursor="+page["next"].(string), nil)
		Expect(first(page)["id"]).To(Equal(recordID.String()))
		Expect(page["next"]).To(BeEmpty())
		for filter, found := range map[string]int{"type=note": 1, "code=J02": 1, "code=K": 0, "year=2026": 2, "year=2025": 0, "before=2026-11-24T13:00:00Z": 0, "type=prescription": 0} {
			_, page = salas.send("GET", list+"&"+filter, nil)
			Expect(page["items"]).To(HaveLen(found), filter)
		}
		_, page = salas.send("GET", "prescriptions?patient_id="+c.Ana.String(), nil)
		Expect(page["items"]).To(BeEmpty())
		_, page = salas.send("GET", "encounters?patient_id="+c.Ana.String(), nil)
		Expect(first(page)).To(And(HaveKeyWithValue("id", id.String()), HaveKeyWithValue("ended_at", Not(BeNil()))))
		var readings int
		Expect(c.Admin.QueryRow(GinkgoT().Context(), "select count(*) from audit_log where action = 'read' and entity = 'patient_record' and user_id = $1", c.Salas.User).
			Scan(&readings)).To(Succeed())
		Expect(readings).To(BeNumerically(">=", 12), "every reading is written down")
	})

	It("keeps an attention open that is to go on, and repeats a named write", func() {
		e := begun()
		key := []string{"Idempotency-Key", newID().String()}
		status, r := salas.send("POST", "records", note(e, object{"close": false}), key...)
		Expect(status).To(Equal(http.StatusCreated), "%v", r)
		status, again := salas.send("POST", "records", note(e, object{"close": false}), key...)
		Expect(status).To(Equal(http.StatusCreated))
		Expect(again["id"]).To(Equal(r["id"]), "the answer of the first")
		_, open := salas.send("GET", "encounters/"+e, nil)
		Expect(open["ended_at"]).To(BeNil())

		ctx := c.as(c.Salas, accounts.Doctor)
		Expect(c.World.Committed(c.Clinic, "doctor", func(inner context.Context) error {
			inner = access.With(inner, access.Who(ctx))
			_, err := c.record.SaveDraft(inner, hce.Saving{EncounterID: uuid.MustParse(e), DraftID: newID(), Holder: "a", TemplateID: "consulta-general", Version: 1, Body: written()})
			return err
		})).To(Succeed())
		status, drafted := salas.send("POST", "records", note(e))
		Expect(status).To(Equal(http.StatusConflict))
		Expect(drafted).To(HaveKeyWithValue("code", "draft_open"), "nothing typed on a page is lost")
		c.exec("delete from record_drafts")
		status, _ = salas.send("POST", "records", note(e))
		Expect(status).To(Equal(http.StatusCreated))
	})

	DescribeTable("refuses a note at its member", func(change object, pointer string) {
		status, problem := salas.send("POST", "records", note(begun(), change))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", problem)
		Expect(problem).To(pointsAt(pointer))
	},
		Entry("nothing answered", object{"content": object{}}, "/content/motivo"),
		Entry("an impossible temperature", object{"content": object{"motivo": "x", "temp": "73"}}, "/content/temp"),
		Entry("an improbable one that nobody confirmed", object{"content": object{"motivo": "x", "temp": "41.8"}}, "/content/temp"),
		Entry("a systolic below the diastolic", object{"content": object{"motivo": "x", "pa": object{"systolic": 70, "diastolic": 90}}}, "/content/pa"),
		Entry("a number that is no text", object{"content": object{"motivo": "x", "temp": 38.2}}, "/content/temp"),
		Entry("an answer that the template does not ask", object{"content": object{"motivo": "x", "signo": "y"}}, "/content/signo"),
		Entry("no diagnosis", object{"diagnoses": []object{}}, "/diagnoses"),
		Entry("a diagnosis of no kind", object{"diagnoses": []object{{"code": "J02.9", "title": "Faringitis", "kind": "X"}}}, "/diagnoses/0/kind"),
		Entry("a template that is none", object{"template_id": "poesía"}, "/template_id"),
		Entry("an id that is no UUIDv7", object{"id": "b7e9a3a4-6ec0-4a2f-9f0c-1d2f2cf0a001"}, "/id"),
	)

	It("takes measured values by the rules of observations", func() {
		at := now.Add(-time.Hour).Format(time.RFC3339)
		value := func(changes object) object {
			v := object{"patient_id": c.Ana, "code": "8310-5", "value": "36.5", "unit": "Cel", "taken_at": at}
			maps.Copy(v, changes)
			return v
		}
		sent := value(object{"id": newID()})
		status, o := salas.send("POST", "observations", sent)
		Expect(status).To(Equal(http.StatusCreated), "%v", o)
		Expect(o).To(And(HaveKeyWithValue("value", "36.5"), HaveKeyWithValue("category", "vital"), HaveKeyWithValue("flag", "N"), HaveKeyWithValue("ref_text", Not(BeEmpty()))))
		status, _ = salas.send("POST", "observations", sent)
		Expect(status).To(Equal(http.StatusOK))
		sent["value"] = "36.6"
		status, _ = salas.send("POST", "observations", sent)
		Expect(status).To(Equal(http.StatusConflict))

		for _, bad := range []struct {
			pointer string
			change  object
		}{
			{"/value", object{"value": "73"}},
			{"/value", object{"value": "-3"}},
			{"/value", object{"value": "tibio"}},
			{"/value", object{"value": "41.8"}}, // improbable, and nobody confirmed it
			{"/unit", object{"unit": "K"}},
			{"/unit", object{"unit": ""}},
			{"/code", object{"code": "0000-0"}},
			{"/code", object{"code": "39156-5", "unit": "kg/m2", "value": "24"}}, // computed
			{"/taken_at", object{"taken_at": now.Add(time.Hour).Format(time.RFC3339)}},
			{"/taken_at", object{"taken_at": "1980-01-01T00:00:00Z"}}, // before Ana was born
			{"/encounter_id", object{"encounter_id": newID()}},
			{"/value_text", object{"value": "", "unit": ""}},
		} {
			status, problem := salas.send("POST", "observations", value(bad.change))
			Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v: %v", bad.change, problem)
			Expect(problem).To(pointsAt(bad.pointer), "%v", bad.change)
		}
		status, _ = salas.send("POST", "observations", value(object{"value": "41.8", "confirmed": true}))
		Expect(status).To(Equal(http.StatusCreated))

		pressure := object{"code": "8480-6", "value": "80", "unit": "mm[Hg]", "taken_at": now.Add(-2 * time.Hour).Format(time.RFC3339)}
		status, _ = salas.send("POST", "observations", value(pressure))
		Expect(status).To(Equal(http.StatusCreated))
		pressure["code"], pressure["value"] = "8462-4", "95"
		status, problem := salas.send("POST", "observations", value(pressure))
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "a diastolic above the systolic of the same moment")
		Expect(problem).To(pointsAt("/value"))

		list := "observations?patient_id=" + c.Ana.String() + "&code=8310-5"
		_, page := salas.send("GET", list+"&limit=1", nil)
		latest := first(page)["id"]
		_, page = salas.send("GET", list+"&cursor="+page["next"].(string), nil)
		Expect(page["items"]).NotTo(BeEmpty())
		Expect(page["items"]).NotTo(ContainElement(HaveKeyWithValue("id", latest)))
	})

	It("lists prescriptions with what became of their medicines", func() {
		e := uuid.MustParse(begun())
		who := access.Who(c.as(c.Salas, accounts.Doctor))
		body := written()
		for _, days := range []int{5, 1} {
			body.Items = append(body.Items, hce.Prescribed{Item: prescribing.Item{
				DCI: "Preparado " + strconv.Itoa(days), Form: "crema", Route: "topica", Dose: prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "aplicación"},
				Frequency: prescribing.Frequency{Kind: prescribing.TimesADay, Number: 2}, Duration: prescribing.Duration{Value: days, Unit: prescribing.Days},
				Quantity: prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "tubo"},
			}})
		}
		Expect(c.World.Committed(c.Clinic, "doctor", func(ctx context.Context) error {
			ctx = access.With(ctx, who)
			d, err := c.record.SaveDraft(ctx, hce.Saving{EncounterID: e, DraftID: newID(), Holder: "a", TemplateID: "consulta-general", Version: 1, Body: body})
			Expect(err).NotTo(HaveOccurred())
			_, err = c.record.Close(ctx, e, d.Version, "a", hce.Proof{Code: "123456"})
			return err
		})).To(Succeed())
		path := "prescriptions?patient_id=" + c.Ana.String()
		_, page := salas.send("GET", path, nil)
		lines := first(page)["items"].([]any)
		Expect(lines).To(HaveLen(2))
		Expect(lines[0]).To(And(HaveKeyWithValue("status", "active"), HaveKeyWithValue("item", HaveKeyWithValue("dci", "Preparado 5"))))
		Expect(c.World.Committed(c.Clinic, "doctor", func(ctx context.Context) error {
			_, err := c.record.StopMedication(access.With(ctx, who), newID(), uuid.MustParse(lines[0].(object)["id"].(string)), "Le dio ronchas")
			return err
		})).To(Succeed())
		c.moment = now.Add(72 * time.Hour)
		DeferCleanup(func() { c.moment = now })
		_, page = salas.send("GET", path, nil)
		Expect(first(page)["items"]).To(HaveExactElements(
			And(HaveKeyWithValue("status", "stopped"), HaveKeyWithValue("stop_reason", "Le dio ronchas")), HaveKeyWithValue("status", "completed")))
	})

	It("shows nobody what is not theirs", func() {
		_, page := salas.send("GET", "records?type=note&patient_id="+c.Ana.String(), nil)
		record := first(page)
		id, encounter := record["id"].(string), record["encounter_id"].(string)
		reads := []string{"records/" + id, "records/" + id + "/verification", "encounters/" + encounter, "records?patient_id=" + c.Ana.String(),
			"encounters?patient_id=" + c.Ana.String(), "observations?patient_id=" + c.Ana.String(), "prescriptions?patient_id=" + c.Ana.String()}
		writes := map[string]object{
			"encounters": {"patient_id": c.Ana}, "records": note(encounter), "records/" + id + "/sign": {"code": "123456"},
			"records/" + id + "/addenda": {"text": "De otro."},
			"observations":               {"patient_id": c.Ana, "code": "8310-5", "value": "36.5", "unit": "Cel", "taken_at": now.Format(time.RFC3339)},
		}
		rojas := c.program(c.Clinic, c.Rojas, accounts.Doctor)
		for _, path := range reads {
			status, problem := rojas.send("GET", path, nil)
			Expect(status).To(Equal(http.StatusForbidden), path)
			Expect(problem).To(HaveKeyWithValue("code", "not_yours"), path)
		}
		for path, body := range writes {
			status, problem := rojas.send("POST", path, body)
			Expect(status).To(BeElementOf(http.StatusForbidden, http.StatusNotFound), "%s: %v", path, problem)
		}
		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.Assistant, accounts.ClinicAdmin} {
			desk := c.program(c.Clinic, c.Rojas, role)
			for _, path := range reads {
				status, _ := desk.send("GET", path, nil)
				Expect(status).To(Equal(http.StatusForbidden), "%s %s", role, path)
			}
			for path, body := range writes {
				status, _ := desk.send("POST", path, body)
				Expect(status).To(Equal(http.StatusForbidden), "%s %s", role, path)
			}
		}
		stranger := c.AddPerson(c.World.Sur, "Otra Clínica", "doctor")
		c.exec("update users set title = 'Dr.', college = 'CMP', college_number = '999' where id = $1", stranger.User)
		sur := c.program(c.World.Sur, stranger, accounts.Doctor)
		for _, path := range append(reads, "records/uno", "encounters/"+newID().String()) {
			status, _ := sur.send("GET", path, nil)
			Expect(status).To(Equal(http.StatusNotFound), path)
		}
		for path, body := range writes {
			status, problem := sur.send("POST", path, body)
			Expect(status).To(Equal(http.StatusNotFound), "%s: %v", path, problem)
		}
		for _, path := range []string{"records", "records?patient_id=x", "records?patient_id=" + c.Ana.String() + "&cursor=abc", "observations?limit=101&patient_id=" + c.Ana.String()} {
			status, _ := salas.send("GET", path, nil)
			Expect(status).To(Equal(http.StatusUnprocessableEntity), path)
		}
	})
})
