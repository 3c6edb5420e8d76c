-- People, where they work, how they sign in.

create table users (
  id             uuid primary key,
  name           text not null,
  title          text not null default '',
  college        text not null default '',
  college_number text not null default '',
  email          bytea not null,
  password_hash  text not null default '',
  password_changed_at timestamptz,
  totp_secret    bytea,
  totp_pending   bytea,
  totp_confirmed_at timestamptz,
  totp_last_step bigint not null default 0,
  super_admin    boolean not null default false,
  shortcuts      boolean not null default true,
  disabled_at    timestamptz,
  version        bigint not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);
comment on column users.email is 'sealed under the platform keyset; found through user_emails';
call system_table('users', 'select, insert, update');
grant select on users to hampi_backup;
create policy backup on users for select to hampi_backup using (true);

create table user_emails (
  key_id  bigint not null,
  bidx    bytea not null,
  user_id uuid not null references users (id),
  primary key (key_id, bidx)
);
create index user_emails_user on user_emails (user_id);
call system_table('user_emails', 'select, insert, delete');
grant select on user_emails to hampi_backup;
create policy backup on user_emails for select to hampi_backup using (true);

create table recovery_codes (
  user_id uuid not null references users (id),
  id      uuid not null,
  hash    text not null,
  used_at timestamptz,
  primary key (user_id, id)
);
call system_table('recovery_codes', 'select, insert, update, delete');

create table sites (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  name       text not null,
  address    text not null default '',
  ubigeo     text not null default '',
  phone      text not null default '',
  active     boolean not null default true,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, name)
);
call tenant_table('sites', 'insert, update');
call system_table('sites', 'select, insert');
call audit_table('sites', 'full');
call feed_table('sites', 'site');

create table memberships (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  user_id    uuid not null references users (id),
  roles      text[] not null check (cardinality(roles) > 0),
  specialty  text not null default '',
  site_id    uuid,
  active     boolean not null default true,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, user_id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id)
);
create index memberships_user on memberships (user_id);
call tenant_table('memberships', 'insert, update');
call system_table('memberships', 'select, insert, update');
call audit_table('memberships', 'full');
call feed_table('memberships', 'doctor');
grant select, insert, update on change_counters to hampi_system;
create policy system on change_counters to hampi_system using (true) with check (true);
grant insert on change_log to hampi_system;
create policy system on change_log for insert to hampi_system with check (true);

-- Of a person the clinic sees name, college and number, and only of its own people.
create policy colleagues on users for select to hampi_app
  using (exists (select 1 from memberships m where m.user_id = users.id
                    and m.clinic_id = (select nullif(current_setting('app.clinic_id', true), '')::uuid)));
grant select (id, name, title, college, college_number) on users to hampi_app;

create table invitations (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  email       bytea not null,
  name        text not null,
  title       text not null default '',
  college     text not null default '',
  college_number text not null default '',
  roles       text[] not null check (cardinality(roles) > 0),
  specialty   text not null default '',
  site_id     uuid,
  invited_by  uuid not null,
  token_hash  bytea,
  expires_at  timestamptz not null,
  sent_at     timestamptz,
  accepted_at timestamptz,
  revoked_at  timestamptz,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id),
  unique (clinic_id, token_hash),
  foreign key (clinic_id, site_id) references sites (clinic_id, id),
  foreign key (clinic_id, invited_by) references memberships (clinic_id, id)
);
create index invitations_token on invitations (token_hash);
call tenant_table('invitations', 'insert, update');
call system_table('invitations', 'select, update');
call audit_table('invitations', 'full');

-- One row a log-in: a browser's session or a program's token family. Listed and revoked under "mis dispositivos".
create table logins (
  id            uuid primary key,
  user_id       uuid not null references users (id),
  clinic_id     uuid references clinics (id),
  membership_id uuid,
  site_id       uuid,
  kind          text not null check (kind in ('browser', 'api')),
  user_agent    text not null default '',
  ip            text not null default '',
  created_at    timestamptz not null default now(),
  last_seen_at  timestamptz not null default now(),
  locked_at     timestamptz,
  ends_at       timestamptz not null,
  ended_at      timestamptz,
  end_reason    text not null default '',
  foreign key (clinic_id, membership_id) references memberships (clinic_id, id),
  foreign key (clinic_id, site_id) references sites (clinic_id, id)
);
create index logins_user on logins (user_id, ended_at);
call system_table('logins', 'select, insert, update');

create table refresh_tokens (
  hash       bytea primary key,
  login_id   uuid not null references logins (id),
  expires_at timestamptz not null,
  used_at    timestamptz,
  created_at timestamptz not null default now()
);
create index refresh_tokens_login on refresh_tokens (login_id);
call system_table('refresh_tokens', 'select, insert, update');

create table password_resets (
  token_hash bytea primary key,
  user_id    uuid not null references users (id),
  expires_at timestamptz not null,
  used_at    timestamptz,
  created_at timestamptz not null default now()
);
call system_table('password_resets', 'select, insert, update');

-- Failures of one account, address or code; subject is a keyed hash, never the e-mail itself.
create table login_attempts (
  subject      text primary key,
  failures     int not null default 0,
  last_failure timestamptz not null default now(),
  locked_until timestamptz
);
call system_table('login_attempts', 'select, insert, update, delete');

create table security_events (
  id         uuid primary key,
  at         timestamptz not null default now(),
  kind       text not null,
  user_id    uuid,
  clinic_id  uuid,
  ip         text not null default '',
  request_id text not null default '',
  detail     jsonb not null default '{}'
);
create index security_events_at on security_events (at);
create index security_events_user on security_events (user_id, at);
call system_table('security_events', 'select, insert');
call insert_only('security_events');

-- The browsers' log-in sessions (scs); the token is kept hashed.
create table sessions (
  token  text primary key,
  data   bytea not null,
  expiry timestamptz not null
);
create index sessions_expiry on sessions (expiry);
call system_table('sessions', 'select, insert, update, delete');
