-- Tables of codes that somebody loads beside the program: what they are, whose they are, and what they say. They belong
-- to no clinic. Only the owner's login writes them (hampi import); clinics read.

create table code_versions (
  catalog   text primary key,
  name      text not null,
  version   text not null,
  source    text not null,
  notice    text not null,
  codes     int not null,
  loaded_at timestamptz not null default now()
);
comment on column code_versions.version is 'names the content: another one, another version';
comment on column code_versions.notice is 'the words of the licence that stand wherever the table is shown as such';

create table cie10_codes (
  code        text primary key,
  title       text not null,
  local_title text not null default '',
  sex         text not null default '',
  asterisk    boolean not null default false,
  heading     boolean not null default false,
  retired     boolean not null default false,
  constraint cie10_codes_dotted check (code ~ '^[A-Z][0-9]{2}(\.[0-9X][0-9A-Z]{0,2})?$'),
  constraint cie10_codes_sex check (sex in ('', 'F', 'M'))
);
comment on column cie10_codes.retired is 'no longer in the table that was loaded last: older records keep it';

grant select on code_versions, cie10_codes to hampi_app, hampi_backup;
