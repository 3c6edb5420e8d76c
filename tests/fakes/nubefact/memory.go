package nubefact

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Document is one that the service took, with what SUNAT makes of it in time.
type Document struct {
	Account        string          `json:"account"` // its route
	Type           int64           `json:"type"`    // 1 factura, 2 boleta, 3 credit note, 4 debit note
	Series         string          `json:"series"`
	Number         int64           `json:"number"`
	Code           string          `json:"code"` // codigo_unico
	IssuedOn       time.Time       `json:"issued_on"`
	Currency       int64           `json:"currency"`
	Total          string          `json:"total"`
	IGV            string          `json:"igv"`
	CustomerType   string          `json:"customer_type"`
	CustomerNumber string          `json:"customer_number"`
	Amends         string          `json:"amends,omitempty"` // name of the document that a note amends
	Body           json.RawMessage `json:"body"`             // the request as it came
	TakenAt        time.Time       `json:"taken_at"`
	DecidedAt      time.Time       `json:"decided_at"`      // when SUNAT answers
	Stuck          bool            `json:"stuck,omitempty"` // came while SUNAT was down; waits for it to be up
	Rejection      *Verdict        `json:"rejection,omitempty"`
	Void           *Void           `json:"void,omitempty"`

	total, igv, rate *big.Rat // while it is read
}

// Verdict is a refusal of SUNAT.
type Verdict struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Void is a voiding that was asked for.
type Void struct {
	Reason    string    `json:"reason"`
	Code      string    `json:"code"`
	Ticket    string    `json:"ticket"`
	DecidedAt time.Time `json:"decided_at"`
	Rejection *Verdict  `json:"rejection,omitempty"`
}

// State is what has become of a document.
type State string

// The states.
const (
	Pending  State = "pending" // held; SUNAT has not answered
	Accepted State = "accepted"
	Rejected State = "rejected"
	Voided   State = "voided"
)

func (doc *Document) name() string { return fmt.Sprintf("%d/%s-%d", doc.Type, doc.Series, doc.Number) }

// find looks for a document of the account.
func (d desk) find(kind int64, series string, number int64) *Document {
	wanted := Document{Type: kind, Series: series, Number: number}
	return d.index[d.account.Route+" "+wanted.name()]
}

// findCode looks for the document with a unique code.
func (d desk) findCode(code string) *Document { return d.index[d.account.Route+" code "+code] }

// keep adds a document to the memory.
func (s *Service) keep(doc *Document) {
	s.documents = append(s.documents, doc)
	s.index[doc.Account+" "+doc.name()] = doc
	if doc.Code != "" {
		s.index[doc.Account+" code "+doc.Code] = doc
	}
}

// take keeps a document that passed.
func (d desk) take(doc Document) (map[string]any, *refusal) {
	doc.TakenAt, doc.DecidedAt = d.now, d.now
	if strings.HasPrefix(doc.Series, "B") {
		doc.DecidedAt = d.now.Add(d.options.Delay)
	}
	if fault, ok := d.met.find(RejectLater); ok {
		doc.DecidedAt, doc.Rejection = d.now.Add(d.options.Delay), fault.verdict()
	}
	if fault, ok := d.met.find(Reject); ok {
		doc.DecidedAt, doc.Rejection = d.now, fault.verdict()
	}
	doc.Stuck = d.met.has(SunatDown)
	d.keep(&doc)
	if err := d.save(); err != nil {
		return nil, refuse(40, "Error interno desconocido: %v", err)
	}
	return d.answer(&doc), nil
}

// stateOf is what SUNAT says by now, and why it says nothing.
func (d desk) stateOf(doc *Document) (state State, problem string) {
	switch {
	case doc.Stuck && d.standing(SunatDown):
		return Pending, "El servicio de SUNAT no responde"
	case doc.Stuck && d.now.Before(doc.TakenAt.Add(d.options.Delay)), d.now.Before(doc.DecidedAt):
		return Pending, ""
	case doc.Rejection != nil:
		return Rejected, ""
	case d.voidState(doc) == voidDone:
		return Voided, ""
	}
	return Accepted, ""
}

type voidState int

const (
	voidNone voidState = iota
	voidAsked
	voidDone
	voidRefused
)

func (d desk) voidState(doc *Document) voidState {
	switch {
	case doc.Void == nil:
		return voidNone
	case d.now.Before(doc.Void.DecidedAt):
		return voidAsked
	case doc.Void.Rejection != nil:
		return voidRefused
	}
	return voidDone
}

// credited is what credit notes in force have taken back of a document.
func (d desk) credited(doc *Document) *big.Rat {
	sum := new(big.Rat)
	for _, note := range d.documents {
		if note.Account != doc.Account || note.Type != creditNote || note.Amends != doc.name() {
			continue
		}
		if state, _ := d.stateOf(note); state != Rejected && state != Voided {
			sum = add(sum, rat(note.Total))
		}
	}
	return sum
}

// amendedBy reports whether a note in force stands on a document.
func (d desk) amendedBy(doc *Document) bool {
	for _, note := range d.documents {
		if note.Account == doc.Account && note.Amends == doc.name() {
			if state, _ := d.stateOf(note); state != Rejected && state != Voided {
				return true
			}
		}
	}
	return false
}

// id is the document's place on the service's pages, the same after every restart.
func (doc *Document) id() string {
	sum := sha256.Sum256([]byte(doc.Account + "/" + doc.name()))
	text := hex.EncodeToString(sum[:16])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// hash plays the digest of the signature.
func (doc *Document) hash() string {
	sum := sha256.Sum256(doc.Body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// load reads the documents of an earlier run.
func (s *Service) load() error {
	if s.options.File == "" {
		return nil
	}
	text, err := os.ReadFile(s.options.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the documents of NubeFact's stand-in: %w", err)
	}
	var documents []*Document
	if err := json.Unmarshal(text, &documents); err != nil {
		return fmt.Errorf("read the documents of NubeFact's stand-in in %s: %w", s.options.File, err)
	}
	for _, doc := range documents {
		s.keep(doc)
	}
	return nil
}

// save writes all documents; a run that ends meanwhile leaves the file of before.
func (s *Service) save() error {
	if s.options.File == "" {
		return nil
	}
	text, err := json.Marshal(s.documents)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.options.File), 0o700); err != nil {
		return err
	}
	next := s.options.File + ".new"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.options.File)
}
