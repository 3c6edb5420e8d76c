//go:build !js

package billing_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
	"hampi/modules/billing/nubefact"
	"hampi/modules/platform/database"
	fake "hampi/tests/fakes/nubefact"
)

// errKilled is the end of a process. After it nothing is done: no statement, no call.
var errKilled = errors.New("killed")

// process works jobs until it dies: at a step, which is a transaction or a call outside, before that is done or after.
type process struct {
	desk    *desk
	network http.RoundTripper
	left    int // steps to live
	after   bool
	dead    bool
}

// dies counts a step and tells whether it is the last.
func (p *process) dies() bool { p.left--; return p.left < 0 }

func (p *process) in(ctx context.Context, f func(ctx context.Context) error) error {
	if p.dead {
		return errKilled
	}
	if p.dead = p.dies(); p.dead && !p.after {
		return p.desk.in(ctx, func(ctx context.Context) error { return errors.Join(f(ctx), errKilled) })
	}
	err := p.desk.in(ctx, f)
	if p.dead {
		return errKilled
	}
	return err
}

func (p *process) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.dead {
		return nil, errKilled
	}
	if p.dead = p.dies(); p.dead && !p.after {
		return nil, errKilled
	}
	answer, err := p.network.RoundTrip(r)
	if p.dead && err == nil {
		err = errors.Join(errKilled, answer.Body.Close())
		answer = nil
	}
	return answer, err
}

// backroom is a clinic that issues through the client to the stand-in.
type backroom struct {
	*desk
	outside  *fake.Service
	account  nubefact.Account
	network  http.RoundTripper
	dice     *rand.Rand
	facturas uuid.UUID
}

func newBackroom() *backroom {
	GinkgoHelper()
	seed := uint64(GinkgoRandomSeed())                                                                       //nolint:gosec // a seed
	o := &backroom{desk: newDesk(), facturas: uuid.Must(uuid.NewV7()), dice: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // not for secrets
	service, err := fake.New(fake.Options{Accounts: []fake.Account{{Route: "ruta", Token: "clave", RUC: "20000000001"}}, Now: o.now, Seed: seed})
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(service)
	DeferCleanup(server.Close)
	o.outside, o.account = service, nubefact.Account{Route: server.URL + "/api/v1/ruta", Token: "clave"}
	o.network = &http.Transport{ResponseHeaderTimeout: 50 * time.Millisecond}
	o.within(func(ctx context.Context) {
		Expect(o.ledger.AddSeries(ctx, billing.Series{ID: o.facturas, SiteID: o.Site, Kind: billing.Factura, Code: "F001"})).To(Succeed())
	})
	return o
}

// everything goes wrong outside, now and then.
func (o *backroom) everything() {
	for _, kind := range fake.FaultKinds() {
		f := fake.Fault{Kind: kind, Chance: 0.05, WaitMS: 120}
		switch kind {
		case fake.Huge:
			f.Chance = 0.01
		case fake.Reject, fake.RejectLater, fake.SunatDown:
			f.Operation = "generar_comprobante"
		case fake.RejectVoid:
			f.Operation, f.Chance = "generar_anulacion", 0.5
		}
		o.outside.Fail(f)
	}
}

// work has a process look for what waits and do all of it; it returns whether it was killed at it, and how much there was.
func (o *backroom) work(p *process) (killed bool, found int) {
	GinkgoHelper()
	ctx := context.Background()
	var series, polls []uuid.UUID
	o.within(func(ctx context.Context) {
		var err error
		series, polls, err = o.ledger.Due(ctx, o.now())
		Expect(err).NotTo(HaveOccurred())
	})
	drain := billing.NewDrain(o.ledger, always{nubefact.New(p).For(o.account)}, o, o.now)
	o.dice.Shuffle(len(series), func(i, j int) { series[i], series[j] = series[j], series[i] })
	for _, id := range series {
		_, err := drain.Series(ctx, p.in, id)
		Expect(err).To(Or(BeNil(), MatchError(errKilled)))
	}
	for _, id := range polls {
		Expect(drain.Follow(ctx, p.in, id)).To(Or(BeNil(), MatchError(errKilled)))
	}
	return p.dead, len(series) + len(polls)
}

// always is one way to SUNAT for everybody.
type always struct{ emitter billing.Emitter }

func (a always) Of(context.Context) (billing.Emitter, error) { return a.emitter, nil }

// standing are the documents here with a state.
func (o *backroom) standing(state billing.Status) (list []billing.Entry) {
	GinkgoHelper()
	o.within(func(ctx context.Context) {
		var ids []uuid.UUID
		Expect(database.From(ctx).Raw("select invoice_id from invoice_states where state = ? order by invoice_id", state).Scan(&ids).Error).To(Succeed())
		for _, id := range ids {
			e, err := o.ledger.Entry(ctx, id)
			Expect(err).NotTo(HaveOccurred())
			list = append(list, e)
		}
	})
	return list
}

// people charge, correct what was stopped, take back and void.
func (o *backroom) people() {
	GinkgoHelper()
	o.correctAll()
	b, f := o.order(fmt.Sprintf("%d.50", 20+o.dice.IntN(300))), o.order("118.00")
	b.IssuedOn, f.Kind, f.Content = billing.Today(o.now()), billing.Factura, factura(service("118.00"))
	f.IssuedOn = b.IssuedOn
	for _, order := range []billing.Order{b, f}[:1+o.dice.IntN(2)] {
		_, err := o.issue(order)
		Expect(err).NotTo(HaveOccurred())
	}
	for _, e := range o.standing(billing.Accepted) {
		if e.Kind.IsNote() || o.dice.IntN(8) > 0 {
			continue
		}
		if o.dice.IntN(2) == 0 {
			o.voidIfAllowed(e.ID)
		} else if e.Kind == billing.Boleta {
			o.creditIfAllowed(e)
		}
	}
}

func (o *backroom) correctAll() {
	GinkgoHelper()
	for _, e := range o.standing(billing.ToCorrect) {
		content := e.Content
		content.IssuedOn = billing.Today(o.now())
		Expect(o.Committed(o.Clinic, "receptionist", func(ctx context.Context) error {
			_, err := o.emission.Correct(ctx, e.ID, e.State.Seq, content)
			return err
		})).To(Succeed())
	}
}

// voidIfAllowed asks for a voiding; one with a note on it is not voided.
func (o *backroom) voidIfAllowed(id uuid.UUID) {
	GinkgoHelper()
	Expect(o.Committed(o.Clinic, "clinic_admin", func(ctx context.Context) error {
		_, err := o.emission.Void(ctx, id, "se cobró dos veces")
		return err
	})).To(Or(Succeed(), MatchError(ContainSubstring("nota de crédito"))))
}

// creditIfAllowed takes five soles back, while there are five.
func (o *backroom) creditIfAllowed(e billing.Entry) {
	GinkgoHelper()
	note := billing.Order{ID: uuid.Must(uuid.NewV7()), Kind: billing.CreditNote, SiteID: o.Site, AmendsID: &e.ID, Content: boleta(service("5.00"))}
	note.IssuedOn, note.Amends = billing.Today(o.now()), &billing.Amendment{Document: e.Name, Reason: billing.LessValue, Text: "precio acordado"}
	_, err := o.issue(note)
	Expect(err).To(Or(BeNil(), MatchError(ContainSubstring("quedan"))))
}

// rest lets time pass, with nothing wrong any more, until nothing waits.
func (o *backroom) rest() {
	GinkgoHelper()
	for range 300 {
		o.later(10 * time.Minute)
		o.correctAll()
		_, found := o.work(&process{desk: o.desk, network: o.network, left: 1 << 30})
		waits := len(o.standing(billing.Queued)) + len(o.standing(billing.Sent)) + len(o.standing(billing.InVoiding)) + len(o.standing(billing.ToCorrect))
		if found == 0 && waits == 0 {
			return
		}
	}
	Fail("documents wait for ever")
}

var _ = Describe("a worker that is killed", func() {
	deaths := 20
	if os.Getenv("HAMPI_TEST_LONG") != "" {
		deaths = 200
	}
	It("leaves each document once at NubeFact, in the same state here, and no number without one", func() {
		o := newBackroom()
		AddReportEntry("seed", fmt.Sprint(GinkgoRandomSeed()))
		o.everything()
		for died := 0; died < deaths; {
			o.people()
			killed, _ := o.work(&process{desk: o.desk, network: o.network, left: o.dice.IntN(14), after: o.dice.IntN(2) == 0})
			if killed {
				died++
			}
			o.later(time.Duration(o.dice.IntN(240)) * time.Second)
		}
		o.outside.Heal()
		o.rest()
		o.agrees()
	})
})

// agrees compares every document here with what the stand-in holds, and the numbers with each other.
func (o *backroom) agrees() {
	GinkgoHelper()
	codes := map[int64]billing.Kind{1: billing.Factura, 2: billing.Boleta, 3: billing.CreditNote, 4: billing.DebitNote}
	states := map[fake.State]billing.Status{fake.Accepted: billing.Accepted, fake.Rejected: billing.Rejected, fake.Voided: billing.Voided}
	held := map[billing.Name]fake.Held{}
	for _, d := range o.outside.Documents() {
		name := billing.Name{Kind: codes[d.Type], Series: d.Series, Number: d.Number}
		Expect(held).NotTo(HaveKey(name), "held twice")
		held[name] = d
	}
	highest, ends := map[string]int64{}, map[billing.Status]int{}
	for _, state := range []billing.Status{billing.Accepted, billing.Rejected, billing.Voided} {
		for _, e := range o.standing(state) {
			Expect(held).To(HaveKey(e.Name), string(state))
			there := held[e.Name]
			Expect(states[there.State]).To(Equal(state), e.Name.String())
			Expect(dec(there.Total).Equal(e.Totals().Total)).To(BeTrue(), e.Name.String())
			delete(held, e.Name)
			highest[e.Series]++
			ends[state]++
		}
	}
	Expect(held).To(BeEmpty(), "held there and unknown here")
	Expect(ends[billing.Accepted]).To(BeNumerically(">", ends[billing.Rejected]), "most things end well")
	o.within(func(ctx context.Context) {
		all, err := o.ledger.AllSeries(ctx)
		Expect(err).NotTo(HaveOccurred())
		for _, s := range all {
			Expect(highest[s.Code]).To(Equal(s.Last), s.Code+" has a gap")
		}
	})
}
