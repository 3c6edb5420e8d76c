//go:build !js

package sync

import "hampi/modules/platform/audit"

// AuditSubjects says how the audit page speaks of devices, of what they handed in and of conflicts. Of a change it says
// what changed and nothing more.
func AuditSubjects() []audit.Subject {
	return []audit.Subject{
		{Entity: "devices", Label: "Equipo", Names: deviceNames, Columns: map[string]audit.Column{
			"name": {Label: "Nombre"}, "revoked_at": {Label: "Retiro"}, "handed_in_at": {Label: "Entrega de lo no enviado"}, "wiped_at": {Label: "Borrado de lo guardado"},
			"number": {Label: "Número", Words: audit.AsStored}, "user": {Label: "Persona"}, "token_hash": {Label: "Acceso"}, "operations": {Label: "Operaciones", Words: audit.AsStored}, "unreadable": {Label: "No se pudieron abrir", Words: audit.AsStored},
		}},
		{Entity: "handed_in", Label: "Operación que un equipo entregó", Columns: map[string]audit.Column{"decision": {Label: "Decisión"}, "reason": {Label: "Motivo"}}},
		{Entity: "sync_conflicts", Label: "Conflicto de sincronización", Columns: map[string]audit.Column{"choice": {Label: "Decisión"}}},
	}
}
