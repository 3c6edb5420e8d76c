package agenda

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// The rules alone: no database, no service.

var lima = time.FixedZone("PET", -5*60*60)

func anyone(access.Permission) bool { return true }

func allSteps() []Step { return append(Steps(), NoArrival) }

func TestOnlyTheTableChangesAStatus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
		a := Appointment{Status: rapid.SampledFrom(Statuses()).Draw(t, "from")}
		if rapid.Bool().Draw(t, "arrived") {
			a.ArrivedAt = &now
		}
		to := rapid.SampledFrom(allSteps()).Draw(t, "to")
		last := &Event{What: Changed, FromStatus: rapid.SampledFrom(Statuses()).Draw(t, "before"), ToStatus: a.Status, At: now}
		if to == NoArrival {
			last = &Event{What: Arrived, FromStatus: a.Status, ToStatus: a.Status, At: now}
		}
		next, err := apply(a, change{To: to, Reason: "viaje", At: now, Zone: lima, May: anyone, Last: last})
		row, inTable := find(a.Status, to)
		switch {
		case holds(a, to):
			if err != nil || differs(StatusGroup, a, next) {
				t.Fatalf("a state that holds is success without change, got %v", err)
			}
		case err != nil:
			if differs(StatusGroup, a, next) {
				t.Fatal("a refusal changes nothing")
			}
		case !inTable:
			t.Fatalf("%s → %s is not in the table", a.Status, to)
		case row.Undoes && to != NoArrival && step(last.FromStatus) != to:
			t.Fatalf("Deshacer from %s went to %s, before was %s", a.Status, to, last.FromStatus)
		case next.Status == Cancelled != (next.CancelReason != ""):
			t.Fatal("a reason belongs to a cancelled appointment and to no other")
		case to == Arrival && (next.Status != a.Status || next.ArrivedAt == nil):
			t.Fatal("arrival sets the moment alone")
		case to != Arrival && to != NoArrival && !sameTime(next.ArrivedAt, a.ArrivedAt):
			t.Fatal("a status leaves the arrival as it is")
		}
	})
}

func TestALateEditNeverRevivesACancelledAppointment(t *testing.T) {
	now := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	for _, to := range allSteps() {
		for _, offline := range []bool{true, false} {
			last := &Event{What: Changed, FromStatus: Confirmed, ToStatus: Cancelled, At: now}
			next, err := apply(Appointment{Status: Cancelled}, change{To: to, At: now, Zone: lima, May: anyone, Last: last, Offline: offline})
			revived := err == nil && next.Status != Cancelled
			if revived && (offline || to != step(Confirmed)) {
				t.Errorf("%s, offline %v: revived", to, offline)
			}
			if !offline && to == step(Confirmed) && !revived {
				t.Errorf("Deshacer was refused: %v", err)
			}
		}
	}
}

func TestUndoEndsWithTheDay(t *testing.T) {
	done := time.Date(2026, 11, 25, 4, 50, 0, 0, time.UTC) // 23:50 of the 24th in Lima
	last := &Event{What: Changed, FromStatus: Scheduled, ToStatus: NoShow, At: done}
	undo := func(at time.Time) error {
		_, err := apply(Appointment{Status: NoShow}, change{To: step(Scheduled), At: at, Zone: lima, May: anyone, Last: last})
		return err
	}
	if err := undo(done.Add(9 * time.Minute)); err != nil {
		t.Error(err)
	}
	if err := undo(done.Add(11 * time.Minute)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("undone on the next day: %v", err)
	}
}

// TestWhoMayMakeEachStep prints the matrix and compares it with the reviewed one.
func TestWhoMayMakeEachStep(t *testing.T) {
	reviewed := map[accounts.Role]string{
		accounts.Doctor:       "confirmed arrived in_progress completed no_show cancelled not_arrived scheduled",
		accounts.Assistant:    "confirmed arrived no_show cancelled not_arrived scheduled",
		accounts.Receptionist: "confirmed arrived no_show cancelled not_arrived scheduled",
		accounts.ClinicAdmin:  "confirmed arrived no_show cancelled not_arrived scheduled",
		accounts.Cashier:      "",
	}
	for role, want := range reviewed {
		may := accounts.PermissionsOf([]accounts.Role{role})
		var got []string
		for _, row := range Transitions() {
			if may[row.May] && !slices.Contains(got, string(row.To)) {
				got = append(got, string(row.To))
			}
		}
		if text := fmt.Sprint(got); text != "["+want+"]" {
			t.Errorf("%s may %s", role, text)
		}
		_, err := apply(Appointment{Status: Scheduled}, change{To: step(InProgress), Zone: lima, May: func(p access.Permission) bool { return may[p] }})
		if (err == nil) != (role == accounts.Doctor) {
			t.Errorf("%s begins an attention: %v", role, err)
		}
	}
}

func TestMergeLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
		hour := func(name string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, name)) * time.Hour)
		}
		current := Appointment{Version: 5, StartTime: hour("now"), EndTime: hour("now").Add(4 * time.Hour), Notes: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "note"),
			FieldClock: Clock{
				PlaceGroup: {Version: rapid.Int64Range(1, 5).Draw(t, "placeVersion"), At: hour("placeAt")},
				NotesGroup: {Version: rapid.Int64Range(1, 5).Draw(t, "notesVersion"), At: hour("notesAt")},
			}}
		place := current.Place()
		place.StartTime = hour("asked")
		note := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "asked note")
		edit := Edit{Version: rapid.Int64Range(1, 5).Draw(t, "seen"), Place: &place, Notes: &note}
		offline := rapid.Bool().Draw(t, "offline")
		stamp := Stamp{At: hour("at"), Op: uuid.New()}

		m := merge(current, edit, stamp, offline)
		for _, g := range []Group{PlaceGroup, NotesGroup} {
			asked := edit.over(current)
			clash := slices.ContainsFunc(m.Clashes, func(d Difference) bool { return d.Group == g })
			took := !differs(g, m.Appointment, asked)
			if took == clash {
				t.Fatalf("%s is either taken or a clash that is shown", g)
			}
			if clash && (differs(g, m.Appointment, current) || current.FieldClock[g].Version <= edit.Version) {
				t.Fatalf("%s: a clash keeps what stands, and only where the editor had not looked", g)
			}
			if slices.Contains(m.Changed, g) && m.Appointment.FieldClock[g].Version != 6 {
				t.Fatalf("%s is marked with the version that will be saved", g)
			}
			if offline && g == PlaceGroup && current.FieldClock[g].Version > edit.Version && slices.Contains(m.Changed, g) {
				t.Fatal("a late move from a device never beats the desk")
			}
		}
		again := merge(m.Appointment, Edit{Version: 6, Place: edit.Place, Notes: edit.Notes}, stamp, offline)
		if len(m.Clashes) == 0 && len(again.Changed) != 0 {
			t.Fatal("the same edit again changes nothing")
		}
	})
}

func TestLastWriterIsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Stamp {
			return Stamp{
				At:     time.Unix(rapid.Int64Range(0, 2).Draw(t, name), 0),
				Device: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, name+" device"),
				Op:     uuid.UUID{15: rapid.Byte().Draw(t, name+" op")},
			}
		}
		a, b := draw("a"), draw("b")
		if a.after(b) && b.after(a) || a != b && !a.after(b) && !b.after(a) {
			t.Fatalf("%+v and %+v have no order", a, b)
		}
	})
}
