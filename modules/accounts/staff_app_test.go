package accounts_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"

	"hampi/modules/accounts"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/web"
)

// staffApp is sign-up, invitations, people and platform over HTTP, with a worker that writes real letters.
type staffApp struct {
	*signInApp
	staff    *accounts.Staff
	platform *accounts.Platform
	letters  *mailbox
	working  sync.Once
}

func newStaffApp(parts accounts.OnboardingParts) *staffApp {
	GinkgoHelper()
	base := &signInApp{World: cluster.World(), clock: &stoppedClock{at: time.Now().UTC().Truncate(time.Microsecond)}}
	app := &staffApp{signInApp: base, letters: &mailbox{}}
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
	app.staff = accounts.NewStaff(app.DB, app.Vault, app.hasher, queue, app.clock.Now)
	app.platform = accounts.NewPlatform(app.DB, app.Vault, app.hasher, app.clock.Now)

	e := echo.New()
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs(), web.Headers(false), web.Sessions(sessions), web.Identify(app.signIn))
	server := &web.Server{DB: app.DB, Answers: web.NewAnswers(app.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: app.clock.Now}
	r := web.NewRouter(e, server.Guard)
	accounts.SignInRoutes(r, app.signIn)
	accounts.OnboardingRoutes(r, app.staff, app.signIn, parts)
	accounts.InvitationRoutes(r, app.staff, app.signIn)
	accounts.PeopleRoutes(r, app.staff)
	accounts.ProfileRoutes(r, app.staff)
	accounts.PlatformRoutes(r, app.platform)
	accounts.SitesAPI(web.NewAPI(r, "spec"), accounts.Colleagues{})
	Expect(r.Check()).To(Succeed())
	listener := httptest.NewServer(e)
	DeferCleanup(listener.Close)
	app.url = listener.URL
	return app
}

// work runs the jobs until the spec ends.
func (app *staffApp) work() {
	GinkgoHelper()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	workers := river.NewWorkers()
	accounts.AddStaffWorkers(workers, accounts.StaffLetters{
		DB: app.DB, Vault: app.Vault, Mail: app.letters, Now: app.clock.Now, Address: func() string { return "https://hampi.spec" },
	})
	worker, err := jobs.NewWorker(app.DB.Pool(), workers, nil, log)
	Expect(err).NotTo(HaveOccurred())
	Expect(worker.Start(context.Background())).To(Succeed())
	DeferCleanup(func() { Expect(worker.Stop(context.Background())).To(Succeed()) })
}

// mailbox keeps the letters that were sent.
type mailbox struct {
	mu      sync.Mutex
	letters []mail.Letter
}

func (m *mailbox) Send(_ context.Context, l mail.Letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters = append(m.letters, l)
	return nil
}

// to lists the letters to an address, the oldest first.
func (m *mailbox) to(address string) []mail.Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []mail.Letter
	for _, l := range m.letters {
		if l.To == address {
			found = append(found, l)
		}
	}
	return found
}

// link lets the letters be written, waits for the nth to address (from 1) and returns the path of the link in it.
func (app *staffApp) link(address string, nth int) string {
	GinkgoHelper()
	app.working.Do(app.work)
	m := app.letters
	Eventually(func() int { return len(m.to(address)) }).WithTimeout(20 * time.Second).Should(BeNumerically(">=", nth))
	found := regexp.MustCompile(`https://hampi\.spec(/\S+)`).FindStringSubmatch(m.to(address)[nth-1].Text)
	Expect(found).To(HaveLen(2), m.to(address)[nth-1].Text)
	return found[1]
}

// secretOn reads the key that a page of enrolment shows for typing by hand.
func secretOn(page string) string {
	GinkgoHelper()
	found := regexp.MustCompile(`select-all">([A-Z2-7 ]+)<`).FindStringSubmatch(page)
	Expect(found).To(HaveLen(2), page)
	return strings.ReplaceAll(found[1], " ", "")
}
