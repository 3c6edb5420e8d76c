-- A signature changes what devices show of a record: the record itself moves in the feed.
drop trigger feed on record_signatures;
create constraint trigger feed after insert on record_signatures
  deferrable initially deferred for each row execute function record_change_of('record', 'record_id', 'clinic_id');
