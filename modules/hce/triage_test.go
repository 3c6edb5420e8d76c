//go:build !js

package hce_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

// arrives lets Ana into the waiting room.
func (c *clinic) arrives() {
	GinkgoHelper()
	c.exec("update appointments set arrived_at = $1 where id = $2", now.Add(-10*time.Minute), c.Visit)
}

// turned is ctx, in the same transaction, for somebody else.
func (c *clinic) turned(ctx context.Context, p dbtest.Person, roles ...accounts.Role) context.Context {
	GinkgoHelper()
	return access.With(ctx, access.Who(c.as(p, roles...)))
}

// figures are a triage in order.
func figures() form.Values {
	return form.Values{
		"motivo": form.OfText("Dolor de garganta"), "tiempo": form.OfSpan("3", "dia"), "pa": form.OfPressure(118, 76), "temp": form.OfText("36.6"),
		"peso": form.OfText("58.4"), "prioridad": form.OfText("4"),
	}
}

// take saves a triage over what stands.
func (c *clinic) take(ctx context.Context, values form.Values) hce.TriageSheet {
	GinkgoHelper()
	t, err := c.record.Triage(ctx, c.Visit)
	Expect(err).NotTo(HaveOccurred())
	seen := t.Last()
	t.Values = values
	_, err = c.record.SaveTriage(ctx, t, newID(), seen)
	Expect(err).NotTo(HaveOccurred())
	t, err = c.record.Triage(ctx, c.Visit)
	Expect(err).NotTo(HaveOccurred())
	return t
}

// valuesOf are the values under a code, in words, in the order in which they were taken.
func valuesOf(t hce.TriageSheet, code string) (list []string) {
	for _, o := range t.Taken {
		if o.Code == code {
			list = append(list, o.Words())
		}
	}
	return list
}

var _ = Describe("triage", func() {
	var c *clinic
	var nurse dbtest.Person
	BeforeEach(func() {
		c = norte()
		nurse = c.AddPerson(c.World.Norte, "Elena Paz", "assistant")
		c.arrives()
	})

	It("keeps each value with who took it and when, its correction beside it, and is found by the professional", func() {
		ctx := c.as(nurse, accounts.Assistant)
		first := c.take(ctx, figures())
		Expect(first.Encounter).To(And(HaveField("DoctorID", c.Salas.Membership), HaveField("TriagedAt", HaveValue(BeTemporally("==", now))),
			HaveField("TriagedBy", HaveValue(Equal(nurse.Membership))), HaveField("StartedAt", BeNil())))
		for _, o := range first.Taken {
			Expect(o).To(And(HaveField("Category", hce.Triage), HaveField("TakenBy", nurse.Membership), HaveField("TakenAt", BeTemporally("==", now)),
				HaveField("RecordID", BeNil()), HaveField("CorrectsID", BeNil())))
		}
		Expect(valuesOf(first, hce.MotiveCode)).To(Equal([]string{"Dolor de garganta"}))
		Expect(valuesOf(first, "8310-5")).To(Equal([]string{"36.6 °C"}))
		Expect(first.Values).To(And(HaveKeyWithValue("tiempo", form.OfSpan("3", "dia")), HaveKeyWithValue("prioridad", form.OfText("4")),
			HaveKeyWithValue("pa", form.OfPressure(118, 76))))

		c.moment = now.Add(10 * time.Minute)
		again := c.take(ctx, first.Values)
		Expect(again.Taken).To(HaveLen(len(first.Taken)), "what did not change is not written again")
		changed := figures()
		changed["temp"] = form.OfText("38.2")
		delete(changed, "peso")
		second := c.take(ctx, changed)
		Expect(valuesOf(second, "8310-5")).To(Equal([]string{"36.6 °C", "38.2 °C"}))
		Expect(valuesOf(second, "29463-7")).To(Equal([]string{"58.4 kg", hce.Withdrawn}))
		for _, o := range second.Taken[len(first.Taken):] {
			Expect(o).To(And(HaveField("CorrectsID", Not(BeNil())), HaveField("TakenAt", BeTemporally("==", c.moment))))
		}
		Expect(second.Values).To(And(HaveKeyWithValue("temp", form.OfText("38.2")), Not(HaveKey("peso"))))

		By("two at once")
		_, err := c.record.SaveTriage(ctx, second, newID(), first.Last())
		Expect(err).To(MatchError(hce.ErrTakenSince))

		By("the professional")
		doctor := c.turned(ctx, c.Salas, accounts.Doctor)
		e := c.attend(doctor)
		Expect(e.ID).To(Equal(first.Encounter.ID))
		a, err := c.record.Attention(doctor, e.ID, "a")
		Expect(err).NotTo(HaveOccurred())
		Expect(a.Draft.Body.Values).To(And(HaveKeyWithValue("motivo", form.OfText("Dolor de garganta")), HaveKeyWithValue("temp", form.OfText("38.2")),
			HaveKeyWithValue("pa", form.OfPressure(118, 76)), HaveKeyWithValue("tiempo", form.OfSpan("3", "dia")), Not(HaveKey("peso"))))
		c.closed(doctor)
		done, err := c.record.Triage(c.turned(ctx, nurse, accounts.Assistant), c.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(done.Over()).To(BeTrue())
		_, err = c.record.SaveTriage(c.turned(ctx, nurse, accounts.Assistant), done, newID(), done.Last())
		Expect(fault.KindOf(err)).To(Equal(fault.Conflict))
	})

	It("refuses what is impossible, asks about what is improbable, and lets in only who is of the place and the day", func() {
		ctx := c.as(nurse, accounts.Assistant)
		t, err := c.record.Triage(ctx, c.Visit)
		Expect(err).NotTo(HaveOccurred())
		t.Values = figures()
		t.Values["temp"] = form.OfText("73")
		_, err = c.record.SaveTriage(ctx, t, newID(), "")
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKeyWithValue("f.temp", ContainSubstring("no es posible")))
		t.Values["temp"] = form.OfText("41.8")
		_, err = c.record.SaveTriage(ctx, t, newID(), "")
		problems, _ = fault.Fields(err)
		Expect(problems).To(HaveKeyWithValue("f.temp", ContainSubstring("¿Es correcta?")))
		t.Values = form.Trusted(t.Template, t.Values, t.Context)
		_, err = c.record.SaveTriage(ctx, t, newID(), "")
		Expect(err).NotTo(HaveOccurred())

		refuses := func(who context.Context, because string) {
			GinkgoHelper()
			_, err := c.record.Triage(who, c.Visit)
			Expect(fault.KindOf(err)).To(Equal(fault.Forbidden), because)
		}
		refuses(c.turned(ctx, nurse, accounts.Receptionist), "a receptionist")
		refuses(c.turned(ctx, nurse, accounts.Cashier), "a cashier")
		refuses(c.turned(ctx, nurse, accounts.ClinicAdmin), "an administrator")
		refuses(c.turned(ctx, c.Rojas, accounts.Doctor), "another professional")
		elsewhere := access.Who(ctx)
		elsewhere.SiteID = newID()
		refuses(access.With(ctx, elsewhere), "another site")
		c.moment = now.Add(24 * time.Hour)
		refuses(ctx, "the day after")
		c.moment = now
		c.exec("update appointments set arrived_at = null where id = $1", c.Visit)
		refuses(c.as(nurse, accounts.Assistant), "who has not arrived")
	})

	It("is all that an assistant sees of the record: allergies, triage and its photos", func() {
		c.exec(`insert into allergies (clinic_id, id, patient_id, substance, reaction, severity, noted_by) values ($1, $2, $3, 'penicilina', 'anafilaxia', 'severe', $4)`,
			c.ID, newID(), c.Ana, c.Salas.User)
		at := "/citas/" + c.Visit.String() + "/triaje"
		d := c.triageDesk()
		d.who = access.Who(c.as(nurse, accounts.Assistant))
		opened := d.get(at)
		Expect(opened.status).To(Equal(http.StatusOK), opened.body)
		Expect(opened.body).To(And(ContainSubstring("penicilina"), ContainSubstring("Aún no se anotó nada."), Not(ContainSubstring("data-subida"))))
		note := url.Values{"atencion": {opened.hidden("atencion")}, "visto": {""}, "f.motivo": {"Dolor de garganta"}, "f.pa": {"14892"}, "f.peso": {"58"}, "f.talla": {"156"}}
		Expect(d.post(at+"/campos", note).body).To(ContainSubstring("23.8"), "the body mass index at once")
		note.Set("f.temp", "41,8")
		note.Set("f.pa", "200/130")
		Expect(d.post(at, note).body).To(ContainSubstring("valor crítico (más de 119). Avise al profesional."), "before it is saved")
		note.Set("f.pa", "14892")
		asked := d.post(at, note)
		Expect(asked.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(asked.body).To(And(ContainSubstring("Temperatura 41.8 °C. ¿Es correcta?"), ContainSubstring(`value="148/92"`)))
		note.Set(form.ConfirmedName, "temp=41.8")
		note.Set("op_id", newID().String())
		Expect(d.post(at, note).header.Get("HX-Redirect")).To(Equal(at))
		Expect(d.post(at, note).header.Get("HX-Redirect")).To(Equal(at), "a lost answer is given again")
		note.Set("op_id", newID().String())
		Expect(d.post(at, note).status).To(Equal(http.StatusConflict), "drawn before the first save")
		read := d.get(at)
		Expect(read.body).To(And(ContainSubstring("148 mmHg"), ContainSubstring("Elena Paz, 9:00"), ContainSubstring("data-subida"), ContainSubstring("23.8")))

		By("photos of the attention alone")
		upload := "/pacientes/" + c.Ana.String() + "/archivos"
		Expect(d.photo(upload, read.hidden("atencion"))).To(Equal(http.StatusCreated))
		Expect(d.photo(upload, "")).To(Equal(http.StatusNotFound))
		Expect(d.photo("/pacientes/"+newID().String()+"/archivos", read.hidden("atencion"))).To(Equal(http.StatusNotFound))
		shown := d.get(at + "/archivos")
		Expect(shown.body).To(ContainSubstring("garganta.jpg"))
		photo := regexp.MustCompile(`href="(/archivos/[0-9a-f-]+)"`).FindStringSubmatch(shown.body)[1]
		Expect(d.get(photo).status).To(Equal(http.StatusOK))

		By("nothing else")
		closed := c.closedFor(c.Salas)
		for _, path := range []string{
			"/pacientes/" + c.Ana.String() + "/historia", "/pacientes/" + c.Ana.String() + "/lecturas", "/pacientes/" + c.Ana.String() + "/archivos",
			"/pacientes/" + c.Ana.String() + "/profesionales",
		} {
			answer := d.get(path)
			Expect(answer.status).To(Equal(http.StatusNotFound), path)
			Expect(answer.body).NotTo(ContainSubstring(closed.Diagnoses[0].Title))
		}
		Expect(d.get(at).body).NotTo(Or(ContainSubstring(closed.Diagnoses[0].Title), ContainSubstring("Guardar triaje")), "the attention is over")
		c.moment = now.Add(24 * time.Hour)
		for _, path := range []string{at, photo, photo + "/miniatura"} {
			Expect(d.get(path).status).To(Equal(http.StatusNotFound), "the day after: "+path)
		}
	})
})

// closedFor attends, writes and signs, and keeps it.
func (c *clinic) closedFor(p dbtest.Person) hce.Record {
	GinkgoHelper()
	who := access.Who(c.as(p, accounts.Doctor))
	scope := c.Scope("doctor")
	scope.UserID = p.User
	ctx, session := c.DB.Begin(access.With(context.Background(), who), scope)
	r := c.closed(ctx)
	c.exec("select 1")
	Expect(session.Commit()).To(Succeed())
	c.exec("update appointments set status = 'completed' where id = $1", c.Visit)
	return r
}

// triageDesk is the pages of triage, of the history and of files, asked as somebody.
type triageDesk struct {
	echo *echo.Echo
	who  access.Identity
}

type triageAnswer struct {
	status int
	body   string
	header http.Header
}

func (c *clinic) triageDesk() *triageDesk {
	GinkgoHelper()
	folder, err := files.NewFolder(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	album := archive.NewService(archive.Parts{
		Store: archive.NewPostgres(c.DB), Storage: files.New(folder, c.Vault), Patients: c.record.Patients, Colleagues: accounts.Colleagues{},
		Access: hce.NewFilesAccess(c.record), Reads: hce.ReadLog{}, Now: c.now,
	})
	d := &triageDesk{echo: echo.New()}
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	d.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	d.echo.Use(web.RequestIDs())
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: c.now}
	r := web.NewRouter(d.echo, server.Guard)
	hce.TriageRoutes(r, c.record, album)
	hce.HistoryRoutes(r, c.record)
	archive.Routes(r, album)
	Expect(r.Check()).To(Succeed())
	return d
}

func (d *triageDesk) send(request *http.Request) triageAnswer {
	GinkgoHelper()
	request.Header.Set("HX-Request", "true")
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, request.WithContext(access.With(context.Background(), d.who)))
	Expect(answer.Code).To(BeNumerically("<", 500), request.URL.Path+": "+answer.Body.String())
	Expect(answer.Body.String()).NotTo(ContainSubstring("style="))
	return triageAnswer{answer.Code, answer.Body.String(), answer.Header()}
}

func (d *triageDesk) get(path string) triageAnswer {
	GinkgoHelper()
	return d.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d *triageDesk) post(path string, form url.Values) triageAnswer {
	GinkgoHelper()
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.send(request)
}

// photo sends one, of an attention or of none.
func (d *triageDesk) photo(path, encounter string) int {
	GinkgoHelper()
	var body bytes.Buffer
	out := multipart.NewWriter(&body)
	Expect(out.WriteField("id", uuid.Must(uuid.NewV7()).String())).To(Succeed())
	if encounter != "" {
		Expect(out.WriteField("atencion", encounter)).To(Succeed())
	}
	part, err := out.CreateFormFile("archivo", "garganta.jpg")
	Expect(err).NotTo(HaveOccurred())
	Expect(jpeg.Encode(part, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil)).To(Succeed())
	Expect(out.Close()).To(Succeed())
	request := httptest.NewRequest(http.MethodPost, path, &body)
	request.Header.Set("Content-Type", out.FormDataContentType())
	return d.send(request).status
}

func (a triageAnswer) hidden(name string) string {
	GinkgoHelper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.body)
	Expect(m).NotTo(BeNil(), name)
	return m[1]
}
