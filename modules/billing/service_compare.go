//go:build !js

package billing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// How documents are compared with what the provider holds.
const (
	comparedDays    = 10 // back: the days in which a document may still be voided, and some more
	comparedAtOnce  = 50 // documents of one job
	silencesAllowed = 3  // answers in a row that say nothing, before it is left for another night
	comparisonHour  = 2  // in Lima: when the day's comparison is due
	comparisonLost  = 12 * time.Hour
)

// Comparison is one time that documents were compared.
type Comparison struct {
	ID         uuid.UUID
	StartedAt  time.Time
	FinishedAt *time.Time
	Compared   int
	Unanswered int
	Words      string // why it ended early
}

// Found is a difference with its document, as a person reads it.
type Found struct {
	Difference
	ID        uuid.UUID
	InvoiceID uuid.UUID
	Name      Name
	FoundAt   time.Time
	SeenAt    time.Time
	SettledAt *time.Time
	SettledBy *uuid.UUID
	Note      string
}

// Comparing goes on with a comparison after the transaction, if that commits.
type Comparing interface {
	// Compare goes on behind a document; the zero id is the beginning.
	Compare(ctx context.Context, comparison, after uuid.UUID) error
}

// Auditor compares documents with what their provider holds, every night and when somebody asks. It changes none: what it
// finds is for a person.
type Auditor struct {
	ledger   *Ledger
	emitters Emitters
	later    Comparing
	now      clock.Now
	pause    func(ctx context.Context) error // between two questions
}

// NewAuditor builds it over the ledger and the clinics' ways to SUNAT. Pause is what lies between two questions, so that
// the provider is not flooded.
func NewAuditor(ledger *Ledger, emitters Emitters, later Comparing, now clock.Now, pause func(ctx context.Context) error) *Auditor {
	return &Auditor{ledger: ledger, emitters: emitters, later: later, now: now, pause: pause}
}

// Nightly begins the day's comparison when it is due: a computer that was off at night does it when it comes back.
func (s *Auditor) Nightly(ctx context.Context) error {
	settings, err := s.ledger.Settings(ctx)
	if err != nil || !settings.HasAccess {
		return err
	}
	now := s.now()
	last, err := s.ledger.LastComparison(ctx)
	if err != nil || last != nil && !last.StartedAt.Before(comparisonDue(now)) {
		return err
	}
	return s.Begin(ctx)
}

// comparisonDue is when the latest comparison was due.
func comparisonDue(now time.Time) time.Time {
	lima := time.FixedZone("America/Lima", limaTime)
	y, m, d := now.In(lima).Date()
	due := time.Date(y, m, d, comparisonHour, 0, 0, 0, lima)
	if due.After(now) {
		due = due.AddDate(0, 0, -1)
	}
	return due
}

// Begin starts a comparison unless one is at it.
func (s *Auditor) Begin(ctx context.Context) error {
	now := s.now()
	id := uuid.Must(uuid.NewV7())
	begun, err := s.ledger.beginComparison(ctx, id, now, now.Add(-comparisonLost))
	if err != nil || !begun {
		return err
	}
	return s.later.Compare(ctx, id, uuid.Nil)
}

// Compare asks about some documents behind one, keeps what differs, and has the next ones compared. Nothing is held open
// while the provider is asked; done again it finds the same.
func (s *Auditor) Compare(ctx context.Context, in InClinic, comparison, after uuid.UUID) error {
	var emitter Emitter
	var list []Entry
	err := in(ctx, func(ctx context.Context) (err error) {
		if emitter, err = s.emitters.Of(ctx); err != nil {
			return err
		}
		list, err = s.ledger.toCompare(ctx, s.since(), after, comparedAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	heard, silent, words, err := s.ask(ctx, emitter, list)
	if err != nil {
		return err
	}
	return in(ctx, func(ctx context.Context) error {
		return s.keep(ctx, comparison, heardOf{list: list, heard: heard, silent: silent, words: words})
	})
}

func (s *Auditor) since() agenda.Date { return Today(s.now()).Add(-comparedDays) }

// heardOf is what came back about some documents, in their order; words say why it ended early.
type heardOf struct {
	list   []Entry
	heard  []Answer
	silent int
	words  string
}

// ask consults one document after the other. When nobody answers several times in a row it stops.
func (s *Auditor) ask(ctx context.Context, emitter Emitter, list []Entry) (heard []Answer, silent int, words string, err error) {
	row := 0
	for _, e := range list {
		answer := emitter.Consult(ctx, e.Name)
		heard = append(heard, answer)
		row++
		if answer.taken() || answer.Outcome == NotThere {
			row = 0
		} else {
			silent++
		}
		if row == silencesAllowed {
			return heard, silent, waitingFor(answer), nil
		}
		if err := s.pause(ctx); err != nil {
			return nil, 0, "", err
		}
	}
	return heard, silent, "", nil
}

func (s *Auditor) keep(ctx context.Context, comparison uuid.UUID, h heardOf) error {
	now := s.now()
	for i, answer := range h.heard {
		e := h.list[i]
		d, differs := Compare(e, answer)
		said := answer.taken() || answer.Outcome == NotThere
		if !said {
			continue
		}
		if err := s.ledger.keepDifference(ctx, e, d, differs, now); err != nil {
			return err
		}
	}
	ended := h.words != "" || len(h.list) < comparedAtOnce
	if err := s.ledger.countComparison(ctx, comparison, len(h.heard)-h.silent, h.silent, h.words, ended, now); err != nil || ended {
		return err
	}
	return s.later.Compare(ctx, comparison, h.list[len(h.list)-1].ID)
}

// longestNote is how long the words about a difference may be.
const longestNote = 250

// Settle says that somebody looked into a difference, and what came of it.
func (s *Auditor) Settle(ctx context.Context, id uuid.UUID, note string) error {
	problems := fault.Problems{}
	problems.Add("note", textProblem(note, 3, longestNote, "Escriba qué encontró o qué se hizo."))
	if err := problems.Err(); err != nil {
		return err
	}
	return s.ledger.settleDifference(ctx, id, access.Who(ctx).MembershipID, note, s.now())
}
