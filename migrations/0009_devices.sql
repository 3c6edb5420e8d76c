-- The devices that keep a clinic's data: what they are known by, the key that opens what they hand in, and the work
-- that a revoked one handed in, for a person to look at.

alter table clinics add column offline_start boolean not null default true;
comment on column clinics.offline_start is 'false: nothing opens without the server; no form of the data key lies under a password';
grant update (offline_start) on clinics to hampi_app;

-- The last time somebody showed again at this log-in who they are: by the password at the lock, or to change it.
alter table logins add column proven_at timestamptz;

create table device_counters (
  clinic_id uuid primary key references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  last      bigint not null
);
call tenant_table('device_counters', 'insert, update');

create table devices (
  clinic_id     uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id            uuid not null,
  number        bigint not null,
  membership_id uuid not null,
  user_id       uuid not null references users (id),
  name          text not null check (char_length(name) between 1 and 60),
  browser_hash  bytea not null,
  token_hash    bytea not null,
  sealed_key    bytea not null,
  revoked_at    timestamptz,
  revoked_by    uuid,
  handed_in_at  timestamptz,
  wiped_at      timestamptz,
  version       bigint not null default 1,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint devices_number unique (clinic_id, number),
  foreign key (clinic_id, membership_id) references memberships (clinic_id, id),
  foreign key (clinic_id, revoked_by) references memberships (clinic_id, id)
);
comment on column devices.browser_hash is 'of the browser''s own cookie: a browser whose store was wiped is the same device again';
comment on column devices.sealed_key is 'the device''s own key, under the clinic''s keys; it opens the data key that the device wrapped with it';
create unique index devices_browser on devices (clinic_id, membership_id, browser_hash) where revoked_at is null;
call tenant_table('devices', 'insert, update');
call audit_table('devices', 'clinical'); -- that it changed and in what: neither token nor key belongs into the audit

-- When a device was heard of last. It changes all day long and is no act of anybody, so it stands beside the audited row.
create table device_contacts (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  device_id    uuid not null,
  seen_at      timestamptz not null default now(),
  synced_at    timestamptz,
  skew_ms      bigint not null default 0,
  unsent       int not null default 0,
  primary key (clinic_id, device_id),
  foreign key (clinic_id, device_id) references devices (clinic_id, id)
);
call tenant_table('device_contacts', 'insert, update');

-- One operation that a device handed in instead of sending it.
create table handed_in (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  device_id  uuid not null,
  place      bigint not null,
  op_id      uuid,
  content    bytea,
  decision   text not null default '' check (decision in ('', 'applied', 'refused', 'discarded')),
  reason     bytea,
  decided_at timestamptz,
  decided_by uuid,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint handed_in_operation unique (clinic_id, device_id, op_id),
  foreign key (clinic_id, device_id) references devices (clinic_id, id),
  foreign key (clinic_id, decided_by) references memberships (clinic_id, id)
);
comment on column handed_in.place is 'in the device''s queue';
comment on column handed_in.content is 'the operation, sealed; null for one that could not be opened';
call tenant_table('handed_in', 'insert, update');
call audit_table('handed_in', 'clinical');
