package billing

import (
	"context"
	"errors"

	"github.com/shopspring/decimal"

	"hampi/modules/agenda"
)

// Emitter takes documents of one issuer to SUNAT: a provider such as NubeFact, or the clinic's own connection.
//
// Its methods return no error, for an error would not say the one thing that matters: whether anybody outside now holds
// the document. Every ending, a lost connection or a page of HTML included, is an Answer with an Outcome; what follows
// from it is said by AfterEmit, AfterConsult, AfterVoid and AfterConsultVoid. Repeating Emit with the same document is
// safe: its name and its unique code make it exist once.
type Emitter interface {
	// Emit hands a document over. It has to be written down as sent before.
	Emit(ctx context.Context, d Document) Answer
	// Consult asks what is held under a name.
	Consult(ctx context.Context, n Name) Answer
	// Void asks for an accepted document to be voided; SUNAT decides later.
	Void(ctx context.Context, n Name, reason string) Answer
	// ConsultVoid asks what became of a voiding.
	ConsultVoid(ctx context.Context, n Name) Answer
	// Test tells whether the connection is set up: Accepted when it is, else what is wrong, in words. It issues nothing.
	Test(ctx context.Context) Answer
	// Fetch reads a file that an answer links to.
	Fetch(ctx context.Context, link string) ([]byte, error)
}

// ErrNoFile is what Fetch returns for a link that leads to no file, or to one too large to be it.
var ErrNoFile = errors.New("the link leads to no file")

// Outcome is what an answer says about the document or voiding it is about.
type Outcome string

// The outcomes. What "the service" holds is said of each.
const (
	TakenAndAccepted Outcome = "accepted"      // held, and SUNAT accepted it
	TakenAndPending  Outcome = "pending"       // held; SUNAT has not answered yet: valid to hand over
	TakenAndRejected Outcome = "rejected"      // held, and SUNAT refused it: the number is spent
	AlreadyThere     Outcome = "duplicate"     // something is held under that name or code already: consult
	NotThere         Outcome = "absent"        // nothing is held under that name
	NotValid         Outcome = "invalid"       // nothing was taken: the data have to be corrected
	NotAuthorised    Outcome = "misconfigured" // nothing was taken: address, token or account need a person
	NotReached       Outcome = "down"          // nothing was taken, for nobody answered: try again later
	NotUnderstood    Outcome = "unknown"       // may be held or not: consult before anything else
)

// Answer is what came back, in plain words of billing. Raw is for the ledger and holds a person's document: keep it sealed.
type Answer struct {
	Outcome Outcome
	Code    string // the service's own code of an error
	Message string // in Spanish, for a person; empty when there is nothing to say
	Field   string // the field of the document that the message is about, as the API names it; "" when unknown
	Sunat   SunatAnswer
	Links   Links
	Hash    string // digest of the signature
	QR      string // text of the QR code, to be printed as received
	Held    *Held  // what the service holds under the name, when it says so
	Voided  bool   // the document has been voided
	Status  int    // of HTTP; 0 when nothing came back
	Raw     []byte // as received, cut when it was too long
}

// SunatAnswer is SUNAT's part of an answer.
type SunatAnswer struct {
	Code        string // "0" accepted; 2000 to 3999 rejected; below, not evaluated
	Description string
	Note        string // observations of an accepted document
	Problem     string // why it has not reached SUNAT
	Ticket      string // of a voiding
}

// Links lead to the document's files.
type Links struct{ Page, PDF, XML, CDR string }

// Proof is what a service hands over of a document that it holds: where its files are, and what is printed of it.
type Proof struct {
	Links
	Hash string // digest of the signature
	QR   string // text of the QR code
}

// Held is what a service holds under a name, so far as it tells.
type Held struct {
	Kind           string // SUNAT catalogue 01
	Series         string
	Number         int64
	IGV, Total     decimal.Decimal
	IssuedOn       agenda.Date
	DocumentType   string // SUNAT catalogue 06
	DocumentNumber string
}

// IsOf reports whether what is held is this document, by its name, its amounts, its day and its customer. How a service
// spells "no paper" is its own matter.
func (h Held) IsOf(d Document) bool {
	totals := d.Totals()
	same := h.Kind == d.Kind.SunatCode() && h.Series == d.Series && h.Number == d.Number && h.IssuedOn == d.IssuedOn &&
		h.Total.Equal(totals.Total) && h.IGV.Equal(totals.IGV)
	if d.Customer.DocumentType == NoPaper {
		return same
	}
	return same && h.DocumentType == d.Customer.DocumentType.SunatCode() && h.DocumentNumber == d.Customer.DocumentNumber
}

// taken reports whether the service holds the document.
func (a Answer) taken() bool {
	return a.Outcome == TakenAndAccepted || a.Outcome == TakenAndPending || a.Outcome == TakenAndRejected
}
