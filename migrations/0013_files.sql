-- Photos and documents of a patient's record. The bytes lie in a store outside, encrypted under a key of their own that
-- only this row has, sealed under the clinic's; a row without bytes cannot come to be, bytes without a row are collected.
create table files (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  owner_kind   text not null default '',
  owner_id     uuid,
  name         text not null check (name <> ''),
  content_type text not null check (content_type in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  size         bigint not null check (size > 0),
  sha256       bytea not null check (octet_length(sha256) = 32),
  width        int not null default 0,
  height       int not null default 0,
  object       text not null check (object <> ''),
  sealed_key   bytea not null,
  has_thumb    boolean not null default false,
  created_by   uuid not null,
  hidden_at    timestamptz,
  hidden_by    uuid,
  hidden_reason text not null default '',
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint files_object unique (clinic_id, object),
  constraint files_owner check ((owner_kind = '') = (owner_id is null)),
  constraint files_hidden check ((hidden_at is null) = (hidden_by is null) and (hidden_at is null) = (hidden_reason = '')),
  constraint files_patient foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, created_by) references memberships (clinic_id, id),
  foreign key (clinic_id, hidden_by) references memberships (clinic_id, id)
);
comment on column files.owner_kind is 'what of the record it belongs to, in the words of the module that keeps that: encounter, record, consent';
comment on column files.sha256 is 'of the clear bytes as they are kept';
comment on column files.sealed_key is 'the file''s own key, sealed for clinic, table, column and row; a rotation seals it again';
create index files_of_patient on files (clinic_id, patient_id, created_at, id);
create index files_of_owner on files (clinic_id, owner_kind, owner_id) where owner_id is not null;
call tenant_table('files', 'insert, update (sealed_key, hidden_at, hidden_by, hidden_reason, version, updated_at)');
call audit_table('files', 'clinical');
call feed_table('files', 'file');

-- A file stays; it is hidden once, and its key is sealed again when keys are rotated. Nothing else of it changes.
create function keep_file() returns trigger language plpgsql as $$
declare
  may text[] := array['sealed_key', 'version', 'updated_at'];
begin
  if tg_op = 'UPDATE' and old.hidden_at is null then
    may := may || array['hidden_at', 'hidden_by', 'hidden_reason'];
  end if;
  if tg_op = 'UPDATE' and to_jsonb(old) - may = to_jsonb(new) - may then
    return new;
  end if;
  raise exception 'rows of % are hidden once and never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger keep_rows before update or delete on files for each row execute function keep_file();
create trigger keep_table before truncate on files for each statement execute function refuse_change();
