package prices_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
)

func TestPrices(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Prices")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// app is the price list over HTTP on a database of its own, behind the house's own guard.
type app struct {
	*dbtest.World
	catalog *catalog.Catalog
	editor  *prices.Editor
	echo    *echo.Echo
}

func newApp() *app {
	GinkgoHelper()
	services := catalog.New(catalog.Postgres{}, accounts.Colleagues{})
	a := &app{World: cluster.World(), echo: echo.New(), catalog: services}
	a.editor = prices.NewEditor(prices.NewBook(prices.NewPostgres(), services), prices.NewPostgres(), services)
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	a.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	a.echo.Use(web.RequestIDs(), web.Headers(false))
	server := &web.Server{DB: a.DB, Answers: web.NewAnswers(a.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: clock.System}
	r := web.NewRouter(a.echo, server.Guard)
	prices.Routes(r, a.editor, accounts.Colleagues{}, clock.System)
	Expect(r.Check()).To(Succeed())
	return a
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

func (v visitor) send(method, address string, form url.Values, fragment bool) (status int, body string) {
	request := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if fragment {
		request.Header.Set("HX-Request", "true")
	}
	answer := httptest.NewRecorder()
	v.app.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), v.who)))
	text, _ := io.ReadAll(answer.Body)
	return answer.Code, string(text)
}

func (v visitor) get(address string) (status int, body string) {
	return v.send(http.MethodGet, address, nil, false)
}

func (v visitor) post(address string, form url.Values) (status int, body string) {
	return v.send(http.MethodPost, address, form, false)
}
