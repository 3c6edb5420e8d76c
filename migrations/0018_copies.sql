-- Copies of a whole record, as PDF and as ZIP: for another establishment, for the patient, for an authority. A row stays
-- for ever and says who asked for one and why; what was made goes after some days.
create table record_copies (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  requested_by uuid not null,
  purpose      text not null check (purpose in ('transfer', 'patient', 'authority')),
  detail       text not null check (detail <> ''),
  state        text not null check (state in ('waiting', 'done', 'failed', 'expired')),
  step         text not null default '',
  done         int not null default 0,
  total        int not null default 0,
  pdf_object   text not null default '',
  pdf_key      bytea,
  pdf_size     bigint not null default 0,
  pdf_sha256   bytea,
  zip_object   text not null default '',
  zip_key      bytea,
  zip_size     bigint not null default 0,
  zip_sha256   bytea,
  requested_at timestamptz not null,
  ended_at     timestamptz,
  expires_at   timestamptz,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  check ((state = 'done') = (pdf_key is not null and zip_key is not null)),
  constraint record_copies_patient foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, requested_by) references memberships (clinic_id, id)
);
comment on column record_copies.detail is 'for whom, on what occasion, in words';
comment on column record_copies.pdf_key is 'the document''s own key, sealed for clinic, table, column and row';
-- However often somebody asks, one is being made.
create unique index record_copies_one on record_copies (clinic_id, patient_id, requested_by) where state = 'waiting';
create index record_copies_expire on record_copies (clinic_id, expires_at) where state = 'done';
call tenant_table('record_copies', 'insert, update');
call audit_table('record_copies', 'clinical');
