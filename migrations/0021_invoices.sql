-- Electronic documents. A number, once given, stays; what it says is a row beside it, and each step of its life another.
-- What SUNAT's provider holds under a number is never changed: a note or a voiding stands against it.

-- What was written stays; only the sealed columns named are sealed again when keys are rotated.
create function keep_but_sealed() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and to_jsonb(old) - tg_argv = to_jsonb(new) - tg_argv then
    return new;
  end if;
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;

-- How the clinic emits: whose documents they are and the way to its provider. Route and token are one sealed value.
create table billing_settings (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  fiscal_address text not null default '',
  access     bytea,
  discount_limit_percent numeric(5, 2) not null default 20 check (discount_limit_percent between 0 and 100),
  tested_at  timestamptz,
  test_ok    boolean not null default false,
  test_words text not null default '',
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint billing_settings_one unique (clinic_id)
);
comment on column billing_settings.access is 'sealed: address and token at the provider';
comment on column billing_settings.tested_at is 'when the connection was last tried; test_words says what was wrong';
call tenant_table('billing_settings', 'insert, update');
call audit_table('billing_settings', 'full');

-- A series of one kind at one point of emission. The counter is locked by who takes the next number, in the transaction
-- that writes the document.
create table invoice_series (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  site_id     uuid not null,
  kind        text not null check (kind in ('boleta', 'factura', 'nota_credito', 'nota_debito')),
  amends      text not null default '' check (amends in ('', 'boleta', 'factura')),
  code        text not null check (code ~ '^[BF][A-Z0-9]{3}$'),
  last_number int not null default 0 check (last_number between 0 and 99999999),
  active      boolean not null default true,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint invoice_series_code unique (clinic_id, kind, code),
  constraint invoice_series_letter check ((left(code, 1) = 'B') = (kind = 'boleta' or amends = 'boleta')),
  constraint invoice_series_note check ((kind in ('nota_credito', 'nota_debito')) = (amends <> '')),
  foreign key (clinic_id, site_id) references sites (clinic_id, id)
);
comment on column invoice_series.amends is 'what a note of this series corrects: its series begins with the same letter';
comment on column invoice_series.last_number is 'the last number given; a clinic that comes from another system starts above its own';
call tenant_table('invoice_series', 'insert, update');
call audit_table('invoice_series', 'full');

create table invoices (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  kind           text not null check (kind in ('boleta', 'factura', 'nota_credito', 'nota_debito')),
  series_id      uuid not null,
  series         text not null,
  number         int not null check (number between 1 and 99999999),
  site_id        uuid not null,
  patient_id     uuid,
  appointment_id uuid,
  amends_id      uuid,
  issued_by      uuid not null,
  issued_on      date not null,
  issued_at      timestamptz not null,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint invoices_number unique (clinic_id, kind, series, number),
  constraint invoices_note check ((kind in ('nota_credito', 'nota_debito')) = (amends_id is not null)),
  foreign key (clinic_id, series_id) references invoice_series (clinic_id, id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id),
  foreign key (clinic_id, amends_id) references invoices (clinic_id, id),
  foreign key (clinic_id, issued_by) references memberships (clinic_id, id)
);
comment on column invoices.issued_on is 'the day in the clinic''s zone that the document bears';
create index invoices_series on invoices (clinic_id, series_id, number);
create index invoices_day on invoices (clinic_id, issued_on, id);
create index invoices_patient on invoices (clinic_id, patient_id, issued_at) where patient_id is not null;
create index invoices_appointment on invoices (clinic_id, appointment_id) where appointment_id is not null;
create index invoices_amends on invoices (clinic_id, amends_id) where amends_id is not null;
call tenant_table('invoices', 'insert');
call insert_only('invoices');
call audit_table('invoices', 'full');
call feed_table('invoices', 'invoice');

-- What a document says: its canonical JSON (RFC 8785), sealed because it names a person; the sums in clear, to be added up.
create table invoice_contents (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  invoice_id   uuid not null,
  edition      int not null check (edition > 0),
  body         bytea not null,
  content_hash bytea not null check (octet_length(content_hash) = 32),
  taxable      numeric(12, 2) not null,
  exempt       numeric(12, 2) not null,
  unaffected   numeric(12, 2) not null,
  free         numeric(12, 2) not null,
  discount     numeric(12, 2) not null,
  igv          numeric(12, 2) not null,
  total        numeric(12, 2) not null check (total >= 0),
  on_credit    boolean not null default false,
  written_by   uuid not null,
  written_at   timestamptz not null,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint invoice_contents_edition unique (clinic_id, invoice_id, edition),
  constraint invoice_contents_adds_up check (total = taxable + exempt + unaffected + igv),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id),
  foreign key (clinic_id, written_by) references memberships (clinic_id, id)
);
comment on column invoice_contents.edition is '1 is as issued; a correction before the provider holds the number is the next';
call tenant_table('invoice_contents', 'insert, update (body)');
create trigger keep_rows before update or delete on invoice_contents for each row execute function keep_but_sealed('body');
create trigger keep_table before truncate on invoice_contents for each statement execute function refuse_change();
call audit_table('invoice_contents', 'clinical');

-- The lines of a content, to be asked by service, product and professional.
create table invoice_items (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  content_id  uuid not null,
  place       int not null,
  service_id  uuid,
  product_id  uuid,
  doctor_id   uuid,
  description text not null,
  unit        text not null,
  igv_type    text not null check (igv_type in ('gravado', 'exonerado', 'inafecto', 'gratuito')),
  quantity    numeric(14, 4) not null check (quantity > 0),
  unit_price  numeric(14, 4) not null check (unit_price >= 0),
  discount    numeric(12, 2) not null check (discount >= 0),
  value       numeric(12, 2) not null,
  igv         numeric(12, 2) not null,
  total       numeric(12, 2) not null,
  primary key (clinic_id, content_id, place),
  foreign key (clinic_id, content_id) references invoice_contents (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id)
);
create index invoice_items_doctor on invoice_items (clinic_id, doctor_id) where doctor_id is not null;
call tenant_table('invoice_items', 'insert');
call insert_only('invoice_items');

-- The life of a document, a row for each step, with the raw answer that made it.
create table invoice_events (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  invoice_id uuid not null,
  seq        int not null check (seq > 0),
  state      text not null check (state in ('queued', 'sent', 'accepted', 'rejected', 'to_correct', 'voiding', 'voided')),
  content_id uuid not null,
  pending    boolean not null default false,
  reason     text not null default '',
  field      text not null default '',
  answer     bytea,
  by         uuid,
  at         timestamptz not null,
  primary key (clinic_id, id),
  constraint invoice_events_seq unique (clinic_id, invoice_id, seq),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id),
  foreign key (clinic_id, content_id) references invoice_contents (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
comment on column invoice_events.pending is 'the provider has taken it and SUNAT has not answered yet';
comment on column invoice_events.answer is 'sealed: the provider''s words as they came';
comment on column invoice_events.by is 'who did it; null when the program did';
call tenant_table('invoice_events', 'insert, update (answer)');
create trigger keep_rows before update or delete on invoice_events for each row execute function keep_but_sealed('answer');
create trigger keep_table before truncate on invoice_events for each statement execute function refuse_change();
call feed_table('invoice_events', 'invoice_event');

-- Where each document stands: the last of its events, and when it is looked after next.
create table invoice_states (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  invoice_id uuid not null,
  series_id  uuid not null,
  number     int not null,
  state      text not null,
  seq        int not null,
  content_id uuid not null,
  pending    boolean not null default false,
  reason     text not null default '',
  field      text not null default '',
  since      timestamptz not null,
  attempts   int not null default 0,
  next_at    timestamptz not null,
  alerted_at timestamptz,
  links      bytea,
  primary key (clinic_id, invoice_id),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id)
);
comment on column invoice_states.links is 'sealed: where the provider keeps PDF, XML and CDR';
create index invoice_states_series on invoice_states (clinic_id, series_id, number) where state in ('queued', 'sent');
create index invoice_states_waiting on invoice_states (clinic_id, next_at) where state in ('queued', 'sent', 'voiding') or pending;
create index invoice_states_open on invoice_states (clinic_id, state) where state in ('rejected', 'to_correct');
call tenant_table('invoice_states', 'insert, update');
