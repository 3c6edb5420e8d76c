package consent

import (
	"strings"

	"hampi/modules/accounts"
)

func joined(separator string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, separator)
}

// title is the name of the document by its answer.
func title(b Body) string {
	if b.Decision == Refused {
		return "Rechazo informado"
	}
	return "Consentimiento informado"
}

func (s Signer) line() string { return joined(", ", s.Name, s.Document, s.Relationship) }

func (d Professional) line() string { return joined(", ", d.Name, d.credentials()) }

func (d Professional) credentials() string { return joined(" · ", d.Profession, d.License) }

func aboutPatient(b Body) string { return joined(" · ", b.Patient.Document, "HC "+b.Patient.Record) }

func clinicLine(c accounts.Clinic) string {
	parts := []string{}
	if c.RUC != "" {
		parts = append(parts, "RUC "+c.RUC)
	}
	if c.Phone != "" {
		parts = append(parts, "Tel. "+c.Phone)
	}
	return strings.Join(parts, " · ")
}
