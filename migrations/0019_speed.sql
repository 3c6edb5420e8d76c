-- What every write pays for, paid with less: the audit of a change, its number in the feed, and the indexes of an
-- appointment whose state changes.

-- Whether an appointment keeps others from its hour, as a column of its own: an index over the state itself would be
-- written anew, with all others, whenever somebody is confirmed or arrives.
alter table appointments add column holds boolean generated always as
  (status in ('scheduled', 'confirmed', 'in_progress') and not overbooked and not needs_reschedule) stored;
alter table appointments drop constraint appointments_doctor_free;
alter table appointments drop constraint appointments_resource_free;
alter table appointments add constraint appointments_doctor_free exclude using gist
  (clinic_id with =, doctor_id with =, tstzrange(start_time, end_time, '[)') with &&) where (holds);
alter table appointments add constraint appointments_resource_free exclude using gist
  (clinic_id with =, resource_id with =, tstzrange(start_time, end_time, '[)') with &&) where (resource_id is not null and holds);
alter table appointments set (fillfactor = 85); -- room for the next state beside the last one

-- As before, with one pass over the columns instead of two. What follows from others (holds) is no change of its own.
-- TG_ARGV[0]: 'full' keeps old and new values; 'clinical' keeps the names of the changed columns and a hash.
create or replace function record_audit() returns trigger language plpgsql as $$
declare
  before jsonb;
  after jsonb;
  changed text[];
  row_clinic uuid;
  row_id uuid;
begin
  if tg_op <> 'INSERT' then before := to_jsonb(old) - 'holds'; end if;
  if tg_op <> 'DELETE' then after := to_jsonb(new) - 'holds'; end if;
  row_clinic := (coalesce(after, before) ->> case tg_table_name when 'clinics' then 'id' else 'clinic_id' end)::uuid;
  row_id := (coalesce(after, before) ->> 'id')::uuid;
  if tg_table_name = 'clinics' then -- a picture is not audit text
    before := before || jsonb_build_object('logo', md5(before ->> 'logo'));
    after := after || jsonb_build_object('logo', md5(after ->> 'logo'));
  end if;
  if tg_op = 'UPDATE' then
    select array_agg(c.key order by c.key), jsonb_object_agg(c.key, before -> c.key), jsonb_object_agg(c.key, c.value)
      into changed, before, after from jsonb_each(after) c where c.value is distinct from before -> c.key;
    if changed is null or changed <@ array['version', 'updated_at'] then return null; end if;
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

-- As before, the number and its row in one statement.
create or replace function record_change() returns trigger language plpgsql as $$
declare
  row_clinic uuid;
  row_id uuid;
begin
  if tg_op = 'DELETE' then row_clinic := old.clinic_id; row_id := old.id;
  else row_clinic := new.clinic_id; row_id := new.id; end if;
  with next as (
    insert into change_counters as c (clinic_id, seq) values (row_clinic, 1)
      on conflict (clinic_id) do update set seq = c.seq + 1 returning seq)
  insert into change_log (clinic_id, seq, entity, entity_id, kind)
    select row_clinic, seq, tg_argv[0], row_id, case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'updated' else 'removed' end from next;
  return null;
end $$;
