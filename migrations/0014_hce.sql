-- The clinical record. What is written stays: a correction, a signature, a stop, an annulment is a row beside it. Only a
-- draft, which is no record yet, changes and goes.

-- An attention: one visit of one patient to one professional. Triage may open it before the professional begins.
create table encounters (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  patient_id     uuid not null,
  doctor_id      uuid not null,
  site_id        uuid not null,
  appointment_id uuid,
  specialty      text not null default '',
  triaged_at     timestamptz,
  triaged_by     uuid,
  started_at     timestamptz,
  ended_at       timestamptz,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint encounters_appointment unique (clinic_id, appointment_id),
  constraint encounters_forward check (ended_at is null or started_at is not null and ended_at >= started_at),
  constraint encounters_patient foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  foreign key (clinic_id, triaged_by) references memberships (clinic_id, id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id)
);
comment on column encounters.doctor_id is 'the membership of who attends';
create index encounters_patient on encounters (clinic_id, patient_id, started_at);
create index encounters_doctor on encounters (clinic_id, doctor_id, patient_id);
create index encounters_open on encounters (clinic_id, doctor_id) where ended_at is null;
call tenant_table('encounters', 'insert, update');
call audit_table('encounters', 'clinical');
call feed_table('encounters', 'encounter');

-- What somebody is writing: no document yet. It carries the id that the record will have.
create table record_drafts (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  encounter_id uuid not null,
  patient_id   uuid not null,
  author_id    uuid not null,
  template_id  text not null,
  template_version int not null,
  body         jsonb not null,
  holder       text not null default '',
  held_at      timestamptz,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint record_drafts_once unique (clinic_id, encounter_id, author_id),
  foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, author_id) references memberships (clinic_id, id)
);
comment on column record_drafts.holder is 'the window that writes it; a second one reads';
create index record_drafts_author on record_drafts (clinic_id, author_id, updated_at);
create index record_drafts_patient on record_drafts (clinic_id, patient_id);
call tenant_table('record_drafts', 'insert, update, delete');
call audit_table('record_drafts', 'clinical');

-- A record as it was written. body is its canonical JSON (RFC 8785) and what is hashed and signed; data is the same, to be
-- asked by its parts.
create table medical_records (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  encounter_id uuid not null,
  author_id    uuid not null,
  record_type  text not null check (record_type in ('note', 'addendum', 'prescription', 'annulment')),
  template_id  text not null default '',
  template_version int not null default 0,
  cie10_codes  text[] not null default '{}',
  amends_id    uuid,
  body         text not null,
  data         jsonb not null,
  content_hash bytea not null check (octet_length(content_hash) = 32),
  offline      boolean not null default false,
  written_at   timestamptz not null,
  received_at  timestamptz not null default now(),
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint medical_records_same check (data = body::jsonb),
  constraint medical_records_hash check (content_hash = sha256(convert_to(body, 'UTF8'))),
  constraint medical_records_amends check ((record_type in ('addendum', 'annulment')) = (amends_id is not null)),
  constraint medical_records_patient foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  constraint medical_records_encounter foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  constraint medical_records_amended foreign key (clinic_id, amends_id) references medical_records (clinic_id, id),
  foreign key (clinic_id, author_id) references memberships (clinic_id, id)
);
create index medical_records_patient on medical_records (clinic_id, patient_id, written_at, id);
create index medical_records_encounter on medical_records (clinic_id, encounter_id);
create index medical_records_author on medical_records (clinic_id, author_id, written_at);
create index medical_records_amends on medical_records (clinic_id, amends_id) where amends_id is not null;
call tenant_table('medical_records', 'insert');
call insert_only('medical_records');
call audit_table('medical_records', 'clinical');
call feed_table('medical_records', 'record');

-- A signature of a record, and the code under which anybody may ask whether it stands.
create table record_signatures (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  record_id  uuid not null,
  signer_id  uuid not null,
  key_id     uuid not null,
  method     text not null default 'ed25519',
  signature  bytea not null,
  name       text not null,
  profession text not null default '',
  college    text not null default '',
  college_number text not null default '',
  code       text not null,
  signed_at  timestamptz not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint record_signatures_once unique (clinic_id, record_id, signer_id),
  constraint record_signatures_code unique (clinic_id, code),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id),
  foreign key (clinic_id, signer_id) references memberships (clinic_id, id)
);
comment on column record_signatures.method is 'how it was signed; other signers (IOFE, CAdES) stand beside it as rows of their own';
call tenant_table('record_signatures', 'insert');
call insert_only('record_signatures');
call audit_table('record_signatures', 'full');
call feed_table('record_signatures', 'record_signature');

-- Which clinic a verification code belongs to: all that the public page may ask before it is in that clinic.
create table signature_codes (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  code       text not null,
  record_id  uuid not null,
  primary key (clinic_id, code),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id)
);
create index signature_codes_code on signature_codes (code);
call tenant_table('signature_codes', 'insert');
call insert_only('signature_codes');
create policy system on signature_codes for select to hampi_system using (true);
grant select on signature_codes to hampi_system;

-- Diagnoses of a record, one row each: what may be asked by code, and how often somebody uses one.
create table record_diagnoses (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  record_id  uuid not null,
  place      int not null,
  patient_id uuid not null,
  author_id  uuid not null,
  code       text not null,
  title      text not null,
  kind       text not null check (kind in ('P', 'D', 'R')),
  primary key (clinic_id, record_id, place),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
create index record_diagnoses_patient on record_diagnoses (clinic_id, patient_id, code);
call tenant_table('record_diagnoses', 'insert');
call insert_only('record_diagnoses');

create table diagnosis_uses (
  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  author_id uuid not null,
  code      text not null,
  uses      bigint not null default 0,
  primary key (clinic_id, author_id, code)
);
call tenant_table('diagnosis_uses', 'insert, update');

-- Measured values, each with its unit, its range and who took it. A correction is another row that names the first.
create table observations (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  encounter_id uuid,
  record_id    uuid,
  order_id     uuid,
  code         text not null,
  category     text not null check (category in ('vital', 'lab', 'triage')),
  value        numeric,
  value_text   text not null default '',
  unit         text not null default '',
  ref_low      numeric,
  ref_high     numeric,
  ref_text     text not null default '',
  flag         text not null default '',
  critical     boolean not null default false,
  source       text not null default '',
  taken_at     timestamptz not null,
  taken_by     uuid not null,
  corrects_id  uuid,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  check (value is not null or value_text <> ''),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id),
  foreign key (clinic_id, taken_by) references memberships (clinic_id, id),
  foreign key (clinic_id, corrects_id) references observations (clinic_id, id)
);
comment on column observations.code is 'LOINC';
comment on column observations.unit is 'UCUM';
create index observations_patient on observations (clinic_id, patient_id, code, taken_at);
create index observations_encounter on observations (clinic_id, encounter_id);
create index observations_order on observations (clinic_id, order_id) where order_id is not null;
create index observations_critical on observations (clinic_id, created_at) where critical;
call tenant_table('observations', 'insert');
call insert_only('observations');
call audit_table('observations', 'clinical');
call feed_table('observations', 'observation');

-- Somebody has seen a critical value.
create table observation_acknowledgements (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  observation_id uuid not null,
  by             uuid not null,
  action         text not null,
  at             timestamptz not null,
  primary key (clinic_id, id),
  constraint observation_acknowledged_once unique (clinic_id, observation_id),
  foreign key (clinic_id, observation_id) references observations (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
call tenant_table('observation_acknowledgements', 'insert');
call insert_only('observation_acknowledgements');
call audit_table('observation_acknowledgements', 'clinical');

-- Laboratory orders. What was asked stays; results name the order, a cancellation is a row beside it.
create table lab_orders (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  number       bigint not null,
  patient_id   uuid not null,
  encounter_id uuid,
  ordered_by   uuid not null,
  codes        text[] not null check (cardinality(codes) > 0),
  diagnosis    text not null default '',
  note         text not null default '',
  ordered_at   timestamptz not null,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint lab_orders_number unique (clinic_id, number),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  foreign key (clinic_id, ordered_by) references memberships (clinic_id, id)
);
create index lab_orders_patient on lab_orders (clinic_id, patient_id, ordered_at);
create index lab_orders_doctor on lab_orders (clinic_id, ordered_by, ordered_at);
call tenant_table('lab_orders', 'insert');
call insert_only('lab_orders');
call audit_table('lab_orders', 'clinical');
call feed_table('lab_orders', 'lab_order');
alter table observations add constraint observations_order foreign key (clinic_id, order_id) references lab_orders (clinic_id, id);

create table lab_order_events (
  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id        uuid not null,
  order_id  uuid not null,
  what      text not null check (what in ('reviewed', 'cancelled')),
  by        uuid not null,
  reason    text not null default '',
  at        timestamptz not null,
  primary key (clinic_id, id),
  foreign key (clinic_id, order_id) references lab_orders (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
create index lab_order_events_order on lab_order_events (clinic_id, order_id);
call tenant_table('lab_order_events', 'insert');
call insert_only('lab_order_events');
call audit_table('lab_order_events', 'clinical');

-- What was prescribed, one row a medicine; the prescription itself is a record of type 'prescription'.
create table medication_requests (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  encounter_id uuid not null,
  record_id    uuid not null,
  place        int not null,
  dci          text not null check (dci <> ''),
  item         jsonb not null,
  contraindications_checked jsonb not null,
  prescribed_by uuid not null,
  prescribed_at timestamptz not null,
  ends_on      date,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint medication_requests_place unique (clinic_id, record_id, place),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id),
  foreign key (clinic_id, prescribed_by) references memberships (clinic_id, id)
);
create index medication_requests_patient on medication_requests (clinic_id, patient_id, prescribed_at);
call tenant_table('medication_requests', 'insert');
call insert_only('medication_requests');
call audit_table('medication_requests', 'clinical');
call feed_table('medication_requests', 'medication');

create table medication_stops (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  request_id uuid not null,
  by         uuid not null,
  reason     text not null check (reason <> ''),
  at         timestamptz not null,
  primary key (clinic_id, id),
  constraint medication_stopped_once unique (clinic_id, request_id),
  foreign key (clinic_id, request_id) references medication_requests (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
call tenant_table('medication_stops', 'insert');
call insert_only('medication_stops');
call audit_table('medication_stops', 'clinical');

create table prescription_favourites (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  owner_id   uuid not null,
  name       text not null check (name <> ''),
  item       jsonb not null,
  uses       bigint not null default 0,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint prescription_favourites_name unique (clinic_id, owner_id, name),
  foreign key (clinic_id, owner_id) references memberships (clinic_id, id)
);
call tenant_table('prescription_favourites', 'insert, update, delete');

-- Numbers that people see, one series a kind and clinic.
create table record_counters (
  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  kind      text not null,
  last      bigint not null,
  primary key (clinic_id, kind)
);
call tenant_table('record_counters', 'insert, update');

-- Patients given to a professional, and records opened in an emergency. Both are rows for ever.
create table patient_assignments (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  patient_id uuid not null,
  doctor_id  uuid not null,
  by         uuid not null,
  reason     text not null default '',
  created_at timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
create index patient_assignments_patient on patient_assignments (clinic_id, patient_id, doctor_id);
call tenant_table('patient_assignments', 'insert');
call insert_only('patient_assignments');
call audit_table('patient_assignments', 'full');

create table emergency_accesses (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  patient_id uuid not null,
  doctor_id  uuid not null,
  reason     text not null check (reason <> ''),
  opened_at  timestamptz not null,
  closes_at  timestamptz not null,
  primary key (clinic_id, id),
  check (closes_at > opened_at),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id)
);
create index emergency_accesses_doctor on emergency_accesses (clinic_id, doctor_id, patient_id, closes_at);
create index emergency_accesses_at on emergency_accesses (clinic_id, opened_at);
call tenant_table('emergency_accesses', 'insert');
call insert_only('emergency_accesses');
call audit_table('emergency_accesses', 'full');

-- An administrator has looked at one.
create table emergency_reviews (
  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id        uuid not null,
  access_id uuid not null,
  by        uuid not null,
  note      text not null default '',
  at        timestamptz not null,
  primary key (clinic_id, id),
  constraint emergency_reviewed_once unique (clinic_id, access_id),
  foreign key (clinic_id, access_id) references emergency_accesses (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
call tenant_table('emergency_reviews', 'insert');
call insert_only('emergency_reviews');
call audit_table('emergency_reviews', 'full');

-- The clinic's own note templates, every version for ever. The highest version of a slug is the one that is offered;
-- a version that retires it offers it no more.
create table note_templates (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  slug       text not null check (slug <> ''),
  revision   int not null,
  retired    boolean not null default false,
  body       text not null,
  by         uuid not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint note_templates_revision unique (clinic_id, slug, revision),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
call tenant_table('note_templates', 'insert');
call insert_only('note_templates');
call audit_table('note_templates', 'full');
call feed_table('note_templates', 'note_template');

-- Allergies and conditions are coded: the same rows, no second list.
alter table allergies add column code text not null default '';
alter table allergies add column kind text not null default '' check (kind in ('', 'medicine', 'food', 'environment', 'other', 'none_known'));
comment on column allergies.code is 'of the class or ingredient (ATC), where one was chosen';
comment on column allergies.kind is 'none_known: that nothing is known is a stated fact';
