package agenda

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the world, wherever the specs run

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// zoneNames have clocks that never change, that change at night, at midnight (Santiago, Beirut), and by half an hour.
var zoneNames = []string{"America/Lima", "America/New_York", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "Europe/Madrid"}

func TestAClockTimeIsFoundInEveryZone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zoneNames).Draw(t, "zone"))
		d := Date{2026, time.January, 1}.Add(rapid.IntRange(0, 730).Draw(t, "day"))
		minute := rapid.IntRange(0, 1439).Draw(t, "minute")
		at := d.At(minute, z)
		shown := at.Hour()*60 + at.Minute()
		if DateOf(at, z) == d && shown == minute {
			if earlier := at.Add(-time.Hour); DateOf(earlier, z) == d && earlier.Hour()*60+earlier.Minute() == minute {
				t.Fatalf("%v %d: the second of two", d, minute)
			}
			return
		}
		just := at.Add(-time.Nanosecond)
		_, before := just.Zone()
		_, after := at.Zone()
		if before == after {
			t.Fatalf("%v %d in %v is %v, where no clock jumps", d, minute, z, at)
		}
	})
}

func TestHoursOfADayThatChangesItsClock(t *testing.T) {
	z := zone(t, "America/New_York")
	doctor := uuid.New()
	work := func(d Date, from, to int) time.Duration {
		h := Hours{Zone: z, Schedules: []Schedule{{DoctorID: doctor, Weekday: d.Weekday(), FromMinute: from, ToMinute: to, ValidFrom: d}}}
		var total time.Duration
		for _, o := range h.Open(doctor, d, d) {
			total += o.End.Sub(o.Start)
		}
		return total
	}
	spring, autumn := Date{2026, time.March, 8}, Date{2026, time.November, 1}
	if got := work(spring, 60, 300); got != 3*time.Hour {
		t.Errorf("1:00 to 5:00 without the hour from 2 to 3 is 3 h, got %v", got)
	}
	if got := work(autumn, 60, 300); got != 5*time.Hour {
		t.Errorf("1:00 to 5:00 with an hour twice is 5 h, got %v", got)
	}
	if got := work(spring, 130, 170); got != 0 {
		t.Errorf("hours that no clock shows are not worked, got %v", got)
	}
}

// world draws a few days of one professional: hours, exceptions and what is taken.
type drawn struct {
	hours    Hours
	doctor   uuid.UUID
	site     uuid.UUID
	chairs   []uuid.UUID
	busy     []Busy
	need     Need
	from, to Date
}

func draw(t *rapid.T) drawn {
	z := zone(t, rapid.SampledFrom(zoneNames).Draw(t, "zone"))
	w := drawn{doctor: uuid.UUID{1}, site: uuid.UUID{2}, chairs: []uuid.UUID{{3}, {4}}}
	w.from = Date{2026, time.January, 1}.Add(rapid.IntRange(0, 365).Draw(t, "first day"))
	w.to = w.from.Add(rapid.IntRange(0, 3).Draw(t, "days"))
	w.hours = Hours{Zone: z, Holidays: map[Date]string{}}
	if rapid.IntRange(0, 5).Draw(t, "holiday") == 0 {
		w.hours.Holidays[w.from] = "Feriado"
	}
	quarter := rapid.IntRange(0, 95)
	moment := func(name string) time.Time {
		return w.from.Add(rapid.IntRange(0, 3).Draw(t, name+" day")).At(15*quarter.Draw(t, name), z)
	}
	for range rapid.IntRange(0, 4).Draw(t, "stretches") {
		from := 15 * quarter.Draw(t, "from")
		w.hours.Schedules = append(w.hours.Schedules, Schedule{
			DoctorID: w.doctor, SiteID: w.site, Weekday: w.from.Add(rapid.IntRange(0, 3).Draw(t, "weekday")).Weekday(),
			FromMinute: from, ToMinute: min(from+15*rapid.IntRange(1, 40).Draw(t, "length"), 1440), ValidFrom: Date{2026, 1, 1},
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
		e := Exception{Kind: rapid.SampledFrom([]ExceptionKind{BlockKind, AbsenceKind, ExtraKind, ClosedKind}).Draw(t, "kind"), SiteID: &w.site, DoctorID: &w.doctor}
		e.StartTime = moment("exception")
		e.EndTime = e.StartTime.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "lasts")) * 15 * time.Minute)
		w.hours.Exceptions = append(w.hours.Exceptions, e)
	}
	for range rapid.IntRange(0, 6).Draw(t, "taken") {
		b := Busy{DoctorID: rapid.SampledFrom([]uuid.UUID{w.doctor, {9}}).Draw(t, "whose")}
		b.Start = moment("taken")
		b.End = b.Start.Add(time.Duration(rapid.IntRange(1, 24).Draw(t, "for")) * 5 * time.Minute)
		if rapid.Bool().Draw(t, "in a chair") {
			b.ResourceID = &w.chairs[rapid.IntRange(0, 1).Draw(t, "chair")]
		}
		w.busy = append(w.busy, b)
	}
	start, end := bounds(w.from, w.to, z)
	w.need = Need{Duration: time.Duration(rapid.IntRange(1, 12).Draw(t, "duration")) * 5 * time.Minute, Window: Span{start, end}}
	w.need.Step = stepFor(w.need.Duration)
	if rapid.Bool().Draw(t, "needs a chair") {
		w.need.Resources = map[uuid.UUID][]uuid.UUID{w.site: w.chairs}
	}
	return w
}

func TestFreeHoursAreFreeWorkedSortedAndAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		open := w.hours.Open(w.doctor, w.from, w.to)
		slots := Free(open, w.busy, w.need)

		if !slices.IsSortedFunc(slots, func(a, b Slot) int { return a.StartTime.Compare(b.StartTime) }) {
			t.Fatal("not by time")
		}
		for _, s := range slots {
			if s.EndTime.Sub(s.StartTime) != w.need.Duration {
				t.Fatalf("%v has another length", s)
			}
			if !slices.ContainsFunc(open, func(o Open) bool { return o.holds(s.span()) }) {
				t.Fatalf("%v is not worked", s)
			}
			if doctorBusy(w.busy, w.doctor, s.span()) || s.ResourceID != nil && resourceBusy(w.busy, *s.ResourceID, s.span()) {
				t.Fatalf("%v is taken", s)
			}
			if w.need.Resources != nil && s.ResourceID == nil {
				t.Fatalf("%v has no chair", s)
			}
		}
		for _, o := range open { // all: whatever is left out has a reason
			for start := o.Start; !start.Add(w.need.Duration).After(o.End); start = start.Add(w.need.Step) {
				span := Span{start, start.Add(w.need.Duration)}
				listed := slices.ContainsFunc(slots, func(s Slot) bool { return s.StartTime.Equal(start) })
				chairs := w.need.Resources == nil || !resourceBusy(w.busy, w.chairs[0], span) || !resourceBusy(w.busy, w.chairs[1], span)
				if free := !doctorBusy(w.busy, w.doctor, span) && chairs && w.need.Window.holds(span); free != listed {
					t.Fatalf("%v: free %v, listed %v", span, free, listed)
				}
			}
		}
		apart := Apart(slots)
		for i := 1; i < len(apart); i++ {
			if apart[i].StartTime.Before(apart[i-1].EndTime) {
				t.Fatal("offered hours overlap")
			}
		}
	})
}

func TestWorkedHoursLieInTheScheduleAndOutsideWhatCloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t)
		open := w.hours.Open(w.doctor, w.from, w.to)
		for i, o := range open {
			if !o.End.After(o.Start) || i > 0 && o.Start.Before(open[i-1].End) {
				t.Fatalf("%v does not follow the one before", o)
			}
			if DateOf(o.Start, w.hours.Zone) != DateOf(o.End.Add(-1), w.hours.Zone) && !fromExtra(w, o) {
				t.Fatalf("%v passes midnight", o)
			}
			for _, e := range w.hours.Exceptions {
				if (e.Kind == BlockKind || e.Kind == AbsenceKind) && o.overlaps(Span{e.StartTime, e.EndTime}) {
					t.Fatalf("%v lies in %v", o, e)
				}
			}
		}
		// Moment by moment: open exactly where the rules say so.
		start, end := bounds(w.from, w.to, w.hours.Zone)
		for at := start; at.Before(end); at = at.Add(15 * time.Minute) {
			moment := Span{at, at.Add(time.Minute)}
			listed := slices.ContainsFunc(open, func(o Open) bool { return o.overlaps(moment) })
			if expected := w.opensAt(moment); expected != listed {
				t.Fatalf("%v: worked %v, listed %v", at, expected, listed)
			}
		}
	})
}

func fromExtra(w drawn, o Open) bool {
	return slices.ContainsFunc(w.hours.Exceptions, func(e Exception) bool { return e.Kind == ExtraKind && Span{e.StartTime, e.EndTime}.overlaps(o.Span) })
}

// opensAt tells by definition whether the professional works in a moment.
func (w drawn) opensAt(m Span) bool {
	z := w.hours.Zone
	in := func(kinds ...ExceptionKind) bool {
		return slices.ContainsFunc(w.hours.Exceptions, func(e Exception) bool {
			return slices.Contains(kinds, e.Kind) && Span{e.StartTime, e.EndTime}.overlaps(m)
		})
	}
	if in(BlockKind, AbsenceKind) {
		return false
	}
	if slices.ContainsFunc(w.hours.Exceptions, func(e Exception) bool { // extra hours belong to the day they begin on
		day := DateOf(e.StartTime, z)
		return e.Kind == ExtraKind && !day.Before(w.from) && !w.to.Before(day) && Span{e.StartTime, e.EndTime}.overlaps(m)
	}) {
		return true
	}
	d := DateOf(m.Start, z)
	if w.hours.Holidays[d] != "" || in(ClosedKind) {
		return false
	}
	return slices.ContainsFunc(w.hours.Schedules, func(s Schedule) bool {
		return s.holdsOn(d) && Span{d.At(s.FromMinute, z), d.At(s.ToMinute, z)}.overlaps(m)
	})
}
