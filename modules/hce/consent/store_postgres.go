//go:build !js

package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Postgres is the Store over the clinics' database.
type Postgres struct{ vault *pii.Vault }

// NewPostgres seals what is signed under keys of vault.
func NewPostgres(vault *pii.Vault) *Postgres { return &Postgres{vault} }

func (p *Postgres) keys(ctx context.Context) (*pii.Keys, error) {
	keys, err := p.vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
	if err != nil {
		return nil, fmt.Errorf("the clinic's keys: %w", err)
	}
	return keys, nil
}

func place(keys *pii.Keys, id uuid.UUID) pii.Place {
	return pii.Place{Clinic: keys.Clinic(), Table: "consents", Column: "body", Row: id}
}

func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Add keeps a consent with its text sealed.
func (p *Postgres) Add(ctx context.Context, c Consent) error {
	keys, err := p.keys(ctx)
	if err != nil {
		return err
	}
	body, err := keys.Encrypt(c.Raw, place(keys, c.ID))
	if err != nil {
		return err
	}
	const insert = `insert into consents (id, patient_id, encounter_id, template, edition, title, decision, method, body, content_hash, file_id, file_sha256,
		doctor_id, doctor_name, license, signed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	err = database.Savepoint(ctx, func(ctx context.Context) error {
		return database.From(ctx).Exec(insert, c.ID, c.PatientID, c.EncounterID, c.Template, c.Edition, c.Title, c.Decision, c.Method, body, c.Hash,
			c.FileID, c.FileHash, c.Doctor.MembershipID, c.Doctor.Name, c.Doctor.License, c.At).Error
	})
	if database.Violates(err, "consents_pkey") {
		return ErrSameID
	}
	return explain("keep a consent", err)
}

// consentRow is a consent with its revocation, if there is one.
type consentRow struct {
	ID          uuid.UUID
	Body        []byte
	ContentHash []byte
	FileID      uuid.UUID
	FileSHA256  []byte `gorm:"column:file_sha256"`
	RevokedID   *uuid.UUID
	RevokedBy   *uuid.UUID
	Reason      *string
	RevokedAt   *time.Time

	MarkID     *uuid.UUID
	SignerID   uuid.UUID
	KeyID      uuid.UUID
	Signature  []byte
	Method     string
	Name       string
	Profession string
	License    string
	Code       string
	MarkedAt   time.Time
}

const consentQuery = `select c.id, c.body, c.content_hash, c.file_id, c.file_sha256, r.id as revoked_id, r.by as revoked_by, r.reason, r.at as revoked_at,
	s.id as mark_id, coalesce(s.signer_id, c.doctor_id) as signer_id, coalesce(s.key_id, c.id) as key_id, s.signature, coalesce(s.method, '') as method,
	coalesce(s.name, '') as name, coalesce(s.profession, '') as profession, coalesce(s.license, '') as license, coalesce(s.code, '') as code,
	coalesce(s.signed_at, c.signed_at) as marked_at
	from consents c left join consent_revocations r on r.consent_id = c.id left join consent_signatures s on s.consent_id = c.id `

// mark is the professional's signature of a row; nil without one.
func (r consentRow) mark() *Mark {
	if r.MarkID == nil {
		return nil
	}
	return &Mark{
		ID: *r.MarkID, ConsentID: r.ID, KeyID: r.KeyID, Method: r.Method, Bytes: r.Signature, Code: r.Code, At: r.MarkedAt.UTC(),
		Signer: Professional{MembershipID: r.SignerID, Name: r.Name, Profession: r.Profession, License: r.License},
	}
}

// errTampered is a consent whose sealed text does not open any more: somebody changed it.
var errTampered = errors.New("consent: the sealed text does not open")

// Consent finds one of the clinic.
func (p *Postgres) Consent(ctx context.Context, id uuid.UUID) (Consent, error) {
	found, err := p.found(ctx, consentQuery+"where c.id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Consent{}, err
	}
	return found[0], nil
}

// Of lists those of a family, oldest first.
func (p *Postgres) Of(ctx context.Context, family []uuid.UUID) ([]Consent, error) {
	return p.found(ctx, consentQuery+"where c.patient_id in ? order by c.signed_at, c.id", family)
}

func (p *Postgres) found(ctx context.Context, query string, args ...any) ([]Consent, error) {
	var rows []consentRow
	if err := database.From(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read consents", err)
	}
	keys, err := p.keys(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Consent, 0, len(rows))
	for _, row := range rows {
		raw, err := keys.Decrypt(row.Body, place(keys, row.ID))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errTampered, err)
		}
		c, err := opened(raw)
		if err != nil {
			return nil, err
		}
		c.Hash, c.FileID, c.FileHash, c.Mark = row.ContentHash, row.FileID, row.FileSHA256, row.mark()
		if row.RevokedID != nil {
			c.Revoked = &Revocation{ID: *row.RevokedID, ConsentID: row.ID, By: *row.RevokedBy, Reason: *row.Reason, At: row.RevokedAt.UTC()}
		}
		list = append(list, c)
	}
	return list, nil
}

// AddMark keeps the professional's signature with its code.
func (*Postgres) AddMark(ctx context.Context, m Mark) error {
	const insert = `insert into consent_signatures (id, consent_id, signer_id, key_id, method, signature, name, profession, license, code, signed_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	err := database.From(ctx).Exec(insert, m.ID, m.ConsentID, m.Signer.MembershipID, m.KeyID, m.Method, m.Bytes, m.Signer.Name, m.Signer.Profession,
		m.Signer.License, m.Code, m.At).Error
	if err != nil {
		return explain("keep the signature of a consent", err)
	}
	return explain("keep the code of a consent", database.From(ctx).Exec("insert into consent_codes (code, consent_id) values (?, ?)", m.Code, m.ConsentID).Error)
}

// Lines lists those of a family without their texts, the latest first.
func (*Postgres) Lines(ctx context.Context, family []uuid.UUID) ([]Line, error) {
	const query = `select c.id, c.patient_id, c.title, c.decision, trim(both ', ' from c.doctor_name || ', ' || c.license) as doctor, c.signed_at as at, r.id is not null as revoked
		from consents c left join consent_revocations r on r.consent_id = c.id where c.patient_id in ? order by c.signed_at desc, c.id desc`
	var list []Line
	return list, explain("list consents", database.From(ctx).Raw(query, family).Scan(&list).Error)
}

// Revoke keeps a revocation.
func (*Postgres) Revoke(ctx context.Context, r Revocation) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		const insert = "insert into consent_revocations (id, consent_id, by, reason, at) values (?, ?, ?, ?, ?)"
		return database.From(ctx).Exec(insert, r.ID, r.ConsentID, r.By, r.Reason, r.At).Error
	})
	if database.Violates(err, "consent_revoked_once") {
		return ErrRevokedOnce
	}
	return explain("revoke a consent", err)
}

type editionRow struct {
	ID      uuid.UUID
	Slug    string
	Edition int
	Retired bool
	Body    string
	By      uuid.UUID
	At      time.Time
}

// Editions are all of the clinic's own.
func (*Postgres) Editions(ctx context.Context) ([]Edition, error) {
	rows, err := database.Once(ctx, []string{"consent_templates"}, func() ([]editionRow, error) {
		var rows []editionRow
		const query = "select id, slug, edition, retired, body, by, created_at as at from consent_templates order by slug, edition"
		return rows, explain("read the clinic's consents", database.From(ctx).Raw(query).Scan(&rows).Error)
	})
	if err != nil {
		return nil, err
	}
	list := make([]Edition, 0, len(rows))
	for _, row := range rows {
		e := Edition{ID: row.ID, By: row.By, At: row.At.UTC()}
		if err := json.Unmarshal([]byte(row.Body), &e.Template); err != nil {
			return nil, fmt.Errorf("read the consent %s, edition %d: %w", row.Slug, row.Edition, err)
		}
		e.Slug, e.Template.Edition, e.Retired, e.Own = row.Slug, row.Edition, row.Retired, true
		list = append(list, e)
	}
	return list, nil
}

// AddEdition keeps a new one.
func (*Postgres) AddEdition(ctx context.Context, e Edition) error {
	body, err := json.Marshal(e.Template)
	if err != nil {
		return fmt.Errorf("write a consent's template: %w", err)
	}
	err = database.Savepoint(ctx, func(ctx context.Context) error {
		const insert = "insert into consent_templates (id, slug, edition, retired, body, by, created_at) values (?, ?, ?, ?, ?::jsonb, ?, ?)"
		return database.From(ctx).Exec(insert, e.ID, e.Slug, e.Template.Edition, e.Retired, string(body), e.By, e.At).Error
	})
	if database.Violates(err, "consent_templates_edition") {
		return ErrStaleTemplate
	}
	return explain("keep a consent's template", err)
}

// Reencrypters are what of consents is under a clinic's keys.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "consents", Names: []string{"body"}, Execute: pii.Within(db)},
	}}
}
