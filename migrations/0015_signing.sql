-- Keys to sign with, one in force a person. The private half lies under the platform's keyset, for the system's login
-- alone. A key is never changed, only revoked, once: what was signed before that stands.
create table signing_keys (
  id          uuid primary key,
  user_id     uuid not null references users (id),
  public_key  bytea not null check (octet_length(public_key) = 32),
  sealed_key  bytea not null,
  valid_from  timestamptz not null,
  revoked_at  timestamptz check (revoked_at >= valid_from),
  created_at  timestamptz not null default now()
);
comment on column signing_keys.public_key is 'Ed25519';
create unique index signing_keys_current on signing_keys (user_id) where revoked_at is null;
create index signing_keys_user on signing_keys (user_id);
call system_table('signing_keys', 'select, insert, update (revoked_at, sealed_key)');

-- A clinic sees the public halves of its people, so that what they signed can be verified.
create policy colleagues on signing_keys for select to hampi_app
  using (exists (select 1 from memberships m
                  where m.user_id = signing_keys.user_id
                    and m.clinic_id = (select nullif(current_setting('app.clinic_id', true), '')::uuid)));
grant select (id, user_id, public_key, valid_from, revoked_at) on signing_keys to hampi_app;
create policy backup on signing_keys for select to hampi_backup using (true);
grant select on signing_keys to hampi_backup;

-- sealed_key may be written again: a rotation of the platform's keyset renews it.
create function revoke_once() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.revoked_at is null or new.revoked_at is not distinct from old.revoked_at)
     and (to_jsonb(old) - array['revoked_at', 'sealed_key']) = (to_jsonb(new) - array['revoked_at', 'sealed_key']) then
    return new;
  end if;
  raise exception 'rows of % are revoked once and never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger keep_rows before update or delete on signing_keys for each row execute function revoke_once();
create trigger keep_table before truncate on signing_keys for each statement execute function refuse_change();
