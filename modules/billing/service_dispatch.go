//go:build !js

package billing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/mail"
)

// Dispatch sends documents to whoever wants them, and keeps what was sent where.
type Dispatch struct {
	ledger  *Ledger
	papers  *Papers
	filing  *Filing
	senders []Sender
	now     clock.Now
}

// NewDispatch builds it over the ledger, what makes the files, and the ways there are.
func NewDispatch(ledger *Ledger, papers *Papers, filing *Filing, senders []Sender, now clock.Now) *Dispatch {
	return &Dispatch{ledger: ledger, papers: papers, filing: filing, senders: senders, now: now}
}

// Send writes down that a document goes to an address, and queues it. The same sending again is the one that is there.
func (d *Dispatch) Send(ctx context.Context, s Sending) error {
	i := slices.IndexFunc(d.senders, func(sender Sender) bool { return sender.Way() == s.Way })
	if i < 0 {
		return fault.ErrNotFound
	}
	e, err := d.ledger.Entry(ctx, s.InvoiceID)
	if err != nil {
		return err
	}
	if err := e.sendable(); err != nil {
		return err
	}
	s.Address = strings.TrimSpace(s.Address)
	problems := fault.Problems{}
	problems.Add("address", d.senders[i].Problem(s.Address))
	if err := problems.Err(); err != nil {
		return err
	}
	if _, err := d.ledger.sending(ctx, s.ID); !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	s.By, s.AskedAt, s.State = access.Who(ctx).MembershipID, d.now(), SendingWaits
	if err := d.ledger.addSending(ctx, s); err != nil {
		return err
	}
	return d.senders[i].Send(ctx, s.ID)
}

// How long a letter waits: for SUNAT's word, which may take days, and from then on for the signed document.
const (
	lookAgain  = 30 * time.Second
	signedWait = time.Hour
)

// letter is the letter of a sending, with the document as PDF and its signed XML; wait tells how long to wait for it.
// without says what it goes without. It is refused as a conflict when it goes nowhere any more.
func (d *Dispatch) letter(ctx context.Context, id uuid.UUID) (l mail.Letter, wait time.Duration, without string, err error) {
	s, err := d.ledger.sending(ctx, id)
	if err != nil {
		return l, 0, "", err
	}
	if s.State != SendingWaits {
		return l, 0, "", fault.Conflicted("ended", "Ya se envió.")
	}
	e, err := d.ledger.Entry(ctx, s.InvoiceID)
	if err != nil {
		return l, 0, "", err
	}
	if err := e.sendable(); err != nil {
		return l, 0, "", err
	}
	if e.State.Status != Accepted {
		return l, lookAgain, "", nil
	}
	_, signed, err := d.filing.Open(ctx, e.ID, XMLFile)
	if err != nil && !fault.IsNotFound(err) {
		return l, 0, "", err
	}
	if len(signed) == 0 && d.now().Sub(e.State.Since) < signedWait {
		return l, lookAgain, "", nil
	}
	if len(signed) == 0 {
		without = "Salió sin el XML, que aún no llegaba."
	}
	l, err = d.write(ctx, e, s.Address, signed)
	return l, 0, without, err
}

// write makes the letter. Its text names no service and no illness.
func (d *Dispatch) write(ctx context.Context, e Entry, to string, signed []byte) (mail.Letter, error) {
	p, err := d.papers.Of(ctx, e)
	if err != nil {
		return mail.Letter{}, err
	}
	content, name, err := d.papers.PDF(ctx, e.ID, A4)
	if err != nil {
		return mail.Letter{}, err
	}
	what := strings.ToLower(p.Kind.Title()) + " " + e.Name.String()
	text := "Adjuntamos su " + what + " del " + day(e.Content.IssuedOn) + " por " + e.Currency.Money(e.Totals().Total) + ".\n\n" +
		strings.Join(append([]string{p.Issuer.Name, "RUC " + p.Issuer.RUC}, p.Issuer.lines()...), "\n") + "\n"
	letter := mail.Letter{
		To: to, Subject: "Su " + what + " de " + p.Issuer.Name, Text: text,
		Files: []mail.File{{Name: name, Type: typePDF, Content: content}},
	}
	if len(signed) > 0 {
		letter.Files = append(letter.Files, mail.File{Name: p.fileName("xml"), Type: typeXML, Content: signed})
	}
	return letter, nil
}

// left notes that a sending left, and what it left without.
func (d *Dispatch) left(ctx context.Context, id uuid.UUID, without string) error {
	return d.ledger.endSending(ctx, id, SendingLeft, without, d.now())
}

// failed notes that a sending did not leave, and why.
func (d *Dispatch) failed(ctx context.Context, id uuid.UUID, why string) error {
	return d.ledger.endSending(ctx, id, SendingEnded, why, d.now())
}
