//go:build !js

package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// Patients is what consents ask of whoever keeps the people.
type Patients interface {
	// Frame is what stands around a section of the person's page.
	Frame(ctx context.Context, id uuid.UUID, tab string) (patients.Frame, error)
	// Family is every entry of the person behind id, the answering one first.
	Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error)
	// Active is the entry that answers for a person.
	Active(ctx context.Context, id uuid.UUID) (patients.Patient, error)
}

// Colleagues is what consents ask of whoever keeps the people who work here.
type Colleagues interface {
	Everybody(ctx context.Context) ([]accounts.Member, error)
	Clinic(ctx context.Context) (accounts.Clinic, error)
}

// Line is a consent in a list, without its text.
type Line struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	Title     string
	Decision  Decision
	Doctor    string // "Dra. Rosa Malpartida, COP 31582"
	At        time.Time
	Revoked   bool
}

// State is the word for people.
func (l Line) State() string {
	c := Consent{Body: Body{Decision: l.Decision}}
	if l.Revoked {
		c.Revoked = &Revocation{}
	}
	return c.State()
}

// Store keeps consents and the clinic's templates.
type Store interface {
	// Add keeps a consent; ErrSameID for an id that is taken leaves the transaction usable.
	Add(ctx context.Context, c Consent) error
	// AddMark keeps the professional's signature with its code.
	AddMark(ctx context.Context, m Mark) error
	// Consent finds one with its revocation; fault.ErrNotFound when there is none.
	Consent(ctx context.Context, id uuid.UUID) (Consent, error)
	// Lines lists those of a family, the latest first.
	Lines(ctx context.Context, family []uuid.UUID) ([]Line, error)
	// Of lists those of a family with their texts, oldest first.
	Of(ctx context.Context, family []uuid.UUID) ([]Consent, error)
	// Revoke keeps a revocation; ErrRevokedOnce leaves the transaction usable.
	Revoke(ctx context.Context, r Revocation) error
	// Editions are all editions of the clinic's own templates, by slug and number.
	Editions(ctx context.Context) ([]Edition, error)
	// AddEdition keeps a new one; ErrStaleTemplate when somebody else's has its number.
	AddEdition(ctx context.Context, e Edition) error
}

// Parts are what consents are built from.
type Parts struct {
	Store      Store
	Archive    *archive.Service // keeps the PDFs, and knows who may see and add
	Patients   Patients
	Colleagues Colleagues
	Reads      archive.ReadLog
	Keys       hce.Keys
	Proofs     hce.Proofs
	Address    func() string // how people reach the program, for what is printed
	Now        clock.Now
}

// Service is the use-cases of consents.
type Service struct{ Parts }

// NewService builds it.
func NewService(p Parts) *Service { return &Service{p} }

// Owner is how a file names the consent that it belongs to.
func Owner(id uuid.UUID) archive.Owner { return archive.Owner{Kind: archive.ConsentOwner, ID: id} }

func (s *Service) zone(ctx context.Context) *time.Location {
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil || access.Who(ctx).TimeZone == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return zone
}

func (s *Service) today(ctx context.Context) time.Time { return s.Now().In(s.zone(ctx)) }

// Sheet is a consent as it is read before it is answered.
type Sheet struct {
	Body
	Filled
	Kind   Kind
	Person patients.Patient
	Today  time.Time
	Clinic accounts.Clinic
}

// Compose fills a template for a patient.
//
// It is refused to whoever may not write in the record, and as invalid with what is missing.
func (s *Service) Compose(ctx context.Context, f Filled) (Sheet, error) {
	if err := s.mayAdd(ctx, f); err != nil {
		return Sheet{}, err
	}
	f = f.tidied()
	t, err := s.Template(ctx, f.Template, f.Edition)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{Filled: f, Kind: t.Kind, Today: s.today(ctx)}
	if sheet.Person, err = s.Patients.Active(ctx, f.PatientID); err != nil {
		return sheet, err
	}
	if sheet.Clinic, err = s.Colleagues.Clinic(ctx); err != nil {
		return sheet, err
	}
	doctor, err := s.doctor(ctx)
	if err != nil {
		return sheet, err
	}
	if err := f.problems(t, sheet.Person, sheet.Today).Err(); err != nil {
		return sheet, err
	}
	sheet.Body = bodyOf(t, sheet, doctor)
	return sheet, nil
}

// mayAdd lets who writes in the patient's record; an attention must be theirs.
func (s *Service) mayAdd(ctx context.Context, f Filled) error {
	owner := archive.Owner{}
	if f.EncounterID != uuid.Nil {
		owner = archive.Owner{Kind: archive.EncounterOwner, ID: f.EncounterID}
	}
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return fault.ErrForbidden
	}
	return s.Archive.Access.MayAdd(ctx, f.PatientID, owner)
}

// doctor is whoever asks, as printed. Whoever has no college number informs nobody.
func (s *Service) doctor(ctx context.Context) (Professional, error) {
	all, err := s.Colleagues.Everybody(ctx)
	if err != nil {
		return Professional{}, err
	}
	i := slices.IndexFunc(all, func(m accounts.Member) bool { return m.ID == access.Who(ctx).MembershipID })
	if i < 0 {
		return Professional{}, fault.ErrForbidden
	}
	m := all[i]
	if m.CollegeNumber == "" {
		return Professional{}, fault.Conflicted("no_license", "Falta su número de colegiatura. Complételo en Mi cuenta antes de informar a un paciente.")
	}
	return Professional{MembershipID: m.ID, Name: m.DisplayName(), Profession: m.SpecialtyLabel(), License: m.License()}, nil
}

func bodyOf(t Template, s Sheet, doctor Professional) Body {
	p := s.Person
	b := Body{
		ID: s.Filled.ID, PatientID: p.ID, Template: t.Slug, Edition: t.Edition, Clinic: s.Clinic.Name, Title: t.Title,
		Procedure: s.Filled.Procedure, Diagnosis: s.Filled.Diagnosis, Doctor: doctor,
		Patient: Person{Name: p.FullName(), Document: p.Document.Label(), Record: p.Record()},
	}
	if t.Kind == Data {
		b.Procedure = ""
	}
	if s.Filled.EncounterID != uuid.Nil {
		b.EncounterID = &s.Filled.EncounterID
	}
	b.Signer = Signer{Name: b.Patient.Name, Document: b.Patient.Document}
	if s.Represented {
		b.Signer = s.Filled.Signer
	}
	b.Sections = t.filled(map[string]string{
		"paciente": b.Patient.Name, "documento": b.Patient.Document, "historia": b.Patient.Record, "firmante": b.Signer.Name,
		"procedimiento": b.Procedure, "diagnostico": said(b.Diagnosis, "el anotado en la historia"), "profesional": doctor.Name, "colegiatura": doctor.License,
		"fecha": views.Day(s.Today), "clinica": b.Clinic,
	})
	return b
}

func said(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// List is what a person has answered, the latest first. The reading is written down.
func (s *Service) List(ctx context.Context, patient uuid.UUID) ([]Line, error) {
	if err := s.Archive.Access.MayRead(ctx, patient, archive.Owner{}); err != nil {
		return nil, err
	}
	family, err := s.Patients.Family(ctx, patient)
	if err != nil || len(family) == 0 {
		return nil, errors.Join(err, fault.ErrNotFound)
	}
	if err := s.Reads.Read(ctx, family[0], "consentimientos"); err != nil {
		return nil, err
	}
	return s.Store.Lines(ctx, family)
}

// Consent is one answer, for who may read the person's record. The reading is written down.
func (s *Service) Consent(ctx context.Context, id uuid.UUID) (Consent, error) {
	c, err := s.Store.Consent(ctx, id)
	if err != nil {
		return c, err
	}
	if err := s.Archive.Access.MayRead(ctx, c.PatientID, archive.Owner{}); err != nil {
		return Consent{}, err
	}
	return c, s.Reads.Read(ctx, c.PatientID, strings.ToLower(title(c.Body))+" del "+localTime(c.At, s.zone(ctx)))
}

// Revoke takes an agreement back, in the words of who gave it. The same id again changes nothing.
func (s *Service) Revoke(ctx context.Context, id, revocation uuid.UUID, reason string) (Consent, error) {
	c, err := s.Store.Consent(ctx, id)
	if err != nil {
		return c, err
	}
	if err := s.mayAdd(ctx, Filled{PatientID: c.PatientID}); err != nil {
		return Consent{}, err
	}
	if c.Revoked != nil && c.Revoked.ID == revocation {
		return c, nil
	}
	reason = tidy(reason)
	switch letters := len([]rune(reason)); {
	case c.Decision == Refused:
		return c, ErrNothingGiven
	case letters < 5:
		return c, fault.InvalidField("motivo", "Escriba quién lo revoca y por qué, por ejemplo: la paciente prefiere esperar.")
	case letters > 500:
		return c, fault.InvalidField("motivo", "El motivo tiene como máximo 500 letras.")
	}
	r := Revocation{ID: revocation, ConsentID: id, By: access.Who(ctx).MembershipID, Reason: reason, At: s.Now().UTC()}
	if err := s.Store.Revoke(ctx, r); err != nil {
		return c, fmt.Errorf("revoke a consent: %w", err)
	}
	c.Revoked = &r
	return c, nil
}
