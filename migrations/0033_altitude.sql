-- How high a site lies: what saturation and haemoglobin are usual, and which are critical, depends on it. Null: nobody said.
alter table sites add column altitude_m integer check (altitude_m between 0 and 5500);
comment on column sites.altitude_m is 'metres above the sea';
