-- Informed consent (Ley 26842 art. 4 and 15, Ley 29414, NTS 139): the clinic's own templates, what somebody signed or
-- declined, and its revocation. All of it stays.

-- Every edition for ever. The highest edition of a slug is the one that is offered; one that retires it offers it no more.
create table consent_templates (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  slug       text not null check (slug <> ''),
  edition    int not null,
  retired    boolean not null default false,
  body       jsonb not null,
  by         uuid not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint consent_templates_edition unique (clinic_id, slug, edition),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
call tenant_table('consent_templates', 'insert');
call insert_only('consent_templates');
call audit_table('consent_templates', 'full');

-- What was read and answered. body is its canonical JSON (RFC 8785), sealed because it holds documents of identity;
-- content_hash is that of the clear text, and stands on the PDF, whose own hash is file_sha256.
create table consents (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  encounter_id uuid,
  template     text not null,
  edition      int not null,
  title        text not null,
  decision     text not null check (decision in ('accepted', 'refused')),
  method       text not null check (method in ('drawn', 'typed', 'paper')),
  body         bytea not null,
  content_hash bytea not null check (octet_length(content_hash) = 32),
  file_id      uuid not null,
  file_sha256  bytea not null check (octet_length(file_sha256) = 32),
  doctor_id    uuid not null,
  doctor_name  text not null check (doctor_name <> ''),
  license      text not null,
  signed_at    timestamptz not null,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint consents_patient foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  foreign key (clinic_id, file_id) references files (clinic_id, id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id)
);
comment on column consents.license is 'college and number as printed';
create index consents_of_patient on consents (clinic_id, patient_id, signed_at);
call tenant_table('consents', 'insert, update (body, version, updated_at)');
call audit_table('consents', 'clinical');

-- A rotation of keys seals the body again; nothing else of a consent changes.
create function keep_consent() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(old) - array['body', 'version', 'updated_at'] = to_jsonb(new) - array['body', 'version', 'updated_at'] then
    return new;
  end if;
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger keep_rows before update or delete on consents for each row execute function keep_consent();
create trigger keep_table before truncate on consents for each statement execute function refuse_change();

create table consent_revocations (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  consent_id uuid not null,
  by         uuid not null,
  reason     text not null check (reason <> ''),
  at         timestamptz not null,
  primary key (clinic_id, id),
  constraint consent_revoked_once unique (clinic_id, consent_id),
  foreign key (clinic_id, consent_id) references consents (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
call tenant_table('consent_revocations', 'insert');
call insert_only('consent_revocations');
call audit_table('consent_revocations', 'clinical');
