-- What devices print and prescribe with: a professional's favourites, and the clinic's picture.
call feed_table('prescription_favourites', 'favourite');

create constraint trigger feed_logo after update of logo on clinics
  deferrable initially deferred for each row execute function record_change_of('clinic_logo', 'id', 'id');
