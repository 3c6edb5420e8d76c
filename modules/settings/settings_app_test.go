package settings_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
	"hampi/modules/settings"
	"hampi/views"
)

// app is the settings over HTTP. Who asks stands in a header: "norte clinic_admin".
type app struct {
	*dbtest.World
	echo *echo.Echo
	now  time.Time
}

// noJobs stands for a queue that nobody works.
type noJobs struct{}

func (noJobs) Insert(context.Context, river.JobArgs, *river.InsertOpts) error { return nil }
func (noJobs) InsertTx(*gorm.DB, river.JobArgs, *river.InsertOpts) error      { return nil }

func newApp() *app {
	GinkgoHelper()
	a := &app{World: cluster.World(), echo: echo.New(), now: time.Now().UTC().Truncate(time.Microsecond)}
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	staff := accounts.NewStaff(a.DB, a.Vault, nil, noJobs{}, clock.At(a.now))
	pages := slices.Concat(settings.Pages(), []web.SettingsPage{accounts.PeopleSettings()})
	subjects := append(accounts.AuditSubjects(accounts.Colleagues{}), audit.Subject{Entity: "devices", Label: "Equipo", Columns: map[string]audit.Column{"name": {Label: "Cómo se llama"}}})
	service := settings.New(staff, pages, subjects, clock.At(a.now))
	a.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	a.echo.Use(web.RequestIDs(), web.Headers(false), a.identify, web.WithSettings(pages, settings.Frame), web.WithChrome(func(_ echo.Context, p web.Page) (views.Shell, error) {
		return views.Shell{Title: p.Title, Heading: p.Heading}, nil
	}))
	server := &web.Server{DB: a.DB, Answers: web.NewAnswers(a.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: clock.At(a.now)}
	r := web.NewRouter(a.echo, server.Guard)
	settings.Routes(r, service)
	accounts.PeopleRoutes(r, staff)
	Expect(r.Check()).To(Succeed())
	return a
}

func (a *app) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		place, role, there := strings.Cut(c.Request().Header.Get("Quien"), " ")
		if !there {
			return next(c)
		}
		clinic := a.Norte
		if place == "sur" {
			clinic = a.Sur
		}
		who := clinic.Identity(role)
		who.Permissions = accounts.PermissionsOf([]accounts.Role{accounts.Role(role)})
		c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), who)))
		return next(c)
	}
}

func (a *app) send(who, method, path, kind string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Quien", who)
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	a.echo.ServeHTTP(answer, r)
	return answer
}

const admin = "norte clinic_admin"

func (a *app) get(who, path string, headers ...string) *httptest.ResponseRecorder {
	return a.send(who, http.MethodGet, path, "", nil, headers...)
}

func (a *app) post(who, path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return a.send(who, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (a *app) upload(who string, file []byte) *httptest.ResponseRecorder {
	GinkgoHelper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("logo", "logo.png")
	Expect(err).NotTo(HaveOccurred())
	_, err = part.Write(file)
	Expect(err).NotTo(HaveOccurred())
	Expect(form.Close()).To(Succeed())
	return a.send(who, http.MethodPost, "/configuracion/clinica/logo", form.FormDataContentType(), &body)
}

func picture() []byte {
	GinkgoHelper()
	var b bytes.Buffer
	Expect(png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))).To(Succeed())
	return b.Bytes()
}

// hidden reads the hidden fields of the form that posts to action.
func hidden(page, action string) []string {
	GinkgoHelper()
	form := regexp.MustCompile(`(?s)action="` + regexp.QuoteMeta(action) + `".*?</form>`).FindString(page)
	Expect(form).NotTo(BeEmpty())
	var pairs []string
	for _, name := range []string{"version", "visto"} {
		found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(form)
		if found != nil {
			pairs = append(pairs, name, found[1])
		}
	}
	return pairs
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
