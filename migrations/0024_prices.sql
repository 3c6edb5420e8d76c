-- What things cost: products beside the services, prices of a site, agreements (convenios) with insurers and companies,
-- what an insurer owes for what its people were given, and who authorised a discount above the clinic's limit.

create table products (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  name       text not null,
  name_key   text not null,
  code       text not null default '',
  sunat_unit text not null default 'NIU' check (sunat_unit ~ '^[A-Z0-9]{2,5}$'),
  igv_code   text not null default '10',
  price      numeric(8, 2) not null,
  active     boolean not null default true,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint products_name unique (clinic_id, name_key),
  constraint products_price check (price >= 0)
);
comment on column products.code is 'the clinic''s own code or the barcode; empty for none';
comment on column products.sunat_unit is 'SUNAT catalogue 3: NIU is a unit of goods';
comment on column products.igv_code is 'SUNAT catalogue 7: 10 is taxed';
create unique index products_code on products (clinic_id, code) where code <> '';
call tenant_table('products', 'insert, update');
call audit_table('products', 'full');
call feed_table('products', 'product');

alter table invoice_items add constraint invoice_items_product foreign key (clinic_id, product_id) references products (clinic_id, id);

-- A price that one site asks instead of the list's.
create table site_prices (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  site_id    uuid not null,
  service_id uuid,
  product_id uuid,
  price      numeric(8, 2) not null check (price >= 0),
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint site_prices_of check ((service_id is null) <> (product_id is null)),
  constraint site_prices_service unique (clinic_id, site_id, service_id),
  constraint site_prices_product unique (clinic_id, site_id, product_id),
  constraint site_prices_site foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id),
  foreign key (clinic_id, product_id) references products (clinic_id, id)
);
call tenant_table('site_prices', 'insert, update, delete');
call audit_table('site_prices', 'full');
call feed_table('site_prices', 'site_price');

-- An agreement (convenio): who pays the part of a charge that the patient does not.
create table agreements (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  name        text not null,
  name_key    text not null,
  ruc         text not null check (ruc ~ '^[0-9]{11}$'),
  legal_name  text not null,
  address     text not null,
  copay_kind  text not null check (copay_kind in ('fixed', 'percent')),
  copay       numeric(8, 2) not null check (copay >= 0 and (copay_kind = 'fixed' or copay <= 100)),
  percent_off numeric(5, 2) not null default 0 check (percent_off between 0 and 100),
  valid_from  date not null,
  valid_until date check (valid_until >= valid_from),
  active      boolean not null default true,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint agreements_name unique (clinic_id, name_key)
);
comment on column agreements.copay is 'what the patient pays: soles for each unit, or a percentage of the agreement''s price';
comment on column agreements.percent_off is 'off the list, where the agreement names no price of its own';
call tenant_table('agreements', 'insert, update');
call audit_table('agreements', 'full');

create table agreement_prices (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  agreement_id uuid not null,
  service_id   uuid,
  product_id   uuid,
  price        numeric(8, 2) not null check (price >= 0),
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint agreement_prices_of check ((service_id is null) <> (product_id is null)),
  constraint agreement_prices_service unique (clinic_id, agreement_id, service_id),
  constraint agreement_prices_product unique (clinic_id, agreement_id, product_id),
  constraint agreement_prices_agreement foreign key (clinic_id, agreement_id) references agreements (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id),
  foreign key (clinic_id, product_id) references products (clinic_id, id)
);
call tenant_table('agreement_prices', 'insert, update, delete');
call audit_table('agreement_prices', 'full');

-- The agreement that a patient was last charged by; none: as a private patient.
create table patient_agreements (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  patient_id   uuid not null,
  agreement_id uuid,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint patient_agreements_one unique (clinic_id, patient_id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, agreement_id) references agreements (clinic_id, id)
);
call tenant_table('patient_agreements', 'insert, update');

-- What an insurer owes for a line of a charge, until a factura to it claims the row.
create table agreement_shares (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  charge_id      uuid not null,
  place          int not null,
  agreement_id   uuid not null,
  patient_id     uuid not null,
  appointment_id uuid,
  site_id        uuid not null,
  service_id     uuid,
  product_id     uuid,
  doctor_id      uuid,
  description    text not null,
  unit           text not null,
  igv_type       text not null check (igv_type in ('gravado', 'exonerado', 'inafecto')),
  quantity       numeric(14, 4) not null check (quantity > 0),
  patient_amount numeric(10, 2) not null check (patient_amount >= 0),
  amount         numeric(10, 2) not null check (amount > 0),
  attended_on    date not null,
  charged_by     uuid not null,
  charged_at     timestamptz not null,
  factura_id     uuid,
  dropped_at     timestamptz,
  dropped_by     uuid,
  drop_reason    text not null default '',
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint agreement_shares_once unique (clinic_id, charge_id, place),
  constraint agreement_shares_dropped check ((dropped_at is null) = (dropped_by is null) and (dropped_at is null or drop_reason <> '')),
  constraint agreement_shares_one_way check (dropped_at is null or factura_id is null),
  foreign key (clinic_id, agreement_id) references agreements (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id),
  foreign key (clinic_id, product_id) references products (clinic_id, id),
  foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  foreign key (clinic_id, charged_by) references memberships (clinic_id, id),
  foreign key (clinic_id, factura_id) references invoices (clinic_id, id),
  foreign key (clinic_id, dropped_by) references memberships (clinic_id, id)
);
comment on column agreement_shares.charge_id is 'the charge it came from: the patient''s document or receipt has the same id, where the patient pays a part';
comment on column agreement_shares.patient_amount is 'what the patient pays of the line, before a discount';
comment on column agreement_shares.factura_id is 'the factura to the insurer; one that was rejected or voided gives the row back';
create index agreement_shares_open on agreement_shares (clinic_id, agreement_id, attended_on) where dropped_at is null and factura_id is null;
create index agreement_shares_factura on agreement_shares (clinic_id, factura_id) where factura_id is not null;
create index agreement_shares_appointment on agreement_shares (clinic_id, appointment_id) where appointment_id is not null;
call tenant_table('agreement_shares', 'insert, update');
call audit_table('agreement_shares', 'clinical');

-- Who let a discount above the clinic's limit pass, and why.
create table discount_authorisations (
  clinic_id     uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id            uuid not null,
  charge_id     uuid not null,
  place         int not null,
  listed        numeric(12, 2) not null,
  discount      numeric(12, 2) not null check (discount > 0),
  limit_percent numeric(5, 2) not null,
  reason        text not null check (reason <> ''),
  asked_by      uuid not null,
  authorised_by uuid not null,
  at            timestamptz not null,
  version       bigint not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint discount_authorisations_once unique (clinic_id, charge_id, place),
  foreign key (clinic_id, asked_by) references memberships (clinic_id, id),
  foreign key (clinic_id, authorised_by) references memberships (clinic_id, id)
);
comment on column discount_authorisations.charge_id is 'the document or receipt has the same id';
comment on column discount_authorisations.listed is 'what the line comes to by the list';
comment on column discount_authorisations.discount is 'what was given off that, with IGV';
call tenant_table('discount_authorisations', 'insert');
call insert_only('discount_authorisations');
call audit_table('discount_authorisations', 'full');
