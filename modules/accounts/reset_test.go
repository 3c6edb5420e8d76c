package accounts_test

import (
	"context"
	"log/slog"
	"regexp"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"hampi/modules/accounts"
	"hampi/modules/platform/mail"
)

// box keeps the letters that were sent.
type box struct {
	mu      sync.Mutex
	letters []mail.Letter
}

func (b *box) Send(_ context.Context, l mail.Letter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
	return nil
}

func (b *box) all() []mail.Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]mail.Letter(nil), b.letters...)
}

// work runs the app's jobs until the spec ends.
func (app *signInApp) work() *box {
	GinkgoHelper()
	letters := &box{}
	workers := river.NewWorkers()
	accounts.AddSignInWorkers(workers, accounts.SignInLetters{DB: app.DB, Vault: app.Vault, Mail: letters, Now: app.clock.Now,
		Address: func() string { return "https://hampi.example" }})
	client, err := river.NewClient(riverpgxv5.New(app.DB.Pool()), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}}, Workers: workers, TestOnly: true,
		FetchPollInterval: 50 * time.Millisecond, FetchCooldown: 50 * time.Millisecond, ReindexerIndexNames: []string{},
		Logger: slog.New(slog.NewTextHandler(GinkgoWriter, nil)),
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(client.Start(context.Background())).To(Succeed())
	DeferCleanup(func() { Expect(client.Stop(context.Background())).To(Succeed()) })
	return letters
}

var _ = Describe("a forgotten password", func() {
	var app *signInApp
	var letters *box

	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["doctor"].User, "doctora@norte.pe", knownSecret)
		letters = app.work()
	})

	link := func() string {
		GinkgoHelper()
		Eventually(letters.all).WithTimeout(10 * time.Second).ShouldNot(BeEmpty())
		letter := letters.all()[len(letters.all())-1]
		Expect(letter.To).To(Equal("doctora@norte.pe"))
		found := regexp.MustCompile(`https://hampi\.example(/recuperar/[\w-]{43})`).FindStringSubmatch(letter.Text)
		Expect(found).To(HaveLen(2))
		return found[1]
	}

	It("answers the same for everybody, and writes only to who has an account", func() {
		known := app.browser().swap("/recuperar", "email", "Doctora@norte.pe")
		unknown := app.browser().swap("/recuperar", "email", "nadie@norte.pe")
		Expect(known.Status).To(Equal(200))
		Expect(unknown.Body).To(Equal(known.Body))
		link()
		Eventually(func() int { return app.count("select count(*) from river_job where state = 'completed'") }).WithTimeout(10 * time.Second).Should(Equal(2))
		Expect(letters.all()).To(HaveLen(1))
		Expect(app.count("select count(*) from river_job where args::text like '%norte%' or args::text like '%recuperar%'")).To(BeZero())
	})

	It("is replaced once through the link, ends every log-in, keeps the code, and says so by letter", func() {
		inside := app.signedIn("doctora@norte.pe")
		b := app.browser()
		b.swap("/recuperar", "email", "doctora@norte.pe")
		address := link()
		Expect(b.get(address).Body).To(ContainSubstring(`autocomplete="new-password"`))
		Expect(b.swap(address, "password", "password1234").Body).To(ContainSubstring("muy común"))
		Expect(b.swap(address, "password", "cuatro perros bajo la mesa").Header.Get("HX-Redirect")).To(Equal("/ingresar"))
		Expect(inside.get("/dentro").Header.Get("Location")).To(HavePrefix("/ingresar"))
		Expect(b.get(address).Status).To(Equal(404))
		Expect(b.post(address, "password", "otra frase larga y nueva").Status).To(Equal(404))

		Expect(b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword).Status).To(Equal(422))
		Expect(b.swap("/ingresar", "email", "doctora@norte.pe", "password", "cuatro perros bajo la mesa").Body).To(ContainSubstring("one-time-code"))
		app.clock.Pass(30 * time.Second)
		Expect(b.swap("/ingresar/codigo", "code", app.code()).Header.Get("HX-Redirect")).To(Equal("/"))
		Eventually(letters.all).WithTimeout(10 * time.Second).Should(ContainElement(HaveField("Text", ContainSubstring("Se creó una contraseña nueva"))))
	})

	It("opens no more after thirty minutes", func() {
		app.browser().swap("/recuperar", "email", "doctora@norte.pe")
		address := link()
		app.clock.Pass(31 * time.Minute)
		Expect(app.browser().get(address).Status).To(Equal(404))
		Expect(app.browser().swap(address, "password", "cuatro perros bajo la mesa").Status).To(Equal(404))
	})

	It("lifts a lock-out when it is replaced", func() {
		b := app.browser()
		b.swap("/ingresar", "email", "doctora@norte.pe", "password", "otra cosa distinta")
		app.exec("update login_attempts set failures = 100 where subject like 'account:%'")
		b.swap("/recuperar", "email", "doctora@norte.pe")
		b.swap(link(), "password", "cuatro perros bajo la mesa")
		Expect(b.swap("/ingresar", "email", "doctora@norte.pe", "password", "cuatro perros bajo la mesa").Body).To(ContainSubstring("one-time-code"))
	})

	It("sends no more than three letters an hour, and answers the same", func() {
		for range 5 {
			Expect(app.browser().swap("/recuperar", "email", "doctora@norte.pe").Status).To(Equal(200))
		}
		Expect(app.count("select count(*) from river_job where kind = 'accounts_reset'")).To(Equal(3))
	})
})
