-- The people a clinic cares for. Document, phone, e-mail, address, insurance number and guardian are ciphertext;
-- what must be found again has an index table beside it, filled by the store in the same transaction.

create table patients (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  record_number  text not null,
  first_name     text not null check (first_name <> ''),
  last_name      text not null check (last_name <> ''),
  second_last_name text not null default '',
  sort_key       text collate "C" not null,
  sex            text not null default '' check (sex in ('', 'F', 'M')),
  birth_date     date,
  document_type  text not null check (document_type in ('DNI', 'CE', 'PASSPORT', 'PTP', 'CPP', 'CNV', 'OTHER', 'NONE')),
  document_number bytea,
  phone          bytea,
  email          bytea,
  address        bytea,
  ubigeo         text not null default '',
  guardian       bytea,
  insurer        text not null default '',
  insurance_number bytea,
  tags           jsonb not null default '[]',
  merged_into    uuid,
  field_clock    jsonb not null default '{}',
  registered_site uuid,
  registered_by  uuid,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint patients_record_number unique (clinic_id, record_number),
  constraint patients_document_kept check ((document_type = 'NONE') = (document_number is null)),
  constraint patients_not_into_itself check (merged_into <> id),
  foreign key (clinic_id, merged_into) references patients (clinic_id, id),
  foreign key (clinic_id, registered_site) references sites (clinic_id, id)
);
comment on column patients.sort_key is 'surnames and names without accents or capitals: the alphabetical list, and the first letters typed';
-- Without the id behind it: the planner, which does not know the clinic beforehand, would read all of a large clinic's
-- alphabet for people asked for by id.
create index patients_alphabet on patients (clinic_id, sort_key);
create index patients_merged on patients (clinic_id, merged_into) where merged_into is not null;
call tenant_table('patients', 'insert, update');
call audit_table('patients', 'full');
call feed_table('patients', 'patient');

-- Found by name: each word of each name, by prefix range. The vocabulary is every word once, for typing slips.
create table patient_words (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  word       text collate "C" not null,
  patient_id uuid not null,
  primary key (clinic_id, word, patient_id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
create index patient_words_patient on patient_words (clinic_id, patient_id, word);
call tenant_table('patient_words', 'insert, delete');

create table patient_vocabulary (
  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  word      text collate "C" not null,
  primary key (clinic_id, word)
);
call tenant_table('patient_vocabulary', 'insert');

-- One row for each active index key: a document is one person's alone, also while keys are being rotated.
-- The patient's row is written after it (documents before the number counter before the feed), so the key waits.
create table patient_documents (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  type       text not null,
  key_id     bigint not null,
  bidx       bytea not null,
  patient_id uuid not null,
  constraint patient_documents_once primary key (clinic_id, type, key_id, bidx),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id) deferrable initially deferred
);
create index patient_documents_patient on patient_documents (clinic_id, patient_id);
call tenant_table('patient_documents', 'insert, delete');

-- Phones and e-mails may be shared by a family.
create table patient_contacts (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  kind       text not null check (kind in ('phone', 'email')),
  key_id     bigint not null,
  bidx       bytea not null,
  patient_id uuid not null,
  primary key (clinic_id, kind, key_id, bidx, patient_id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
create index patient_contacts_patient on patient_contacts (clinic_id, patient_id);
call tenant_table('patient_contacts', 'insert, delete');

create table patient_tags (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  tag        text collate "C" not null,
  patient_id uuid not null,
  primary key (clinic_id, tag, patient_id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
create index patient_tags_patient on patient_tags (clinic_id, patient_id);
call tenant_table('patient_tags', 'insert, delete');

create table patient_counters (
  clinic_id uuid primary key references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  last      bigint not null
);
call tenant_table('patient_counters', 'insert, update');

-- Joining two entries of one person, and taking it back: one row each, for ever. patients.merged_into is the answer now.
create table patient_merges (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  from_id    uuid not null,
  into_id    uuid not null,
  undoes     uuid,
  reason     text not null default '',
  by         uuid not null,
  created_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint patient_merges_undone_once unique (clinic_id, undoes),
  foreign key (clinic_id, from_id) references patients (clinic_id, id),
  foreign key (clinic_id, into_id) references patients (clinic_id, id),
  foreign key (clinic_id, undoes) references patient_merges (clinic_id, id)
);
create index patient_merges_from on patient_merges (clinic_id, from_id);
create index patient_merges_into on patient_merges (clinic_id, into_id);
call tenant_table('patient_merges', 'insert');
call insert_only('patient_merges');
call audit_table('patient_merges', 'full');

-- An id that a device gave to somebody who was already here leads to the entry that was here, for ever.
create table patient_aliases (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  patient_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
call tenant_table('patient_aliases', 'insert');
call insert_only('patient_aliases');

-- Clinical, apart from the demographics. An entry is retired with a reason, never changed and never deleted.
create table allergies (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  patient_id uuid not null,
  substance  text not null check (substance <> ''),
  reaction   text not null default '',
  severity   text not null default '' check (severity in ('', 'mild', 'moderate', 'severe')),
  noted_by   uuid not null,
  retired_at timestamptz,
  retired_by uuid,
  retire_reason text not null default '',
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  check ((retired_at is null) = (retired_by is null) and (retired_at is null) = (retire_reason = '')),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
create index allergies_patient on allergies (clinic_id, patient_id);
call tenant_table('allergies', 'insert, update (retired_at, retired_by, retire_reason, version, updated_at)');

create table conditions (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  patient_id uuid not null,
  name       text not null check (name <> ''),
  code       text not null default '',
  since      text not null default '',
  noted_by   uuid not null,
  retired_at timestamptz,
  retired_by uuid,
  retire_reason text not null default '',
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  check ((retired_at is null) = (retired_by is null) and (retired_at is null) = (retire_reason = '')),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id)
);
create index conditions_patient on conditions (clinic_id, patient_id);
call tenant_table('conditions', 'insert, update (retired_at, retired_by, retire_reason, version, updated_at)');

create function retire_once() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.retired_at is null and new.retired_at is not null
     and (to_jsonb(old) - array['retired_at', 'retired_by', 'retire_reason', 'version', 'updated_at'])
       = (to_jsonb(new) - array['retired_at', 'retired_by', 'retire_reason', 'version', 'updated_at']) then
    return new;
  end if;
  raise exception 'rows of % are retired once and never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger keep_rows before update or delete on allergies for each row execute function retire_once();
create trigger keep_rows before update or delete on conditions for each row execute function retire_once();
create trigger keep_table before truncate on allergies for each statement execute function refuse_change();
create trigger keep_table before truncate on conditions for each statement execute function refuse_change();
call audit_table('allergies', 'clinical');
call audit_table('conditions', 'clinical');
call feed_table('allergies', 'allergy');
call feed_table('conditions', 'condition');

create table blood_types (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  blood_type text not null default '' check (blood_type in ('', 'O+', 'O-', 'A+', 'A-', 'B+', 'B-', 'AB+', 'AB-')),
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, id) references patients (clinic_id, id)
);
comment on column blood_types.id is 'the patient''s';
call tenant_table('blood_types', 'insert, update');
call audit_table('blood_types', 'clinical');
call feed_table('blood_types', 'blood_type');

-- Lists from files. What was uploaded and what could not be taken over is sealed; a batch is done in one transaction
-- together with its people, so that a crash repeats nothing.
create table patient_imports (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  state      text not null check (state in ('uploaded', 'running', 'done', 'discarded')),
  head       bytea not null,
  mapping    jsonb not null default '{}',
  rows       int not null,
  added      int not null default 0,
  known      int not null default 0,
  refused    int not null default 0,
  by         uuid not null,
  site_id    uuid,
  started_at timestamptz,
  ended_at   timestamptz,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id)
);
comment on column patient_imports.head is 'sealed: file name and headings';
comment on column patient_imports.known is 'rows whose document somebody already has';
call tenant_table('patient_imports', 'insert, update');
call audit_table('patient_imports', 'full');

create table patient_import_batches (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  import_id  uuid not null,
  no         int not null,
  content    bytea,
  report     bytea,
  done_at    timestamptz,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint patient_import_batches_no unique (clinic_id, import_id, no),
  foreign key (clinic_id, import_id) references patient_imports (clinic_id, id)
);
call tenant_table('patient_import_batches', 'insert, update');
