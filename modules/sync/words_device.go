package sync

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/views"
)

// pageView is the whole page; Device is nil where the server draws it.
type pageView struct {
	Disputes []dispute
	Device   *ownDevice
}

// ownDevice is the device's part.
type ownDevice struct {
	Waiting, Sent []queueLine
	Refused       []refusal
	SentAt        string // "a las 10:12", of the last one
	Open          int    // conflicts and refusals
	Contact       string // "Último contacto 10:12"; empty when never
	Facts         Facts
}

// queueLine is an operation in a list.
type queueLine struct {
	Icon, Title, Detail string
	Tone, Chip          string
}

// refusal is an operation that the clinic refused, with its reason and what was written.
type refusal struct {
	Op, Icon, Title, Detail string
	Reason, When            string
	Rows                    []fieldRow
	Correct                 offline.Correction
	Barred                  bool
	OpIDs                   [2]string // of its two forms
}

func newOwnDevice(q Queue, f Facts, now time.Time) *ownDevice {
	zone := now.Location()
	v := &ownDevice{Facts: f}
	if !f.Contact.IsZero() {
		v.Contact = "Último contacto " + lastHeard(f.Contact.In(zone), now)
	}
	for _, item := range q.Waiting {
		v.Waiting = append(v.Waiting, queueLine{item.Icon, item.Title, cmp.Or(item.Detail, dayAndTime(item.At.In(zone), now)), "info", waitingChip(item)})
	}
	for _, item := range q.Refused {
		v.Refused = append(v.Refused, newRefusal(item, now))
	}
	for _, item := range q.Sent {
		v.Sent = append(v.Sent, sentLine(item))
	}
	if len(q.Sent) > 0 && !q.Sent[0].At.IsZero() {
		v.SentAt = dayAndTime(q.Sent[0].At.In(zone), now)
	}
	return v
}

// LastHeard is when a device last heard of the clinic, as its pages say it: "9:41", "ayer 17:20".
func LastHeard(at time.Time, who access.Identity, now time.Time) string {
	zone := zoneOf(who)
	return lastHeard(at.In(zone), now.In(zone))
}

func lastHeard(at, now time.Time) string { return strings.TrimPrefix(dayAndTime(at, now), "hoy ") }

func waitingChip(item Item) string {
	if item.InFlight {
		return "Enviando"
	}
	return "En cola"
}

// sentLine says what became of an operation that arrived.
func sentLine(item Item) queueLine {
	l := queueLine{Icon: item.Icon, Title: item.Title, Detail: item.Detail, Tone: "ok", Chip: "Listo"}
	switch status := item.Result.Status; {
	case status == offline.Duplicate && item.Decides:
		l.Tone, l.Chip = "neutro", "Ya resuelto"
	case status == offline.Merged:
		l.Tone, l.Chip, l.Detail = "marca", "Unido", "se unió a la ficha que ya existía"
	case status == offline.Superseded:
		l.Tone, l.Chip = "aviso", "Había uno más reciente"
	case status == offline.Conflict && item.Open:
		l.Tone, l.Chip = "peligro", "Por resolver"
	case status == offline.Conflict:
		l.Chip = "Resuelto"
	}
	return l
}

func newRefusal(item Item, now time.Time) refusal {
	r := refusal{
		Op: item.Op.String(), Icon: item.Icon, Title: item.Title, Detail: item.Detail, Correct: item.Correct, Barred: item.Barred,
		Reason: cmp.Or(item.Result.Message, "La clínica no lo aceptó."), When: dayAndTime(item.At.In(now.Location()), now),
		OpIDs: [2]string{newID(), newID()},
	}
	for _, f := range item.Typed {
		if f.Value != "" {
			r.Rows = append(r.Rows, fieldRow{Label: f.Label, Value: f.Value})
		}
	}
	return r
}

// typed lists the fields of a correction's form, in one order.
func typed(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// sentShown is how many sent ones stand in the open; the rest unfold.
const sentShown = 4

func conflictPath(id string) string { return views.SyncPage + "/conflictos/" + id }

func devicePath(op, act string) string { return views.SyncPage + "/equipo/" + op + "/" + act }

// onDevice lets the app in the browser answer, also while there is a connection.
func onDevice() templ.Attributes { return templ.Attributes{"hx-headers": `{"X-Equipo":"1"}`} }

// onDeviceQuietly is onDevice for what the page asks by itself: where no device answers, it leads nobody away.
func onDeviceQuietly() templ.Attributes {
	return templ.Attributes{"hx-headers": `{"X-Equipo":"1","X-Vivo":"1"}`}
}

// allSent is what the page says when nothing is left to do.
func (v ownDevice) allSent() string {
	text := "Nada por resolver."
	if len(v.Waiting) == 0 {
		text = "Todo enviado."
	}
	return strings.TrimSpace(text + " " + v.Contact)
}
