// Package accounts keeps clinics and their sites, the people who work there, what each may do, and how they sign in.
package accounts

import "slices"

// Role is one hat of a person in a clinic; a membership holds a set of them.
type Role string

// The roles (DESIGN §4). SuperAdmin belongs to the platform and is never part of a membership.
const (
	Doctor       Role = "doctor"
	Assistant    Role = "assistant"
	Receptionist Role = "receptionist"
	Cashier      Role = "cashier"
	ClinicAdmin  Role = "clinic_admin"
	SuperAdmin   Role = "super_admin"
)

// Roles are the roles of a clinic, in the order in which their navigation and home count (UX §2).
func Roles() []Role { return []Role{Doctor, Assistant, Receptionist, Cashier, ClinicAdmin} }

// Label is the role's name on screens.
func (r Role) Label() string {
	switch r {
	case Doctor:
		return "Profesional"
	case Assistant:
		return "Asistente"
	case Receptionist:
		return "Recepción"
	case Cashier:
		return "Caja"
	case ClinicAdmin:
		return "Administración"
	case SuperAdmin:
		return "Plataforma"
	}
	return string(r)
}

// NeedsSecondFactor reports whether nothing opens for this role without a code (DESIGN: doctors and admins).
func (r Role) NeedsSecondFactor() bool { return r == Doctor || r == ClinicAdmin || r == SuperAdmin }

// AnyNeedsSecondFactor reports whether one of the roles asks for a second factor.
func AnyNeedsSecondFactor(roles []Role) bool {
	return slices.ContainsFunc(roles, Role.NeedsSecondFactor)
}
