-- What synchronisation keeps: operations that arrived, what became of them, what did not win.

-- Changes at once when a backup was restored: devices then send again what they had sent, and download anew.
create table sync_epoch (
  one   boolean primary key default true check (one),
  epoch uuid not null default gen_random_uuid(),
  since timestamptz not null default now()
);
insert into sync_epoch default values;
grant select on sync_epoch to hampi_app, hampi_backup;
grant select, update on sync_epoch to hampi_system;

-- Every operation lies here before it is carried out, and leaves with its answer.
create table sync_queue (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  place        bigint generated always as identity,
  user_id      uuid not null,
  device       text not null default '',
  body         bytea not null,
  body_hash    bytea not null,
  received_at  timestamptz not null,
  tries        int not null default 0,
  waits_entity text not null default '',
  waits_id     uuid,
  primary key (clinic_id, id)
);
comment on column sync_queue.id is 'the op_id';
create index sync_queue_place on sync_queue (clinic_id, user_id, place);
create index sync_queue_waits on sync_queue (clinic_id, waits_id) where waits_id is not null;
call tenant_table('sync_queue', 'insert, delete');
grant update (body, tries, waits_entity, waits_id) on sync_queue to hampi_app;

-- An operation id is answered once, whether a form brought it or a device.
alter table sync_ops
  add column kind      text not null default 'form' check (kind in ('form', 'sync')),
  add column entity    text not null default '',
  add column action    text not null default '',
  add column object_id uuid,
  add column refused   boolean not null default false;
create index sync_ops_refused on sync_ops (clinic_id, object_id) where refused;

create table sync_conflicts (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  entity     text not null,
  object_id  uuid not null,
  op_id      uuid not null,
  status     text not null check (status in ('superseded', 'conflict')),
  user_id    uuid not null,
  device     text not null default '',
  at         timestamptz not null,
  content    bytea not null,
  decided_at timestamptz,
  decided_by uuid,
  choice     text not null default '',
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint sync_conflicts_decided check ((decided_at is null) = (decided_by is null))
);
comment on column sync_conflicts.content is 'what lost, what is kept and the ways out, sealed';
create index sync_conflicts_open on sync_conflicts (clinic_id, user_id, id) where decided_at is null;
call tenant_table('sync_conflicts', 'insert');
grant update (content, decided_at, decided_by, choice, version, updated_at) on sync_conflicts to hampi_app;
call audit_table('sync_conflicts', 'clinical');
call feed_table('sync_conflicts', 'conflict');

-- The log of changes is kept for 180 days; whoever was away longer downloads anew.
grant delete on change_log to hampi_app;
create index change_log_at on change_log (clinic_id, at);

-- A change of a row that is only a part of something is a change of that thing.
create function record_change_of() returns trigger language plpgsql as $$
declare
  touched jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  next bigint;
begin
  insert into change_counters as c (clinic_id, seq) values ((touched ->> tg_argv[2])::uuid, 1)
    on conflict (clinic_id) do update set seq = c.seq + 1 returning seq into next;
  insert into change_log (clinic_id, seq, entity, entity_id, kind)
    values ((touched ->> tg_argv[2])::uuid, next, tg_argv[0], (touched ->> tg_argv[1])::uuid, 'updated');
  return null;
end $$;
comment on function record_change_of() is 'TG_ARGV: the entity, the column of its id, the column of the clinic';

-- Who offers a service is part of the service.
drop trigger feed on service_doctors;
create constraint trigger feed after insert or update or delete on service_doctors
  deferrable initially deferred for each row execute function record_change_of('service', 'service_id', 'clinic_id');

-- The clinic's own row: its name, zone and colour.
create constraint trigger feed after update on clinics
  deferrable initially deferred for each row execute function record_change_of('clinic', 'id', 'id');
