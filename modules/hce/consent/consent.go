// Package consent keeps what patients agree to, or do not, before something is done to them: the text as they read it,
// who answered and how, and the professional who explained it (Ley 26842 art. 4 and 15, Ley 29414, NTS 139).
//
// What was answered stays. Whoever takes an agreement back says why in one more row; somebody who declines is written
// down as well. None of it is on a device: it needs the clinic's server.
package consent

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/canonical"
	"hampi/modules/platform/fault"
)

// Decision is what somebody answered.
type Decision string

// The answers.
const (
	Accepted Decision = "accepted"
	Refused  Decision = "refused"
)

// Method is how somebody signed.
type Method string

// The ways to sign. A name that is typed is for whoever cannot draw on a screen.
const (
	Drawn Method = "drawn" // with finger, pen or mouse
	Typed Method = "typed" // the whole name, and a tick
	Paper Method = "paper" // by hand on a printed sheet, of which there is a photo
)

// Words is the method as it is printed.
func (m Method) Words() string {
	switch m {
	case Drawn:
		return "Firmó en pantalla"
	case Typed:
		return "Escribió su nombre en señal de firma"
	case Paper:
		return "Firmó en papel; la foto de la hoja está en este documento"
	}
	return string(m)
}

// Signer is who answers: the patient, or somebody who represents them. Relationship is empty for the patient.
type Signer struct {
	Name         string `json:"name"`
	Document     string `json:"document"`
	Relationship string `json:"relationship,omitempty"`
}

// Person is the patient, as printed.
type Person struct {
	Name     string `json:"name"`
	Document string `json:"document"`
	Record   string `json:"record"` // number of the historia
}

// Professional is who explained, as printed.
type Professional struct {
	MembershipID uuid.UUID `json:"membership_id"`
	Name         string    `json:"name"`
	Profession   string    `json:"profession"`
	License      string    `json:"license"` // "CMP 54321"
}

// Body is everything that somebody read and answered. Its canonical JSON is hashed.
type Body struct {
	Format      string       `json:"format"`
	ID          uuid.UUID    `json:"id"`
	PatientID   uuid.UUID    `json:"patient_id"`
	EncounterID *uuid.UUID   `json:"encounter_id,omitempty"`
	Template    string       `json:"template"`
	Edition     int          `json:"edition"`
	Clinic      string       `json:"clinic"`
	Title       string       `json:"title"`
	Procedure   string       `json:"procedure,omitempty"`
	Diagnosis   string       `json:"diagnosis,omitempty"`
	Sections    []Section    `json:"sections"`
	Patient     Person       `json:"patient"`
	Signer      Signer       `json:"signer"`
	Doctor      Professional `json:"doctor"`
	Decision    Decision     `json:"decision"`
	Reason      string       `json:"reason,omitempty"` // of who declines, if they gave one
	Statement   string       `json:"statement"`        // what was signed
	Method      Method       `json:"method"`
	Strokes     []Stroke     `json:"strokes,omitempty"`
	Sheet       string       `json:"sheet_sha256,omitempty"` // of the photo of the signed sheet
	SignedAt    string       `json:"signed_at"`
}

const (
	format = "hampi-consent-1"
	moment = "2006-01-02T15:04:05.000000Z" // UTC with microseconds, as the database keeps it
)

// Consent is an answer as it is kept.
type Consent struct {
	Body
	Raw      string // canonical JSON of Body
	Hash     []byte // SHA-256 of Raw
	FileID   uuid.UUID
	FileHash []byte // SHA-256 of the PDF
	At       time.Time
	Revoked  *Revocation
	Mark     *Mark // of the professional; nil of what was kept before consents carried one
}

// Mark is the electronic signature of the professional who informed, over what was answered and over its PDF.
type Mark struct {
	ID        uuid.UUID
	ConsentID uuid.UUID
	Signer    Professional
	KeyID     uuid.UUID
	Method    string // "ed25519"
	Bytes     []byte
	Code      string // of /verificar/{code}
	At        time.Time
}

// Revocation takes an agreement back.
type Revocation struct {
	ID        uuid.UUID
	ConsentID uuid.UUID
	By        uuid.UUID // membership
	Reason    string
	At        time.Time
}

// Stands reports whether the agreement is in force.
func (c Consent) Stands() bool { return c.Decision == Accepted && c.Revoked == nil }

// State is the word for people.
func (c Consent) State() string {
	switch {
	case c.Decision == Refused:
		return "No aceptó"
	case c.Revoked != nil:
		return "Revocado"
	}
	return "Aceptó"
}

// outcome is what was answered, for whoever verifies the document.
func (c Consent) outcome() string {
	switch {
	case c.Decision == Refused:
		return "No aceptó: queda constancia de su rechazo"
	case c.Revoked != nil:
		return "Aceptó, y después lo revocó"
	}
	return "Aceptó"
}

// sealed completes a consent with its canonical text and hash.
func (b Body) sealed(at time.Time) (Consent, error) {
	at = at.UTC().Truncate(time.Microsecond)
	b.Format, b.SignedAt = format, at.Format(moment)
	raw, err := canonical.JSON(b)
	if err != nil {
		return Consent{}, fmt.Errorf("write consent %s: %w", b.ID, err)
	}
	hash := sha256.Sum256(raw)
	return Consent{Body: b, Raw: string(raw), Hash: hash[:], At: at}, nil
}

// opened reads a consent out of its canonical text.
func opened(raw string) (Consent, error) {
	c := Consent{Raw: raw}
	if err := json.Unmarshal([]byte(raw), &c.Body); err != nil {
		return c, fmt.Errorf("read a consent: %w", err)
	}
	at, err := time.Parse(moment, c.SignedAt)
	if err != nil {
		return c, fmt.Errorf("read when consent %s was signed: %w", c.ID, err)
	}
	c.At = at
	return c, nil
}

// What a consent is refused with when somebody was first.
var (
	ErrSameID       = fault.Conflicted("id_reused", "Con este formulario ya se guardó otro consentimiento. Vuelva a abrir la página.")
	ErrRevokedOnce  = fault.Conflicted("revoked", "Este consentimiento ya estaba revocado.")
	ErrNothingGiven = fault.Conflicted("refused", "Aquí la persona no aceptó: no hay nada que revocar.")
)
