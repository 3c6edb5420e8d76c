//go:build !js

// Package modules is the roof: it builds every module, hands each what it needs, and gives the program its routes,
// its jobs and its navigation. Nothing else knows all modules.
package modules

import (
	"crypto/rsa"
	"log/slog"
	"net/http"
	"slices"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
	"github.com/riverqueue/river"

	"hampi/config"
	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/books"
	"hampi/modules/billing/fees"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/consent"
	"hampi/modules/hce/copies"
	"hampi/modules/patients"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/files"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
	"hampi/modules/settings"
	"hampi/modules/sync"
	"hampi/static"
)

// Parts are what the program opened before it can be built.
type Parts struct {
	Config  config.Config
	DB      *database.DB
	Sealer  *pgxpool.Pool // the audit sealer's login; nil in a process that works no jobs
	Vault   *pii.Vault
	Storage *files.Storage // where photos and documents are kept
	JWTKey  *rsa.PrivateKey
	Mail    mail.Sender
	Outside http.RoundTripper // how services outside are reached; nil is the network
	Address func() string     // how people reach the program, without a slash at the end
	Now     clock.Now
	Log     *slog.Logger
	Version string
}

// App is the built program.
type App struct {
	Echo     *echo.Echo
	Router   *web.Router
	Metrics  *web.Metrics
	Workers  *river.Workers
	Periodic []*river.PeriodicJob
	Rotator  *pii.Rotator
	Staff    *accounts.Staff
	Queue    *jobs.Queue
	Copies   *copies.Service
}

// house holds the modules while they are joined.
type house struct {
	Parts
	sessions  *scs.SessionManager
	queue     *jobs.Queue
	hasher    *accounts.PasswordHasher
	signIn    *accounts.SignIn
	staff     *accounts.Staff
	platform  *accounts.Platform
	catalog   *catalog.Catalog
	places    *catalog.Places
	codes     *catalog.Codes
	medicines *catalog.Medicines
	patients  *patients.Service
	importer  *patients.Importer
	agenda    *agenda.Service
	settings  *settings.Service
	record    *hce.Service
	archive   *archive.Service
	consents  *consent.Service
	billing   billing.Parts
	prices    *prices.Editor
	copies    *copies.Service
	sync      *sync.Service
	devices   *sync.DeviceRegister
}

// Build puts the house together. It fails on a route that nobody guards.
func Build(p Parts) (*App, error) {
	metrics := web.NewMetrics()
	h, err := newHouse(p, metrics)
	if err != nil {
		return nil, err
	}
	app := &App{Echo: echo.New(), Metrics: metrics, Workers: river.NewWorkers(), Staff: h.staff, Queue: h.queue, Copies: h.copies}
	server := &web.Server{
		DB: p.DB, Answers: web.NewAnswers(p.Vault), Now: p.Now, Log: p.Log,
		People: web.NewLimiter(p.Config.RateLimit), Visitors: web.NewLimiter(p.Config.RateLimitAnon),
	}
	app.Router = web.NewRouter(app.Echo, server.Guard)
	if err := h.listen(app); err != nil {
		return nil, err
	}
	h.routes(app)
	if err := h.jobsRoutes(app.Router); err != nil {
		return nil, err
	}
	if err := h.work(app); err != nil {
		return nil, err
	}
	return app, app.Router.Check()
}

func newHouse(p Parts, metrics *web.Metrics) (*house, error) {
	h := &house{Parts: p, sessions: web.NewSessions(p.DB.SystemPool(), p.Config.Secure())}
	var err error
	if h.queue, err = jobs.NewQueue(); err != nil {
		return nil, err
	}
	if h.hasher, err = accounts.NewPasswordHasher(accounts.PasswordParams()); err != nil {
		return nil, err
	}
	h.signIn = accounts.NewSignIn(accounts.SignInConfig{
		DB: p.DB, Vault: p.Vault, Sessions: h.sessions, Hasher: h.hasher, Queue: h.queue, SigningKey: p.JWTKey,
		Secure: p.Config.Secure(), Log: p.Log, Now: p.Now,
	})
	h.staff = accounts.NewStaff(p.DB, p.Vault, h.hasher, h.queue, p.Now)
	h.platform = accounts.NewPlatform(p.DB, p.Vault, h.hasher, p.Now)
	if h.places, err = catalog.LoadPlaces(); err != nil {
		return nil, err
	}
	if h.medicines, err = catalog.LoadMedicines(); err != nil {
		return nil, err
	}
	h.catalog = catalog.New(catalog.NewPostgres(), accounts.Colleagues{})
	h.codes = catalog.NewCodes(catalog.LoadedCodes{}, p.Now)
	h.joinPeople(metrics)
	h.settings = settings.New(h.staff, settingsPages(), h.auditSubjects(), p.Now)
	return h, nil
}

// joinPeople builds the register and the agenda, each of which asks things of the other: the register through an
// agenda that is filled in right after; and the synchronisation, which offers both to devices.
func (h *house) joinPeople(metrics *web.Metrics) {
	later, store := &agenda.ForPatients{}, patients.NewPostgres(h.Vault, h.Now)
	h.patients = patients.New(store, patients.Neighbours{
		Appointments: later, Care: care{later, func() *hce.Service { return h.record }}, WalkIns: later, People: h.staff, Places: h.places,
		Codes: h.codes, Medicines: h.medicines,
		Tabs:   slices.Concat(agenda.Tabs(), hce.Tabs(), hce.TriageTabs(func() *hce.Service { return h.record }), archive.Tabs(), consent.Tabs(), billing.Tabs()),
		Alarms: alarms{func() *hce.Service { return h.record }},
		Attend: true,
	}, h.Now)
	h.importer = patients.NewImporter(h.DB, store, h.places, h.queue, h.Now)
	h.agenda = agenda.New(agenda.NewPostgres(), h.patients, accounts.Colleagues{}, h.catalog, h.Now)
	later.Service = h.agenda
	h.joinRecord(*later)
	h.joinBilling()
	h.joinDevices(patients.NewSync(h.patients, store, later), metrics)
}

// joinRecord builds the clinical record over the register and the agenda.
func (h *house) joinRecord(days agenda.ForPatients) {
	h.record = hce.New(hce.NewPostgres(), hce.Neighbours{
		Patients: h.patients, Colleagues: accounts.Colleagues{}, Visits: visits{days},
		Keys: h.signingKeys(), Public: h.signingKeys(), Proofs: proofs{h.signIn}, Reads: hce.ReadLog{}, Events: hce.NewEvents(h.queue), Address: h.Address,
		Codes: h.codes, Medicines: h.medicines, Consents: signed{func() *consent.Service { return h.consents }}, Logo: accounts.House{}.Logo,
		Senders: []hce.Sender{hce.NewMailSender(h.queue)},
	}, h.Now)
	h.archive = archive.NewService(archive.Parts{
		Store: archive.NewPostgres(h.DB), Storage: h.Storage, Patients: h.patients, Colleagues: accounts.Colleagues{},
		Access: hce.NewFilesAccess(h.record), Reads: hce.ReadLog{}, Now: h.Now,
	})
	h.consents = consent.NewService(consent.Parts{
		Store: consent.NewPostgres(h.Vault), Archive: h.archive, Patients: h.patients, Colleagues: accounts.Colleagues{}, Reads: hce.ReadLog{},
		Keys: h.signingKeys(), Proofs: proofs{h.signIn}, Address: h.Address, Now: h.Now,
	})
	h.record.Files = h.archive
	h.copies = copies.NewService(copies.Parts{
		Store: copies.NewPostgres(h.DB), Queue: copies.NewQueue(h.queue), Record: h.record, Consents: h.consents, Archive: h.archive, Colleagues: accounts.Colleagues{},
		Keys: h.signingKeys(), Reads: hce.ReadLog{}, Storage: h.Storage, Address: h.Address, Now: h.Now,
	})
}

// settingsPages are the entries of /configuracion, whoever draws them.
func settingsPages() []web.SettingsPage {
	own := []web.SettingsPage{
		accounts.PeopleSettings(), agenda.SchedulesPage(), sync.DevicesPage(), hce.EmergenciesPage(), catalog.CatalogsPage(), hce.TemplatesPage(), consent.SettingsPage(),
		hce.HeadPage(), hce.FavouritesPage(),
	}
	return slices.Concat(settings.Pages(), own, catalog.SettingsPages(), billing.SettingsPages(), prices.SettingsPages(), fees.SettingsPages())
}

// listen stacks what every request passes, outermost first (DESIGN §3).
func (h *house) listen(a *App) error {
	e := a.Echo
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = web.IPExtractor(h.Config.TrustedProxies)
	e.HTTPErrorHandler = web.Errors{Log: h.Log, Classify: web.DatabaseFaults}.Handle
	sameOrigin, err := web.SameOrigin(h.Config.PublicURL)
	if err != nil {
		return err
	}
	e.Use(web.RequestIDs(), web.Log(h.Log, a.Metrics), web.Recover(h.Log), web.Headers(h.Config.Secure()), sameOrigin,
		web.Sessions(h.sessions), web.Identify(h.signIn), h.signIn.KnowClient(), web.WithChrome(chrome(h.DB, h.waiting(), h.billing.HoldsCash)),
		web.WithSettings(settingsPages(), settings.Frame))
	return nil
}

// waiting counts what stands at places of the navigation as work to do.
func (h *house) waiting() counts {
	return counts{hce.ResultsPath: h.record.CountResults, waitingPath: h.record.CountWaiting, documentsPath: h.billing.CountForNavigation,
		settingsP.Href: h.record.CountEmergencies}
}

func (h *house) routes(a *App) {
	r := a.Router
	web.Statics(r, static.Dist(), h.Config.ClientUnregister)
	healthRoutes(r, h.DB)
	clientRoutes(r, h.Version, h.Config.ClientUnregister)
	helpRoutes(r)
	homeRoute(r, nil)
	accounts.SignInRoutes(r, h.signIn)
	accounts.InvitationRoutes(r, h.staff, h.signIn)
	accounts.ProfileRoutes(r, h.staff)
	accounts.OnboardingRoutes(r, h.staff, h.signIn, accounts.OnboardingParts{
		Schedules: agenda.NewFirstHours(h.agenda), Services: catalog.NewFirstServices(h.catalog),
	})
	accounts.PeopleRoutes(r, h.staff)
	accounts.PlatformRoutes(r, h.platform)
	catalog.Routes(r, h.catalog, h.places)
	catalog.MedicineRoutes(r, h.medicines)
	catalog.CatalogsRoutes(r)
	catalog.TableRoutes(r, catalog.LoadedCodes{})
	catalog.CodeRoutes(r, h.codes, accounts.Colleagues{}, hce.NewHabits(h.record))
	patients.ImportRoutes(r, h.importer, h.patients)
	patients.Routes(r, h.patients)
	agenda.Routes(r, h.agenda, h.catalog, h.patients, agenda.Beside{Notes: attentions{h.record}, Charges: billing.NewOwed(h.billing.Ledger, h.catalog)})
	hce.HistoryRoutes(r, h.record)
	hce.TriageRoutes(r, h.record, h.archive)
	archive.Routes(r, h.archive)
	consent.Routes(r, h.consents)
	copies.Routes(r, h.copies, h.patients)
	hce.ResultsRoutes(r, h.record)
	hce.TemplateRoutes(r, h.record)
	hce.PrescriptionRoutes(r, h.record)
	hce.Routes(r, h.record)
	billing.Routes(r, h.billing)
	books.Routes(r, &books.Keeper{Store: books.NewPostgres(), Documents: h.billing.Ledger, House: accounts.Colleagues{}, Catalog: h.catalog, Now: h.Now})
	fees.Routes(r, h.fees())
	prices.Routes(r, h.prices, accounts.Colleagues{}, h.Now)
	settings.Routes(r, h.settings)
	sync.Routes(r, h.sync, sync.PageParts{Describers: h.describers(), People: h.staff, Now: h.Now})
	sync.DeviceRoutes(r, h.devices)
	hce.VerifyRoutes(r, hce.NewVerifier(h.DB, h.signingKeys(), consent.NewVerifier(h.DB, consent.NewPostgres(h.Vault), h.signingKeys())), h.Now)
	h.api(r)
}

// api adds the JSON API of every module and its description.
func (h *house) api(r *web.Router) {
	api := web.NewAPI(r, h.Version)
	api.Docs()
	accounts.SignInAPI(api, h.signIn)
	accounts.SitesAPI(api, accounts.Colleagues{})
	catalog.API(api, h.catalog)
	catalog.MedicinesAPI(api, h.medicines)
	catalog.CodesAPI(api, h.codes, accounts.Colleagues{}, hce.NewHabits(h.record))
	patients.API(api, h.patients)
	agenda.API(api, h.agenda)
	hce.API(api, h.record, hce.NewVerifier(h.DB, h.signingKeys()), hce.NewPostgres())
	billing.InvoicesAPI(api, h.billing)
	billing.PaymentsAPI(api, h.billing)
	archive.API(api, r, h.archive)
	sync.API(api, r, h.sync)
}

// work adds the jobs of every module.
func (h *house) work(a *App) error {
	if err := web.AddWorkers(a.Workers, h.DB, h.Now); err != nil {
		return err
	}
	if err := patients.AddWorkers(a.Workers, h.importer); err != nil {
		return err
	}
	if err := sync.AddWorkers(a.Workers, h.sync, h.DB); err != nil {
		return err
	}
	if err := copies.AddWorkers(a.Workers, h.copies, h.DB, h.Log); err != nil {
		return err
	}
	if err := archive.AddWorkers(a.Workers, files.AnyRows{archive.NewPostgres(h.DB), copies.NewPostgres(h.DB), billing.NewFileRows(h.DB)}, h.Storage, h.Now, h.Log); err != nil {
		return err
	}
	hce.AddWorkers(a.Workers, accounts.StaffLetters{DB: h.DB, Vault: h.Vault, Mail: h.Mail, Now: h.Now, Address: h.Address}, h.Address)
	hce.AddMailWorkers(a.Workers, h.DB, h.record, h.Mail)
	accounts.AddSignInWorkers(a.Workers, accounts.SignInLetters{DB: h.DB, Vault: h.Vault, Mail: h.Mail, Now: h.Now, Address: h.Address})
	accounts.AddStaffWorkers(a.Workers, accounts.StaffLetters{DB: h.DB, Vault: h.Vault, Mail: h.Mail, Now: h.Now, Address: h.Address})
	billing.AddWorkers(a.Workers, h.DB, billing.NewDrain(h.billing.Ledger, h.billing.Connections, h.billing.Later, h.Now), h.billing.Connections)
	billing.AddFileWorkers(a.Workers, h.DB, h.billing.Filing)
	billing.AddMailWorkers(a.Workers, h.DB, h.billing.Dispatch, h.Mail)
	billing.AddWatch(a.Workers, billing.Watch{
		DB: h.DB, Ledger: h.billing.Ledger, Auditor: h.billing.Auditor, Queue: h.queue, Address: h.Address, Now: h.Now,
		Letters: accounts.StaffLetters{DB: h.DB, Vault: h.Vault, Mail: h.Mail, Now: h.Now, Address: h.Address},
	})
	a.Periodic = slices.Concat(a.Periodic, web.Periodic(), accounts.Periodic(), sync.Periodic(), archive.Periodic(), billing.Periodic(), billing.WatchPeriodic(), copies.Periodic())
	if h.Sealer != nil {
		audit.AddWorkers(a.Workers, audit.NewSealer(h.Sealer))
		a.Periodic = append(a.Periodic, audit.Periodic()...)
	}
	return h.rotations(a)
}

// rotations lets keys be changed.
func (h *house) rotations(a *App) error {
	var err error
	a.Rotator, err = pii.NewRotator(h.Vault, pii.NewPostgresProgressStore(h.DB.AsSystem), Reencrypters(h.DB), pii.Pace{})
	if err != nil {
		return err
	}
	pii.AddWorkers(a.Workers, a.Rotator)
	return nil
}

func joined(parts ...pii.Reencrypters) pii.Reencrypters {
	var all pii.Reencrypters
	for _, p := range parts {
		all.Clinic = append(all.Clinic, p.Clinic...)
		all.Platform = append(all.Platform, p.Platform...)
	}
	return all
}
