-- A rule of doctors' fees holds from a day on, for the documents issued from then; the one before stays for those of before.
alter table fee_rules add column valid_from date not null default date '2000-01-01';
alter table fee_rules alter column valid_from drop default;
alter table fee_rules drop constraint fee_rules_one;
alter table fee_rules add constraint fee_rules_one unique nulls not distinct (clinic_id, doctor_id, service_id, valid_from);

create index fee_settlements_doctor on fee_settlements (clinic_id, doctor_id, to_on);
