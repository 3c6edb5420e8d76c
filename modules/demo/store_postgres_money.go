//go:build !js

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/fees"
	"hampi/modules/billing/prices"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
)

// chargedDays is how many days back the visits are charged: as long as SUNAT takes every document of them.
const chargedDays = 3

func (c clinic) product(name string) uuid.UUID { return idOf(founded, c.Slug, "product", name) }

func (c clinic) agreement(name string) uuid.UUID { return idOf(founded, c.Slug, "agreement", name) }

// addPrices puts products, prices of sites, agreements and rules of fees where the clinic has none of its own.
func (s seeder) addPrices(ctx context.Context, c clinic) error {
	store := prices.NewPostgres()
	there, err := store.Products(ctx)
	if err != nil || len(there) > 0 || c.money.till == "" {
		return err
	}
	editor := prices.NewEditor(prices.NewBook(store, s.catalog), store, s.catalog)
	for _, p := range c.money.products {
		p.ID = c.product(p.Name)
		if _, err := editor.AddProduct(ctx, p); err != nil {
			return fmt.Errorf("sell %s: %w", p.Name, err)
		}
	}
	for _, own := range c.money.sitePrices {
		price := soles(own.price)
		if err := editor.SetPrice(ctx, prices.Scope{Site: c.site(own.site)}, prices.Ref{Service: c.service(own.service)}, &price); err != nil {
			return fmt.Errorf("price %s: %w", own.service, err)
		}
	}
	for _, a := range c.money.agreements {
		if err := s.addAgreement(ctx, editor, c, a); err != nil {
			return fmt.Errorf("agree with %s: %w", a.Name, err)
		}
	}
	return s.addFees(ctx, c)
}

func (s seeder) addAgreement(ctx context.Context, editor *prices.Editor, c clinic, a agreed) error {
	a.ID = c.agreement(a.Name)
	if _, err := editor.AddAgreement(ctx, a.Agreement); err != nil {
		return err
	}
	for service, text := range a.own {
		price := soles(text)
		if err := editor.SetPrice(ctx, prices.Scope{Agreement: a.ID}, prices.Ref{Service: c.service(service)}, &price); err != nil {
			return err
		}
	}
	return nil
}

func (s seeder) addFees(ctx context.Context, c clinic) error {
	keeper := fees.Keeper{Store: fees.NewPostgres()}
	for _, f := range c.money.fees {
		rule := fees.Rule{Kind: f.kind, Rate: soles(f.rate), From: agenda.DateOf(founded, time.UTC)}
		if f.doctor != "" {
			rule.Doctor = c.member(f.doctor)
		}
		if f.service != "" {
			rule.Service = c.service(f.service)
		}
		if err := keeper.SetRule(ctx, rule); err != nil {
			return fmt.Errorf("owe professionals: %w", err)
		}
	}
	return nil
}

// addMoney charges the visits of the last days that nobody charged, each day in a register of its own that was counted and
// closed in the evening; then bills an insurer and settles with a professional what is old enough. Today is left to people.
func (s seeder) addMoney(ctx context.Context, c clinic) error {
	if c.money.till == "" {
		return nil
	}
	today := agenda.DateOf(s.Now(), c.Zone())
	for n := -chargedDays; n < 0; n++ {
		err := s.asTill(ctx, c, func(ctx context.Context) error { return s.chargeDay(ctx, c, today.Add(n)) })
		if err != nil {
			return fmt.Errorf("charge %s: %w", today.Add(n), err)
		}
	}
	return s.asTill(ctx, c, func(ctx context.Context) error { return s.settleFirst(ctx, c, today.Add(1-chargedDays)) })
}

// asTill works in the clinic as who takes its money.
func (s seeder) asTill(ctx context.Context, c clinic, f func(ctx context.Context) error) error {
	user := userOf(c.money.till)
	roles := []accounts.Role{accounts.Cashier, accounts.ClinicAdmin}
	ctx = access.With(ctx, access.Identity{
		UserID: user, ClinicID: c.ID, MembershipID: c.member(c.money.till), SiteID: c.site(c.money.site), TimeZone: c.TimeZone, Permissions: accounts.PermissionsOf(roles),
	})
	return s.DB.InClinic(ctx, database.Scope{ClinicID: c.ID, UserID: user, RequestID: "demo"}, f)
}

// bureau is billing as it stands at a moment.
type bureau struct {
	ledger    *billing.Ledger
	emission  *billing.Emission
	till      *billing.Till
	desk      *billing.Desk
	insurers  *billing.Insurers
	notes     *billing.Notes
	patients  *patients.Service
	priceBook *prices.Book
}

func (s seeder) bureau(at time.Time) (bureau, error) {
	later, err := sending()
	if err != nil {
		return bureau{}, err
	}
	now := clock.At(at)
	b := bureau{ledger: billing.NewLedger(s.Vault), patients: patients.New(s.patients, patients.Neighbours{}, now), priceBook: prices.NewBook(prices.NewPostgres(), s.catalog)}
	b.emission, b.till = billing.NewEmission(b.ledger, later, now), billing.NewTill(b.ledger, now)
	b.desk = billing.NewDesk(b.ledger, b.emission, b.till, b.patients, now)
	b.insurers = billing.NewInsurers(b.ledger, b.emission, b.priceBook, b.patients, now)
	b.notes = billing.NewNotes(b.ledger, b.emission, now)
	return b, nil
}

// chargeDay opens a register, charges the day's visits and closes it. A day whose register is there was charged before;
// one on which somebody has left a register open is theirs.
func (s seeder) chargeDay(ctx context.Context, c clinic, d agenda.Date) error {
	opened := d.At(clockMinutes("7:45"), c.Zone())
	session := idOf(opened, c.Slug, "register", c.money.till)
	there, err := existing(ctx, "cash_sessions", []uuid.UUID{session})
	if err != nil || there[session] {
		return err
	}
	b, err := s.bureau(opened)
	if err != nil {
		return err
	}
	visits, err := b.uncharged(ctx, s, c, d)
	if err != nil || len(visits) == 0 {
		return err
	}
	if _, err := b.till.Begin(ctx, session, c.site(c.money.site), soles("150.00")); errors.Is(err, billing.ErrOpenCash) {
		return nil
	} else if err != nil {
		return err
	}
	if err := s.chargeVisits(ctx, c, d, b, visits); err != nil {
		return err
	}
	return s.closeRegister(ctx, c, d, session)
}

// uncharged are the day's completed visits at the till's site that nobody charged for, in the order in which they ended.
func (b bureau) uncharged(ctx context.Context, s seeder, c clinic, d agenda.Date) ([]agenda.Appointment, error) {
	var all, left []agenda.Appointment
	err := database.From(ctx).Where("start_time >= ? and start_time < ? and status = 'completed' and site_id = ?", d.At(0, c.Zone()), d.Add(1).At(0, c.Zone()), c.site(c.money.site)).
		Order("end_time, id").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("read whom to charge: %w", err)
	}
	open, err := billing.NewOwed(b.ledger, s.catalog).Uncharged(ctx, all)
	for _, a := range all {
		if _, uncharged := open[a.ID]; uncharged {
			left = append(left, a)
		}
	}
	return left, err
}

func (s seeder) chargeVisits(ctx context.Context, c clinic, d agenda.Date, b bureau, visits []agenda.Appointment) error {
	at := counter{clinic: c, site: c.site(c.money.site), day: d, offers: map[prices.Ref]prices.Offer{}, agreements: map[uuid.UUID]prices.Agreement{}}
	offers, err := b.priceBook.Offers(ctx)
	if err != nil {
		return err
	}
	for _, o := range offers {
		at.offers[o.Ref] = o
	}
	agreements, err := b.priceBook.Agreements(ctx, d)
	if err != nil {
		return err
	}
	for _, a := range agreements {
		at.agreements[a.ID] = a
	}
	for _, a := range visits {
		p, err := b.patients.Patient(ctx, a.PatientID)
		if err != nil {
			return err
		}
		if err := s.take(ctx, at.charge(a, p)); err != nil {
			return err
		}
	}
	return s.bill(ctx, c, d)
}

// take writes a charge as the desk does. What SUNAT would not take, such as a large boleta of somebody without papers, is
// left to people.
func (s seeder) take(ctx context.Context, ch charge) error {
	if len(ch.order.Content.Problems(ch.order.Kind, nil, ch.order.IssuedOn)) > 0 {
		return nil
	}
	b, err := s.bureau(ch.at)
	if err != nil {
		return err
	}
	if ch.later {
		_, err = billing.NewReceipts(b.till).Give(ctx, billing.Receipt{
			ID: ch.order.ID, PatientID: ch.order.PatientID, AppointmentID: ch.order.AppointmentID, SiteID: ch.order.SiteID, Customer: ch.order.Customer,
			Lines: ch.order.Lines, Payments: ch.payments,
		})
		return err
	}
	if _, err := b.desk.Charge(ctx, ch.order, ch.payments); err != nil {
		return err
	}
	if ch.agreement == uuid.Nil {
		return nil
	}
	if err := b.insurers.Record(ctx, ch.shares); err != nil {
		return err
	}
	return b.priceBook.Remember(ctx, *ch.order.PatientID, ch.agreement)
}

// bill makes one factura of what the first agreement's insurer has owed for two days or longer; the rest waits for people.
func (s seeder) bill(ctx context.Context, c clinic, d agenda.Date) error {
	at := d.At(clockMinutes("20:10"), c.Zone())
	b, err := s.bureau(at)
	if err != nil {
		return err
	}
	agreement := c.agreement(c.money.agreements[0].Name)
	open, err := b.insurers.Shares(ctx, agreement)
	if err != nil {
		return err
	}
	wish := billing.Bill{ID: idOf(at, c.Slug, "bill"), AgreementID: agreement, DueOn: d.Add(30), Detraction: true}
	for _, share := range open {
		if share.AttendedOn.Before(d.Add(-1)) && !share.Held {
			wish.Shares = append(wish.Shares, share.ID)
		}
	}
	if len(wish.Shares) == 0 {
		return nil
	}
	_, err = b.insurers.Bill(ctx, wish)
	return err
}

// closeRegister fetches something for the house, counts the drawer and closes it. On one day of three a coin is missing.
func (s seeder) closeRegister(ctx context.Context, c clinic, d agenda.Date, session uuid.UUID) error {
	evening := d.At(clockMinutes("20:20"), c.Zone())
	b, err := s.bureau(evening)
	if err != nil {
		return err
	}
	spent := billing.Movement{ID: idOf(evening, c.Slug, "spent"), SessionID: session, Amount: soles("-18.50"), Concept: "Útiles de escritorio"}
	if err := b.till.Move(ctx, spent); err != nil {
		return err
	}
	register, err := b.till.ByID(ctx, session, true)
	if err != nil {
		return err
	}
	payments, movements, err := b.till.Contents(ctx, register)
	if err != nil {
		return err
	}
	found, reason := billing.Expected(register.Opening, payments, movements), ""
	if d.Day%3 == 0 {
		found, reason = found.Sub(decimal.RequireFromString("0.50")), "Vuelto de más; no hubo sencillo"
	}
	counted, err := b.till.Count(ctx, session, pieces(found))
	if err != nil {
		return err
	}
	if reason == "" && !counted.Counted.Difference().IsZero() {
		reason = "Redondeo del vuelto"
	}
	var verified []billing.Method
	for _, sum := range billing.ByMethod(payments) {
		if sum.Method != billing.Cash {
			verified = append(verified, sum.Method)
		}
	}
	_, err = b.till.Close(ctx, session, reason, verified)
	return err
}

// settleFirst settles once with the professional who attends most, so that there is a settlement to look at.
func (s seeder) settleFirst(ctx context.Context, c clinic, to agenda.Date) error {
	b, err := s.bureau(s.Now())
	if err != nil {
		return err
	}
	keeper := fees.Keeper{Store: fees.NewPostgres(), Documents: b.ledger, Credits: b.notes, Now: s.Now}
	doctor := c.member(c.rounds[0].email)
	due, _, err := keeper.Preview(ctx, doctor, to)
	if err != nil || due.Number > 1 || len(due.Lines) == 0 {
		return err
	}
	_, err = keeper.Close(ctx, doctor, to, due.Fee)
	return err
}
