-- Preliminary receipts: what is handed over when money is taken and no electronic document is made yet, on a device
-- without connection or by choice. What a receipt says stays; the document that is made of it is set once.

-- Numbers of receipts made on the server: they bear the device number 0, which no device has.
create table receipt_counters (
  clinic_id uuid primary key references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  last      bigint not null
);
call tenant_table('receipt_counters', 'insert, update');

create table receipts (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  number         text not null check (number ~ '^R\d{2,4}-\d{6,9}$'),
  device         int not null check (device between 0 and 9999),
  counter        bigint not null check (counter > 0),
  patient_id     uuid,
  appointment_id uuid,
  site_id        uuid not null,
  session_id     uuid not null,
  issued_by      uuid not null,
  issued_at      timestamptz not null,
  wanted         text not null default '' check (wanted in ('', 'boleta', 'factura')),
  total          numeric(12, 2) not null check (total > 0),
  body           bytea not null,
  content_hash   bytea not null check (octet_length(content_hash) = 32),
  invoice_id     uuid,
  problem        text not null default '',
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint receipts_number unique (clinic_id, device, counter),
  constraint receipts_settled check (invoice_id is null or problem = ''),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, session_id) references cash_sessions (clinic_id, id),
  foreign key (clinic_id, issued_by) references memberships (clinic_id, id),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id)
);
comment on column receipts.device is 'the device''s number in the clinic; 0 is the server';
comment on column receipts.wanted is 'the document that is made of it by itself; empty: it is asked for later';
comment on column receipts.body is 'sealed: customer, lines and payments as they were handed over';
comment on column receipts.problem is 'why the document could not be made, in words';
create index receipts_session on receipts (clinic_id, session_id);
create index receipts_open on receipts (clinic_id, issued_at) where invoice_id is null;
create index receipts_by on receipts (clinic_id, issued_by, issued_at);
create index receipts_patient on receipts (clinic_id, patient_id, issued_at) where patient_id is not null;
create index receipts_invoice on receipts (clinic_id, invoice_id) where invoice_id is not null;
call tenant_table('receipts', 'insert, update (body, invoice_id, problem, version, updated_at)');
call audit_table('receipts', 'clinical');
call feed_table('receipts', 'receipt');

-- A receipt gets its document once; until then it may be said why it has none.
create function keep_receipt() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.invoice_id is null or new.invoice_id = old.invoice_id and new.problem = old.problem)
     and to_jsonb(old) - array['body', 'invoice_id', 'problem', 'version', 'updated_at'] = to_jsonb(new) - array['body', 'invoice_id', 'problem', 'version', 'updated_at'] then
    return new;
  end if;
  raise exception 'a receipt is never changed' using errcode = 'restrict_violation';
end $$;
create trigger keep_rows before update or delete on receipts for each row execute function keep_receipt();
create trigger keep_table before truncate on receipts for each statement execute function refuse_change();

-- A payment taken with a receipt belongs to its document from the moment there is one. It stays in the register it was
-- taken into, and nothing else of it ever changes.
alter table payments alter column invoice_id drop not null;
alter table payments add column receipt_id uuid, add foreign key (clinic_id, receipt_id) references receipts (clinic_id, id);
create index payments_receipt on payments (clinic_id, receipt_id) where receipt_id is not null;
create function payment_gets_document() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.receipt_id is not null and old.invoice_id is null and new.invoice_id is not null
     and to_jsonb(old) - array['invoice_id', 'version', 'updated_at'] = to_jsonb(new) - array['invoice_id', 'version', 'updated_at'] then
    return new;
  end if;
  raise exception 'a payment is never changed' using errcode = 'restrict_violation';
end $$;
drop trigger keep_rows on payments;
create trigger keep_rows before update or delete on payments for each row execute function payment_gets_document();
grant update (invoice_id, version, updated_at) on payments to hampi_app;

-- A register opened on a device while the same person had one open at that site is that one.
create table cash_session_aliases (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  session_id     uuid not null,
  opened_at      timestamptz not null,
  opening_amount numeric(10, 2) not null,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, session_id) references cash_sessions (clinic_id, id)
);
comment on column cash_session_aliases.opening_amount is 'what was said to be in it; the register''s own opening holds';
create index cash_session_aliases_session on cash_session_aliases (clinic_id, session_id);
call tenant_table('cash_session_aliases', 'insert');
call insert_only('cash_session_aliases');
call audit_table('cash_session_aliases', 'full');
