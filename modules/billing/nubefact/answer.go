//go:build !js

package nubefact

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"hampi/modules/billing"
)

// reply is what came back, before anybody has understood it.
type reply struct {
	question
	status int
	body   []byte
	cut    bool // it ended early, or had no end in sight
}

// text is a value that the service writes as a string, a number, a boolean or null.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		*t = text(strings.TrimSpace(s))
		return nil
	}
	if word := strings.TrimSpace(string(raw)); word != "null" {
		*t = text(word)
	}
	return nil
}

// fields are those of every answer (manual, §5 and §7) and of every error (§8).
type fields struct {
	Type        text  `json:"tipo_de_comprobante"`
	Series      text  `json:"serie"`
	Number      text  `json:"numero"`
	Page        text  `json:"enlace"`
	PDF         text  `json:"enlace_del_pdf"`
	XML         text  `json:"enlace_del_xml"`
	CDR         text  `json:"enlace_del_cdr"`
	Accepted    *text `json:"aceptada_por_sunat"` // always there in what was understood
	Description text  `json:"sunat_description"`
	Note        text  `json:"sunat_note"`
	Code        text  `json:"sunat_responsecode"`
	Problem     text  `json:"sunat_soap_error"`
	Ticket      text  `json:"sunat_ticket_numero"`
	Voided      text  `json:"anulado"`
	QR          text  `json:"cadena_para_codigo_qr"`
	Hash        text  `json:"codigo_hash"`

	Errors    json.RawMessage `json:"errors"` // a text or a list of texts
	Error     json.RawMessage `json:"error"`  // seen in its place
	ErrorCode text            `json:"codigo"`
}

// read understands a reply, or says that nobody can: then the document may be there or not.
func (r reply) read() billing.Answer {
	var f fields
	understood := !r.cut && json.Unmarshal(r.body, &f) == nil && bytes.HasPrefix(bytes.TrimSpace(r.body), []byte("{"))
	var a billing.Answer
	switch {
	case understood && (f.ErrorCode != "" || f.complaint() != ""):
		a = r.refusal(f)
	case understood && r.status == http.StatusOK && f.Accepted != nil && r.fits(f):
		a = f.answer()
	default:
		a = r.nonsense()
	}
	a.Status, a.Raw = r.status, r.body
	if !understood {
		a.Raw = r.body[:min(len(r.body), longestKept)]
	}
	return a
}

// fits reports whether an answer is about the document that was asked about.
func (r reply) fits(f fields) bool {
	same := func(got text, want string) bool { return got == "" || string(got) == want }
	number := strings.TrimLeft(string(f.Number), "0")
	return same(f.Type, strconv.Itoa(typeOf(r.about.Kind))) && same(f.Series, r.about.Series) && same(text(number), strconv.FormatInt(r.about.Number, 10))
}

// answer reads the state of a document or of a voiding.
func (f fields) answer() billing.Answer {
	a := billing.Answer{
		Sunat: billing.SunatAnswer{
			Code: string(f.Code), Description: string(f.Description), Note: string(f.Note), Problem: string(f.Problem), Ticket: string(f.Ticket),
		},
		Links: billing.Links{Page: string(f.Page), PDF: string(f.PDF), XML: string(f.XML), CDR: string(f.CDR)},
		Hash:  string(f.Hash), QR: string(f.QR), Held: held(string(f.QR)), Voided: f.Voided.yes(),
	}
	a.Outcome, a.Message = f.outcome()
	return a
}

func (t text) yes() bool { return strings.EqualFold(string(t), "true") || t == "1" }

// outcome reads what SUNAT says (manual §5.1). Codes under 2000 are exceptions: SUNAT has not looked at the document.
func (f fields) outcome() (billing.Outcome, string) {
	code, err := strconv.Atoi(string(f.Code))
	switch {
	case f.Accepted.yes():
		return billing.TakenAndAccepted, string(f.Note)
	case err == nil && code >= 2000:
		return billing.TakenAndRejected, "SUNAT no lo aceptó (" + string(f.Code) + "): " + string(f.Description)
	case err == nil && code > 0:
		return billing.TakenAndPending, "SUNAT aún no lo evaluó (" + string(f.Code) + "): " + string(f.Description)
	case f.Problem != "":
		return billing.TakenAndPending, "NubeFact lo tiene y SUNAT no responde: " + string(f.Problem)
	}
	return billing.TakenAndPending, ""
}

// refusal reads an error by its code; its words are for people and may change.
func (r reply) refusal(f fields) billing.Answer {
	words := f.complaint()
	a := billing.Answer{Code: string(f.ErrorCode), Message: words, Outcome: billing.NotValid}
	switch f.ErrorCode {
	case "10":
		a.Outcome, a.Field, a.Message = billing.NotAuthorised, "token", "NubeFact no reconoce la clave de la cuenta. Revísela en Series y SUNAT."
	case "11":
		a.Outcome, a.Field, a.Message = billing.NotAuthorised, "route", "NubeFact no conoce esa ruta. Revísela en Series y SUNAT."
	case "50", "51":
		a.Outcome, a.Message = billing.NotAuthorised, "La cuenta de NubeFact está suspendida: "+words
	case "12", "20", "21", "22":
		a.Field = fieldIn(words)
	case "23":
		a.Outcome = billing.AlreadyThere
	case "24":
		a.Outcome = r.absence()
	case "40":
		a.Outcome = billing.NotUnderstood
	case "":
		return r.codeless(words)
	default:
		a.Outcome, a.Field = byStatus(r.status), fieldIn(words)
	}
	return a
}

// absence: a note that is refused so amends what is not there, which is a fault in its data.
func (r reply) absence() billing.Outcome {
	if r.operation == emission {
		return billing.NotValid
	}
	return billing.NotThere
}

// codeless reads a complaint by its status.
func (r reply) codeless(words string) billing.Answer {
	a := r.nonsense()
	if r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity {
		a.Outcome, a.Field = billing.NotValid, fieldIn(words)
	}
	a.Message = words
	return a
}

func byStatus(status int) billing.Outcome {
	if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		return billing.NotValid
	}
	return billing.NotUnderstood
}

// nonsense decides by the status alone: a few say that nothing was taken, after all others somebody has to ask.
func (r reply) nonsense() billing.Answer {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return billing.Answer{Outcome: billing.NotAuthorised, Field: "token", Message: "NubeFact no reconoce la clave de la cuenta. Revísela en Series y SUNAT."}
	case http.StatusNotFound:
		return billing.Answer{Outcome: billing.NotAuthorised, Field: "route", Message: "En esa ruta no responde NubeFact. Revísela en Series y SUNAT."}
	case http.StatusTooManyRequests:
		return billing.Answer{Outcome: billing.NotReached, Message: "NubeFact pide esperar un momento."}
	}
	return billing.Answer{Outcome: billing.NotUnderstood, Message: "La respuesta de NubeFact no se entiende; se consultará si lo recibió."}
}

// complaint is the text of an error: one sentence, or several joined.
func (f fields) complaint() string {
	for _, raw := range []json.RawMessage{f.Errors, f.Error} {
		var one text
		var many []text
		if json.Unmarshal(raw, &many) == nil && len(many) > 0 {
			words := make([]string, len(many))
			for i, w := range many {
				words[i] = string(w)
			}
			return strings.Join(words, " ")
		}
		if len(raw) > 0 && json.Unmarshal(raw, &one) == nil && one != "" {
			return string(one)
		}
	}
	return ""
}
