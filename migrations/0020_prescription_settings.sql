-- What stands at the head and the foot of a clinic's prescriptions: one row, none as long as nobody has set it.
create table prescription_settings (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id         uuid not null,
  name       text not null default '',
  address    text not null default '',
  phone      text not null default '',
  footer     text not null default '',
  logo       boolean not null default true,
  ipress     jsonb not null default '{}',
  by         uuid not null,
  version    bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint prescription_settings_one unique (clinic_id),
  foreign key (clinic_id, by) references memberships (clinic_id, id)
);
comment on column prescription_settings.ipress is 'the RENIPRESS code of each site, by its id';
call tenant_table('prescription_settings', 'insert, update');
call audit_table('prescription_settings', 'full');
call feed_table('prescription_settings', 'prescription_head');

-- A professional puts favourites in an order, and takes one out of it; the row stays so that this may be undone.
alter table prescription_favourites add column place int not null default 0, add column removed_at timestamptz;

-- What waits for its author's signature. Every page of a professional shows how much that is, and among the records of
-- years it would be looked for each time.
create table unsigned_records (
  clinic_id  uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  author_id  uuid not null,
  record_id  uuid not null,
  written_at timestamptz not null,
  primary key (clinic_id, author_id, record_id),
  foreign key (clinic_id, record_id) references medical_records (clinic_id, id)
);

-- The owner sees the rows of a forced table through no policy, so the wall is let down while it copies them.
alter table medical_records no force row level security;
alter table record_signatures no force row level security;
insert into unsigned_records (clinic_id, author_id, record_id, written_at)
  select clinic_id, author_id, id, written_at from medical_records r
   where not exists (select 1 from record_signatures s where s.clinic_id = r.clinic_id and s.record_id = r.id and s.signer_id = r.author_id);
alter table medical_records force row level security;
alter table record_signatures force row level security;

call tenant_table('unsigned_records', 'insert, delete');

create function record_waits() returns trigger language plpgsql as $$
begin
  insert into unsigned_records (clinic_id, author_id, record_id, written_at) values (new.clinic_id, new.author_id, new.id, new.written_at);
  return null;
end $$;
create trigger waits after insert on medical_records for each row execute function record_waits();

create function record_waits_no_more() returns trigger language plpgsql as $$
begin
  delete from unsigned_records where clinic_id = new.clinic_id and author_id = new.signer_id and record_id = new.record_id;
  return null;
end $$;
create trigger waits_no_more after insert on record_signatures for each row execute function record_waits_no_more();
