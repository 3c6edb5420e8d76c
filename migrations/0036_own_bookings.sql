-- A record that opened by nothing but an appointment that the professional made stands beside the emergencies, once.
alter table emergency_accesses add column appointment_id uuid;
alter table emergency_accesses add constraint emergency_accesses_appointment
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id);
create unique index emergency_accesses_own on emergency_accesses (clinic_id, appointment_id);
comment on column emergency_accesses.appointment_id is 'of a record that opened by it; null of an emergency';
