//go:build !js

package modules

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/audit"
)

// shown and touched are the two ways a column appears on the audit page: with its values, or only as changed.
func shown(label string) audit.Column   { return audit.Column{Label: label, Words: audit.AsStored} }
func touched(label string) audit.Column { return audit.Column{Label: label} }

// auditSubjects say how /auditoria speaks of each table. Encrypted and clinical columns are only said to have changed.
func (h *house) auditSubjects() []audit.Subject {
	state := audit.Column{Label: "estado", Words: func(s string) string { return agenda.Status(s).Label() }}
	roles := audit.Column{Label: "roles", Words: roleWords}
	active := audit.Column{Label: "activo", Words: yesNo}
	return []audit.Subject{
		{Entity: "clinics", Label: "Clínica", Columns: map[string]audit.Column{
			"name": shown("nombre"), "legal_name": shown("razón social"), "ruc": shown("RUC"), "phone": touched("teléfono"), "accent": shown("color"),
			"logo": touched("logotipo"), "time_zone": shown("zona horaria"), "lock_after_minutes": shown("minutos hasta bloquear"), "suspended_at": touched("suspensión"),
		}},
		{Entity: "sites", Label: "Sede", Names: h.siteNames, Columns: map[string]audit.Column{
			"name": shown("nombre"), "address": shown("dirección"), "ubigeo": shown("distrito"), "phone": shown("teléfono"), "active": active,
		}},
		{Entity: "memberships", Label: "Persona", Names: h.memberNames, Columns: map[string]audit.Column{
			"roles": roles, "specialty": shown("especialidad"), "site_id": touched("sede"), "active": active,
		}},
		{Entity: "invitations", Label: "Invitación", Columns: map[string]audit.Column{"roles": roles, "accepted_at": touched("aceptada"), "revoked_at": touched("retirada")}},
		{Entity: "services", Label: "Servicio", Names: h.serviceNames, Columns: map[string]audit.Column{
			"name": shown("nombre"), "duration_min": shown("minutos"), "price": shown("precio"), "specialty": shown("especialidad"), "active": active,
		}},
		{Entity: "service_doctors", Label: "Profesional de un servicio"},
		{Entity: "resources", Label: "Sillón o consultorio", Columns: map[string]audit.Column{"name": shown("nombre"), "kind": shown("tipo"), "active": active}},
		{Entity: "schedules", Label: "Horario", Columns: map[string]audit.Column{"weekday": touched("día"), "from_minute": touched("desde"), "to_minute": touched("hasta")}},
		{Entity: "schedule_exceptions", Label: "Bloqueo de horario", Columns: map[string]audit.Column{"start_time": touched("desde"), "end_time": touched("hasta"), "reason": shown("motivo")}},
		{Entity: "patients", Label: "Paciente", Names: h.patients.NamesByID, Columns: map[string]audit.Column{
			"first_name": shown("nombres"), "last_name": shown("apellido paterno"), "second_last_name": shown("apellido materno"), "sex": shown("sexo"),
			"birth_date": shown("nacimiento"), "document_type": shown("tipo de documento"), "document_number": touched("documento"), "phone": touched("celular"),
			"email": touched("correo"), "address": touched("dirección"), "ubigeo": shown("distrito"), "guardian": touched("apoderado"), "insurer": shown("seguro"),
			"insurance_number": touched("número de seguro"), "tags": shown("etiquetas"), "merged_into": touched("unión de fichas"),
		}},
		{Entity: "patient_merges", Label: "Unión de pacientes"},
		{Entity: "patient_imports", Label: "Importación de pacientes"},
		{Entity: "allergies", Label: "Alergia"},
		{Entity: "conditions", Label: "Enfermedad crónica"},
		{Entity: "blood_types", Label: "Grupo sanguíneo"},
		{Entity: "appointments", Label: "Cita", Columns: map[string]audit.Column{
			"status": state, "start_time": touched("hora"), "end_time": touched("fin"), "doctor_id": touched("profesional"), "site_id": touched("sede"),
			"resource_id": touched("consultorio"), "service_id": touched("servicio"), "arrived_at": touched("llegada"), "cancel_reason": touched("motivo"),
			"notes": touched("nota"), "overbooked": touched("sobreturno"), "needs_reschedule": touched("por reprogramar"),
		}},
		{Entity: "route", Label: "Página no permitida"},
	}
}

func roleWords(stored string) string {
	names := strings.FieldsFunc(stored, func(r rune) bool { return strings.ContainsRune(`[]{}", `, r) })
	return accounts.RoleLabels(accounts.ParseRoles(names))
}

func yesNo(stored string) string {
	if stored == "true" {
		return "sí"
	}
	return "no"
}

func (h *house) siteNames(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	sites, err := h.staff.Sites(ctx)
	for _, s := range sites {
		names[s.ID] = s.Name
	}
	return names, err
}

func (h *house) memberNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	members, err := h.staff.Members(ctx, ids)
	for id, m := range members {
		names[id] = m.DisplayName()
	}
	return names, err
}

func (h *house) serviceNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	services, err := h.catalog.ServicesByID(ctx, ids)
	for id, s := range services {
		names[id] = s.Name
	}
	return names, err
}
