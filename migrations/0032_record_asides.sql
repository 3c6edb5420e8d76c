-- What a window wrote of a note that went on in another one: kept beside the note until its author takes it over or lets
-- it go. It is no document; nothing is deleted.
create table record_asides (
  clinic_id    uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id           uuid not null,
  encounter_id uuid not null,
  patient_id   uuid not null,
  author_id    uuid not null,
  template_id  text not null,
  template_version int not null,
  body         jsonb not null,
  holder       text not null default '',
  written_at   timestamptz not null,
  dismissed_at timestamptz,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (clinic_id, id),
  foreign key (clinic_id, encounter_id) references encounters (clinic_id, id),
  foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  foreign key (clinic_id, author_id) references memberships (clinic_id, id)
);
comment on column record_asides.holder is 'the window that wrote it';
create index record_asides_author on record_asides (clinic_id, author_id, encounter_id) where dismissed_at is null;
create index record_asides_encounter on record_asides (clinic_id, encounter_id);
create index record_asides_patient on record_asides (clinic_id, patient_id);
call tenant_table('record_asides', 'insert, update');
call audit_table('record_asides', 'clinical');
call feed_table('record_asides', 'record_aside');
