//go:build !js

package modules

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/audit"
	"hampi/modules/sync"
)

// shown and touched are the two ways a column appears on the audit page: with its values, or only as changed.
func shown(label string) audit.Column   { return audit.Column{Label: label, Words: audit.AsStored} }
func touched(label string) audit.Column { return audit.Column{Label: label} }

// auditSubjects say how /auditoria speaks of each table. Encrypted and clinical columns are only said to have changed.
func (h *house) auditSubjects() []audit.Subject {
	state := audit.Column{Label: "estado", Words: func(s string) string { return agenda.Status(s).Label() }}
	active := audit.Column{Label: "activo", Words: yesNo}
	return append(append(accounts.AuditSubjects(accounts.Colleagues{}), []audit.Subject{
		{Entity: "services", Label: "Servicio", Names: h.serviceNames, Columns: map[string]audit.Column{
			"name": shown("nombre"), "duration_min": shown("minutos"), "price": shown("precio"), "igv_code": shown("IGV"), "specialty": shown("especialidad"), "active": active,
		}},
		{Entity: "service_doctors", Label: "Profesional de un servicio"},
		{Entity: "resources", Label: "Sillón o consultorio", Columns: map[string]audit.Column{"name": shown("nombre"), "kind": shown("tipo"), "active": active}},
		{Entity: "products", Label: "Producto", Columns: map[string]audit.Column{
			"name": shown("nombre"), "code": shown("código"), "sunat_unit": shown("unidad"), "igv_code": shown("IGV"), "price": shown("precio"), "active": active,
		}},
		{Entity: "site_prices", Label: "Precio de una sede", Columns: map[string]audit.Column{"price": shown("precio"), "site_id": touched("sede")}},
		{Entity: "agreements", Label: "Convenio", Columns: map[string]audit.Column{
			"name": shown("nombre"), "ruc": shown("RUC"), "legal_name": shown("razón social"), "address": shown("dirección"), "copay_kind": shown("tipo de copago"),
			"copay": shown("copago"), "percent_off": shown("descuento"), "valid_from": shown("desde"), "valid_until": shown("hasta"), "active": active,
		}},
		{Entity: "agreement_prices", Label: "Precio de un convenio", Columns: map[string]audit.Column{"price": shown("precio")}},
		{Entity: "agreement_shares", Label: "Por facturar a un convenio"},
		{Entity: "discount_authorisations", Label: "Descuento autorizado", Columns: map[string]audit.Column{"discount": shown("descuento"), "reason": shown("motivo")}},
		{Entity: "schedules", Label: "Horario", Columns: map[string]audit.Column{"weekday": touched("día"), "from_minute": touched("desde"), "to_minute": touched("hasta")}},
		{Entity: "schedule_exceptions", Label: "Bloqueo de horario", Columns: map[string]audit.Column{"start_time": touched("desde"), "end_time": touched("hasta"), "reason": shown("motivo")}},
		{Entity: "patients", Label: "Paciente", Names: h.patients.NamesByID, Columns: map[string]audit.Column{
			"first_name": shown("nombres"), "last_name": shown("apellido paterno"), "second_last_name": shown("apellido materno"), "sex": shown("sexo"),
			"birth_date": shown("nacimiento"), "document_type": shown("tipo de documento"), "document_number": touched("documento"), "phone": touched("celular"),
			"email": touched("correo"), "address": touched("dirección"), "ubigeo": {Label: "distrito", Words: h.districtName}, "guardian": touched("apoderado"), "insurer": shown("seguro"),
			"insurance_number": touched("número de seguro"), "tags": shown("etiquetas"), "merged_into": touched("unión de fichas"),
		}},
		{Entity: "patient_merges", Label: "Unión de pacientes"},
		{Entity: "patient_imports", Label: "Importación de pacientes"},
		{Entity: "allergies", Label: "Alergia"},
		{Entity: "conditions", Label: "Enfermedad crónica"},
		{Entity: "blood_types", Label: "Grupo sanguíneo"},
		{Entity: "encounters", Label: "Atención"},
		{Entity: "record_drafts", Label: "Borrador de nota"},
		{Entity: "record_asides", Label: "Texto aparte de una nota"},
		{Entity: "medical_records", Label: "Documento de historia"},
		{Entity: "record_signatures", Label: "Firma", Columns: map[string]audit.Column{"name": shown("firmante"), "college_number": shown("colegiatura")}},
		{Entity: "observations", Label: "Resultado o función vital"},
		{Entity: "observation_acknowledgements", Label: "Valor crítico visto"},
		{Entity: "lab_orders", Label: "Orden de laboratorio"},
		{Entity: "lab_order_events", Label: "Orden de laboratorio revisada o anulada"},
		{Entity: "medication_requests", Label: "Medicamento recetado"},
		{Entity: "medication_stops", Label: "Medicamento suspendido"},
		{Entity: "patient_record", Label: "Lectura de historia", Names: h.patients.NamesByID},
		{Entity: "record_copies", Label: "Copia de historia"},
		{Entity: "consents", Label: "Consentimiento"},
		{Entity: "consent_signatures", Label: "Firma de un consentimiento", Columns: map[string]audit.Column{"name": shown("firmante"), "license": shown("colegiatura")}},
		{Entity: "prescription_sendings", Label: "Receta enviada"},
		{Entity: "consent_revocations", Label: "Consentimiento revocado"},
		{Entity: "consent_templates", Label: "Texto de consentimiento", Columns: map[string]audit.Column{"slug": shown("texto"), "edition": shown("edición"), "retired": active}},
		{Entity: "patient_assignments", Label: "Paciente asignado"},
		{Entity: "emergency_accesses", Label: "Historia abierta en emergencia", Columns: map[string]audit.Column{"reason": shown("motivo")}},
		{Entity: "emergency_reviews", Label: "Emergencia revisada"},
		{Entity: "prescription_settings", Label: "Cabecera de recetas", Columns: map[string]audit.Column{
			"name": shown("nombre"), "address": shown("dirección"), "phone": shown("teléfonos"), "footer": shown("pie"), "ipress": shown("códigos RENIPRESS"), "logo": touched("logotipo"),
		}},
		{Entity: "note_templates", Label: "Plantilla de nota", Columns: map[string]audit.Column{"slug": shown("plantilla"), "revision": shown("edición"), "retired": active}},
		{Entity: "appointments", Label: "Cita", Columns: map[string]audit.Column{
			"status": state, "start_time": touched("hora"), "end_time": touched("fin"), "doctor_id": touched("profesional"), "site_id": touched("sede"),
			"resource_id": touched("consultorio"), "service_id": touched("servicio"), "arrived_at": touched("llegada"), "cancel_reason": touched("motivo"),
			"notes": touched("nota"), "overbooked": touched("sobreturno"), "needs_reschedule": touched("por reprogramar"),
		}},
	}...), sync.AuditSubjects()...)
}

func yesNo(stored string) string {
	if stored == "true" {
		return "sí"
	}
	return "no"
}

func (h *house) serviceNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	services, err := h.catalog.ServicesByID(ctx, ids)
	for id, s := range services {
		names[id] = s.Name
	}
	return names, err
}

// districtName is the district of a code, in words.
func (h *house) districtName(code string) string {
	if place, ok := h.places.ByCode(code); ok {
		return place.Label()
	}
	return code
}
