package modules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/hce"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
	"hampi/views"
)

// BrowserApp is the app as the service worker asks it: the modules that can work without the server, over what the
// device keeps. It is plain Go: specs run it natively over memory.
type BrowserApp struct {
	Echo   *echo.Echo
	Router *web.Router
	Device *offline.Device
	Client *sync.Client
	Codes  *catalog.Codes // diagnoses, as the device keeps them
	till   *billing.Till
	now    clock.Now
}

// BrowserParts are what the app in the browser stands on.
type BrowserParts struct {
	KV        offline.KV
	Transport sync.Transport
	Codes     catalog.Editions
	Now       clock.Now
	Zone      *time.Location // the clinic's, until the device knows its profile
	Log       *slog.Logger
}

// NewBrowserApp joins the modules over the device's store.
func NewBrowserApp(p BrowserParts) (*BrowserApp, error) {
	places, err := catalog.LoadPlaces()
	if err != nil {
		return nil, err
	}
	medicines, err := catalog.LoadMedicines()
	if err != nil {
		return nil, err
	}
	b := &BrowserApp{Echo: echo.New(), Codes: catalog.NewCodes(p.Codes, p.Now), now: p.Now}
	later, people, kept := &agenda.ForPatients{}, accounts.ColleaguesOffline{}, patients.NewOffline()
	var record *hce.Service
	services := catalog.New(catalog.NewOffline(), people)
	register := patients.New(kept, patients.Neighbours{
		Appointments: later, Care: care{later, func() *hce.Service { return record }}, WalkIns: later, People: people, Places: places, Codes: b.Codes, Medicines: medicines,
		Tabs: slices.Concat(agenda.Tabs(), hce.DeviceTabs(), hce.TriageTabs(func() *hce.Service { return record })), Attend: true,
	}, p.Now)
	days := agenda.New(agenda.NewOffline(lastContact), register, people, services, p.Now)
	later.Service = days
	notes := hce.NewOffline(people)
	record = hce.New(notes, hce.Neighbours{
		Patients: register, Colleagues: people, Visits: visits{*later}, Reads: hce.NoReads{}, Codes: b.Codes, Medicines: medicines, Logo: notes.Logo,
	}, p.Now)
	kinds := slices.Concat(accounts.DeviceKinds(), catalog.DeviceKinds(), prices.DeviceKinds(), []offline.Kind{patients.DeviceKind(kept, places), sync.ConflictKind()},
		patients.ClinicalKinds(kept, later, whoUnlocked), agenda.DeviceKinds(register, people, p.Now), hce.DeviceKinds(register), billing.DeviceKinds())
	b.Device = offline.NewDevice(p.KV, kinds, p.Now)
	b.Client = sync.NewClient(b.Device, p.Transport, p.Now, p.Zone, nil)

	b.Router = web.NewRouter(b.Echo, deviceGuard{device: b.Device, who: whoUnlocked}.guard)
	b.listen(p.Log)
	b.routes(register, days, services, record)
	b.till = billing.NewTill(billing.NewOffline(numberOfDevice), p.Now)
	billing.FrontRoutes(b.Router, billing.Front{
		Till: b.till, Receipts: billing.NewReceipts(b.till), People: register, Visits: days, House: people, Prices: services,
		Book: prices.NewBook(prices.NewOffline(), services), Now: p.Now,
	})
	catalog.ServiceRoutes(b.Router, services)
	catalog.MedicineRoutes(b.Router, medicines)
	return b, b.Router.Check()
}

// listen stacks what every request passes.
func (b *BrowserApp) listen(log *slog.Logger) {
	b.Echo.HTTPErrorHandler = notHere(web.Errors{Log: log}.Handle)
	b.Echo.Use(web.RequestIDs(), web.Headers(false), web.Recover(log), web.WithFlashes(&boxOfFlashes{}), web.WithChrome(b.chrome))
}

func (b *BrowserApp) routes(register *patients.Service, days *agenda.Service, services *catalog.Catalog, record *hce.Service) {
	r := b.Router
	helpRoutes(r)
	homeRoute(r, b.Can)
	catalog.CodeRoutes(r, b.Codes, accounts.ColleaguesOffline{}, nil)
	patients.Routes(r, register)
	agenda.Routes(r, days, services, register, agenda.Beside{Notes: attentions{record}})
	hce.HistoryRoutes(r, record)
	hce.Routes(r, record)
	hce.TriageRoutes(r, record, nil)
	describers := []offline.Describer{register.Describer(), days.Describer(), record.DraftDescriber(), record.AsideDescriber(), record.RecordDescriber(), record.TriageDescriber()}
	describers = append(describers, billing.Describers()...)
	desk := sync.NewOnDevice(b.Device, describers, sync.OnDeviceParts{Name: nameOfDevice, Kept: keptOnDevice, Contact: contact})
	sync.Routes(r, desk, sync.PageParts{Describers: describers, People: accounts.ColleaguesOffline{}, Now: b.now})
	sync.UnlockRoutes(r)
}

// Can says at once whether the app has a page for a request.
func (b *BrowserApp) Can(method, path string) bool {
	c := b.Echo.NewContext(nil, nil)
	b.Echo.Router().Find(method, path, c)
	for _, route := range b.Router.Routes() {
		if route.Method == method && route.Path == c.Path() {
			return true
		}
	}
	return false
}

// whoUnlocked is the person of the device's store; a store that is locked, or that knows nobody, asks to come in.
func whoUnlocked(ctx context.Context) (access.Identity, error) {
	profile, err := accounts.StoredProfile(ctx)
	if errors.Is(err, accounts.ErrNoProfile) || errors.Is(err, offline.ErrLocked) {
		return access.Identity{}, web.ErrSignIn
	}
	if err != nil {
		return access.Identity{}, err
	}
	return profile.Identity(), nil
}

// chrome draws what stands around a page of the browser, and says how old what it shows may be.
func (b *BrowserApp) chrome(c echo.Context, p web.Page) (views.Shell, error) {
	ctx := c.Request().Context()
	profile, err := accounts.StoredProfile(ctx)
	if err != nil {
		return views.Shell{}, err
	}
	shell := shellOf(c, p, profile.Identity(), profile.Around)
	shell.Nav, shell.BottomNav = b.reachable(shell.Nav), b.reachable(shell.BottomNav)
	if profile.Identity().Can(accounts.BillingCharge) {
		if open, err := b.till.OpenRegisters(ctx); err == nil && len(open) > 0 {
			shell.Leave = leaveLink()
		}
	}
	if at, known := lastContact(ctx); known {
		shell.DeviceData = sync.LastHeard(at, profile.Identity(), b.now())
	}
	return shell, nil
}

// reachable marks the places that only the server has: without connection they would lead nowhere.
func (b *BrowserApp) reachable(items []views.NavItem) []views.NavItem {
	for i, item := range items {
		items[i].Away = !b.Can(http.MethodGet, item.Href)
	}
	return items
}

// contact is when the clinic was last heard of; zero when never.
func contact(ctx context.Context) (time.Time, error) {
	text, err := offline.From(ctx).Device().KV().Meta(ctx, sync.ContactMeta)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, text)
}

// lastContact is contact for who only says it in passing.
func lastContact(ctx context.Context) (time.Time, bool) {
	at, err := contact(ctx)
	return at, err == nil && !at.IsZero()
}

// nameOfDevice is what the clinic calls this device; "" before it said so.
func nameOfDevice(ctx context.Context) (string, error) {
	profile, _, err := sync.StoredProfile(ctx, offline.From(ctx).Device().KV())
	return profile.Device, err
}

// numberOfDevice is its number in the clinic; 0 before the clinic said so.
func numberOfDevice(ctx context.Context) (int, error) {
	profile, _, err := sync.StoredProfile(ctx, offline.From(ctx).Device().KV())
	return int(profile.Number), err
}

// keptOnDevice says how much the device holds.
func keptOnDevice(ctx context.Context) ([]string, error) {
	kv := offline.From(ctx).Device().KV()
	people, err := kv.Count(ctx, "patient")
	if err != nil {
		return nil, fmt.Errorf("count the patients of this device: %w", err)
	}
	visits, err := kv.Count(ctx, "appointment")
	if err != nil {
		return nil, fmt.Errorf("count the appointments of this device: %w", err)
	}
	return []string{views.Count(people) + " pacientes", views.Count(visits) + " citas"}, nil
}
