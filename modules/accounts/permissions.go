package accounts

import "hampi/modules/platform/access"

// What a role may do. A route declares one of these; services ask for the finer ones.
const (
	PatientsRead     access.Permission = "patients.read"     // names, documents, contact
	PatientsWrite    access.Permission = "patients.write"    // register and edit demographics
	PatientsBilling  access.Permission = "patients.billing"  // edit what a receipt needs, and no more
	PatientsClinical access.Permission = "patients.clinical" // blood type, allergies, chronic conditions
	PatientsMerge    access.Permission = "patients.merge"    // join two entries of one person, and undo it
	PatientsImport   access.Permission = "patients.import"   // lists from files
	PatientsExport   access.Permission = "patients.export"   // lists to files

	AgendaRead     access.Permission = "agenda.read"     // see the day
	AgendaBook     access.Permission = "agenda.book"     // book, move, cancel, arrivals
	AgendaOverbook access.Permission = "agenda.overbook" // sobreturno
	AgendaAttend   access.Permission = "agenda.attend"   // begin and complete an attention
	AgendaBlock    access.Permission = "agenda.block"    // block hours of a professional

	HCERead        access.Permission = "hce.read"        // the record of own patients, and of others in an emergency
	HCEWrite       access.Permission = "hce.write"       // attend, write, prescribe, order, sign
	HCETriage      access.Permission = "hce.triage"      // vitals, motive and photos of who has arrived
	HCEEmergencies access.Permission = "hce.emergencies" // who opened a record in an emergency, and assignments; no content
	HCESettings    access.Permission = "hce.settings"    // templates of notes, consents, the head of prescriptions

	BillingCharge   access.Permission = "billing.charge"   // charge, issue, one's own cash register
	BillingOverride access.Permission = "billing.override" // give back, void, discounts above the limit, every cash register
	BillingSettings access.Permission = "billing.settings" // series and the way to SUNAT
	BillingBooks    access.Permission = "billing.books"    // sales register, reports, what differs from the provider's view
	BillingFees     access.Permission = "billing.fees"     // one's own fees; with the books, everybody's

	CatalogRead access.Permission = "catalog.read" // services, professionals, sites

	SettingsClinic    access.Permission = "settings.clinic"    // data, logo, accent, zone, sites, rooms
	SettingsServices  access.Permission = "settings.services"  // services and prices
	SettingsSchedules access.Permission = "settings.schedules" // working hours
	SettingsPeople    access.Permission = "settings.people"    // people, roles, invitations
	SettingsSecurity  access.Permission = "settings.security"  // lock time and log-ins of others
	AuditRead         access.Permission = "audit.read"         // who did what

	PlatformClinics access.Permission = "platform.clinics" // the list of clinics, suspending one
	PlatformJobs    access.Permission = "platform.jobs"    // the job queue: what waits, what failed, trying it again
)

// permissions is the reviewed table of what each role may do. What is not there is not allowed.
func permissions(r Role) []access.Permission {
	switch r {
	case Doctor:
		return []access.Permission{
			PatientsRead, PatientsWrite, PatientsClinical,
			AgendaRead, AgendaBook, AgendaOverbook, AgendaAttend, AgendaBlock, CatalogRead,
			HCERead, HCEWrite, HCETriage, BillingFees,
		}
	case Assistant:
		return []access.Permission{PatientsRead, PatientsWrite, PatientsClinical, AgendaRead, AgendaBook, CatalogRead, HCETriage}
	case Receptionist:
		return []access.Permission{
			PatientsRead, PatientsWrite, PatientsBilling, AgendaRead, AgendaBook, AgendaOverbook, AgendaBlock, CatalogRead,
			BillingCharge,
		}
	case Cashier:
		return []access.Permission{PatientsRead, PatientsBilling, AgendaRead, CatalogRead, BillingCharge}
	case ClinicAdmin:
		return []access.Permission{
			PatientsRead, PatientsWrite, PatientsBilling, PatientsMerge, PatientsImport, PatientsExport,
			AgendaRead, AgendaBook, AgendaOverbook, AgendaBlock, CatalogRead,
			SettingsClinic, SettingsServices, SettingsSchedules, SettingsPeople, SettingsSecurity, AuditRead,
			HCEEmergencies, HCESettings, BillingCharge, BillingOverride, BillingSettings, BillingBooks, BillingFees,
		}
	case SuperAdmin:
		return []access.Permission{PlatformClinics, PlatformJobs}
	}
	return nil
}

// PermissionsOf is the union of what the roles may do.
func PermissionsOf(roles []Role) map[access.Permission]bool {
	may := map[access.Permission]bool{}
	for _, r := range roles {
		for _, p := range permissions(r) {
			may[p] = true
		}
	}
	return may
}
