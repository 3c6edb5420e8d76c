package accounts_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
	"hampi/static"
)

// stoppedClock stands still until a spec moves it.
type stoppedClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *stoppedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *stoppedClock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const (
	goodPassword = "tres gatos sobre el tejado"
	knownSecret  = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// signInApp is the ways in over HTTP, on a database of its own, with one page behind the door.
type signInApp struct {
	*dbtest.World
	clock  *stoppedClock
	hasher *accounts.PasswordHasher
	signIn *accounts.SignIn
	url    string
}

func newSignInApp() *signInApp {
	GinkgoHelper()
	app := &signInApp{World: cluster.World(), clock: &stoppedClock{at: time.Now().UTC().Truncate(time.Microsecond)}}
	var err error
	app.hasher, err = accounts.NewPasswordHasher(fastHash())
	Expect(err).NotTo(HaveOccurred())
	queue, err := jobs.NewQueue()
	Expect(err).NotTo(HaveOccurred())
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	sessions := web.NewSessions(app.DB.SystemPool(), false)
	app.signIn = accounts.NewSignIn(accounts.SignInConfig{
		DB: app.DB, Vault: app.Vault, Sessions: sessions, Hasher: app.hasher, Queue: queue, SigningKey: key, Log: log, Now: app.clock.Now,
	})

	e := echo.New()
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs(), web.Headers(false), web.Sessions(sessions), web.Identify(app.signIn), app.signIn.KnowClient())
	server := &web.Server{DB: app.DB, Answers: web.NewAnswers(app.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: app.clock.Now}
	r := web.NewRouter(e, server.Guard)
	accounts.SignInRoutes(r, app.signIn)
	accounts.SignInAPI(web.NewAPI(r, "spec"), app.signIn)
	web.Statics(r, static.Dist(), false)
	inside := func(c echo.Context) error {
		who := access.Who(c.Request().Context())
		return c.String(http.StatusOK, "dentro: "+who.Name+" "+who.ClinicID.String()+" "+who.SiteID.String())
	}
	r.GET("/dentro", inside, web.SignedIn())
	r.GET("/agenda", inside, web.Needs(accounts.AgendaRead))
	r.POST("/firma", app.sign, web.SignedIn())
	Expect(r.Check()).To(Succeed())
	listener := httptest.NewServer(e)
	DeferCleanup(listener.Close)
	app.url = listener.URL
	return app
}

// fastHash is as weak as the library takes, so that specs do not wait.
func fastHash() *argon2id.Params {
	return &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// give lets a person sign in with an address and password; with a secret, codes of it are asked for too.
func (app *signInApp) give(user uuid.UUID, email, secret string) {
	GinkgoHelper()
	ctx := context.Background()
	keys, err := app.Vault.Keys(ctx, uuid.Nil)
	Expect(err).NotTo(HaveOccurred())
	sealed, err := keys.Encrypt(email, pii.Place{Table: "users", Column: "email", Row: user})
	Expect(err).NotTo(HaveOccurred())
	hash, err := app.hasher.Hash(ctx, goodPassword)
	Expect(err).NotTo(HaveOccurred())
	app.exec("update users set email = $1, password_hash = $2 where id = $3", sealed, hash, user)
	for _, index := range keys.Indexes("email", pii.NormalizeEmail(email)) {
		app.exec("insert into user_emails (key_id, bidx, user_id) values ($1, $2, $3)", int64(index.KeyID), index.Value, user)
	}
	if secret != "" {
		factor, err := keys.Encrypt(secret, pii.Place{Table: "users", Column: "totp_secret", Row: user})
		Expect(err).NotTo(HaveOccurred())
		app.exec("update users set totp_secret = $1, totp_confirmed_at = now() where id = $2", factor, user)
	}
}

func (app *signInApp) exec(sql string, args ...any) {
	GinkgoHelper()
	_, err := app.Admin.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
}

func (app *signInApp) count(sql string, args ...any) int {
	GinkgoHelper()
	var n int
	Expect(app.Admin.QueryRow(context.Background(), sql, args...).Scan(&n)).To(Succeed())
	return n
}

func (app *signInApp) code() string { return app.codeAt(0) }

// codeAt is the code that the doctor's application shows so long from now.
func (app *signInApp) codeAt(shift time.Duration) string {
	return accounts.CodeAt(knownSecret, app.clock.Now().Add(shift))
}

// browser is one device: it keeps cookies and follows nothing by itself.
type browser struct {
	app    *signInApp
	client *http.Client
}

func (app *signInApp) browser() *browser {
	jar, err := cookiejar.New(nil)
	Expect(err).NotTo(HaveOccurred())
	return &browser{app, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

func (b *browser) send(r *http.Request) answer {
	GinkgoHelper()
	response, err := b.client.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer{response.StatusCode, response.Header, string(body)}
}

func (b *browser) request(method, path string, form url.Values, headers ...string) answer {
	GinkgoHelper()
	r, err := http.NewRequest(method, b.app.url+path, strings.NewReader(form.Encode()))
	Expect(err).NotTo(HaveOccurred())
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

func (b *browser) get(path string, headers ...string) answer {
	GinkgoHelper()
	return b.request(http.MethodGet, path, nil, headers...)
}

// post sends a form; pairs are names and values.
func (b *browser) post(path string, pairs ...string) answer {
	GinkgoHelper()
	return b.request(http.MethodPost, path, formOf(pairs...))
}

// swap is post as htmx does it.
func (b *browser) swap(path string, pairs ...string) answer {
	GinkgoHelper()
	return b.request(http.MethodPost, path, formOf(pairs...), "HX-Request", "true")
}

func formOf(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func (b *browser) cookie(name string) string {
	at, err := url.Parse(b.app.url)
	Expect(err).NotTo(HaveOccurred())
	for _, c := range b.client.Jar.Cookies(at) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// signedIn goes in with password and, if asked, a fresh code.
func (app *signInApp) signedIn(email string) *browser {
	GinkgoHelper()
	b := app.browser()
	answer := b.swap("/ingresar", "email", email, "password", goodPassword)
	if answer.Header.Get("HX-Redirect") == "" {
		app.clock.Pass(30 * time.Second)
		answer = b.swap("/ingresar/codigo", "code", app.code())
	}
	Expect(answer.Header.Get("HX-Redirect")).To(Equal("/"), answer.Body)
	return b
}
