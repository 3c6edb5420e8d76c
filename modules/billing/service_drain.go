//go:build !js

package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Emitters are the clinics' ways to SUNAT.
type Emitters interface {
	// Of is the way of the clinic of ctx; a fault in words when it has none.
	Of(ctx context.Context) (Emitter, error)
}

// InClinic runs f in one transaction of the job's clinic and commits it.
type InClinic func(ctx context.Context, f func(ctx context.Context) error) error

// lease is how long whoever sends a document has for it before another may take over.
const lease = 2 * time.Minute

// Drain sends documents and asks about them. Each step is a transaction of its own, and nothing is held open while the
// service is asked: what is written before a call says that the document may be outside, what is written after it says
// what became of it. Whoever dies between the two leaves a document as sent; who comes next asks before sending again.
type Drain struct {
	ledger   *Ledger
	emitters Emitters
	later    Later
	now      clock.Now
}

// NewDrain builds it over the ledger and the clinics' ways to SUNAT.
func NewDrain(ledger *Ledger, emitters Emitters, later Later, now clock.Now) *Drain {
	return &Drain{ledger: ledger, emitters: emitters, later: later, now: now}
}

// Series sends what waits in a series, in the order of its numbers, until nothing is left whose time has come. It tells
// when to come back: zero when nothing waits, or when another is at it or comes back for it.
func (d *Drain) Series(ctx context.Context, in InClinic, series uuid.UUID) (again time.Time, err error) {
	emitter, err := d.emitter(ctx, in)
	if err != nil {
		return time.Time{}, err
	}
	for waits := false; ; {
		turn, err := d.take(ctx, in, series)
		if errors.Is(err, fault.ErrNotFound) {
			return time.Time{}, nil
		}
		if err != nil || !turn.begun && !waits {
			return time.Time{}, err
		}
		if !turn.begun {
			return turn.State.NextAt, nil
		}
		step, answer := turn.send(ctx, emitter)
		waits = step == Wait
		if err := in(ctx, func(ctx context.Context) error { return d.settle(ctx, turn, step, answer) }); err != nil {
			return time.Time{}, err
		}
	}
}

func (d *Drain) emitter(ctx context.Context, in InClinic) (e Emitter, err error) {
	err = in(ctx, func(ctx context.Context) error {
		e, err = d.emitters.Of(ctx)
		return err
	})
	return e, err
}

// turn is a document whose turn it is.
type turn struct {
	Entry
	begun  bool // ours: written down as sent, and leased
	before bool // an earlier attempt may have left, and nobody knows what became of it
	left   bool // something left under this name before, whatever became of it: of an earlier content too
	tried  int  // attempts of this turn that came to nothing
}

// take claims the first document of the queue: it is written down as sent before anything leaves. One whose time has not
// come, or that another has claimed, is returned as not begun.
func (d *Drain) take(ctx context.Context, in InClinic, series uuid.UUID) (t turn, err error) {
	err = in(ctx, func(ctx context.Context) error {
		t = turn{}
		if t.Entry, err = d.ledger.head(ctx, series); err != nil {
			return err
		}
		now := d.now()
		if t.State.NextAt.After(now) {
			return nil
		}
		t.begun, t.before, t.left, t.tried = true, t.State.Status == Sent, t.State.Seq > 1, t.State.Attempts
		if t.before {
			return d.ledger.postpone(ctx, t.State, t.State.Reason, now.Add(lease), t.State.Attempts)
		}
		t.State, err = d.ledger.step(ctx, t.State, Event{Status: Sent, ContentID: t.State.ContentID, At: now}, now.Add(lease), t.State.Attempts)
		return err
	})
	return t, err
}

// mostCalls bounds the calls of one turn: send, ask, send again, ask again.
const mostCalls = 4

// send hands the document over, asking first where it may be outside already.
func (t turn) send(ctx context.Context, e Emitter) (Step, Answer) {
	step, answer, left := Repeat, Answer{}, t.left
	if t.before {
		step = Consult
	}
	for range mostCalls {
		switch step {
		case Consult:
			answer = e.Consult(ctx, t.Name)
			step = AfterConsult(answer, t.Document())
		case Repeat:
			answer = e.Emit(ctx, t.Document())
			step, left = AfterEmit(answer, left), true
		default:
			return step, answer
		}
	}
	if step == Consult || step == Repeat {
		step = Wait
	}
	return step, answer
}

// settle writes what became of a turn.
func (d *Drain) settle(ctx context.Context, t turn, step Step, a Answer) error {
	now := d.now()
	if step == Wait {
		return d.ledger.postpone(ctx, t.State, waitingFor(a), now.Add(RetryAfter(t.tried+1)), t.tried+1)
	}
	if err := d.keepLinks(ctx, t.Entry, a); err != nil {
		return err
	}
	e := Event{ContentID: t.State.ContentID, Reason: a.Message, Field: a.Field, At: now, Raw: a.Raw}
	switch step {
	case Accept:
		e.Status = Accepted
	case Reject, Taken:
		e.Status = Rejected
	case Correct:
		e.Status = ToCorrect
	case Poll:
		e.Status, e.Pending = Sent, true
		return d.follow(ctx, t.State, e, 0)
	default:
		return fmt.Errorf("a turn of %s ended with %q", t.Name, step)
	}
	return d.end(ctx, t.Entry, e, step)
}

// filesAfter is how long the service may take to have the files of a document on which SUNAT has just decided.
const filesAfter = 5 * time.Second

// end writes the step that ends a document's way. The files of one on which SUNAT decided are to be had from then on: of
// one that it rejected, what was rejected and its receipt that says why.
func (d *Drain) end(ctx context.Context, of Entry, e Event, step Step) error {
	if _, err := d.ledger.step(ctx, of.State, e, e.At, 0); err != nil || step != Accept && step != Reject {
		return err
	}
	from := e.At.Add(filesAfter)
	if err := d.ledger.expectFiles(ctx, of.ID, from); err != nil {
		return err
	}
	return d.later.File(ctx, of.ID, from)
}

func (d *Drain) keepLinks(ctx context.Context, e Entry, a Answer) error {
	if a.Links == (Links{}) {
		return nil
	}
	return d.ledger.keepProof(ctx, e.ID, Proof{Links: a.Links, Hash: a.Hash, QR: a.QR})
}

// waitingFor says for a person why a document waits.
func waitingFor(a Answer) string {
	if a.Message != "" {
		return a.Message
	}
	return "El servicio de facturación no responde. Se intenta otra vez solo."
}

// follow writes a step after which the document is asked about; asked counts the times so far.
func (d *Drain) follow(ctx context.Context, from State, e Event, asked int) error {
	next := e.At.Add(PollAfter(asked))
	if _, err := d.ledger.step(ctx, from, e, next, asked); err != nil {
		return err
	}
	return d.later.Follow(ctx, from.InvoiceID, next)
}

// Follow asks about a document that SUNAT has not answered, or about a voiding, when its time has come. One that needs no
// asking any more is left alone.
func (d *Drain) Follow(ctx context.Context, in InClinic, invoice uuid.UUID) error {
	emitter, err := d.emitter(ctx, in)
	if err != nil {
		return err
	}
	entry, due, err := d.claim(ctx, in, invoice)
	if err != nil || !due {
		return err
	}
	if entry.State.Status == InVoiding {
		step, answer := void(ctx, emitter, entry)
		return in(ctx, func(ctx context.Context) error { return d.settleVoid(ctx, entry, step, answer) })
	}
	answer := emitter.Consult(ctx, entry.Name)
	return in(ctx, func(ctx context.Context) error { return d.settlePoll(ctx, entry, answer) })
}

// claim leases a document to be asked about.
func (d *Drain) claim(ctx context.Context, in InClinic, invoice uuid.UUID) (e Entry, due bool, err error) {
	err = in(ctx, func(ctx context.Context) error {
		if e, err = d.ledger.lockEntry(ctx, invoice); err != nil {
			return err
		}
		waits := e.State.Status == InVoiding || e.State.Status == Sent && e.State.Pending
		due = waits && !e.State.NextAt.After(d.now())
		if !due {
			return nil
		}
		return d.ledger.postpone(ctx, e.State, e.State.Reason, d.now().Add(lease), e.State.Attempts)
	})
	return e, due, err
}

// settlePoll writes what the service says now of a document that it holds.
func (d *Drain) settlePoll(ctx context.Context, e Entry, a Answer) error {
	now := d.now()
	event := Event{ContentID: e.State.ContentID, Reason: a.Message, Field: a.Field, At: now, Raw: a.Raw}
	step := AfterConsult(a, e.Document())
	switch step {
	case Accept:
		event.Status = Accepted
	case Reject, Taken:
		event.Status = Rejected
	default: // still waiting, or nobody knows: later
		next := now.Add(PollAfter(e.State.Attempts + 1))
		if err := d.ledger.postpone(ctx, e.State, e.State.Reason, next, e.State.Attempts+1); err != nil {
			return err
		}
		return d.later.Follow(ctx, e.ID, next)
	}
	if err := d.keepLinks(ctx, e, a); err != nil {
		return err
	}
	return d.end(ctx, e, event, step)
}

// void asks for a voiding, or what became of one.
func void(ctx context.Context, emitter Emitter, e Entry) (Step, Answer) {
	step, answer, refused, why := Consult, Answer{}, false, ""
	for range mostCalls {
		switch step {
		case Consult:
			answer = emitter.ConsultVoid(ctx, e.Name)
			step = AfterConsultVoid(answer, refused)
		case Repeat:
			answer = emitter.Void(ctx, e.Name, e.State.Reason)
			step, refused = AfterVoid(answer), answer.Outcome == NotValid
			why = answer.Message
		default:
			if step == Reject && refused {
				answer.Message = why // the consultation knows of no voiding; why there is none was said before
			}
			return step, answer
		}
	}
	return Wait, answer
}

// voidRefused begins the reason of a document that stays in force.
const voidRefused = "La anulación fue rechazada."

func (d *Drain) settleVoid(ctx context.Context, e Entry, step Step, a Answer) error {
	now := d.now()
	switch step {
	case Accept:
		_, err := d.ledger.step(ctx, e.State, Event{Status: Voided, ContentID: e.State.ContentID, Reason: e.State.Reason, At: now, Raw: a.Raw}, now, 0)
		return err
	case Reject:
		_, err := d.ledger.step(ctx, e.State, Event{Status: Accepted, ContentID: e.State.ContentID, Reason: voidRefused + " " + a.Message, At: now, Raw: a.Raw}, now, 0)
		return err
	}
	next := now.Add(PollAfter(e.State.Attempts + 1))
	if err := d.ledger.postpone(ctx, e.State, e.State.Reason, next, e.State.Attempts+1); err != nil {
		return err
	}
	return d.later.Follow(ctx, e.ID, next)
}

// Wake has each series sent and each document asked about whose time has come.
func (d *Drain) Wake(ctx context.Context, in InClinic) error {
	return in(ctx, func(ctx context.Context) error { return wake(ctx, d.ledger, d.later, d.now()) })
}

func wake(ctx context.Context, ledger *Ledger, later Later, now time.Time) error {
	series, polls, err := ledger.Due(ctx, now)
	if err != nil {
		return err
	}
	for _, id := range series {
		if err := later.Send(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range polls {
		if err := later.Follow(ctx, id, now); err != nil {
			return err
		}
	}
	return nil
}
