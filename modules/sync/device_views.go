//go:build !js

package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/views"
)

// deviceLine is a device, ready to show.
type deviceLine struct {
	ID                   uuid.UUID
	Title, Person        string // "Equipo 3 · Chrome en Windows"
	Seen, Synced, Unsent string
	Revoked, HandedIn    string
	Wiped                bool
	Waiting              int
	Address              string
}

// deviceView is one device with what it handed in.
type deviceView struct {
	deviceLine
	Name     string
	Handed   []handedLine
	Problems fault.Problems
}

// handedLine is an operation that was handed in, in words.
type handedLine struct {
	ID       uuid.UUID
	Title    string // "Paciente nuevo: Jara Ortega, Camila"
	When     string
	Fields   []offline.Field
	Decision string // "" while it waits
	Reason   string
	Sealed   bool // it could not be opened
}

func (d *DeviceRegister) zone(ctx context.Context) *time.Location {
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil {
		return time.UTC // only names that were checked are stored
	}
	return zone
}

func (d *DeviceRegister) listView(ctx context.Context) ([]deviceLine, error) {
	all, err := d.All(ctx)
	if err != nil {
		return nil, err
	}
	return d.lines(ctx, all)
}

func (d *DeviceRegister) lines(ctx context.Context, all []deviceContact) ([]deviceLine, error) {
	var ids []uuid.UUID
	for _, c := range all {
		ids = append(ids, c.Row.MembershipID)
	}
	people, err := d.colleagues.Members(ctx, ids)
	if err != nil {
		return nil, err
	}
	zone := d.zone(ctx)
	when := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return views.ShortDayTime(t.In(zone), d.Now().In(zone))
	}
	lines := make([]deviceLine, 0, len(all))
	for _, c := range all {
		seen := c.seen()
		line := deviceLine{
			ID: c.Row.ID, Title: c.Row.title(), Person: people[c.Row.MembershipID].DisplayName(),
			Seen: when(&seen), Synced: when(c.SyncedAt), Revoked: when(c.Row.RevokedAt), HandedIn: when(c.Row.HandedInAt), Waiting: c.Waiting, Wiped: c.Row.WipedAt != nil,
			Address: "/configuracion/equipos/" + c.Row.ID.String(),
		}
		if c.Unsent > 0 && c.Row.HandedInAt == nil {
			line.Unsent = fmt.Sprintf("%d sin enviar", c.Unsent)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (d *DeviceRegister) oneView(ctx context.Context, id uuid.UUID) (deviceView, error) {
	found, err := contacts(ctx, "where d.id = ?", id)
	if err != nil {
		return deviceView{}, err
	}
	if len(found) == 0 {
		return deviceView{}, fault.ErrNotFound
	}
	lines, err := d.lines(ctx, found)
	if err != nil {
		return deviceView{}, err
	}
	view := deviceView{deviceLine: lines[0], Name: found[0].Row.Name}
	rows, err := handedBy(ctx, id)
	if err != nil {
		return view, err
	}
	for _, row := range rows {
		line, err := d.handedLine(ctx, row)
		if err != nil {
			return view, err
		}
		view.Handed = append(view.Handed, line)
	}
	return view, nil
}

func (d *DeviceRegister) handedLine(ctx context.Context, row handedRow) (handedLine, error) {
	e, ok, err := d.entryOfRow(ctx, row)
	if err != nil {
		return handedLine{}, err
	}
	if !ok {
		return handedLine{ID: row.ID, Title: "No se pudo abrir", Sealed: true}, nil
	}
	line := handedLine{ID: row.ID, When: views.ShortDayTime(e.Timestamp.In(d.zone(ctx)), d.Now().In(d.zone(ctx)))}
	if line.Title, line.Fields, err = d.words(ctx, e.Operation); err != nil {
		return line, err
	}
	line.Decision = map[string]string{decidedApplied: "Aplicado", decidedRefused: "No aceptado", decidedDiscarded: "Descartado"}[row.Decision]
	keys, err := d.keysHere(ctx)
	if err != nil {
		return line, err
	}
	line.Reason, err = keys.DecryptOptional(row.Reason, sealedAt(ctx, "handed_in", "reason", row.ID))
	return line, err
}

// words tells an operation by its module's words; without any, by its own.
func (d *DeviceRegister) words(ctx context.Context, op offline.Operation) (title string, fields []offline.Field, err error) {
	action := map[string]string{offline.Create: "Registro", offline.Update: "Cambio"}[op.Action]
	title = strings.TrimSpace(action + " · " + op.Entity)
	if op.Entity == ConflictEntity {
		title = "Conflicto resuelto"
	}
	tell := newWords(d.Words)[op.Entity]
	if tell.Title != nil {
		if title, err = tell.Title(ctx, op); err != nil {
			return "", nil, err
		}
	}
	if tell.Fields != nil {
		fields, err = tell.Fields(ctx, op.Data)
		return title, fields, err
	}
	return title, plainFields(op.Data), nil
}

// plainFields are the fields by their names on the wire; data that nobody can read has none.
func plainFields(data json.RawMessage) (fields []offline.Field) {
	var plain map[string]any
	if json.Unmarshal(data, &plain) != nil {
		return nil
	}
	for name, value := range plain {
		fields = append(fields, offline.Field{Label: name, Value: fmt.Sprint(value)})
	}
	slices.SortFunc(fields, func(a, b offline.Field) int { return strings.Compare(a.Label, b.Label) })
	return fields
}

func newForm() string { return uuid.Must(uuid.NewV7()).String() }

func fileTitle(o fileOutcome) string {
	if o.Kept {
		return "El archivo quedó para revisar."
	}
	return "El archivo se envió."
}

func fileWords(o fileOutcome) string {
	words := takenWords(o.Settled, len(o.Refused))
	if o.Kept {
		words = fmt.Sprintf("Trae %d operaciones del equipo %d. La administración las revisa en Configuración, Equipos.", o.Operations, o.Device.Number)
	}
	if o.Unreadable > 0 {
		words += fmt.Sprintf(" No se pudieron abrir: %d.", o.Unreadable)
	}
	return words
}
