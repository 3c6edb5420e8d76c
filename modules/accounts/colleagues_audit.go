//go:build !js

package accounts

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/platform/audit"
	"hampi/modules/platform/database"
)

// AuditSubjects says how the audit page speaks of accounts' tables. E-mails and links are encrypted and never shown.
func AuditSubjects(colleagues Colleagues) []audit.Subject {
	return []audit.Subject{
		{Entity: "clinics", Label: "Clínica", Names: nameOf("clinics"), Columns: map[string]audit.Column{
			"name": {Label: "Nombre", Words: audit.AsStored}, "legal_name": {Label: "Razón social", Words: audit.AsStored},
			"ruc": {Label: "RUC", Words: audit.AsStored}, "phone": {Label: "Teléfono", Words: audit.AsStored},
			"time_zone": {Label: "Zona horaria", Words: audit.AsStored}, "accent": {Label: "Color", Words: audit.AsStored},
			"lock_after_minutes": {Label: "Minutos hasta el bloqueo", Words: audit.AsStored}, "offline_start": {Label: "Abrir sin conexión", Words: audit.AsStored}, "logo": {Label: "Logo"}, "logo_type": {Label: "Tipo del logo", Words: audit.AsStored},
			"specialties": {Label: "Especialidades", Words: specialtiesInWords}, "suspended_at": {Label: "Suspensión"},
			"suspension_reason": {Label: "Motivo de la suspensión", Words: audit.AsStored}, "onboarded_at": {Label: "Preparación terminada"},
		}},
		{Entity: "sites", Label: "Sede", Names: nameOf("sites"), Columns: map[string]audit.Column{
			"name": {Label: "Nombre", Words: audit.AsStored}, "address": {Label: "Dirección", Words: audit.AsStored},
			"phone": {Label: "Teléfono", Words: audit.AsStored}, "altitude_m": {Label: "Altitud (m)", Words: audit.AsStored}, "active": {Label: "Abierta", Words: audit.AsStored},
		}},
		{Entity: "memberships", Label: "Persona", Names: colleagues.names, Columns: map[string]audit.Column{
			"roles": {Label: "Roles", Words: rolesInWords}, "specialty": {Label: "Especialidad", Words: SpecialtyLabel},
			"site_id": {Label: "Sede habitual"}, "active": {Label: "Activa", Words: audit.AsStored},
		}},
		{Entity: "invitations", Label: "Invitación", Names: nameOf("invitations"), Columns: map[string]audit.Column{
			"email": {Label: "Correo"}, "email_key": {Label: "Correo"}, "email_bidx": {Label: "Correo"}, "token_hash": {Label: "Enlace"},
			"sent_at": {Label: "Enviada"}, "accepted_at": {Label: "Aceptada"}, "revoked_at": {Label: "Retirada"}, "expires_at": {Label: "Plazo"},
		}},
		{Entity: "route", Label: "Página", Columns: map[string]audit.Column{"route": {Label: "Dirección", Words: audit.AsStored}}},
	}
}

func rolesInWords(stored string) string { return RoleLabels(ParseRoles(strings.Split(stored, ","))) }

func specialtiesInWords(stored string) string {
	var words []string
	for _, key := range strings.Split(stored, ",") {
		words = append(words, SpecialtyLabel(key))
	}
	return strings.Join(words, ", ")
}

func (c Colleagues) names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	people, err := c.Members(ctx, ids)
	names := map[uuid.UUID]string{}
	for id, m := range people {
		names[id] = m.DisplayName()
	}
	return names, err
}

// nameOf reads the column name of a table of ours.
func nameOf(table string) func(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) {
	return func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
		var rows []NamedID
		if err := database.From(ctx).Table(table).Select("id, name").Where("id in ?", ids).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("read names for the audit: %w", err)
		}
		names := map[uuid.UUID]string{}
		for _, row := range rows {
			names[row.ID] = row.Name
		}
		return names, nil
	}
}
