//go:build !js

package hce

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// recordRow is what is read of a record: the body says the rest.
type recordRow struct {
	Body        string
	ContentHash []byte
	ReceivedAt  time.Time
}

func (r recordRow) record() (Record, error) {
	kept, err := opened(r.Body)
	kept.Hash, kept.ReceivedAt = r.ContentHash, r.ReceivedAt
	return kept, err
}

const recordColumns = "select body, content_hash, received_at from medical_records "

func (Postgres) AddRecord(ctx context.Context, r Record) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error { return insertRecord(ctx, r) })
	if database.Violates(err, "medical_records_pkey") {
		return ErrSameID
	}
	if database.Violates(err, "medical_records_patient") {
		return fault.InvalidField("patient_id", "No se encuentra a ese paciente.")
	}
	return explain("keep a record", err)
}

func insertRecord(ctx context.Context, r Record) error {
	tx := database.From(ctx)
	const insert = `insert into medical_records (id, patient_id, encounter_id, author_id, record_type, template_id, template_version,
		cie10_codes, amends_id, body, data, content_hash, offline, written_at, received_at)
		values (?, ?, ?, ?, ?, ?, ?, string_to_array(?, ','), ?, ?, ?::jsonb, ?, ?, ?, ?)`
	err := tx.Exec(insert, r.ID, r.PatientID, r.EncounterID, r.Author.MembershipID, r.Type, r.TemplateID, r.TemplateVersion,
		strings.Join(Codes(r.Diagnoses), ","), r.AmendsID, r.Body, r.Body, r.Hash, r.Offline, r.WrittenAt, r.ReceivedAt).Error
	if err != nil {
		return err
	}
	for place, d := range r.Diagnoses {
		const row = `insert into record_diagnoses (record_id, place, patient_id, author_id, code, title, kind) values (?, ?, ?, ?, ?, ?, ?)`
		if err := tx.Exec(row, r.ID, place, r.PatientID, r.Author.MembershipID, d.Code, d.Title, d.Kind).Error; err != nil {
			return err
		}
		const use = `insert into diagnosis_uses as u (author_id, code, uses) values (?, ?, 1)
			on conflict (clinic_id, author_id, code) do update set uses = u.uses + 1`
		if err := tx.Exec(use, r.Author.MembershipID, d.Code).Error; err != nil {
			return err
		}
	}
	return nil
}

func (p Postgres) Record(ctx context.Context, id uuid.UUID) (Record, error) {
	found, err := p.records(ctx, recordColumns+"where id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Record{}, err
	}
	return found[0], nil
}

func (p Postgres) RecordsOf(ctx context.Context, r RecordRange) ([]Record, error) {
	where, args := []string{"patient_id in ?"}, []any{r.Patients}
	and := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	if len(r.Types) > 0 {
		and("record_type in ?", r.Types)
	}
	if r.Author != uuid.Nil {
		and("author_id = ?", r.Author)
	}
	if r.Year != 0 {
		from := time.Date(r.Year, 1, 1, 5, 0, 0, 0, time.UTC) // Peru's year begins five hours after Greenwich's
		and("written_at >= ? and written_at < ?", from, from.AddDate(1, 0, 0))
	}
	if r.Code != "" {
		and(`exists (select 1 from record_diagnoses d where d.record_id = medical_records.id and d.patient_id in ? and (d.code = ? or left(d.code, ?) = ?))`,
			r.Patients, r.Code, len(r.Code), r.Code)
	}
	for _, word := range strings.Fields(textfold.Fold(r.Text)) {
		and(`exists (select 1 from jsonb_path_query(data, 'strict $.content.**') v where jsonb_typeof(v) = 'string' and strpos(lower(unaccent(v #>> '{}')), ?) > 0
			union all select 1 from jsonb_path_query(data, 'lax $.diagnoses.title') v where strpos(lower(unaccent(v #>> '{}')), ?) > 0
			union all select 1 from medical_records a, jsonb_path_query(a.data, 'strict $.content.**') v
			 where a.amends_id = medical_records.id and jsonb_typeof(v) = 'string' and strpos(lower(unaccent(v #>> '{}')), ?) > 0)`, word, word, word)
	}
	if !r.Before.IsZero() {
		and("(written_at, id) < (?, ?)", r.Before, r.BeforeID)
	}
	query := recordColumns + "where " + strings.Join(where, " and ") + " order by written_at desc, id desc"
	if r.Limit > 0 {
		query += " limit ?"
		args = append(args, r.Limit)
	}
	return p.records(ctx, query, args...)
}

func (p Postgres) RecordsIn(ctx context.Context, encounters []uuid.UUID) ([]Record, error) {
	if len(encounters) == 0 {
		return nil, nil
	}
	return p.records(ctx, recordColumns+"where encounter_id in ? order by written_at, id", encounters)
}

func (p Postgres) Amending(ctx context.Context, records []uuid.UUID) ([]Record, error) {
	if len(records) == 0 {
		return nil, nil
	}
	return p.records(ctx, recordColumns+"where amends_id in ? order by written_at, id", records)
}

func (p Postgres) Unsigned(ctx context.Context, author uuid.UUID) ([]Record, error) {
	const query = `select r.body, r.content_hash, r.received_at from unsigned_records u join medical_records r on r.id = u.record_id
		where u.author_id = ? order by r.written_at, r.id`
	return p.records(ctx, query, author)
}

func (Postgres) CountUnsigned(ctx context.Context, author uuid.UUID) (n int, since time.Time, err error) {
	row := database.From(ctx).Raw("select count(*), coalesce(min(written_at), 'epoch') from unsigned_records where author_id = ?", author).Row()
	return n, since, explain("count what waits for a signature", row.Scan(&n, &since))
}

// records reads rows and the signatures beside them.
func (Postgres) records(ctx context.Context, query string, args ...any) ([]Record, error) {
	var rows []recordRow
	if err := database.From(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, explain("read records", err)
	}
	list, ids := make([]Record, 0, len(rows)), make([]uuid.UUID, 0, len(rows))
	for _, row := range rows {
		r, err := row.record()
		if err != nil {
			return nil, err
		}
		list, ids = append(list, r), append(ids, r.ID)
	}
	signatures, err := signaturesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Signatures = signatures[list[i].ID]
	}
	return list, nil
}

type signatureRow struct {
	ID, RecordID, SignerID, KeyID            uuid.UUID
	Method                                   string
	Signature                                []byte
	Name, Profession, College, CollegeNumber string
	Code                                     string
	SignedAt                                 time.Time
}

func signaturesOf(ctx context.Context, records []uuid.UUID) (map[uuid.UUID][]Signature, error) {
	by := map[uuid.UUID][]Signature{}
	if len(records) == 0 {
		return by, nil
	}
	const query = `select id, record_id, signer_id, key_id, method, signature, name, profession, college, college_number, code, signed_at
		from record_signatures where record_id in ? order by signed_at, id`
	var rows []signatureRow
	if err := database.From(ctx).Raw(query, records).Scan(&rows).Error; err != nil {
		return nil, explain("read signatures", err)
	}
	for _, r := range rows {
		by[r.RecordID] = append(by[r.RecordID], Signature{
			ID: r.ID, RecordID: r.RecordID, KeyID: r.KeyID, Method: r.Method, Bytes: r.Signature, Code: r.Code, SignedAt: r.SignedAt.UTC(),
			Signer: Author{MembershipID: r.SignerID, Name: r.Name, Profession: r.Profession, College: r.College, CollegeNumber: r.CollegeNumber},
		})
	}
	return by, nil
}

func (Postgres) AddSignature(ctx context.Context, s Signature) error {
	err := database.Savepoint(ctx, func(ctx context.Context) error {
		const insert = `insert into record_signatures (id, record_id, signer_id, key_id, method, signature, name, profession, college, college_number, code, signed_at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
		err := database.From(ctx).Exec(insert, s.ID, s.RecordID, s.Signer.MembershipID, s.KeyID, s.Method, s.Bytes,
			s.Signer.Name, s.Signer.Profession, s.Signer.College, s.Signer.CollegeNumber, s.Code, s.SignedAt).Error
		if err != nil {
			return err
		}
		return expectCode(ctx, s.Code, s.RecordID)
	})
	if database.Violates(err, "record_signatures_once") {
		return ErrSignedOnce
	}
	return explain("keep a signature", err)
}

// ExpectCode makes a code that stands on paper lead to its record before that is signed.
func (Postgres) ExpectCode(ctx context.Context, code string, record uuid.UUID) error {
	return explain("keep a verification code", expectCode(ctx, code, record))
}

func expectCode(ctx context.Context, code string, record uuid.UUID) error {
	return database.From(ctx).Exec("insert into signature_codes (code, record_id) values (?, ?) on conflict (clinic_id, code) do nothing", code, record).Error
}

func (Postgres) Years(ctx context.Context, family []uuid.UUID) ([]YearCount, error) {
	const query = `select extract(year from written_at at time zone 'America/Lima')::int as year, count(*) as count from medical_records
		where patient_id in ? and record_type <> 'annulment' group by 1 order by 1 desc`
	var years []YearCount
	err := database.From(ctx).Raw(query, family).Scan(&years).Error
	return years, explain("count the record by year", err)
}

func (Postgres) Uses(ctx context.Context, author uuid.UUID, colleagues []uuid.UUID) (own, shared map[string]int, err error) {
	own, shared = map[string]int{}, map[string]int{}
	var rows []struct {
		AuthorID uuid.UUID
		Code     string
		Uses     int
	}
	query := "select author_id, code, uses from diagnosis_uses where author_id in ?"
	if err := database.From(ctx).Raw(query, append([]uuid.UUID{author}, colleagues...)).Scan(&rows).Error; err != nil {
		return nil, nil, explain("read which codes are used", err)
	}
	for _, r := range rows {
		if r.AuthorID == author {
			own[r.Code] += r.Uses
		}
		shared[r.Code] += r.Uses
	}
	return own, shared, nil
}

func (Postgres) DiagnosesOf(ctx context.Context, family []uuid.UUID) ([]PastDiagnosis, error) {
	const query = `select distinct on (d.code) d.code, d.title, d.kind, x.first, x.last, x.times
		from record_diagnoses d join medical_records r on r.id = d.record_id
		join (select d.code, min(r.written_at) as first, max(r.written_at) as last, count(*) as times
		        from record_diagnoses d join medical_records r on r.id = d.record_id
		       where d.patient_id in ? and not exists (select 1 from medical_records a where a.amends_id = r.id and a.record_type = 'annulment')
		       group by d.code) x on x.code = d.code
		where d.patient_id in ? and r.patient_id in ? order by d.code, r.written_at desc`
	var rows []struct {
		Code, Title string
		Kind        DiagnosisKind
		First, Last time.Time
		Times       int
	}
	if err := database.From(ctx).Raw(query, family, family, family).Scan(&rows).Error; err != nil {
		return nil, explain("read past diagnoses", err)
	}
	list := make([]PastDiagnosis, 0, len(rows))
	for _, r := range rows {
		list = append(list, PastDiagnosis{Diagnosis{r.Code, r.Title, r.Kind}, r.First, r.Last, r.Times})
	}
	return list, nil
}

func (Postgres) NextNumber(ctx context.Context, kind string) (int64, error) {
	var n int64
	const next = `insert into record_counters as c (kind, last) values (?, 1)
		on conflict (clinic_id, kind) do update set last = c.last + 1 returning last`
	err := database.From(ctx).Raw(next, kind).Row().Scan(&n)
	return n, explain("take the next number", err)
}
