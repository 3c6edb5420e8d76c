package sync_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	gosync "sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
)

// lab is a server around one world whose only entity is the thing, and a page that adds a thing by form.
type lab struct {
	*dbtest.World
	service *sync.Service
	things  *things
	echo    *echo.Echo
	jobs    *noted
	devices *badges

	mu  gosync.Mutex
	now time.Time
	who access.Identity
}

// noted remembers which clinics were to be finished.
type noted struct {
	mu   gosync.Mutex
	asks []time.Time
}

func (n *noted) Finish(_ context.Context, _ uuid.UUID, after time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asks = append(n.asks, after)
	return nil
}

// badges are the registered devices, and which are revoked.
type badges struct {
	revoked map[uuid.UUID]bool
	heard   []sync.Contact
	title   string
}

func (b *badges) Known(_ context.Context, id uuid.UUID) (sync.Badge, error) {
	revoked, known := b.revoked[id]
	return sync.Badge{Known: known, Revoked: revoked, Title: b.title}, nil
}

func (b *badges) Seen(_ context.Context, _ uuid.UUID, c sync.Contact) error {
	b.heard = append(b.heard, c)
	return nil
}

// staff lets everybody who works in the clinic read and write things.
type staff struct{ *sync.Postgres }

func (s staff) Person(ctx context.Context, user uuid.UUID) (access.Identity, error) {
	who, err := s.Postgres.Person(ctx, user)
	if err == nil {
		who.Permissions[mayReadThings], who.Permissions[mayWriteThings] = true, true
	}
	return who, err
}

func newLab() *lab {
	l := &lab{World: labWorld, things: &things{name: "thing"}, jobs: &noted{}, devices: &badges{revoked: map[uuid.UUID]bool{}}, now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)}
	_, err := l.Admin.Exec(context.Background(), `truncate things, sync_queue, sync_ops, sync_conflicts, change_log, river_job;
		update change_counters set seq = 0; update memberships set active = true where not active`)
	Expect(err).NotTo(HaveOccurred())
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	l.service = sync.New(sync.Config{
		Store: staff{sync.NewPostgres(l.DB, l.Vault)}, Entities: []sync.Entity{l.things}, Devices: l.devices, Jobs: l.jobs, Now: l.clock, Log: log,
		Profile: func(context.Context) (sync.Profile, error) {
			return sync.Profile{Hash: "p1", Data: []byte(`{"name":"Norte"}`)}, nil
		},
		Metrics: sync.NewMetrics(web.NewMetrics()),
	})
	l.as(l.Norte, "receptionist")
	server := &web.Server{DB: l.DB, Answers: web.NewAnswers(l.Vault), People: web.NewLimiter(1e6), Visitors: web.NewLimiter(1e6), Log: log, Now: l.clock}
	l.echo = echo.New()
	l.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	l.echo.Use(web.RequestIDs(), l.identify)
	router := web.NewRouter(l.echo, server.Guard)
	router.POST("/cosas", l.addThing, web.SignedIn())
	sync.API(nil, router, l.service)
	Expect(router.Check()).To(Succeed())
	return l
}

func (l *lab) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

func (l *lab) as(clinic dbtest.Clinic, role string) {
	l.who = clinic.Identity(role, mayReadThings, mayWriteThings)
	l.who.LoginID = uuid.NewSHA1(clinic.ID, []byte(role))
}

func (l *lab) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Header.Get("X-Spec-Nobody") == "" {
			c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), l.who)))
		}
		return next(c)
	}
}

func (l *lab) addThing(c echo.Context) error {
	var form struct {
		ID   string `form:"id"`
		Name string `form:"name"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	at := l.clock()
	err := database.From(c.Request().Context()).Exec("insert into things (id, name, day, name_at, color_at) values (?, ?, ?, ?, ?)", form.ID, form.Name, at, at, at).Error
	if err != nil {
		return err
	}
	return c.String(http.StatusCreated, "guardada")
}

func (l *lab) form(op uuid.UUID, id uuid.UUID, name string) *httptest.ResponseRecorder {
	values := url.Values{"op_id": {op.String()}, "id": {id.String()}, "name": {name}}
	r := httptest.NewRequest(http.MethodPost, "/cosas", strings.NewReader(values.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	return l.ask(r)
}

func (l *lab) ask(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	l.echo.ServeHTTP(answer, r)
	return answer
}

func (l *lab) raw(body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/sync", strings.NewReader(body))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return l.ask(r)
}

// post sends a well-formed request over HTTP.
func (l *lab) post(last string, ops ...offline.Operation) sync.Response {
	GinkgoHelper()
	if ops == nil {
		ops = []offline.Operation{}
	}
	body, err := json.Marshal(sync.Request{Operations: ops, LastSync: &last})
	Expect(err).NotTo(HaveOccurred())
	answer := l.raw(string(body))
	Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
	return responseOf(answer)
}

func responseOf(answer *httptest.ResponseRecorder) (r sync.Response) {
	GinkgoHelper()
	Expect(json.NewDecoder(bytes.NewReader(answer.Body.Bytes())).Decode(&r)).To(Succeed())
	return r
}

// op is an operation of now on a thing.
func (l *lab) op(action string, id uuid.UUID, data string) offline.Operation {
	return offline.Operation{Entity: "thing", Action: action, LocalID: id, Data: json.RawMessage(data), Timestamp: l.clock(), OpID: newID()}
}

func (l *lab) create(id uuid.UUID, name string) offline.Operation {
	return l.op(offline.Create, id, `{"name":"`+name+`"}`)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// names are the things of a clinic, by name.
func (l *lab) names(clinic dbtest.Clinic) []string {
	GinkgoHelper()
	ctx := l.RolledBack(clinic, "receptionist")
	found, err := list(ctx, "true order by name")
	Expect(err).NotTo(HaveOccurred())
	names := []string{}
	for _, t := range found {
		names = append(names, t.Name)
	}
	return names
}

func (l *lab) count(query string, args ...any) (n int) {
	GinkgoHelper()
	Expect(l.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

// follow pulls until nothing is left, and gives what came and the cursor after it.
func (l *lab) follow(last string) (updates []offline.Change, cursor string) {
	GinkgoHelper()
	for {
		r := l.post(last)
		updates, last = append(updates, r.Updates...), r.LastSync
		if !r.HasMore {
			return updates, last
		}
	}
}

func ids(updates []offline.Change) (list []uuid.UUID) {
	for _, u := range updates {
		list = append(list, u.ID)
	}
	return list
}

func statuses(r sync.Response) (list []offline.Status) {
	for _, a := range r.Applied {
		list = append(list, a.Status)
	}
	return list
}

func codes(r sync.Response) (list []string) {
	for _, a := range r.Applied {
		list = append(list, a.Code)
	}
	return list
}
