-- What every clinic stands on: isolation, change feed, audit, keys, answered operations.

create extension if not exists btree_gist;
create extension if not exists citext;
create extension if not exists pg_trgm;
create extension if not exists pgcrypto;
create extension if not exists unaccent;

revoke all on schema public from public;
grant usage on schema public to hampi_app, hampi_system, hampi_sealer, hampi_backup;

create function app_clinic() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.clinic_id', true), '')::uuid $$;
create function app_user() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;

-- The wall of a tenant table: forced row-level security, its one policy, its grants.
-- writes: what the clinics' login may do besides select ('insert', 'insert, update', 'insert, update, delete').
create procedure tenant_table(t regclass, writes text) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', t);
  execute format('alter table %s force row level security', t);
  execute format('create policy clinic on %s to hampi_app
    using      (clinic_id = (select nullif(current_setting(''app.clinic_id'', true), '''')::uuid))
    with check (clinic_id = (select nullif(current_setting(''app.clinic_id'', true), '''')::uuid))', t);
  execute format('create policy backup on %s for select to hampi_backup using (true)', t);
  execute format('grant select, %s on %s to hampi_app', writes, t);
  execute format('grant select on %s to hampi_backup', t);
end $$;

-- An account table is seen by the system's login too, across clinics: what happens before a clinic is known.
create procedure system_table(t regclass, rights text) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', t);
  execute format('alter table %s force row level security', t);
  execute format('create policy system on %s to hampi_system using (true) with check (true)', t);
  execute format('grant %s on %s to hampi_system', rights, t);
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;

-- What is written stays: nobody, the owner included, updates, deletes or truncates.
create procedure insert_only(t regclass) language plpgsql as $$
begin
  execute format('create trigger keep_rows before update or delete on %s for each row execute function refuse_change()', t);
  execute format('create trigger keep_table before truncate on %s for each statement execute function refuse_change()', t);
end $$;

-- Clinics -------------------------------------------------------------------------------------------------------------

create table clinics (
  id          uuid primary key,
  slug        text not null unique,
  name        text not null,
  legal_name  text not null default '',
  ruc         text not null default '',
  phone       text not null default '',
  time_zone   text not null default 'America/Lima',
  accent      text not null default 'agua',
  logo        bytea,
  logo_type   text not null default '',
  lock_after_minutes int not null default 15 check (lock_after_minutes between 1 and 60),
  suspended_at timestamptz,
  onboarded_at timestamptz,
  demo        boolean not null default false,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);
alter table clinics enable row level security;
alter table clinics force row level security;
create policy own on clinics to hampi_app
  using (id = (select nullif(current_setting('app.clinic_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.clinic_id', true), '')::uuid));
create policy backup on clinics for select to hampi_backup using (true);
create policy sealer on clinics for select to hampi_sealer using (true);
grant select, update (name, legal_name, ruc, phone, time_zone, accent, logo, logo_type, lock_after_minutes, version, updated_at) on clinics to hampi_app;
grant select on clinics to hampi_backup;
grant select (id, name) on clinics to hampi_sealer;
call system_table('clinics', 'select, insert, update');

-- Change feed: one number a clinic, given at commit, so that numbers become visible in order and without gaps --------

create table change_counters (
  clinic_id uuid primary key references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  seq       bigint not null default 0
);
call tenant_table('change_counters', 'insert, update');

create table change_log (
  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  seq       bigint not null,
  entity    text not null,
  entity_id uuid not null,
  kind      text not null,
  at        timestamptz not null default now(),
  primary key (clinic_id, seq)
);
create index change_log_entity on change_log (clinic_id, entity, entity_id, seq);
call tenant_table('change_log', 'insert');

create function record_change() returns trigger language plpgsql as $$
declare
  next bigint;
  row_clinic uuid;
  row_id uuid;
begin
  if tg_op = 'DELETE' then row_clinic := old.clinic_id; row_id := old.id;
  else row_clinic := new.clinic_id; row_id := new.id; end if;
  insert into change_counters as c (clinic_id, seq) values (row_clinic, 1)
    on conflict (clinic_id) do update set seq = c.seq + 1 returning seq into next;
  insert into change_log (clinic_id, seq, entity, entity_id, kind)
    values (row_clinic, next, tg_argv[0], row_id, case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'updated' else 'removed' end);
  return null;
end $$;

-- Deferred to the commit: writers of one clinic wait for each other only there.
create procedure feed_table(t regclass, entity text) language plpgsql as $$
begin
  execute format('create constraint trigger feed after insert or update or delete on %s
    deferrable initially deferred for each row execute function record_change(%L)', t, entity);
end $$;

-- Audit ---------------------------------------------------------------------------------------------------------------

create table audit_log (
  clinic_id  uuid not null default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         bigint generated always as identity,
  at         timestamptz not null default clock_timestamp(),
  xid        xid8 not null default pg_current_xact_id(),
  user_id    uuid,
  request_id text not null default '',
  ip         text not null default '',
  action     text not null,
  entity     text not null,
  entity_id  uuid,
  old        jsonb,
  new        jsonb,
  seal_no    bigint,
  primary key (clinic_id, id, at)
) partition by range (at);
create index audit_log_entity on audit_log (clinic_id, entity, entity_id, at);
create index audit_log_at on audit_log (clinic_id, at);
create index audit_log_unsealed on audit_log (id) where seal_no is null;
create index audit_log_sealed on audit_log (clinic_id, seal_no) where seal_no is not null;
create table audit_log_default partition of audit_log default;
-- Who writes down an act says neither its time nor its transaction nor its place in the chain.
call tenant_table('audit_log', 'insert (clinic_id, user_id, request_id, ip, action, entity, entity_id, old, new)');
call tenant_table('audit_log_default', 'insert');
revoke all on audit_log_default from hampi_app;
create policy system on audit_log for insert to hampi_system with check (true);
grant insert (clinic_id, user_id, request_id, ip, action, entity, entity_id, old, new) on audit_log to hampi_system;
create policy sealer on audit_log to hampi_sealer using (true) with check (true);
grant select, update (seal_no) on audit_log to hampi_sealer;

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and current_user = 'hampi_sealer' and old.seal_no is null and new.seal_no is not null
     and (to_jsonb(old) - 'seal_no') = (to_jsonb(new) - 'seal_no') then
    return new;
  end if;
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger keep_rows before update or delete on audit_log for each row execute function refuse_audit_change();
create trigger keep_table before truncate on audit_log for each statement execute function refuse_change();
create trigger keep_table before truncate on audit_log_default for each statement execute function refuse_change();

-- One seal a row: its place in the clinic's chain and the hash over the row and the hash before it.
create table audit_seals (
  clinic_id uuid not null,
  seal_no   bigint not null,
  audit_id  bigint not null,
  hash      bytea not null,
  sealed_at timestamptz not null default now(),
  primary key (clinic_id, seal_no),
  unique (clinic_id, audit_id)
);
call tenant_table('audit_seals', 'references');
revoke references on audit_seals from hampi_app;
create policy sealer on audit_seals to hampi_sealer using (true) with check (true);
grant select, insert on audit_seals to hampi_sealer;
call insert_only('audit_seals');

-- Months ahead, by the owner's right: the sealer calls it, and row-level security stands on each partition too.
create procedure audit_partitions(months int) language plpgsql security definer set search_path = public, pg_temp as $$
declare
  first date := date_trunc('month', now())::date;
  m int;
  part text;
begin
  for m in 0..months loop
    part := 'audit_log_' || to_char(first + make_interval(months => m), 'YYYYMM');
    if to_regclass(part) is null then
      execute format('create table %I partition of audit_log for values from (%L) to (%L)',
        part, first + make_interval(months => m), first + make_interval(months => m + 1));
      call tenant_table(part::regclass, 'insert');
      execute format('revoke all on %I from hampi_app', part);
      execute format('create trigger keep_table before truncate on %I for each statement execute function refuse_change()', part);
    end if;
  end loop;
end $$;
revoke all on procedure audit_partitions(int) from public;
grant execute on procedure audit_partitions(int) to hampi_sealer;
call audit_partitions(12);

-- TG_ARGV[0]: 'full' keeps old and new values; 'clinical' keeps the names of the changed columns and a hash.
create function record_audit() returns trigger language plpgsql as $$
declare
  before jsonb;
  after jsonb;
  changed text[];
  row_clinic uuid;
  row_id uuid;
begin
  if tg_op <> 'INSERT' then before := to_jsonb(old); end if;
  if tg_op <> 'DELETE' then after := to_jsonb(new); end if;
  row_clinic := (coalesce(after, before) ->> case tg_table_name when 'clinics' then 'id' else 'clinic_id' end)::uuid;
  row_id := (coalesce(after, before) ->> 'id')::uuid;
  if tg_table_name = 'clinics' then -- a picture is not audit text
    before := before || jsonb_build_object('logo', md5(before ->> 'logo'));
    after := after || jsonb_build_object('logo', md5(after ->> 'logo'));
  end if;
  if tg_op = 'UPDATE' then
    select array_agg(k order by k) into changed from jsonb_object_keys(after) k where after -> k is distinct from before -> k;
    if changed is null or changed <@ array['version', 'updated_at'] then return null; end if;
    select jsonb_object_agg(k, before -> k), jsonb_object_agg(k, after -> k) into before, after from unnest(changed) k;
  end if;
  if tg_argv[0] = 'clinical' then
    if before is not null then before := jsonb_build_object('sha256', encode(sha256(convert_to(before::text, 'UTF8')), 'hex')); end if;
    if after is not null then
      after := jsonb_build_object('sha256', encode(sha256(convert_to(after::text, 'UTF8')), 'hex'), 'columns', to_jsonb(changed));
    end if;
  end if;
  insert into audit_log (clinic_id, user_id, request_id, ip, action, entity, entity_id, old, new)
  values (row_clinic, app_user(), coalesce(current_setting('app.request_id', true), ''), coalesce(current_setting('app.ip', true), ''),
          lower(tg_op), tg_table_name, row_id, before, after);
  return null;
end $$;

create procedure audit_table(t regclass, detail text) language plpgsql as $$
begin
  execute format('create trigger audit after insert or update or delete on %s for each row execute function record_audit(%L)', t, detail);
end $$;
call audit_table('clinics', 'full');

-- Keys and answered operations --------------------------------------------------------------------------------------

-- Wrapped Tink keysets; the zero uuid is the platform's own. The master key is never here.
create table keysets (
  clinic_id  uuid primary key,
  aead       bytea not null,
  prf        bytea not null,
  version    int not null default 1,
  updated_at timestamptz not null default now()
);
call system_table('keysets', 'select, insert, update');
grant select on keysets to hampi_backup;
create policy backup on keysets for select to hampi_backup using (true);

-- One row without a module says at which stage a rotation is, and since when; one row for each module says how far
-- it has come in that stage.
create table key_rotations (
  clinic_id  uuid not null references keysets (clinic_id),
  module     text not null default '',
  stage      text not null,
  after_id   uuid,
  done       boolean not null default false,
  updated_at timestamptz not null default now(),
  primary key (clinic_id, module)
);
call system_table('key_rotations', 'select, insert, update, delete');

-- The first answer to an operation id, given again to whoever repeats it (a repeated POST, a queued write).
create table sync_ops (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  op_id      uuid not null,
  user_id    uuid not null,
  body_hash  bytea not null,
  status     int not null,
  answer     bytea not null,
  created_at timestamptz not null default now(),
  primary key (clinic_id, op_id)
);
create index sync_ops_created on sync_ops (clinic_id, created_at);
call tenant_table('sync_ops', 'insert, delete');
grant update (answer) on sync_ops to hampi_app; -- a rotation of keys writes it under the new one
