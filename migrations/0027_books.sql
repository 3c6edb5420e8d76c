-- What books and reports read of a document without opening what is sealed, and what was found when all documents were
-- compared with what their provider holds.

alter table invoice_contents
  add column issued_on     date,
  add column currency      text not null default 'PEN' check (currency in ('PEN', 'USD')),
  add column exchange_rate numeric(12, 6) not null default 1 check (exchange_rate > 0);

-- What was written before bears the day of its document. The rows are the clinics', and none of them is there to write
-- them: the owner does it, past the rules for rows, in this step alone.
alter table invoices no force row level security;
alter table invoice_contents no force row level security;
alter table invoice_contents disable trigger user;
update invoice_contents c set issued_on = i.issued_on from invoices i where i.clinic_id = c.clinic_id and i.id = c.invoice_id;
alter table invoice_contents enable trigger user;
alter table invoice_contents force row level security;
alter table invoices force row level security;

alter table invoice_contents alter column issued_on set not null;
comment on column invoice_contents.issued_on is 'the day that this content bears: a correction sent later bears its own';
comment on column invoice_contents.exchange_rate is 'soles for one unit of the currency';
create index invoice_contents_day on invoice_contents (clinic_id, issued_on, id);
create index payments_taken on payments (clinic_id, at);

create table invoice_comparisons (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  started_at  timestamptz not null,
  finished_at timestamptz,
  compared    int not null default 0,
  unanswered  int not null default 0,
  words       text not null default '',
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id)
);
comment on table invoice_comparisons is 'each time that documents were compared with what the provider holds';
comment on column invoice_comparisons.words is 'why it ended early';
create unique index invoice_comparisons_open on invoice_comparisons (clinic_id) where finished_at is null;
create index invoice_comparisons_started on invoice_comparisons (clinic_id, started_at);
call tenant_table('invoice_comparisons', 'insert, update');

create table invoice_differences (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  invoice_id uuid not null,
  kind       text not null check (kind in ('absent', 'held', 'content', 'state', 'voided_there', 'not_voided')),
  here       text not null,
  there      text not null,
  found_at   timestamptz not null,
  seen_at    timestamptz not null,
  settled_at timestamptz,
  settled_by uuid,
  note       text not null default '',
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint invoice_differences_once unique (clinic_id, invoice_id, kind),
  constraint invoice_differences_settled check (settled_by is null or settled_at is not null),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id),
  foreign key (clinic_id, settled_by) references memberships (clinic_id, id)
);
comment on column invoice_differences.here is 'in words, without anybody''s name';
comment on column invoice_differences.seen_at is 'when it was found last';
comment on column invoice_differences.settled_by is 'who looked into it; null when the program found it gone';
create index invoice_differences_open on invoice_differences (clinic_id, found_at) where settled_at is null;
call tenant_table('invoice_differences', 'insert, update');
call audit_table('invoice_differences', 'full');
