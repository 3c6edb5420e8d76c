//go:build !js

package copies

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/consent"
)

func reader(text string) io.Reader { return strings.NewReader(text) }

// lists are what stands beside the documents.
func (z *bundle) lists(b book) error {
	for _, list := range []struct {
		path  string
		value any
	}{
		{"paciente.json", personOf(b)}, {"atenciones.json", attentionsOf(b)}, {"resultados.json", valuesOf(b)}, {"ordenes.json", ordersOf(b)},
		{"medicamentos.json", medicinesOf(b)}, {"consentimientos.json", consentsOf(b.consents)},
	} {
		if err := z.json(list.path, list.value); err != nil {
			return err
		}
	}
	return nil
}

type item struct {
	Name     string `json:"nombre"`
	Code     string `json:"codigo,omitempty"`
	Reaction string `json:"reaccion,omitempty"`
	Severity string `json:"severidad,omitempty"`
	Since    string `json:"desde,omitempty"`
}

func personOf(b book) any {
	p := b.Person
	born := ""
	if !p.BirthDate.IsZero() {
		born = p.BirthDate.Format(time.DateOnly)
	}
	allergies, conditions := []item{}, []item{}
	for _, a := range b.Clinical.Allergies {
		allergies = append(allergies, item{Name: a.Substance, Code: a.Code, Reaction: a.Reaction, Severity: string(a.Severity)})
	}
	for _, x := range b.Clinical.Conditions {
		conditions = append(conditions, item{Name: x.Name, Code: x.Code, Since: x.Since})
	}
	return map[string]any{
		"historia": p.Record(), "nombres": p.FirstName, "apellido_paterno": p.LastName, "apellido_materno": p.SecondLastName,
		"tipo_documento": string(p.Document.Type), "documento": p.Document.Number, "nacimiento": born, "sexo": string(p.Sex), "celular": p.Phone, "correo": p.Email,
		"direccion": p.Address.Text, "ubigeo": p.Address.Ubigeo, "apoderado": p.Guardian, "seguro": p.Insurance.Insurer, "numero_seguro": p.Insurance.Number,
		"grupo_sanguineo": b.Clinical.BloodType, "alergias": allergies, "enfermedades": conditions,
	}
}

type attention struct {
	ID        uuid.UUID  `json:"id"`
	Doctor    string     `json:"profesional"`
	Specialty string     `json:"especialidad"`
	Started   *time.Time `json:"inicio"`
	Ended     *time.Time `json:"fin"`
}

func attentionsOf(b book) []attention {
	list := []attention{}
	for _, a := range b.Attentions {
		list = append(list, attention{a.ID, b.Names[a.DoctorID], a.Specialty, a.StartedAt, a.EndedAt})
	}
	return list
}

type value struct {
	ID       uuid.UUID  `json:"id"`
	Code     string     `json:"loinc"`
	Name     string     `json:"nombre"`
	Value    string     `json:"valor"` // a decimal or words
	Unit     string     `json:"ucum"`
	Range    string     `json:"rango,omitempty"`
	Critical bool       `json:"critico,omitempty"`
	At       time.Time  `json:"tomado_el"`
	By       string     `json:"anoto"`
	Source   string     `json:"origen,omitempty"`
	Corrects *uuid.UUID `json:"corrige,omitempty"`
	Order    *uuid.UUID `json:"orden,omitempty"`
}

func valuesOf(b book) []value {
	list := []value{}
	for _, o := range b.Observed {
		text := o.ValueText
		if o.Value.Valid {
			text = o.Value.Decimal.String()
		}
		list = append(list, value{o.ID, o.Code, o.Label(), text, o.Unit, o.RefText, o.Critical, o.TakenAt.UTC(), b.Names[o.TakenBy], o.Source, o.CorrectsID, o.OrderID})
	}
	return list
}

type order struct {
	ID        uuid.UUID `json:"id"`
	Number    int64     `json:"numero"`
	Codes     []string  `json:"loinc"`
	Diagnosis string    `json:"diagnostico,omitempty"`
	Note      string    `json:"nota,omitempty"`
	At        time.Time `json:"pedida_el"`
	By        string    `json:"pidio"`
	Cancelled string    `json:"anulada,omitempty"`
}

func ordersOf(b book) []order {
	list := []order{}
	for _, o := range b.Orders {
		line := order{ID: o.ID, Number: o.Number, Codes: o.Codes, Diagnosis: o.Diagnosis, Note: o.Note, At: o.OrderedAt.UTC(), By: b.Names[o.OrderedBy]}
		if x := o.Cancelled(); x != nil {
			line.Cancelled = x.Reason
		}
		list = append(list, line)
	}
	return list
}

type medicine struct {
	ID      uuid.UUID `json:"id"`
	Record  uuid.UUID `json:"receta"`
	Item    any       `json:"indicacion"`
	At      time.Time `json:"recetado_el"`
	Until   string    `json:"hasta"`
	By      string    `json:"receto"`
	Stopped string    `json:"suspendido,omitempty"`
}

func medicinesOf(b book) []medicine {
	list := []medicine{}
	for _, m := range b.Medications {
		line := medicine{ID: m.ID, Record: m.RecordID, Item: m.Item, At: m.At.UTC(), Until: m.EndsOn.Format(time.DateOnly), By: b.Names[m.By]}
		if m.Stopped != nil {
			line.Stopped = m.Stopped.Reason
		}
		list = append(list, line)
	}
	return list
}

type agreement struct {
	Body    json.RawMessage `json:"documento"` // as it was hashed, but for its spaces
	Hash    string          `json:"content_hash"`
	PDF     uuid.UUID       `json:"pdf"`
	PDFHash string          `json:"pdf_sha256"`
	Revoked string          `json:"revocado,omitempty"`

	Code      string                `json:"codigo,omitempty"` // of /verificar/{codigo}
	Signer    *consent.Professional `json:"firmado_por,omitempty"`
	Key       *uuid.UUID            `json:"llave,omitempty"`
	Signature []byte                `json:"firma,omitempty"`
	SignedAt  string                `json:"firmado_el,omitempty"`
}

func consentsOf(all []consent.Consent) []agreement {
	list := []agreement{}
	for _, c := range all {
		line := agreement{Body: json.RawMessage(c.Raw), Hash: hex.EncodeToString(c.Hash), PDF: c.FileID, PDFHash: hex.EncodeToString(c.FileHash)}
		if c.Revoked != nil {
			line.Revoked = c.Revoked.At.Format(time.RFC3339) + ": " + c.Revoked.Reason
		}
		if m := c.Mark; m != nil {
			line.Code, line.Signer, line.Key, line.Signature, line.SignedAt = m.Code, &m.Signer, &m.KeyID, m.Bytes, m.At.Format(time.RFC3339Nano)
		}
		list = append(list, line)
	}
	return list
}

// readme tells a person who has nothing but the ZIP what is in it, and how to check it.
func readme(c Copy, b book) io.Reader {
	return reader(`COPIA DE HISTORIA CLÍNICA
` + b.Clinic.Name + `
Paciente: ` + b.Person.FullName() + `, historia ` + b.Person.Record() + `
Pedida por ` + b.asker + ` el ` + b.when(c.RequestedAt) + `
Para qué: ` + c.Purpose.Label() + ` (` + c.Detail + `)

Contiene datos de salud, que son confidenciales (Ley 26842 art. 25) y sensibles (Ley 29733).
Guárdela cifrada y bórrela cuando ya no la necesite.

QUÉ HAY AQUÍ
  historia.pdf          toda la historia para leer o imprimir
  documentos/           cada nota, receta, adenda y anulación, tal como se firmó (JSON canónico, RFC 8785)
  firmas.json           las firmas de esos documentos, con la llave pública de quien firmó
  paciente.json         filiación, alergias y enfermedades
  atenciones.json       cuándo y con quién
  resultados.json       funciones vitales y laboratorio (LOINC, UCUM)
  ordenes.json          lo que se pidió al laboratorio
  medicamentos.json     lo que se recetó, una línea por medicamento
  consentimientos.json  lo que se aceptó o no, y lo que se revocó
  archivos/             fotos, documentos y los PDF de los consentimientos
  manifiesto.json       la lista de todo, con el SHA-256 de cada archivo

CÓMO COMPROBARLA
  1. El SHA-256 de cada archivo es el que dice manifiesto.json.
  2. El SHA-256 de cada archivo de documentos/ es el content_hash que dice firmas.json para su record_id.
  3. La firma (signature, base64) es Ed25519 de los bytes de signed_text con la llave public_key.
  4. Quien tenga internet puede escribir el code de una firma en ` + b.address + `/verificar
`)
}
