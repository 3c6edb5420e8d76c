//go:build !js

package sync

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// How far a device's clock may be off (sync.md §4): a little ahead is taken back, a day ahead is refused, and so is
// what is older than the answers that are kept.
const (
	clockSlack   = 5 * time.Minute
	clockAhead   = 24 * time.Hour
	oldestTaken  = 180 * 24 * time.Hour
	longestWait  = 30 * 24 * time.Hour
	mostAttempts = 10
)

// incoming is one operation of a request, or why it cannot be read.
type incoming struct {
	op      offline.Operation
	hash    []byte
	refused *offline.Result
}

// Read takes up one operation as a request wrote it. What cannot be read is refused by itself: the others are not
// to suffer for it.
func read(text json.RawMessage) incoming {
	var loose struct {
		Entity      json.RawMessage `json:"entity"`
		Action      json.RawMessage `json:"action"`
		LocalID     json.RawMessage `json:"local_id"`
		Data        json.RawMessage `json:"data"`
		Timestamp   json.RawMessage `json:"timestamp"`
		OpID        json.RawMessage `json:"op_id"`
		BaseVersion json.RawMessage `json:"base_version"`
	}
	in := incoming{}
	if err := json.Unmarshal(text, &loose); err != nil {
		return in.broken("", "Este cambio no se puede leer.")
	}
	for _, field := range []struct {
		name string
		from json.RawMessage
		into any
		say  string
	}{
		{"local_id", loose.LocalID, &in.op.LocalID, "El identificador no es un UUID."},
		{"op_id", loose.OpID, &in.op.OpID, "El identificador del cambio no es un UUID."},
		{"entity", loose.Entity, &in.op.Entity, "Falta decir qué se cambió."},
		{"action", loose.Action, &in.op.Action, "Falta decir si se creó o se cambió."},
		{"timestamp", loose.Timestamp, &in.op.Timestamp, "La fecha y hora del cambio no se entiende."},
		{"base_version", loose.BaseVersion, &in.op.BaseVersion, "La versión no es un número."},
	} {
		if absent(field.from) {
			continue
		}
		if err := json.Unmarshal(field.from, field.into); err != nil {
			return in.broken(field.name, field.say)
		}
	}
	in.op.Data = loose.Data
	return in
}

func absent(text json.RawMessage) bool {
	return len(text) == 0 || bytes.Equal(text, []byte("null")) || bytes.Equal(text, []byte(`""`))
}

func (in incoming) broken(field, message string) incoming {
	in.refused = &offline.Result{LocalID: in.op.LocalID, ServerID: in.op.LocalID, Status: offline.Rejected, Code: "malformed", Field: field, Message: message}
	return in
}

// complete gives the operation its id, if its client gave none, and the hash that tells it from another of that id.
func (in *incoming) complete(clinic, user uuid.UUID) error {
	data, err := canonical(in.op.Data)
	if err != nil {
		data = in.op.Data // it is refused when its turn comes
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%s\n", in.op.Entity, in.op.Action, in.op.LocalID, in.op.Timestamp.UTC().Format(time.RFC3339Nano))
	h.Write(data)
	in.hash = h.Sum(nil)
	if in.op.OpID == uuid.Nil {
		in.op.OpID = derivedID(clinic, user, in.hash)
	}
	return nil
}

// derivedID is a UUID of version 8 that follows from whose operation it is and what it says, so that a client which
// names none may send it again all the same.
func derivedID(clinic, user uuid.UUID, hash []byte) uuid.UUID {
	h := sha256.New()
	h.Write(clinic[:])
	h.Write(user[:])
	h.Write(hash)
	id := uuid.UUID(h.Sum(nil)[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// canonical writes JSON so that the order of members and the blanks between them make no difference.
func canonical(text json.RawMessage) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// examine refuses what no module needs to be asked about, and clamps the time of the rest.
func (s *Service) examine(a Arrival) (Entity, offline.Received, error) {
	entity, ok := s.byName[a.Entity]
	data := bytes.TrimSpace(a.Data)
	switch {
	case !ok:
		return nil, offline.Received{}, refuse("unknown_entity", "entity", "Este servidor no conoce ese tipo de dato.")
	case a.Action != offline.Create && a.Action != offline.Update:
		return nil, offline.Received{}, refuse("unknown_action", "action", "Solo se puede crear o cambiar.")
	case a.LocalID == uuid.Nil:
		return nil, offline.Received{}, refuse("local_id_missing", "local_id", "Falta el identificador.")
	case len(data) == 0 || data[0] != '{':
		return nil, offline.Received{}, refuse("data_missing", "data", "Faltan los datos del cambio.")
	case a.Timestamp.IsZero():
		return nil, offline.Received{}, refuse("timestamp_missing", "timestamp", "Falta la fecha y hora del cambio.")
	case a.Timestamp.After(a.ReceivedAt.Add(clockAhead)):
		return nil, offline.Received{}, refuse("clock", "timestamp", "El reloj del dispositivo está adelantado más de un día. Corríjalo y vuelva a hacer el cambio.")
	case a.Timestamp.Before(a.ReceivedAt.Add(-oldestTaken)):
		return nil, offline.Received{}, refuse("too_old", "timestamp", "Este cambio tiene más de 180 días. Revíselo y, si aún vale, vuelva a hacerlo.")
	}
	at := a.Timestamp.UTC()
	if latest := a.ReceivedAt.Add(clockSlack); at.After(latest) {
		at = latest.UTC()
	}
	return entity, offline.Received{Operation: a.Operation, At: at, Device: a.Device}, nil
}

// refuse is a fault about one field, with a word for programs.
func refuse(code, field, message string) error {
	return &fault.Fault{Kind: fault.Invalid, Code: code, Message: message, Fields: fault.Problems{field: message}}
}
