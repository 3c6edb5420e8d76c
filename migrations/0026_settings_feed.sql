-- Devices that charge know what may be given off without authorisation.
call feed_table('billing_settings', 'billing_settings');
