-- What a clinic does with an electronic document after charging: keeps its files, sends it, prepares one for later.

alter table billing_settings add column detraction_account text not null default '';
comment on column billing_settings.detraction_account is 'the clinic''s account at the Banco de la Nación, printed where a factura carries detracción';

-- The files that the provider made of a document. A row waits until its file is kept; the bytes lie encrypted in the store
-- of files, under a key of their own that only this row has.
create table invoice_files (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  invoice_id   uuid not null,
  kind         text not null check (kind in ('pdf', 'xml', 'cdr')),
  attempts     int not null default 0,
  next_at      timestamptz not null,
  reason       text not null default '',
  object       text not null default '',
  sealed_key   bytea,
  content_type text not null default '',
  size         bigint not null default 0,
  sha256       bytea,
  kept_at      timestamptz,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint invoice_files_one unique (clinic_id, invoice_id, kind),
  check (kept_at is null or sealed_key is not null and object <> ''),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id)
);
comment on column invoice_files.reason is 'why it is not there yet, in words; empty while nobody has asked for it';
comment on column invoice_files.sealed_key is 'the file''s own key, sealed for clinic, table, column and row; a rotation seals it again';
create index invoice_files_object on invoice_files (clinic_id, object) where kept_at is not null;
create index invoice_files_waiting on invoice_files (clinic_id, next_at) where kept_at is null;
call tenant_table('invoice_files', 'insert, update');

-- What is kept stays: only its key is sealed again.
create function keep_invoice_file() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.kept_at is null or to_jsonb(old) - 'sealed_key' = to_jsonb(new) - 'sealed_key') then
    return new;
  end if;
  raise exception 'a kept file of an invoice is never changed' using errcode = 'restrict_violation';
end $$;
create trigger keep_file before update or delete on invoice_files for each row execute function keep_invoice_file();

-- A document on its way to somebody, and whether it left.
create table invoice_sendings (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  invoice_id uuid not null,
  way        text not null check (way <> ''),
  address    bytea not null,
  state      text not null check (state in ('waiting', 'sent', 'failed')),
  reason     text not null default '',
  by         uuid not null,
  asked_at   timestamptz not null,
  ended_at   timestamptz,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  check ((state = 'waiting') = (ended_at is null)),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
comment on column invoice_sendings.address is 'sealed: where it goes';
create index invoice_sendings_invoice on invoice_sendings (clinic_id, invoice_id, asked_at);
call tenant_table('invoice_sendings', 'insert, update');
call audit_table('invoice_sendings', 'clinical');

-- Documents that somebody prepared: they have no number yet. Issued, the draft goes and the document has its id.
create table invoice_drafts (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  kind           text not null check (kind in ('boleta', 'factura')),
  site_id        uuid not null,
  patient_id     uuid,
  appointment_id uuid,
  body           bytea not null,
  written_by     uuid not null,
  written_at     timestamptz not null,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id),
  foreign key (clinic_id, written_by) references memberships (clinic_id, id)
);
comment on column invoice_drafts.body is 'sealed: what it would say';
call tenant_table('invoice_drafts', 'insert, update, delete');
call audit_table('invoice_drafts', 'clinical');
