package tenancy_test

// globalTables belong to no clinic. A table without clinic_id that is not here fails; so does one here that is gone.
var globalTables = []string{
	"clinics",                      // the clinics themselves; a clinic sees its own row
	"users",                        // people may work in several clinics; a clinic sees name, college and number of its own
	"migrations",                   // which steps the schema has seen
	"sync_epoch",                   // one word that all devices compare, changed when a backup was restored
	"code_versions", "cie10_codes", // what hampi import loaded: the same for everybody
	// What happens before a clinic is known: the system's login alone.
	"user_emails", "recovery_codes", "refresh_tokens", "password_resets", "login_attempts", "sessions", "signups",
	"signing_keys", // a person's, whatever clinic they sign in; a clinic sees the public halves of its people
	// These name a clinic and yet belong to the platform.
	"keysets",         // wrapped keys; the platform's own has the zero id
	"key_rotations",   // how far a rotation of them is
	"logins",          // a person's log-ins; the clinic is the one they chose, if any
	"security_events", // what happens before a clinic is known
	// The job queue carries ids only.
	"river_job", "river_leader", "river_queue", "river_migration", "river_notification",
}

// appMayOnGlobal is all that the clinics' login may do with global tables; column grants are listed by the column.
var appMayOnGlobal = map[string][]string{
	"clinics": {
		"SELECT", "UPDATE(name)", "UPDATE(legal_name)", "UPDATE(ruc)", "UPDATE(phone)", "UPDATE(time_zone)", "UPDATE(accent)", "UPDATE(logo)",
		"UPDATE(logo_type)", "UPDATE(lock_after_minutes)", "UPDATE(version)", "UPDATE(updated_at)", "UPDATE(specialties)", "UPDATE(onboarded_at)", "UPDATE(offline_start)",
	},
	"users":         {"SELECT(id)", "SELECT(name)", "SELECT(title)", "SELECT(college)", "SELECT(college_number)"},
	"signing_keys":  {"SELECT(id)", "SELECT(user_id)", "SELECT(public_key)", "SELECT(valid_from)", "SELECT(revoked_at)"},
	"migrations":    {"SELECT"},
	"sync_epoch":    {"SELECT"},
	"code_versions": {"SELECT"}, "cie10_codes": {"SELECT"},
	"river_job": anything, "river_leader": anything, "river_queue": anything, "river_migration": anything, "river_notification": anything,
}

var anything = []string{"SELECT", "INSERT", "UPDATE", "DELETE"}

// withoutRowSecurity are global tables that no policy guards: nothing in them belongs to anybody.
var withoutRowSecurity = []string{
	"migrations", "sync_epoch", "code_versions", "cie10_codes", "river_job", "river_leader", "river_queue", "river_migration", "river_notification",
}

// auditFields are what is told of an act. Its time, its transaction and its place in the chain are the server's to say.
var auditFields = []string{
	"INSERT(clinic_id)", "INSERT(user_id)", "INSERT(request_id)", "INSERT(ip)", "INSERT(action)", "INSERT(entity)", "INSERT(entity_id)", "INSERT(old)", "INSERT(new)",
}

// systemSees are the tenant tables that the system's login reaches across clinics, with what it may do there.
var systemSees = map[string][]string{
	"sites":           {"SELECT", "INSERT"},
	"memberships":     {"SELECT", "INSERT", "UPDATE"},
	"invitations":     {"SELECT", "UPDATE"},
	"change_counters": {"SELECT", "INSERT", "UPDATE"}, // numbers what the system changes for the devices of a clinic
	"change_log":      {"INSERT"},
	"consent_codes":   {"SELECT"},  // the same of a consent's
	"signature_codes": {"SELECT"},  // which clinic a verification code belongs to
	"audit_log":       auditFields, // it is watched too, and reads nothing of it
}

// sealerSees are the tables of the login that seals the audit.
var sealerSees = map[string][]string{
	"audit_log":   {"SELECT", "UPDATE(seal_no)"}, // a trigger lets it set the number once
	"audit_seals": {"SELECT", "INSERT"},
	"clinics":     {"SELECT(id)", "SELECT(name)"},
}

// insertOnly are the tables whose rows nobody changes, with the function that refuses it.
var insertOnly = map[string]string{
	"audit_log":                    "refuse_audit_change", // lets the sealer number a row once
	"audit_seals":                  "refuse_change",
	"security_events":              "refuse_change",
	"patient_merges":               "refuse_change",
	"patient_aliases":              "refuse_change",
	"appointment_events":           "refuse_change",
	"medical_records":              "refuse_change",
	"record_signatures":            "refuse_change",
	"signature_codes":              "refuse_change",
	"record_diagnoses":             "refuse_change",
	"observations":                 "refuse_change",
	"observation_acknowledgements": "refuse_change",
	"lab_orders":                   "refuse_change",
	"lab_order_events":             "refuse_change",
	"medication_requests":          "refuse_change",
	"medication_stops":             "refuse_change",
	"patient_assignments":          "refuse_change",
	"emergency_accesses":           "refuse_change",
	"emergency_reviews":            "refuse_change",
	"note_templates":               "refuse_change",
	"invoices":                     "refuse_change",
	"invoice_items":                "refuse_change",
	"cash_movements":               "refuse_change",
	"payments":                     "payment_gets_document", // one taken with a receipt belongs to its document from then on
	"receipts":                     "keep_receipt",          // gets its document once
	"cash_session_aliases":         "refuse_change",
	"discount_authorisations":      "refuse_change",
	"invoice_deductions":           "refuse_change",
	"invoice_instalments":          "refuse_change",
	"balance_payouts":              "refuse_change",
	"fee_settlements":              "refuse_change",
	"fee_lines":                    "refuse_change",
	"invoice_contents":             "keep_but_sealed", // what is sealed is sealed again when keys are rotated
	"invoice_events":               "keep_but_sealed",
	"consent_templates":            "refuse_change",
	"consent_revocations":          "refuse_change",
	"consent_signatures":           "refuse_change",
	"consent_codes":                "refuse_change",
	"prescription_sendings":        "refuse_change",
	"consents":                     "keep_consent", // its body is sealed again when keys are rotated
	"signing_keys":                 "revoke_once",
	"files":                        "keep_file",   // hidden once; its key is sealed again when keys are rotated
	"allergies":                    "retire_once", // what was noted stays; it may be retired, once
	"conditions":                   "retire_once",
}

// appMayChange are the columns that may yet be set on insert-only tables.
var appMayChange = map[string][]string{
	"files":            {"sealed_key", "hidden_at", "hidden_by", "hidden_reason", "version", "updated_at"},
	"invoice_contents": {"body"}, "invoice_events": {"answer"},
	"payments":   {"invoice_id", "version", "updated_at"},
	"receipts":   {"body", "invoice_id", "problem", "version", "updated_at"},
	"consents":   {"body", "version", "updated_at"},
	"allergies":  {"retired_at", "retired_by", "retire_reason", "version", "updated_at"},
	"conditions": {"retired_at", "retired_by", "retire_reason", "version", "updated_at"},
}

// systemMayChange are the same for the system's login.
var systemMayChange = map[string][]string{
	"signing_keys": {"revoked_at", "sealed_key"}, // the trigger lets it revoke once, and a rotation seal again
}

// Exceptions from what every tenant table keeps, each with its reason.
var (
	noDefault = map[string]string{
		"audit_seals": "the sealer writes for all clinics and names the one it means",
	}
	noClinicKey = map[string]string{
		"audit_log":   "an audit row outlives everything, and a partitioned key check for each row would be dear",
		"audit_seals": "sealed for whatever clinic the audit row names",
	}
	indexElsewhere = map[string]string{
		"audit_log_unsealed":   "the sealer takes rows of all clinics in their order",
		"memberships_user":     "the system's login asks where a person works",
		"consent_codes_code":   "the system's login asks which clinic a consent's code belongs to",
		"signature_codes_code": "the system's login asks which clinic a verification code belongs to",
		"invitations_token":    "the system's login finds an invitation by its secret link",
	}
	definerRoutines = map[string]string{
		"audit_partitions": "the sealer makes the coming months' partitions with the owner's right",
	}
)
