-- The professional's signature under a consent, over its content and its PDF, and the code it is verified by.
create table consent_signatures (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  consent_id uuid not null,
  signer_id  uuid not null,
  key_id     uuid not null,
  method     text not null default 'ed25519',
  signature  bytea not null,
  name       text not null check (name <> ''),
  profession text not null default '',
  license    text not null,
  code       text not null,
  signed_at  timestamptz not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint consent_signatures_once unique (clinic_id, consent_id, signer_id),
  constraint consent_signatures_code unique (clinic_id, code),
  foreign key (clinic_id, consent_id) references consents (clinic_id, id),
  foreign key (clinic_id, signer_id) references memberships (clinic_id, id)
);
comment on column consent_signatures.license is 'college and number as printed';
call tenant_table('consent_signatures', 'insert');
call insert_only('consent_signatures');
call audit_table('consent_signatures', 'full');

-- Which clinic the code of a consent belongs to: all that the public page may ask before it is in that clinic.
create table consent_codes (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  code       text not null,
  consent_id uuid not null,
  primary key (clinic_id, code),
  foreign key (clinic_id, consent_id) references consents (clinic_id, id)
);
create index consent_codes_code on consent_codes (code);
call tenant_table('consent_codes', 'insert');
call insert_only('consent_codes');
create policy system on consent_codes for select to hampi_system using (true);
grant select on consent_codes to hampi_system;

-- A prescription that went to its patient: by which way, and to which address as far as it may be seen ("a…a@example.com").
create table prescription_sendings (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  record_id  uuid not null,
  way        text not null check (way <> ''),
  shown_to   text not null check (shown_to <> ''),
  by         uuid not null,
  sent_at    timestamptz not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
create index prescription_sendings_record on prescription_sendings (clinic_id, record_id, sent_at);
call tenant_table('prescription_sendings', 'insert');
call insert_only('prescription_sendings');
call audit_table('prescription_sendings', 'clinical');
