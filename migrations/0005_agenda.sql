-- Who works when, and what has been promised to whom.

-- A weekly stretch of working hours. Minutes count from midnight in the clinic's zone; no stretch passes midnight.
create table schedules (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  doctor_id   uuid not null,
  site_id     uuid not null,
  weekday     smallint not null check (weekday between 0 and 6),
  from_minute smallint not null check (from_minute >= 0),
  to_minute   smallint not null check (to_minute <= 1440),
  resource_id uuid,
  valid_from  date not null,
  valid_until date,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint schedules_forward check (from_minute < to_minute),
  constraint schedules_dates check (valid_until is null or valid_until >= valid_from),
  constraint schedules_doctor foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  constraint schedules_site foreign key (clinic_id, site_id) references sites (clinic_id, id),
  constraint schedules_resource foreign key (clinic_id, resource_id) references resources (clinic_id, id),
  constraint schedules_in_one_place exclude using gist (clinic_id with =, doctor_id with =, weekday with =,
    int4range(from_minute, to_minute) with &&, daterange(valid_from, valid_until, '[]') with &&)
);
comment on column schedules.weekday is '0 Sunday … 6 Saturday';
create index schedules_doctor_day on schedules (clinic_id, doctor_id, weekday);
call tenant_table('schedules', 'insert, update, delete');
call audit_table('schedules', 'full');
call feed_table('schedules', 'schedule');

-- What differs from the weekly hours. Without a doctor it holds for everybody, without a site everywhere.
create table schedule_exceptions (
  clinic_id   uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id          uuid not null,
  kind        text not null check (kind in ('block', 'absence', 'extra', 'closed')),
  doctor_id   uuid,
  site_id     uuid,
  resource_id uuid,
  start_time  timestamptz not null,
  end_time    timestamptz not null,
  reason      text not null default '',
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint schedule_exceptions_forward check (start_time < end_time),
  constraint schedule_exceptions_whose check (kind = 'closed' or doctor_id is not null),
  constraint schedule_exceptions_doctor foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  constraint schedule_exceptions_site foreign key (clinic_id, site_id) references sites (clinic_id, id),
  constraint schedule_exceptions_resource foreign key (clinic_id, resource_id) references resources (clinic_id, id)
);
create index schedule_exceptions_end on schedule_exceptions (clinic_id, end_time, start_time);
call tenant_table('schedule_exceptions', 'insert, update, delete');
call audit_table('schedule_exceptions', 'full');
call feed_table('schedule_exceptions', 'schedule');

create table appointments (
  clinic_id        uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id               uuid not null,
  patient_id       uuid not null,
  doctor_id        uuid not null,
  service_id       uuid not null,
  site_id          uuid not null,
  resource_id      uuid,
  start_time       timestamptz not null,
  end_time         timestamptz not null,
  status           text not null check (status in ('scheduled', 'confirmed', 'in_progress', 'completed', 'no_show', 'cancelled')),
  arrived_at       timestamptz,
  cancel_reason    text not null default '',
  overbooked       boolean not null default false,
  needs_reschedule boolean not null default false,
  notes            text not null default '',
  booked_by        uuid,
  booked_as        text not null default '',
  field_clock      jsonb not null default '{}',
  version          bigint not null default 1,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  primary key (clinic_id, id),
  constraint appointments_forward check (start_time < end_time and end_time <= start_time + interval '24 hours'),
  constraint appointments_patient foreign key (clinic_id, patient_id) references patients (clinic_id, id),
  constraint appointments_doctor foreign key (clinic_id, doctor_id) references memberships (clinic_id, id),
  constraint appointments_service foreign key (clinic_id, service_id) references services (clinic_id, id),
  constraint appointments_site foreign key (clinic_id, site_id) references sites (clinic_id, id),
  constraint appointments_resource foreign key (clinic_id, resource_id) references resources (clinic_id, id),
  constraint appointments_booked_by foreign key (clinic_id, booked_by) references memberships (clinic_id, id),
  -- One patient at a time, for a professional and for a room or chair. What was attended, missed or cancelled holds
  -- no time; a sobreturno stands outside on purpose, and what lost its place while offline waits for another.
  constraint appointments_doctor_free exclude using gist
    (clinic_id with =, doctor_id with =, tstzrange(start_time, end_time, '[)') with &&)
    where (status in ('scheduled', 'confirmed', 'in_progress') and not overbooked and not needs_reschedule),
  constraint appointments_resource_free exclude using gist
    (clinic_id with =, resource_id with =, tstzrange(start_time, end_time, '[)') with &&)
    where (resource_id is not null and status in ('scheduled', 'confirmed', 'in_progress') and not overbooked and not needs_reschedule)
);
comment on column appointments.booked_as is 'hash of the booking as it was sent, by which a repetition is known';
comment on column appointments.field_clock is 'for each group of fields: the version, moment and author of its last change';
-- Ranges of start_time: the only comparison of times that uses an index under row-level security.
create index appointments_day on appointments (clinic_id, start_time);
create index appointments_doctor_day on appointments (clinic_id, doctor_id, start_time);
create index appointments_patient_day on appointments (clinic_id, patient_id, start_time);
create index appointments_booked on appointments (clinic_id, booked_by, created_at);
create index appointments_lost_place on appointments (clinic_id, start_time) where needs_reschedule;
call tenant_table('appointments', 'insert, update');
call audit_table('appointments', 'full');
call feed_table('appointments', 'appointment');

-- What happened to an appointment, in order; undoing reads from here what was before.
create table appointment_events (
  clinic_id      uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
  id             uuid not null,
  appointment_id uuid not null,
  at             timestamptz not null,
  by_id          uuid,
  what           text not null check (what in ('booked', 'edited', 'moved', 'arrived', 'status', 'undone')),
  from_status    text not null default '',
  to_status      text not null default '',
  undoes         uuid,
  primary key (clinic_id, id),
  constraint appointment_events_appointment foreign key (clinic_id, appointment_id) references appointments (clinic_id, id),
  constraint appointment_events_by foreign key (clinic_id, by_id) references memberships (clinic_id, id),
  constraint appointment_events_undoes foreign key (clinic_id, undoes) references appointment_events (clinic_id, id)
);
create index appointment_events_appointment on appointment_events (clinic_id, appointment_id, id);
call tenant_table('appointment_events', 'insert');
call insert_only('appointment_events');
