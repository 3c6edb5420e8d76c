package hce

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

// AddRecord keeps what is written here and queues it: its attention travels in it.
func (o Offline) AddRecord(ctx context.Context, r Record) error {
	e, err := o.Encounter(ctx, r.EncounterID)
	if err != nil {
		return err
	}
	if !e.Closed() { // on a device a record is written when its attention ends: the close follows in the same unit
		at := r.WrittenAt
		e.EndedAt = &at
	}
	err = offline.From(ctx).Create(ctx, recordEntity, r.ID, writtenDataOf(r, e))
	if errors.Is(err, offline.ErrKnown) {
		return ErrSameID
	}
	return err
}

func (o Offline) read(ctx context.Context, objects []offline.Object) ([]Record, error) {
	me, err := o.me(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Record, 0, len(objects))
	for _, object := range objects {
		r, _, err := recordOf(object, me)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func (o Offline) Record(ctx context.Context, id uuid.UUID) (Record, error) {
	object, err := offline.From(ctx).Find(ctx, recordEntity, id.String())
	if err != nil {
		return Record{}, err
	}
	list, err := o.read(ctx, []offline.Object{object})
	if err != nil {
		return Record{}, err
	}
	return list[0], nil
}

// ofPatients are all records of those entries on this device, latest first.
func (o Offline) ofPatients(ctx context.Context, patients []uuid.UUID) ([]Record, error) {
	var all []Record
	for _, id := range patients {
		objects, err := offline.From(ctx).ByGroup(ctx, recordEntity, id.String())
		if err != nil {
			return nil, err
		}
		list, err := o.read(ctx, objects)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	sorting.By(all, func(a, b Record) int {
		return cmp.Or(b.WrittenAt.Compare(a.WrittenAt), bytes.Compare(b.ID[:], a.ID[:]))
	})
	return all, nil
}

func (o Offline) RecordsOf(ctx context.Context, r RecordRange) ([]Record, error) {
	all, err := o.ofPatients(ctx, r.Patients)
	if err != nil {
		return nil, err
	}
	added := addedTo(all)
	list := slices.DeleteFunc(slices.Clone(all), func(x Record) bool { return !r.takes(x, added[x.ID]) })
	if r.Limit > 0 && len(list) > r.Limit {
		list = list[:r.Limit]
	}
	return list, nil
}

// addedTo are the addenda and annulments of records, by what they are about.
func addedTo(all []Record) map[uuid.UUID][]Record {
	added := map[uuid.UUID][]Record{}
	for _, r := range all {
		if r.AmendsID != nil {
			added[*r.AmendsID] = append(added[*r.AmendsID], r)
		}
	}
	return added
}

// takes reports whether the range picks a record with what was added to it, as the database does.
func (r RecordRange) takes(x Record, added []Record) bool {
	switch {
	case len(r.Types) > 0 && !slices.Contains(r.Types, x.Type):
	case r.Author != uuid.Nil && x.Author.MembershipID != r.Author:
	case r.Year != 0 && x.WrittenAt.UTC().Add(-5*time.Hour).Year() != r.Year:
	case r.Code != "" && !slices.ContainsFunc(x.Diagnoses, func(d Diagnosis) bool { return strings.HasPrefix(d.Code, r.Code) }):
	case !r.Before.IsZero() && !x.before(r.Before, r.BeforeID):
	case !x.says(r.Text, added):
	default:
		return true
	}
	return false
}

func (r Record) before(at time.Time, id uuid.UUID) bool {
	return r.WrittenAt.Before(at) || r.WrittenAt.Equal(at) && bytes.Compare(r.ID[:], id[:]) < 0
}

// says reports whether every word stands in what was written, or added to it.
func (r Record) says(text string, added []Record) bool {
	words := strings.Fields(textfold.Fold(text))
	if len(words) == 0 {
		return true
	}
	var said strings.Builder
	said.WriteString(textfold.Fold(strings.Join(textsIn(r.Content), " ")))
	for _, d := range r.Diagnoses {
		said.WriteString(" " + textfold.Fold(d.Title))
	}
	for _, a := range added {
		said.WriteString(" " + textfold.Fold(strings.Join(textsIn(a.Content), " ")))
	}
	for _, word := range words {
		if !strings.Contains(said.String(), word) {
			return false
		}
	}
	return true
}

// textsIn are all texts of a JSON value.
func textsIn(text json.RawMessage) []string {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return nil
	}
	var found []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			found = append(found, v)
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	return found
}

func (o Offline) all(ctx context.Context) ([]Record, error) {
	objects, err := offline.From(ctx).All(ctx, recordEntity)
	if err != nil {
		return nil, err
	}
	return o.read(ctx, objects)
}

func (o Offline) RecordsIn(ctx context.Context, encounters []uuid.UUID) ([]Record, error) {
	all, err := o.all(ctx)
	return oldestFirst(slices.DeleteFunc(all, func(r Record) bool { return !slices.Contains(encounters, r.EncounterID) })), err
}

func (o Offline) Amending(ctx context.Context, records []uuid.UUID) ([]Record, error) {
	all, err := o.all(ctx)
	return oldestFirst(slices.DeleteFunc(all, func(r Record) bool { return r.AmendsID == nil || !slices.Contains(records, *r.AmendsID) })), err
}

func (o Offline) Unsigned(ctx context.Context, author uuid.UUID) ([]Record, error) {
	all, err := o.all(ctx)
	return oldestFirst(slices.DeleteFunc(all, func(r Record) bool { return r.Author.MembershipID != author || r.Signed() })), err
}

func oldestFirst(list []Record) []Record {
	sorting.By(list, func(a, b Record) int {
		return cmp.Or(a.WrittenAt.Compare(b.WrittenAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return list
}

func (o Offline) CountUnsigned(ctx context.Context, author uuid.UUID) (n int, since time.Time, err error) {
	list, err := o.Unsigned(ctx, author)
	if len(list) > 0 {
		since = list[0].WrittenAt
	}
	return len(list), since, err
}

// AddSignature is the server's.
func (o Offline) AddSignature(context.Context, Signature) error { return offline.ErrNeedsConnection }

// ExpectCode is the server's.
func (o Offline) ExpectCode(context.Context, string, uuid.UUID) error {
	return offline.ErrNeedsConnection
}

func (o Offline) Years(ctx context.Context, family []uuid.UUID) ([]YearCount, error) {
	all, err := o.ofPatients(ctx, family)
	var years []YearCount
	for _, r := range all {
		year := r.WrittenAt.UTC().Add(-5 * time.Hour).Year()
		if n := len(years); n > 0 && years[n-1].Year == year {
			years[n-1].Count++
			continue
		}
		years = append(years, YearCount{year, 1})
	}
	return years, err
}

// Uses is what this device's records tell: a hint for the order of codes.
func (o Offline) Uses(ctx context.Context, author uuid.UUID, _ []uuid.UUID) (own, shared map[string]int, err error) {
	own, shared = map[string]int{}, map[string]int{}
	all, err := o.all(ctx)
	for _, r := range all {
		for _, d := range r.Diagnoses {
			if r.Author.MembershipID == author {
				own[d.Code]++
			}
			shared[d.Code]++
		}
	}
	return own, shared, err
}

func (o Offline) DiagnosesOf(ctx context.Context, family []uuid.UUID) ([]PastDiagnosis, error) {
	all, err := o.ofPatients(ctx, family)
	byCode, codes := map[string]*PastDiagnosis{}, []string{}
	added := addedTo(all)
	for _, r := range all { // latest first: the first seen is the last written
		if slices.ContainsFunc(added[r.ID], func(a Record) bool { return a.Type == Annulment }) {
			continue
		}
		for _, d := range r.Diagnoses {
			if byCode[d.Code] == nil {
				byCode[d.Code] = &PastDiagnosis{Diagnosis: d, Last: r.WrittenAt}
				codes = append(codes, d.Code)
			}
			byCode[d.Code].First = r.WrittenAt
			byCode[d.Code].Times++
		}
	}
	slices.Sort(codes)
	list := make([]PastDiagnosis, 0, len(codes))
	for _, code := range codes {
		list = append(list, *byCode[code])
	}
	return list, err
}

// NextNumber is the server's: a device's documents get their number when they arrive.
func (o Offline) NextNumber(context.Context, string) (int64, error) { return 0, nil }

// Attended reports whether a record of the person's is by the professional.
func (o Offline) Attended(ctx context.Context, doctor uuid.UUID, family []uuid.UUID) (bool, error) {
	all, err := o.ofPatients(ctx, family)
	return slices.ContainsFunc(all, func(r Record) bool { return r.Author.MembershipID == doctor }), err
}

// AttendedOf are those of whom a record on this device is by the professional.
func (o Offline) AttendedOf(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID) (known []uuid.UUID, err error) {
	for _, id := range patients {
		attended, err := o.Attended(ctx, doctor, []uuid.UUID{id})
		if err != nil {
			return nil, err
		}
		if attended {
			known = append(known, id)
		}
	}
	return known, nil
}

// OthersWrote is the server's: the administration is told there.
func (o Offline) OthersWrote(context.Context, uuid.UUID, []uuid.UUID) (bool, error) {
	return false, nil
}

// EmergencyOf knows none: what an emergency opened is on no device.
func (o Offline) EmergencyOf(context.Context, uuid.UUID, []uuid.UUID, time.Time) (EmergencyAccess, error) {
	return EmergencyAccess{}, fault.ErrNotFound
}

func (o Offline) AddEmergency(context.Context, EmergencyAccess) error {
	return offline.ErrNeedsConnection
}

func (o Offline) AddOwnBooking(context.Context, EmergencyAccess) (bool, error) {
	return false, offline.ErrNeedsConnection
}

func (o Offline) Emergencies(context.Context, time.Time, int) ([]EmergencyAccess, error) {
	return nil, offline.ErrNeedsConnection
}

func (o Offline) CountUnreviewed(context.Context) (int, error) { return 0, nil }

func (o Offline) ReviewEmergency(context.Context, uuid.UUID, uuid.UUID, uuid.UUID, string, time.Time) error {
	return offline.ErrNeedsConnection
}

func (o Offline) AddAssignment(context.Context, Assignment) error { return offline.ErrNeedsConnection }

func (o Offline) Assignments(context.Context, []uuid.UUID) ([]Assignment, error) {
	return nil, offline.ErrNeedsConnection
}

func (o Offline) TemplateRevisions(ctx context.Context) ([]TemplateRevision, error) {
	list, err := offline.List(ctx, templateEntity, func(id uuid.UUID, _ int64, d templateData) (TemplateRevision, error) {
		return TemplateRevision{ID: id, Slug: d.Slug, Revision: d.Revision, Retired: d.Retired, Body: d.Body}, nil
	})
	sorting.By(list, func(a, b TemplateRevision) int {
		return cmp.Or(cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.Revision, b.Revision))
	})
	return list, err
}

func (o Offline) AddTemplateRevision(context.Context, TemplateRevision) error {
	return offline.ErrNeedsConnection
}

// NoReads notes nothing: the server notes which records it gave to which device.
type NoReads struct{}

// Read notes nothing.
func (NoReads) Read(context.Context, uuid.UUID, string) error { return nil }

// Readers are the server's.
func (NoReads) Readers(context.Context, []uuid.UUID, int) ([]Reader, error) {
	return nil, offline.ErrNeedsConnection
}
