package sync_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	gosync "sync"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
	"hampi/modules/sync/bundletest"
	"hampi/views"
)

// deviceApp is the register of devices over HTTP. Who asks stands in a header: "norte doctor", the browser in another.
type deviceApp struct {
	*dbtest.World
	register *sync.DeviceRegister
	echo     *echo.Echo
	now      time.Time
	proofs   accounts.Proofs // of every log-in
	carried  *carrier
}

// carrier notes what it is to carry out, and for whom.
type carrier struct {
	mu     gosync.Mutex
	who    []access.Identity
	ops    []offline.Operation
	refuse string // the entity that it refuses
}

func (c *carrier) Sync(ctx context.Context, _ sync.Call, r sync.Request) (sync.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer sync.Response
	for _, op := range r.Operations {
		c.who, c.ops = append(c.who, access.Who(ctx)), append(c.ops, op)
		result := offline.Result{LocalID: op.LocalID, Status: offline.Created}
		if op.Entity == c.refuse {
			result.Status, result.Message = offline.Rejected, "Falta el documento."
		}
		answer.Applied = append(answer.Applied, result)
	}
	return answer, nil
}

// deviceLogins stands for signing in.
type deviceLogins struct{ app *deviceApp }

func (l deviceLogins) ProofsOf(context.Context, uuid.UUID) (accounts.Proofs, error) {
	return l.app.proofs, nil
}
func (l deviceLogins) Browser(c echo.Context) string { return c.Request().Header.Get("Navegador") }
func (l deviceLogins) EmailOf(context.Context, uuid.UUID) (string, error) {
	return "alguien@norte.pe", nil
}

func newDeviceApp() *deviceApp {
	GinkgoHelper()
	a := &deviceApp{World: cluster.World(), echo: echo.New(), now: time.Now().UTC().Truncate(time.Microsecond), carried: &carrier{}}
	a.proofs = accounts.Proofs{SignedIn: a.now, Last: a.now}
	a.register = sync.NewDeviceRegister(sync.RegisterParts{DB: a.DB, Vault: a.Vault, Logins: deviceLogins{a}, Now: func() time.Time { return a.now }})
	a.register.Carry = a.carried
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	pages := []web.SettingsPage{sync.DevicesPage()}
	a.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	a.echo.Use(web.RequestIDs(), web.Headers(false), a.identify, web.WithSettings(pages, bare), web.WithChrome(func(_ echo.Context, p web.Page) (views.Shell, error) {
		return views.Shell{Title: p.Title, Heading: p.Heading}, nil
	}))
	server := &web.Server{DB: a.DB, Answers: web.NewAnswers(a.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: clock.At(a.now)}
	r := web.NewRouter(a.echo, server.Guard)
	sync.DeviceRoutes(r, a.register)
	Expect(r.Check()).To(Succeed())
	return a
}

// bare draws a page of settings without what stands around it.
func bare(_ []web.SettingsPage, _ web.SettingsPage, _ string, body templ.Component) templ.Component {
	return body
}

func (a *deviceApp) clinic(place string) dbtest.Clinic {
	if place == "sur" {
		return a.Sur
	}
	return a.Norte
}

func (a *deviceApp) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		place, role, there := strings.Cut(c.Request().Header.Get("Quien"), " ")
		if !there {
			return next(c)
		}
		who := a.clinic(place).Identity(role)
		who.Permissions = accounts.PermissionsOf([]accounts.Role{accounts.Role(role)})
		c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), who)))
		return next(c)
	}
}

func (a *deviceApp) send(who, method, path, kind string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Quien", who)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Navegador", "navegador de "+who)
	r.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	a.echo.ServeHTTP(answer, r)
	return answer
}

func (a *deviceApp) get(who, path string) *httptest.ResponseRecorder {
	return a.send(who, http.MethodGet, path, "", nil)
}

func (a *deviceApp) post(who, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	return a.send(who, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), headers...)
}

// given is what POST /equipo answers.
type given struct {
	ID      uuid.UUID
	Number  int64
	Name    string
	Token   string
	Key     string
	Strict  bool
	Profile string
	Person  string
	Clinic  string
}

func (a *deviceApp) enrol(who string, asked string, headers ...string) (given, int) {
	GinkgoHelper()
	answer := a.post(who, "/equipo", url.Values{"equipo": {asked}}, headers...)
	var g given
	if answer.Code == http.StatusOK {
		Expect(json.Unmarshal(answer.Body.Bytes(), &g)).To(Succeed())
	}
	return g, answer.Code
}

func (a *deviceApp) revoked(who string) given {
	GinkgoHelper()
	g, status := a.enrol(who, "")
	Expect(status).To(Equal(http.StatusOK))
	place, _, _ := strings.Cut(who, " ")
	Expect(a.post(place+" clinic_admin", "/configuracion/equipos/"+g.ID.String()+"/retiro", nil).Code).To(Equal(http.StatusSeeOther))
	return g
}

func (a *deviceApp) handIn(token string, text []byte) (int, map[string]any) {
	GinkgoHelper()
	answer := a.send("", http.MethodPost, "/api/v1/devices/handin", "application/json", bytes.NewReader(text), "X-Device-Token", token)
	var body map[string]any
	Expect(json.Unmarshal(answer.Body.Bytes(), &body)).To(Succeed(), answer.Body.String())
	return answer.Code, body
}

func (a *deviceApp) upload(who string, file []byte) *httptest.ResponseRecorder {
	GinkgoHelper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("archivo", "hampi-sin-enviar.hampi")
	Expect(err).NotTo(HaveOccurred())
	_, err = part.Write(file)
	Expect(err).NotTo(HaveOccurred())
	Expect(form.Close()).To(Succeed())
	return a.send(who, http.MethodPost, "/sincronizacion/archivo", form.FormDataContentType(), &body)
}

func (a *deviceApp) rows(query string, args ...any) (n int) {
	GinkgoHelper()
	Expect(a.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

func (a *deviceApp) text(query string, args ...any) (s string) {
	GinkgoHelper()
	Expect(a.Admin.QueryRow(context.Background(), query, args...).Scan(&s)).To(Succeed())
	return s
}

// sealedQueue is what a device would hand in.
func sealedQueue(g given, ops ...offline.Operation) map[string]any {
	GinkgoHelper()
	return bundletest.Bundle(g.ID, g.Key, g.Profile, ops...)
}

func textOf(value any) []byte {
	GinkgoHelper()
	text, err := json.Marshal(value)
	Expect(err).NotTo(HaveOccurred())
	return text
}

func newPatient(name string) offline.Operation {
	return offline.Operation{
		Entity: "patient", Action: offline.Create, LocalID: uuid.Must(uuid.NewV7()), OpID: uuid.Must(uuid.NewV7()),
		Data: json.RawMessage(`{"first_name":"` + name + `"}`), Timestamp: time.Now().UTC().Truncate(time.Millisecond),
	}
}
