-- What a clinic offers, and where it is done.

create table services (
  clinic_id     uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id            uuid not null,
  name          text not null,
  name_key      text not null,
  specialty     text not null default '',
  duration_min  int not null,
  price         numeric(8, 2) not null,
  resource_kind text not null default '',
  sunat_unit    text not null default 'ZZ',
  igv_code      text not null default '10',
  active        boolean not null default true,
  version       bigint not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint services_name unique (clinic_id, name_key),
  constraint services_duration check (duration_min between 5 and 480 and duration_min % 5 = 0),
  constraint services_price check (price >= 0),
  constraint services_resource_kind check (resource_kind in ('', 'sillon', 'consultorio', 'equipo'))
);
comment on column services.name_key is 'the name folded: two spellings of one name are one service';
comment on column services.sunat_unit is 'SUNAT catalogue 3: ZZ is a service';
comment on column services.igv_code is 'SUNAT catalogue 7: 10 is taxed';
call tenant_table('services', 'insert, update');
call audit_table('services', 'full');
call feed_table('services', 'service');

-- Who offers a service. Without a row, whoever has its specialty.
create table service_doctors (
  clinic_id     uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id            uuid not null,
  service_id    uuid not null,
  membership_id uuid not null,
  version       bigint not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint service_doctors_once unique (clinic_id, service_id, membership_id),
  constraint service_doctors_service foreign key (clinic_id, service_id) references services (clinic_id, id),
  constraint service_doctors_membership foreign key (clinic_id, membership_id) references memberships (clinic_id, id)
);
create index service_doctors_by_membership on service_doctors (clinic_id, membership_id);
call tenant_table('service_doctors', 'insert, update, delete');
call audit_table('service_doctors', 'full');
call feed_table('service_doctors', 'service_doctor');

-- Chairs, rooms and machines of a site: what an appointment occupies besides the professional.
create table resources (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  site_id    uuid not null,
  name       text not null,
  name_key   text not null,
  kind       text not null,
  active     boolean not null default true,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint resources_name unique (clinic_id, site_id, name_key),
  constraint resources_site foreign key (clinic_id, site_id) references sites (clinic_id, id),
  constraint resources_kind check (kind in ('sillon', 'consultorio', 'equipo'))
);
call tenant_table('resources', 'insert, update');
call audit_table('resources', 'full');
call feed_table('resources', 'resource');
