-- A signature changes what devices show of a record: the record itself moves in the feed.
create function record_change_of() returns trigger language plpgsql as $$
declare
  next bigint;
begin
  insert into change_counters as c (clinic_id, seq) values (new.clinic_id, 1)
    on conflict (clinic_id) do update set seq = c.seq + 1 returning seq into next;
  insert into change_log (clinic_id, seq, entity, entity_id, kind)
    values (new.clinic_id, next, tg_argv[0], (to_jsonb(new) ->> tg_argv[1])::uuid, 'updated');
  return null;
end $$;
drop trigger feed on record_signatures;
create constraint trigger feed after insert on record_signatures
  deferrable initially deferred for each row execute function record_change_of('record', 'record_id');
