package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const mayWrite access.Permission = "sites.write"

// office is a small program around one world: its one page adds a site to the clinic.
type office struct {
	echo   *echo.Echo
	router *web.Router
	world  *dbtest.World
	now    time.Time
	runs   atomic.Int64
	after  func(ctx context.Context) error // what else the handler does before it answers
}

// whoHeader lets a spec say who asks: "norte" or "sur" with the permission, "otro" without it, nothing for nobody.
const whoHeader = "X-Spec-Who"

func newOffice(world *dbtest.World, perMinute int) *office {
	o := &office{echo: echo.New(), world: world, now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	server := &web.Server{
		DB: world.DB, Answers: web.NewAnswers(world.Vault), People: web.NewLimiter(perMinute), Visitors: web.NewLimiter(perMinute),
		Log: log, Now: func() time.Time { return o.now },
	}
	sameOrigin, err := web.SameOrigin("")
	Expect(err).NotTo(HaveOccurred())
	o.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	o.echo.Use(web.RequestIDs(), web.Log(log, web.NewMetrics()), web.Recover(log), web.Headers(false), sameOrigin, o.identify)
	o.router = web.NewRouter(o.echo, server.Guard)
	o.router.POST("/sedes", o.addSite, web.Needs(mayWrite))
	o.router.GET("/sedes", func(c echo.Context) error { return c.String(http.StatusOK, "sedes") }, web.Needs(mayWrite))
	o.router.GET("/ajena", func(echo.Context) error { return fault.ErrForbidden }, web.Needs(mayWrite))
	o.router.GET("/libre", func(c echo.Context) error { return c.String(http.StatusOK, "libre") }, web.Public())
	return o
}

func (o *office) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		clinic, permissions := o.world.Norte, []access.Permission{mayWrite}
		switch c.Request().Header.Get(whoHeader) {
		case "":
			return next(c)
		case "sur":
			clinic = o.world.Sur
		case "otro":
			permissions = nil
		}
		who := clinic.Identity("receptionist", permissions...)
		who.Locked = c.Request().Header.Get("X-Spec-Locked") != ""
		c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), who)))
		return next(c)
	}
}

func (o *office) addSite(c echo.Context) error {
	o.runs.Add(1)
	var form struct {
		Name string `form:"name"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := database.From(ctx).Exec("insert into sites (id, name) values (?, ?)", uuid.New(), form.Name).Error; err != nil {
		return err
	}
	if o.after != nil {
		if err := o.after(ctx); err != nil {
			return err
		}
	}
	if form.Name == "rechazada" {
		return c.String(http.StatusUnprocessableEntity, "falta")
	}
	return c.String(http.StatusCreated, "guardada "+form.Name)
}

func (o *office) ask(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	o.echo.ServeHTTP(answer, r)
	return answer
}

func (o *office) post(who string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/sedes", strings.NewReader(form.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	r.Header.Set(whoHeader, who)
	return o.ask(r)
}

func (o *office) sites(clinic dbtest.Clinic) []string {
	var names []string
	tx := database.From(o.world.RolledBack(clinic, "receptionist"))
	Expect(tx.Raw("select name from sites where name <> 'Centro'").Scan(&names).Error).To(Succeed())
	return names
}

var _ = Describe("a request", func() {
	var o *office
	BeforeEach(func() { o = newOffice(cluster.World(), 1000) })

	It("is answered only after its work is committed", func() {
		Expect(o.post("norte", url.Values{"name": {"Amarilis"}}).Code).To(Equal(http.StatusCreated))
		Expect(o.sites(o.world.Norte)).To(ConsistOf("Amarilis"))
		Expect(o.sites(o.world.Sur)).To(BeEmpty())
	})

	It("leaves nothing behind when it is refused, fails or panics", func() {
		Expect(o.post("norte", url.Values{"name": {"rechazada"}}).Code).To(Equal(http.StatusUnprocessableEntity))
		o.after = func(context.Context) error { return errors.New("broken pipe to nowhere") }
		failed := o.post("norte", url.Values{"name": {"a"}})
		Expect(failed.Code).To(Equal(http.StatusInternalServerError))
		Expect(failed.Body.String()).NotTo(ContainSubstring("broken pipe"))
		o.after = func(context.Context) error { panic("no") }
		Expect(o.post("norte", url.Values{"name": {"b"}}).Code).To(Equal(http.StatusInternalServerError))
		Expect(o.sites(o.world.Norte)).To(BeEmpty())
	})

	It("says that the commit failed, and never that it was saved", func() {
		o.after = func(ctx context.Context) error {
			return database.From(ctx).Exec(`create temp table later (id int primary key deferrable initially deferred) on commit drop;
				insert into later values (1), (1)`).Error
		}
		answer := o.post("norte", url.Values{"name": {"Amarilis"}})
		Expect(answer.Code).To(BeNumerically(">=", 500))
		Expect(answer.Body.String()).NotTo(ContainSubstring("guardada"))
		Expect(o.sites(o.world.Norte)).To(BeEmpty())
	})

	It("runs once more when its transaction lost a race, and only once", func() {
		fails := 1
		o.after = func(context.Context) error {
			if fails--; fails >= 0 {
				return &pgconn.PgError{Code: "40001"}
			}
			return nil
		}
		Expect(o.post("norte", url.Values{"name": {"Amarilis"}}).Code).To(Equal(http.StatusCreated))
		Expect(o.sites(o.world.Norte)).To(ConsistOf("Amarilis"))
		fails = 5
		Expect(o.post("norte", url.Values{"name": {"Pillco Marca"}}).Code).To(Equal(http.StatusServiceUnavailable))
		Expect(o.runs.Load()).To(BeEquivalentTo(4))
	})

	Describe("with an operation id", func() {
		It("gets its first answer again and does nothing twice", func() {
			form := url.Values{"name": {"Amarilis"}, "op_id": {uuid.NewString()}}
			first, second := o.post("norte", form), o.post("norte", form)
			Expect(second.Code).To(Equal(first.Code))
			Expect(second.Body.String()).To(Equal("guardada Amarilis"))
			Expect(o.sites(o.world.Norte)).To(HaveLen(1))
		})

		It("is refused with another content", func() {
			form := url.Values{"name": {"Amarilis"}, "op_id": {uuid.NewString()}}
			o.post("norte", form)
			form.Set("name", "Otra")
			Expect(o.post("norte", form).Code).To(Equal(http.StatusConflict))
			Expect(o.sites(o.world.Norte)).To(ConsistOf("Amarilis"))
		})

		It("may be tried again after a refusal", func() {
			form := url.Values{"name": {"rechazada"}, "op_id": {uuid.NewString()}}
			Expect(o.post("norte", form).Code).To(Equal(http.StatusUnprocessableEntity))
			form.Set("name", "Amarilis")
			Expect(o.post("norte", form).Code).To(Equal(http.StatusCreated))
		})

		It("is done once when it arrives many times at once", func() {
			form := url.Values{"name": {"Amarilis"}, "op_id": {uuid.NewString()}}
			var all sync.WaitGroup
			codes := make(chan int, 8)
			for range 8 {
				all.Go(func() { codes <- o.post("norte", form).Code })
			}
			all.Wait()
			close(codes)
			for code := range codes {
				Expect(code).To(Equal(http.StatusCreated))
			}
			Expect(o.sites(o.world.Norte)).To(HaveLen(1))
		})

		It("is unknown in another clinic, and its answer lies sealed", func() {
			form := url.Values{"name": {"Amarilis"}, "op_id": {uuid.NewString()}}
			o.post("norte", form)
			Expect(o.post("sur", form).Code).To(Equal(http.StatusCreated))
			rows, err := o.world.Admin.Query(context.Background(), "select answer from sync_ops")
			Expect(err).NotTo(HaveOccurred())
			answers, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
			Expect(err).NotTo(HaveOccurred())
			Expect(answers).To(HaveLen(2))
			Expect(string(bytes.Join(answers, nil))).NotTo(ContainSubstring("Amarilis"))
		})
	})

	It("without a log-in leads to the way in, and keeps where one was going", func() {
		answer := o.ask(httptest.NewRequest(http.MethodGet, "/sedes", nil))
		Expect(answer.Code).To(Equal(http.StatusSeeOther))
		Expect(answer.Header().Get("Location")).To(Equal("/ingresar?volver=%2Fsedes"))
	})

	It("without a log-in sends a page's own questions to the way in, but leaves a form where it stands", func() {
		for method, leads := range map[string]string{http.MethodGet: "/ingresar", http.MethodPost: ""} {
			r := httptest.NewRequest(method, "/sedes", nil)
			r.Header.Set("HX-Request", "true")
			answer := o.ask(r)
			Expect(answer.Code).To(Equal(http.StatusUnauthorized), method)
			Expect(answer.Header().Get("HX-Redirect")).To(Equal(leads), method)
		}
	})

	It("of somebody who left before the answer is no failure of ours", func() {
		gone, leave := context.WithCancel(context.Background())
		leave()
		r := httptest.NewRequestWithContext(gone, http.MethodPost, "/sedes", strings.NewReader(url.Values{"name": {"Nadie"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(whoHeader, "norte")
		Expect(o.ask(r).Code).To(Equal(499))
	})

	It("of the wrong role gets the page of what does not exist, and is written down", func() {
		r := httptest.NewRequest(http.MethodGet, "/sedes", nil)
		r.Header.Set(whoHeader, "otro")
		answer := o.ask(r)
		Expect(answer.Code).To(Equal(http.StatusNotFound))
		Expect(answer.Body.String()).To(ContainSubstring("Esta página no existe o no está disponible para su cuenta."))
		var refused int
		tx := database.From(o.world.RolledBack(o.world.Norte, "receptionist"))
		Expect(tx.Raw("select count(*) from audit_log where action = 'refused' and new ->> 'route' = 'GET /sedes'").Scan(&refused).Error).To(Succeed())
		Expect(refused).To(Equal(1))
	})

	It("for what is somebody else's behind an open door is written down too", func() {
		r := httptest.NewRequest(http.MethodGet, "/ajena", nil)
		r.Header.Set(whoHeader, "norte")
		Expect(o.ask(r).Code).To(Equal(http.StatusNotFound))
		var refused int
		tx := database.From(o.world.RolledBack(o.world.Norte, "receptionist"))
		Expect(tx.Raw("select count(*) from audit_log where action = 'refused' and new ->> 'route' = 'GET /ajena'").Scan(&refused).Error).To(Succeed())
		Expect(refused).To(Equal(1))
	})

	It("while the screen is locked opens nothing", func() {
		r := httptest.NewRequest(http.MethodGet, "/sedes", nil)
		r.Header.Set(whoHeader, "norte")
		r.Header.Set("X-Spec-Locked", "1")
		Expect(o.ask(r).Header().Get("Location")).To(HavePrefix("/bloqueo"))
		r.Header.Set("HX-Request", "true")
		answer := o.ask(r)
		Expect(answer.Code).To(Equal(http.StatusLocked))
		Expect(answer.Header().Get("HX-Trigger")).To(Equal("bloquear"))
	})

	It("from another site is refused", func() {
		r := httptest.NewRequest(http.MethodPost, "/sedes", strings.NewReader("name=x"))
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
		r.Header.Set(whoHeader, "norte")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		Expect(o.ask(r).Code).To(Equal(http.StatusForbidden))
		Expect(o.sites(o.world.Norte)).To(BeEmpty())
	})

	It("that is too large is refused before it is read", func() {
		r := httptest.NewRequest(http.MethodPost, "/sedes", io.LimitReader(endless{}, 10<<20))
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
		r.Header.Set(whoHeader, "norte")
		Expect(o.ask(r).Code).To(Equal(http.StatusRequestEntityTooLarge))
	})

	It("carries the page policy and is kept by nobody", func() {
		answer := o.ask(httptest.NewRequest(http.MethodGet, "/libre", nil))
		Expect(answer.Header().Get("Content-Security-Policy")).To(Equal(web.PageCSP))
		Expect(answer.Header().Get("Cache-Control")).To(Equal("no-store"))
		Expect(answer.Header()).NotTo(HaveKey("Strict-Transport-Security"))
	})

	It("beyond the limit waits, and is told how long", func() {
		o = newOffice(o.world, 3)
		for range 3 {
			Expect(o.post("norte", url.Values{"name": {uuid.NewString()}}).Code).To(Equal(http.StatusCreated))
		}
		answer := o.post("norte", url.Values{"name": {"de más"}})
		Expect(answer.Code).To(Equal(http.StatusTooManyRequests))
		Expect(answer.Header().Get("Retry-After")).To(Equal("20"))
		Expect(o.ask(httptest.NewRequest(http.MethodGet, "/libre", nil)).Code).To(Equal(http.StatusOK), "somebody else")
		o.now = o.now.Add(20 * time.Second)
		Expect(o.post("norte", url.Values{"name": {"después"}}).Code).To(Equal(http.StatusCreated))
	})
})

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

var _ = Describe("the router", func() {
	It("does not start with a route that nobody guards", func() {
		r := web.NewRouter(echo.New(), func(_ web.Route, h echo.HandlerFunc) echo.HandlerFunc { return h })
		r.GET("/abierta", func(echo.Context) error { return nil })
		Expect(r.Check()).To(MatchError(ContainSubstring("GET /abierta")))
	})
})

var _ = Describe("a problem", func() {
	DescribeTable("has its status and words", func(err error, status int, words string) {
		p := web.ProblemOf(err)
		Expect(p.Status).To(Equal(status))
		Expect(p.Detail).To(ContainSubstring(words))
		if status == http.StatusConflict {
			Expect(p.Title).To(Equal("Conflicto con lo guardado"))
		}
	},
		Entry("a field", fault.InvalidField("name", "Falta el nombre."), http.StatusUnprocessableEntity, "Falta el nombre."),
		Entry("not there", fault.ErrNotFound, http.StatusNotFound, "no existe"),
		Entry("not allowed looks like not there", fault.ErrForbidden, http.StatusNotFound, "no existe"),
		Entry("taken", fault.ConflictAt("start_time", "Esa hora ya está tomada."), http.StatusConflict, "tomada"),
		Entry("a password", &web.NotProven{Words: "El correo o la contraseña no coinciden."}, http.StatusUnauthorized, "contraseña"),
		Entry("ours", errors.New("dial tcp 10.0.0.1"), http.StatusInternalServerError, "No se pudo"),
	)
})
