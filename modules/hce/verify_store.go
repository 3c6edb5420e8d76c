//go:build !js

package hce

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Verifier says whether signatures stand: to anybody who has a code, and to who reads a record.
type Verifier struct {
	db     *database.DB
	keys   PublicKeys
	others []CodeKeeper
}

// NewVerifier checks signatures with these keys; others keep documents that are no records.
func NewVerifier(db *database.DB, keys PublicKeys, others ...CodeKeeper) *Verifier {
	return &Verifier{db, keys, others}
}

// Verification is all that anybody with a code may know: what kind of document, when, by whom, and whether it stands.
// Nothing of it speaks of the patient.
type Verification struct {
	Clinic     string
	Zone       *time.Location // the clinic's
	Code       string
	Type       RecordType
	WrittenAt  time.Time
	Signature  Checked    // the one of the code
	Unsigned   bool       // a device wrote it, its paper carries the code, and its author has not signed yet
	Others     []Checked  // under the same document
	AnnulledAt *time.Time // nil while it is in force
	Addenda    int        // signed since

	Kind      string     // what kind of document it is, where it is no record: "Consentimiento informado"
	Outcome   string     // of a consent: what was answered
	RevokedAt *time.Time // of a consent: when it was taken back
}

// CodeKeeper verifies documents that are no records and have codes of their own.
type CodeKeeper interface {
	// ByCode verifies the document of a code; fault.ErrNotFound for one that it does not keep.
	ByCode(ctx context.Context, code string) (Verification, error)
}

// ByCode verifies the document of a code (see CleanCode); fault.ErrNotFound for one that nobody has.
func (v *Verifier) ByCode(ctx context.Context, code string) (Verification, error) {
	found := Verification{Code: code}
	clinic, record, err := v.find(ctx, code)
	if fault.IsNotFound(err) {
		return v.elsewhere(ctx, code)
	}
	if err != nil {
		return found, err
	}
	scope := database.Scope{ClinicID: clinic}
	err = v.db.InClinic(ctx, scope, func(ctx context.Context) error { return v.verify(ctx, record, &found) })
	return found, err
}

// elsewhere asks those who keep documents that are no records.
func (v *Verifier) elsewhere(ctx context.Context, code string) (Verification, error) {
	for _, other := range v.others {
		found, err := other.ByCode(ctx, code)
		if !fault.IsNotFound(err) {
			return found, err
		}
	}
	return Verification{}, fault.ErrNotFound
}

// find asks which document of which clinic a code belongs to.
func (v *Verifier) find(ctx context.Context, code string) (clinic, record uuid.UUID, err error) {
	var rows []struct{ ClinicID, RecordID uuid.UUID }
	err = v.db.AsSystem(ctx, "find the clinic of a verification code", func(tx *gorm.DB) error {
		return tx.Raw("select clinic_id, record_id from signature_codes where code = ? order by clinic_id limit 1", code).Scan(&rows).Error
	})
	if err != nil {
		return uuid.Nil, uuid.Nil, fmt.Errorf("find a verification code: %w", err)
	}
	if len(rows) == 0 {
		return uuid.Nil, uuid.Nil, fault.ErrNotFound
	}
	return rows[0].ClinicID, rows[0].RecordID, nil
}

func (v *Verifier) verify(ctx context.Context, record uuid.UUID, found *Verification) error {
	clinic, err := accounts.Colleagues{}.Clinic(ctx)
	if err != nil {
		return err
	}
	if found.Zone, err = time.LoadLocation(clinic.TimeZone); err != nil {
		return fmt.Errorf("read the clinic's time zone: %w", err)
	}
	r, err := recordAsKept(ctx, record)
	if err != nil {
		return err
	}
	found.Clinic, found.Type, found.WrittenAt = clinic.Name, r.Type, r.WrittenAt
	all, err := v.check(ctx, r)
	if err != nil {
		return err
	}
	found.Unsigned = len(all) == 0 && found.Code == CodeOf(database.ScopeOf(ctx).ClinicID, r.ID)
	found.Signature.Reason = "La firma ya no está."
	for _, checked := range all {
		if checked.Code == found.Code {
			found.Signature = checked
		} else {
			found.Others = append(found.Others, checked)
		}
	}
	found.AnnulledAt, found.Addenda, err = since(ctx, record)
	return err
}

// OfRecord checks every signature of a record in the clinic's transaction of ctx, oldest first; none for a record that
// nobody has signed. fault.ErrNotFound for an unknown record.
func (v *Verifier) OfRecord(ctx context.Context, id uuid.UUID) ([]Checked, error) {
	r, err := recordAsKept(ctx, id)
	if err != nil {
		return nil, err
	}
	return v.check(ctx, r)
}

// recordAsKept reads a record by what is kept beside its body, so that both can be compared.
func recordAsKept(ctx context.Context, id uuid.UUID) (Record, error) {
	var rows []struct {
		ID, PatientID, EncounterID, AuthorID uuid.UUID
		RecordType                           RecordType
		TemplateID                           string
		TemplateVersion                      int
		AmendsID                             *uuid.UUID
		Body                                 string
		ContentHash                          []byte
		WrittenAt                            time.Time
	}
	const query = `select id, patient_id, encounter_id, author_id, record_type, template_id, template_version, amends_id, body, content_hash, written_at
		from medical_records where id = ?`
	if err := database.From(ctx).Raw(query, id).Scan(&rows).Error; err != nil {
		return Record{}, fmt.Errorf("read a record to verify: %w", err)
	}
	if len(rows) == 0 {
		return Record{}, fault.ErrNotFound
	}
	r := rows[0]
	return Record{
		ID: r.ID, PatientID: r.PatientID, EncounterID: r.EncounterID, Type: r.RecordType, TemplateID: r.TemplateID, TemplateVersion: r.TemplateVersion,
		Author: Author{MembershipID: r.AuthorID}, AmendsID: r.AmendsID, Body: r.Body, Hash: r.ContentHash, WrittenAt: r.WrittenAt,
	}, nil
}

// check verifies all signatures of a record, each also as one of the person whose membership it names.
func (v *Verifier) check(ctx context.Context, r Record) ([]Checked, error) {
	by, err := signaturesOf(ctx, []uuid.UUID{r.ID})
	if err != nil {
		return nil, err
	}
	signatures := by[r.ID]
	ids := make([]uuid.UUID, 0, len(signatures))
	for _, s := range signatures {
		ids = append(ids, s.KeyID)
	}
	keys, err := v.keys.Public(ctx, ids)
	if err != nil {
		return nil, err
	}
	people, err := accounts.Colleagues{}.Everybody(ctx)
	if err != nil {
		return nil, err
	}
	clinic := database.ScopeOf(ctx).ClinicID
	var all []Checked
	for _, s := range signatures {
		key := keys[s.KeyID]
		own := slices.ContainsFunc(people, func(m accounts.Member) bool { return m.ID == s.Signer.MembershipID && m.UserID == key.UserID })
		verdict := Check(r, s, key, clinic)
		if verdict.Valid && !own {
			verdict = refused("La firma no corresponde.")
		}
		all = append(all, Checked{s, verdict})
	}
	return all, nil
}

// since is what was signed about a record after it: when it was annulled, and how many addenda it has.
func since(ctx context.Context, record uuid.UUID) (annulled *time.Time, addenda int, err error) {
	const query = `select min(s.signed_at) filter (where r.record_type = 'annulment'), count(distinct r.id) filter (where r.record_type = 'addendum')
		from medical_records r join record_signatures s on s.record_id = r.id where r.amends_id = ?`
	if err := database.From(ctx).Raw(query, record).Row().Scan(&annulled, &addenda); err != nil {
		return nil, 0, fmt.Errorf("ask what amends a record: %w", err)
	}
	return annulled, addenda, nil
}
