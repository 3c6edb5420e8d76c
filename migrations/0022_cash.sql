-- Money at the desk: the cash register of a person at a site, and payments. What was taken stays; giving back is a row
-- of its own.

create table cash_sessions (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  site_id        uuid not null,
  membership_id  uuid not null,
  opened_at      timestamptz not null,
  opening_amount numeric(10, 2) not null check (opening_amount >= 0),
  counted        jsonb,
  counted_amount numeric(10, 2) check (counted_amount >= 0),
  counted_at     timestamptz,
  expected_amount numeric(10, 2),
  reason         text not null default '',
  verified       jsonb,
  closed_at      timestamptz,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint cash_sessions_counted check ((counted_at is null) = (counted_amount is null) and (counted_at is null) = (expected_amount is null)),
  constraint cash_sessions_closed check (closed_at is null or counted_at is not null),
  constraint cash_sessions_explained check (closed_at is null or counted_amount = expected_amount or reason <> ''),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, membership_id) references memberships (clinic_id, id)
);
comment on column cash_sessions.counted is 'pieces by denomination: {"100.00": 2}';
comment on column cash_sessions.expected_amount is 'what had to be there when it was counted; nobody sees it before';
comment on column cash_sessions.verified is 'the other ways to pay, as verified at closing';
create unique index cash_sessions_open on cash_sessions (clinic_id, membership_id, site_id) where closed_at is null;
create index cash_sessions_opened on cash_sessions (clinic_id, opened_at);
call tenant_table('cash_sessions', 'insert, update');
call audit_table('cash_sessions', 'full');
call feed_table('cash_sessions', 'cash_session');

-- A count is made once, and what is closed stays closed.
create function keep_count() returns trigger language plpgsql as $$
begin
  if old.closed_at is not null then
    raise exception 'a closed cash session is never changed' using errcode = 'restrict_violation';
  end if;
  if old.counted_at is not null and (old.counted, old.counted_amount, old.counted_at, old.expected_amount)
     is distinct from (new.counted, new.counted_amount, new.counted_at, new.expected_amount) then
    raise exception 'cash is counted once' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keep_count before update on cash_sessions for each row execute function keep_count();

create table cash_movements (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  session_id uuid not null,
  amount     numeric(10, 2) not null check (amount <> 0),
  concept    text not null check (concept <> ''),
  by         uuid not null,
  at         timestamptz not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, session_id) references cash_sessions (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
comment on column cash_movements.amount is 'in soles; below zero what left the register';
create index cash_movements_session on cash_movements (clinic_id, session_id, at);
call tenant_table('cash_movements', 'insert');
call insert_only('cash_movements');
call audit_table('cash_movements', 'full');

create table payments (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  session_id uuid not null,
  invoice_id uuid not null,
  patient_id uuid,
  method     text not null check (method in ('cash', 'yape', 'plin', 'card', 'transfer', 'deposit', 'credit_balance')),
  amount     numeric(10, 2) not null check (amount <> 0),
  received   numeric(10, 2) not null default 0 check (received >= 0),
  reference  text not null default '',
  refunds_id uuid,
  reason     text not null default '',
  by         uuid not null,
  at         timestamptz not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint payments_refund check ((amount < 0) = (refunds_id is not null) and (refunds_id is null or reason <> '')),
  foreign key (clinic_id, session_id) references cash_sessions (clinic_id, id),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, refunds_id) references payments (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
comment on column payments.amount is 'in soles; below zero what was given back';
create index payments_session on payments (clinic_id, session_id, at);
create index payments_invoice on payments (clinic_id, invoice_id);
create index payments_patient on payments (clinic_id, patient_id, at) where patient_id is not null;
create index payments_refunds on payments (clinic_id, refunds_id) where refunds_id is not null;
call tenant_table('payments', 'insert');
call insert_only('payments');
call audit_table('payments', 'full');
