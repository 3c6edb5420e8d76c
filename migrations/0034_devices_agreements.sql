-- Devices at the desk charge by agreements too: they hear of agreements, of their prices, and of who is charged by which.
call feed_table('agreements', 'agreement');
call feed_table('agreement_prices', 'agreement_price');
call feed_table('patient_agreements', 'patient_agreement');

-- What a line says stands in the sealed content alone.
alter table invoice_items drop column description;
