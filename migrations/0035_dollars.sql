-- A payment is in the currency of its document. What a register counts and what a patient has in its favour are soles, so
-- dollars come and go through a bank alone. Sums keep the currencies apart.
alter table payments add column currency text not null default 'PEN' check (currency in ('PEN', 'USD'));

-- What was taken before has its document's currency. The owner fills it in, past the rules for rows, in this step alone.
alter table payments no force row level security;
alter table invoice_states no force row level security;
alter table invoice_contents no force row level security;
alter table payments disable trigger user;
update payments p set currency = c.currency from invoice_states s join invoice_contents c on c.clinic_id = s.clinic_id and c.id = s.content_id
  where s.clinic_id = p.clinic_id and s.invoice_id = p.invoice_id and c.currency <> 'PEN';
alter table payments enable trigger user;
alter table invoice_contents force row level security;
alter table invoice_states force row level security;
alter table payments force row level security;

-- Rows of before may break it, and stay as they are.
alter table payments add constraint payments_dollars check (currency = 'PEN' or method in ('card', 'transfer', 'deposit')) not valid;
comment on column payments.amount is 'in the currency; below zero what was given back';
comment on column invoice_states.charge is 'the total of its content, in the document''s currency; 0 for a credit note, which asks for nothing';
comment on column invoice_states.paid is 'the sum of its payments, in the document''s currency; what credit notes took back is not in it';
