-- How somebody is called stands beside their work in every clinic of theirs: a change of it is a change of that
-- membership, whose own row stays as it is.
create function record_person_change() returns trigger language plpgsql as $$
declare
  work record;
  next bigint;
begin
  for work in select clinic_id, id from memberships where user_id = new.id order by clinic_id loop
    insert into change_counters as c (clinic_id, seq) values (work.clinic_id, 1)
      on conflict (clinic_id) do update set seq = c.seq + 1 returning seq into next;
    insert into change_log (clinic_id, seq, entity, entity_id, kind) values (work.clinic_id, next, 'doctor', work.id, 'updated');
  end loop;
  return null;
end $$;
create constraint trigger feed after update on users deferrable initially deferred for each row
  when ((old.name, old.title, old.college, old.college_number) is distinct from (new.name, new.title, new.college, new.college_number))
  execute function record_person_change();
