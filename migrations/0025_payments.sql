-- Money owed, held and given back: advances and the documents that deduct them, instalments, the balance of a patient,
-- payments that follow a document to the one that replaces it, what each document still asks for, and doctors' fees.

-- An advance (adelanto) has a document of its own, for the tax arises when a service is paid; the final document deducts it.
alter table invoice_contents add column advance boolean not null default false;
comment on column invoice_contents.advance is 'the document of an advance, to be deducted from a later one';

create table invoice_deductions (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  content_id uuid not null,
  place      int not null,
  advance_id uuid not null,
  amount     numeric(12, 2) not null check (amount > 0),
  primary key (clinic_id, content_id, place),
  constraint invoice_deductions_once unique (clinic_id, content_id, advance_id),
  foreign key (clinic_id, content_id) references invoice_contents (clinic_id, id),
  foreign key (clinic_id, advance_id) references invoices (clinic_id, id)
);
comment on column invoice_deductions.amount is 'with IGV';
create index invoice_deductions_advance on invoice_deductions (clinic_id, advance_id);
call tenant_table('invoice_deductions', 'insert');
call insert_only('invoice_deductions');

-- When the parts of a factura on credit fall due; the content itself is sealed.
create table invoice_instalments (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  content_id uuid not null,
  place      int not null,
  due_on     date not null,
  amount     numeric(12, 2) not null check (amount > 0),
  primary key (clinic_id, content_id, place),
  foreign key (clinic_id, content_id) references invoice_contents (clinic_id, id)
);
call tenant_table('invoice_instalments', 'insert');
call insert_only('invoice_instalments');

-- A document stands in the place of one that SUNAT rejected or that was voided; each is replaced once.
alter table invoices add column replaces_id uuid;
alter table invoices add constraint invoices_replaces foreign key (clinic_id, replaces_id) references invoices (clinic_id, id);
alter table invoices add constraint invoices_replaced_once unique (clinic_id, replaces_id);

-- Payments: what is given back to a patient's balance, or follows a document, passes no register.
alter table payments alter column session_id drop not null;
alter table payments add column moved_id uuid;
comment on column payments.moved_id is 'the other document, of a payment that left a rejected one (below zero) for the one that replaces it';
alter table payments add constraint payments_moved foreign key (clinic_id, moved_id) references invoices (clinic_id, id);
alter table payments add constraint payments_register check (session_id is not null or moved_id is not null or method = 'credit_balance');
create index payments_balance on payments (clinic_id, patient_id) where method = 'credit_balance' and patient_id is not null;

-- A patient's balance is what was given back to it less what was paid from it (payments by credit_balance) less what left
-- it again as money: these rows.
create table balance_payouts (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  patient_id  uuid not null,
  method      text not null check (method in ('cash', 'yape', 'plin', 'card', 'transfer', 'deposit')),
  amount      numeric(10, 2) not null check (amount > 0),
  reference   text not null default '',
  reason      text not null check (reason <> ''),
  movement_id uuid,
  by          uuid not null,
  at          timestamptz not null,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint balance_payouts_cash check ((method = 'cash') = (movement_id is not null)),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, movement_id) references cash_movements (clinic_id, id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
comment on column balance_payouts.movement_id is 'cash leaves a register: its movement there';
create index balance_payouts_patient on balance_payouts (clinic_id, patient_id, at);
call tenant_table('balance_payouts', 'insert');
call insert_only('balance_payouts');
call audit_table('balance_payouts', 'full');

-- What each document asks for and what stands paid, beside its state, so that debts are found without adding all up.
alter table invoice_states add column charge numeric(12, 2) not null default 0;
alter table invoice_states add column paid numeric(12, 2) not null default 0;
alter table invoice_states add column owes boolean generated always as
  (paid < charge and state in ('queued', 'sent', 'to_correct', 'accepted', 'voiding')) stored;
comment on column invoice_states.charge is 'the total of its content; 0 for a credit note, which asks for nothing';
comment on column invoice_states.paid is 'the sum of its payments; what credit notes took back is not in it';
create index invoice_states_owes on invoice_states (clinic_id, invoice_id) where owes;

create function charge_of_state() returns trigger language plpgsql as $$
begin
  new.charge := coalesce((select case i.kind when 'nota_credito' then 0 else c.total end
    from invoice_contents c join invoices i on i.clinic_id = c.clinic_id and i.id = c.invoice_id
    where c.clinic_id = new.clinic_id and c.id = new.content_id), 0);
  return new;
end $$;
create trigger charge_first before insert on invoice_states for each row execute function charge_of_state();
create trigger charge_again before update on invoice_states for each row
  when (new.content_id is distinct from old.content_id) execute function charge_of_state();

-- A payment counts from the moment it has a document.
create function add_to_paid() returns trigger language plpgsql as $$
begin
  if new.invoice_id is not null and (tg_op = 'INSERT' or old.invoice_id is null) then
    update invoice_states set paid = paid + new.amount where clinic_id = new.clinic_id and invoice_id = new.invoice_id;
  end if;
  return null;
end $$;
create trigger paid after insert or update of invoice_id on payments for each row execute function add_to_paid();

-- The owner of the tables fills in what stood before, and is held by their walls again afterwards.
alter table invoice_states no force row level security;
alter table invoice_contents no force row level security;
alter table invoices no force row level security;
alter table payments no force row level security;
update invoice_states s set
  charge = (select case i.kind when 'nota_credito' then 0 else c.total end from invoice_contents c join invoices i on i.clinic_id = c.clinic_id and i.id = c.invoice_id
            where c.clinic_id = s.clinic_id and c.id = s.content_id),
  paid = coalesce((select sum(p.amount) from payments p where p.clinic_id = s.clinic_id and p.invoice_id = s.invoice_id), 0);
alter table invoice_states force row level security;
alter table invoice_contents force row level security;
alter table invoices force row level security;
alter table payments force row level security;

-- Doctors' fees (honorarios): what of a service is whose. The rule that names most counts.
create table fee_rules (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  doctor_id  uuid,
  service_id uuid,
  kind       text not null check (kind in ('percent', 'fixed')),
  rate       numeric(10, 2) not null check (rate >= 0 and (kind = 'fixed' or rate <= 100)),
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint fee_rules_one unique nulls not distinct (clinic_id, doctor_id, service_id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id)
);
comment on column fee_rules.doctor_id is 'null: every professional';
comment on column fee_rules.service_id is 'null: every service';
comment on column fee_rules.rate is 'percent of what was collected without IGV, or soles for each unit';
call tenant_table('fee_rules', 'insert, update, delete');
call audit_table('fee_rules', 'full');

create table fee_settlements (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  doctor_id  uuid not null,
  number     int not null check (number > 0),
  from_on    date,
  to_on      date not null,
  base       numeric(12, 2) not null,
  fee        numeric(12, 2) not null,
  closed_by  uuid not null,
  closed_at  timestamptz not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint fee_settlements_number unique (clinic_id, doctor_id, number),
  constraint fee_settlements_days check (from_on is null or from_on <= to_on),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  foreign key (clinic_id, closed_by) references memberships (clinic_id, id)
);
comment on column fee_settlements.number is 'of the professional, from 1; two people cannot close the same one';
comment on column fee_settlements.from_on is 'the day after the settlement before; null for the first one';
call tenant_table('fee_settlements', 'insert');
call insert_only('fee_settlements');
call audit_table('fee_settlements', 'full');

create table fee_lines (
  clinic_id     uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  settlement_id uuid not null,
  place         int not null,
  invoice_id    uuid not null,
  item          int not null,
  service_id    uuid,
  patient_id    uuid,
  description   text not null,
  share         numeric(12, 10) not null check (share between 0 and 1),
  base          numeric(12, 2) not null,
  kind          text not null check (kind in ('percent', 'fixed')),
  rate          numeric(10, 2) not null,
  fee           numeric(12, 2) not null,
  primary key (clinic_id, settlement_id, place),
  foreign key (clinic_id, settlement_id) references fee_settlements (clinic_id, id),
  foreign key (clinic_id, invoice_id) references invoices (clinic_id, id)
);
comment on column fee_lines.item is 'the place of the line in its document';
comment on column fee_lines.share is 'how much of the document was collected when this was settled, 1 is all';
comment on column fee_lines.base is 'collected without IGV since the settlement before; below zero what was given back';
create index fee_lines_invoice on fee_lines (clinic_id, invoice_id, item);
call tenant_table('fee_lines', 'insert');
call insert_only('fee_lines');
