package sync

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/views"
)

type deviceAct func(ctx context.Context, op uuid.UUID) error

// wordBook finds who tells of an entity's data.
type wordBook map[string]offline.Describer

func newWords(describers []offline.Describer) wordBook {
	book := wordBook{}
	for _, d := range describers {
		book[d.Entity] = d
	}
	return book
}

// dispute is a conflict as the page asks about it.
type dispute struct {
	ID      string
	Title   string
	Hint    string
	Mine    side
	Theirs  side
	Own     bool              // whoever looks wrote what did not win
	Choices []offline.Choice  // ways of the module's own: hours to move to, in a clash of hours
	Answers map[string]string // what the module calls Mine and Theirs, where they do more than usual
	Place   string            // of a clash: "mar 24 nov 15:30 a 16:00, Obst. Carmen Tarazona"
	OpID    string            // of the form
}

// clash is a dispute about an hour: there are no two versions to choose from, but other hours.
func (d dispute) clash() bool { return len(d.Choices) > 0 && len(d.Answers) == 0 }

// twofold asks whether two entries are one person: the ways of the module say that they are two.
func (d dispute) twofold() bool { return len(d.Answers) > 0 }

// manifold can be decided field by field.
func (d dispute) manifold() bool { return !d.clash() && len(d.Mine.Rows) > 1 }

// side is one of the two versions.
type side struct {
	Who, When string
	Rows      []fieldRow
}

// fieldRow is one field of a side; Differs marks it.
type fieldRow struct {
	Label, Value string
	Differs      bool
	Names        string // of its fields, with blanks between
}

// dispute puts a conflict into words. names are those of who wrote the two versions; now is in the clinic's zone.
func (b wordBook) dispute(ctx context.Context, c Conflict, names map[uuid.UUID]string, now time.Time) (dispute, error) {
	zone := now.Location()
	d := dispute{
		ID: c.ID.String(), Title: c.Title, OpID: newID(), Own: c.UserID == access.Who(ctx).UserID,
		Mine:   side{Who: cmp.Or(names[c.UserID], "Otra persona") + ", sin conexión", When: dayAndTime(c.At.In(zone), now)},
		Theirs: side{Who: cmp.Or(names[c.NowBy], "Guardado en la clínica"), When: dayAndTime(c.CreatedAt.In(zone), now)},
	}
	if !c.NowAt.IsZero() {
		d.Theirs.When = dayAndTime(c.NowAt.In(zone), now)
	}
	d.sort(c.Choices)
	d.Hint = "Quedó lo guardado. Elija cuál debe valer; el otro no se borra, queda en el historial."
	switch {
	case d.twofold():
		d.Hint = "Por ahora son dos fichas, la de este registro sin documento, y cada una conserva sus citas. Diga si es la misma persona o si son dos."
	case c.Status == offline.Superseded:
		d.Hint = "Quedó guardado el cambio más reciente. Elija cuál debe valer; el otro no se borra, queda en el historial."
	}
	mine, theirs, err := b.sides(ctx, c)
	if err != nil {
		return d, err
	}
	written, err := b.written(ctx, c)
	if err != nil {
		return d, err
	}
	d.Mine.Rows, d.Theirs.Rows = compare(written, mine, theirs)
	if d.clash() {
		d.Place = hourOf(mine)
	}
	return d, nil
}

// sort tells the ways of the module's own from what it calls Mine and Theirs.
func (d *dispute) sort(choices []offline.Choice) {
	d.Answers = map[string]string{}
	for _, choice := range choices {
		if choice.Name != "" {
			d.Answers[choice.Name] = choice.Label
			continue
		}
		d.Choices = append(d.Choices, choice)
	}
}

// sides are the fields of both versions: what did not win laid over what is kept, and what is kept.
func (b wordBook) sides(ctx context.Context, c Conflict) (mine, theirs []offline.Field, err error) {
	tell, ok := b[c.Entity]
	if !ok {
		return nil, nil, nil
	}
	if len(c.Now) > 0 {
		if theirs, err = tell.Fields(ctx, c.Now); err != nil {
			return nil, nil, err
		}
	}
	over, err := laid(c.Now, c.Lost)
	if err != nil {
		return nil, nil, err
	}
	mine, err = tell.Fields(ctx, over)
	return mine, theirs, err
}

// written are, by label, the names of the fields that did not win: the rest of that side is what is kept, and nobody
// wrote it there.
func (b wordBook) written(ctx context.Context, c Conflict) (map[string][]string, error) {
	tell, ok := b[c.Entity]
	if !ok || len(c.Lost) == 0 {
		return nil, nil
	}
	fields, err := tell.Fields(ctx, c.Lost)
	if err != nil {
		return nil, err
	}
	var lost map[string]json.RawMessage
	if err := json.Unmarshal(c.Lost, &lost); err != nil {
		return nil, fmt.Errorf("read what did not win: %w", err)
	}
	labels := map[string][]string{}
	for _, f := range fields {
		labels[f.Label] = slices.DeleteFunc(slices.Clone(f.Names), func(name string) bool { return lost[name] == nil })
	}
	return labels, nil
}

// laid writes the fields of over upon base; both are JSON objects, or nothing.
func laid(base, over json.RawMessage) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	for _, layer := range []json.RawMessage{base, over} {
		if len(bytes.TrimSpace(layer)) == 0 {
			continue
		}
		var values map[string]json.RawMessage
		if err := json.Unmarshal(layer, &values); err != nil {
			return nil, fmt.Errorf("read a version of a conflict: %w", err)
		}
		maps.Copy(fields, values)
	}
	return json.Marshal(fields)
}

// compare sets the versions side by side: the written fields that read differently, each beside what is kept.
func compare(written map[string][]string, mine, theirs []offline.Field) (left, right []fieldRow) {
	kept := map[string]string{}
	for _, f := range theirs {
		kept[f.Label] = f.Value
	}
	for _, f := range mine {
		names, there := written[f.Label]
		if a, b := f.Value, kept[f.Label]; there && a != b {
			left = append(left, fieldRow{f.Label, orEmpty(a), true, strings.Join(names, " ")})
			right = append(right, fieldRow{f.Label, orEmpty(b), true, ""})
		}
	}
	return left, right
}

func orEmpty(value string) string {
	if value == "" {
		return "(vacío)"
	}
	return value
}

// hourOf is when and with whom the appointment was booked, out of its fields.
func hourOf(fields []offline.Field) string {
	var parts []string
	for _, f := range fields {
		if f.Label == "Hora" || f.Label == "Profesional" {
			parts = append(parts, f.Value)
		}
	}
	text := strings.Join(parts, ", ")
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// writtenTitle heads what did not win, keepMine the button that lets it stand.
func (d dispute) writtenTitle() string {
	if d.Own {
		return "Lo que se escribió en este equipo"
	}
	return "Lo que se escribió sin conexión"
}

func (d dispute) keepMine() string {
	if label := d.Answers[Mine]; label != "" {
		return label
	}
	if d.Own {
		return "Dejar lo de este equipo"
	}
	return "Dejar lo escrito sin conexión"
}

func (d dispute) keepTheirs() string { return cmp.Or(d.Answers[Theirs], "Dejar lo guardado") }

// decided says what was chosen.
func decided(d Decision) string {
	switch d.Choice {
	case Mine:
		return "Vale lo que se escribió sin conexión."
	case Theirs:
		return "Vale lo que estaba guardado."
	case ByField:
		return "Vale lo elegido, dato por dato."
	}
	if d.Label != "" {
		return "Elegido: " + d.Label + "."
	}
	return "Elegido."
}

// decidedBefore says whose choice stands, to somebody who chose otherwise later.
func decidedBefore(d Decision, name string) string {
	stands := "lo que se escribió sin conexión"
	switch {
	case d.Label != "":
		stands = d.Label
	case d.Choice == Theirs:
		stands = "lo que estaba guardado"
	case d.Choice == ByField:
		stands = "lo elegido dato por dato"
	}
	return "Ya lo resolvió " + cmp.Or(name, "otra persona") + ": quedó " + stands + "."
}

// dayAndTime is "hoy 9:58", "ayer 17:20" or "lun 23 nov 9:58".
func dayAndTime(t, now time.Time) string {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch day(t) {
	case day(now):
		return "hoy " + views.Clock(t)
	case day(now.AddDate(0, 0, -1)):
		return "ayer " + views.Clock(t)
	}
	return views.ShortDayTime(t, now)
}

// namesOf lists the first of what waits: "Reserva de Huamán Ponce, Edith; Llegó: Meza Criollo, Nicol y 2 más."
func namesOf(waiting []Item) string {
	const most = 3
	var titles []string
	for _, item := range waiting[:min(most, len(waiting))] {
		titles = append(titles, item.Title)
	}
	text := strings.Join(titles, "; ")
	if more := len(waiting) - most; more > 0 {
		text += " y " + strconv.Itoa(more) + " más"
	}
	if text != "" {
		text += "."
	}
	return text
}

// countsOf counts what has a noun, in the order in which it was done: "De la historia: 2 notas, 1 receta."
func countsOf(items []Item) string {
	counted := map[[2]string]int{}
	var nouns [][2]string
	for _, item := range items {
		if item.Noun[0] == "" {
			continue
		}
		if counted[item.Noun]++; counted[item.Noun] == 1 {
			nouns = append(nouns, item.Noun)
		}
	}
	if len(nouns) == 0 {
		return ""
	}
	var parts []string
	for _, noun := range nouns {
		parts = append(parts, views.Plural(counted[noun], noun[0], noun[1]))
	}
	return "De la historia: " + strings.Join(parts, ", ") + "."
}

// zoneOf is the zone of who's clinic; that of Peru for a name nobody knows.
func zoneOf(who access.Identity) *time.Location {
	zone, err := time.LoadLocation(who.TimeZone)
	if err != nil || who.TimeZone == "" {
		return time.FixedZone("PET", -5*60*60)
	}
	return zone
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
