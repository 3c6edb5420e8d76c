-- What a clinic is asked on its first day, who has asked to open one, and one open invitation a person.

alter table clinics
  add column specialties text[] not null default '{}',
  add column suspension_reason text not null default '';
grant update (specialties, onboarded_at) on clinics to hampi_app;

-- Somebody asked to open a clinic and has not yet shown that the e-mail is theirs.
create table signups (
  id           uuid primary key,
  content      bytea not null,
  token_hash   bytea unique,
  expires_at   timestamptz not null,
  sent_at      timestamptz,
  completed_at timestamptz,
  created_at   timestamptz not null default now()
);
comment on column signups.content is 'clinic, RUC, name, e-mail and password hash, sealed under the platform keyset';
call system_table('signups', 'select, insert, update, delete');

-- Two invitations of one person that are both open would be two links with two sets of roles.
alter table invitations add column email_key bigint, add column email_bidx bytea;
create unique index invitations_open on invitations (clinic_id, email_key, email_bidx)
  where accepted_at is null and revoked_at is null;
