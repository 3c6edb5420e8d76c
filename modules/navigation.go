package modules

import (
	"slices"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/views"
)

// destination is one place of the navigation and what it takes to see it.
type destination struct {
	views.NavItem
	needs access.Permission
}

var (
	today     = destination{views.NavItem{Label: "Hoy", Href: "/hoy", Icon: "sun", Key: "g h"}, accounts.AgendaRead}
	agendaDay = destination{views.NavItem{Label: "Agenda", Href: "/agenda", Icon: "calendar-days", Key: "g a"}, accounts.AgendaRead}
	people    = destination{views.NavItem{Label: "Pacientes", Href: "/pacientes", Icon: "users", Key: "g p"}, accounts.PatientsRead}
	results   = destination{views.NavItem{Label: "Resultados", Href: "/resultados", Icon: "flask-conical"}, accounts.HCEWrite}
	toSign    = destination{views.NavItem{Label: "Por firmar", Href: waitingPath, Icon: "pen-line"}, accounts.HCEWrite}
	cash      = destination{views.NavItem{Label: "Caja", Href: "/caja", Icon: "wallet", Key: "g c"}, accounts.BillingCharge}
	documents = destination{views.NavItem{Label: "Comprobantes", Href: documentsPath, Icon: "receipt"}, accounts.BillingCharge}
	reports   = destination{views.NavItem{Label: "Reportes", Href: "/reportes/ventas", Icon: "file-spreadsheet"}, accounts.BillingBooks}
	ownFees   = destination{views.NavItem{Label: "Honorarios", Href: "/honorarios", Icon: "hand-coins"}, accounts.BillingFees}
	auditLog  = destination{views.NavItem{Label: "Auditoría", Href: "/auditoria", Icon: "scroll-text"}, accounts.AuditRead}
	settingsP = destination{views.NavItem{Label: "Configuración", Href: "/configuracion", Icon: "settings"}, accounts.SettingsClinic}
	clinics   = destination{views.NavItem{Label: "Clínicas", Href: "/plataforma/clinicas", Icon: "building-2"}, accounts.PlatformClinics}
	jobQueue  = destination{views.NavItem{Label: "Trabajos", Href: "/plataforma/trabajos", Icon: "list-checks"}, accounts.PlatformJobs}
)

// waitingPath is where somebody's own documents wait for a signature.
const waitingPath = "/por-firmar"

// documentsPath is where electronic documents are; those that wait for a person are counted there.
const documentsPath = "/comprobantes"

// sidebarOf is the list of each role, in its order (UX §2). It names only what exists.
func sidebarOf(r accounts.Role) []destination {
	switch r {
	case accounts.Doctor:
		return []destination{today, agendaDay, people, toSign, results, ownFees}
	case accounts.Assistant:
		return []destination{today, agendaDay, people}
	case accounts.Receptionist:
		return []destination{agendaDay, people, cash, documents}
	case accounts.Cashier:
		return []destination{cash, documents, people, agendaDay}
	case accounts.ClinicAdmin:
		return []destination{agendaDay, people, cash, documents, reports, auditLog, settingsP}
	case accounts.SuperAdmin:
		return []destination{clinics, jobQueue}
	}
	return nil
}

// bottomOf is the phone's bar of each role; ＋ and Más are added by the shell.
func bottomOf(r accounts.Role) []destination {
	switch r {
	case accounts.Doctor:
		return []destination{today, people, toSign}
	case accounts.Assistant:
		return []destination{today, people, agendaDay}
	case accounts.Cashier:
		return []destination{cash, people, documents}
	case accounts.SuperAdmin:
		return []destination{clinics}
	}
	return []destination{today, people, cash}
}

// homeOf is where somebody lands: the home of the first role (UX §2).
func homeOf(who access.Identity) string {
	roles := rolesOf(who)
	if len(roles) == 0 {
		return "/mi-cuenta"
	}
	switch roles[0] {
	case accounts.Doctor, accounts.Assistant:
		return today.Href
	case accounts.Cashier:
		return cash.Href
	case accounts.SuperAdmin:
		return clinics.Href
	}
	return agendaDay.Href
}

// rolesOf are the roles of who in the order in which they count; the platform's person has that one alone.
func rolesOf(who access.Identity) []accounts.Role {
	if who.Has(string(accounts.SuperAdmin)) {
		return []accounts.Role{accounts.SuperAdmin}
	}
	var roles []accounts.Role
	for _, r := range accounts.Roles() {
		if who.Has(string(r)) {
			roles = append(roles, r)
		}
	}
	return roles
}

// navigation is the union of the roles' lists, each place once, with the current one marked.
func navigation(who access.Identity, list func(accounts.Role) []destination, current string) []views.NavItem {
	var items []views.NavItem
	for _, role := range rolesOf(who) {
		for _, d := range list(role) {
			there := slices.ContainsFunc(items, func(i views.NavItem) bool { return i.Href == d.Href })
			if there || !who.Can(d.needs) {
				continue
			}
			item := d.NavItem
			item.Current = item.Href == current
			items = append(items, item)
		}
	}
	return items
}

// bottomBar is the first role's bar; the second and later roles' places stand under Más.
func bottomBar(who access.Identity, current string) []views.NavItem {
	roles := rolesOf(who)
	if len(roles) == 0 {
		return nil
	}
	first := roles[0]
	return navigation(who, func(r accounts.Role) []destination {
		if r != first {
			return nil
		}
		return bottomOf(r)
	}, current)
}

// quickCreate is what ＋ and N offer: only what the person may do.
func quickCreate(who access.Identity) []views.NavItem {
	var items []views.NavItem
	if who.Can(accounts.AgendaBook) {
		items = append(items, views.NavItem{Label: "Cita", Href: "/citas/nueva", Icon: "calendar-plus", Key: "r", Dialog: true})
	}
	if who.Can(accounts.PatientsWrite) {
		items = append(items, views.NavItem{Label: "Paciente", Href: "/pacientes/nuevo", Icon: "user-plus", Key: "p"})
	}
	if who.Can(accounts.BillingCharge) {
		items = append(items, views.NavItem{Label: "Cobro", Href: "/cobros/nuevo", Icon: "wallet", Key: "c"})
	}
	if who.Can(accounts.AgendaBlock) {
		items = append(items, views.NavItem{Label: "Bloqueo de horario", Href: "/agenda/bloqueos/nuevo", Icon: "calendar-off", Dialog: true})
	}
	return items
}
