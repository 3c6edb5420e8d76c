-- A month's sums are read from the index alone: a content's row is wide, for what it says is sealed beside its amounts.
create index invoice_contents_books on invoice_contents (clinic_id, issued_on, id)
  include (invoice_id, taxable, exempt, unaffected, free, igv, discount, total, exchange_rate);
drop index invoice_contents_day;
