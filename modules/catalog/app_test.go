package catalog_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
)

// app is the catalogue over HTTP on a database of its own, behind the house's own guard.
type app struct {
	*dbtest.World
	catalog *catalog.Catalog
	echo    *echo.Echo
	later   time.Duration // how much later than it is it is for the table of diagnoses
}

func (a *app) now() time.Time { return clock.System().Add(a.later) }

func newApp() *app {
	GinkgoHelper()
	a := &app{World: cluster.World(), echo: echo.New(), catalog: catalog.New(catalog.Postgres{}, accounts.Colleagues{})}
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	a.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	a.echo.Use(web.RequestIDs(), web.Headers(false))
	server := &web.Server{DB: a.DB, Answers: web.NewAnswers(a.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: clock.System}
	r := web.NewRouter(a.echo, server.Guard)
	places, err := catalog.LoadPlaces()
	Expect(err).NotTo(HaveOccurred())
	catalog.Routes(r, a.catalog, places)
	medicines, err := catalog.LoadMedicines()
	Expect(err).NotTo(HaveOccurred())
	catalog.MedicineRoutes(r, medicines)
	api, codes := web.NewAPI(r, "spec"), catalog.NewCodes(catalog.LoadedCodes{}, a.now)
	catalog.API(api, a.catalog)
	catalog.MedicinesAPI(api, medicines)
	catalog.CodesAPI(api, codes, accounts.Colleagues{}, nil)
	catalog.CatalogsRoutes(r)
	catalog.TableRoutes(r, catalog.LoadedCodes{})
	catalog.CodeRoutes(r, codes, accounts.Colleagues{}, nil)
	onboarding(r, catalog.NewFirstServices(a.catalog))
	Expect(r.Check()).To(Succeed())
	return a
}

// onboarding is what the first day does with a step that a module offers.
func onboarding(r *web.Router, step accounts.OnboardingStep) {
	address := "/empezar/" + step.Slug()
	r.GET(address, func(c echo.Context) error {
		body, err := step.Body(c.Request().Context())
		if err != nil {
			return err
		}
		return web.Render(c, http.StatusOK, body)
	}, web.Needs(accounts.SettingsServices))
	r.POST(address, func(c echo.Context) error {
		err := step.Save(c)
		var again *accounts.Redraw
		if errors.As(err, &again) {
			return web.Render(c, again.Status, again.Body)
		}
		if err != nil {
			return err
		}
		return web.SeeOther(c, "/empezar/listo")
	}, web.Needs(accounts.SettingsServices))
}

// visitor is somebody of a clinic at a browser.
type visitor struct {
	app *app
	who access.Identity
}

func (a *app) as(clinic dbtest.Clinic, role accounts.Role) visitor {
	who := clinic.Identity(string(role))
	who.Permissions = accounts.PermissionsOf([]accounts.Role{role})
	return visitor{app: a, who: who}
}

func (v visitor) get(address string) *httptest.ResponseRecorder {
	return v.send(httptest.NewRequest(http.MethodGet, address, nil))
}

func (v visitor) post(address string, form url.Values) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(request)
}

func (v visitor) send(request *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	v.app.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), v.who)))
	return answer
}

// hidden finds the value of a hidden field in a page.
func hidden(answer *httptest.ResponseRecorder, name string) string {
	GinkgoHelper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(answer.Body.String())
	Expect(found).NotTo(BeNil(), "no field %s in %s", name, answer.Body)
	return found[1]
}

func bodyOf(answer *httptest.ResponseRecorder) string {
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}
