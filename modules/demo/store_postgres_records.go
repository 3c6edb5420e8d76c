//go:build !js

package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/hce"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// notesReach is how many days back the visits have their notes: enough for a history to look lived in.
const notesReach = 7

// addNotes writes the notes of the visits of former days that have none, in the name of who attended.
func (s seeder) addNotes(ctx context.Context, c clinic) error {
	plan := planner{clinic: c, people: c.register(), zone: c.Zone()}
	today := agenda.DateOf(s.Now(), plan.zone)
	for n := -notesReach; n < 0; n++ {
		day := plan.plan(today.Add(n), false)
		for _, r := range c.rounds {
			if err := s.addNotesBy(ctx, c, r.email, day); err != nil {
				return fmt.Errorf("write the notes of %s: %w", day.date, err)
			}
		}
	}
	return nil
}

// addNotesBy writes one professional's notes of a day in one transaction.
func (s seeder) addNotesBy(ctx context.Context, c clinic, email string, day day) error {
	user := userOf(email)
	roles := []accounts.Role{accounts.Doctor}
	ctx = access.With(ctx, access.Identity{
		UserID: user, ClinicID: c.ID, MembershipID: c.member(email), TimeZone: c.TimeZone, Roles: []string{string(accounts.Doctor)}, Permissions: accounts.PermissionsOf(roles),
	})
	return s.DB.InClinic(ctx, database.Scope{ClinicID: c.ID, UserID: user, RequestID: "demo"}, func(ctx context.Context) error {
		for _, v := range day.visits {
			a, _ := v.lived(s.Now())
			if a.DoctorID != c.member(email) || a.Status != agenda.Completed {
				continue
			}
			for service, written := range notes() {
				if c.service(service) != a.ServiceID {
					continue
				}
				if err := s.addNote(ctx, v, written); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// addNote keeps the note of a visit as it was written when the visit ended.
func (s seeder) addNote(ctx context.Context, v visit, n note) error {
	a := v.appointment
	e := hce.Encounter{
		ID: idOf(v.started, "encounter", a.ID.String()), PatientID: a.PatientID, SiteID: a.SiteID, AppointmentID: &a.ID, StartedAt: &v.started, EndedAt: &v.ended,
	}
	r := hce.Record{
		ID: idOf(v.ended, "record", a.ID.String()), TemplateID: n.template, TemplateVersion: 1, Diagnoses: []hce.Diagnosis{n.diagnosis}, WrittenAt: v.ended,
	}
	_, err := s.record(v.ended).Transcribe(ctx, e, r, n.measured(dice("note", a.ID.String())))
	if errors.Is(err, hce.ErrSameID) || fault.IsNotFound(err) { // written before; or somebody has moved the visit away
		return nil
	}
	return err
}

// record is the service as it is at a moment. Keys are as old as the clinic: what was signed then is valid.
func (s seeder) record(at time.Time) *hce.Service {
	return hce.New(hce.NewPostgres(), hce.Neighbours{
		Patients: patients.New(s.patients, patients.Neighbours{}, s.Now), Colleagues: accounts.Colleagues{}, Keys: accounts.NewSigningKeys(s.DB, s.Vault, clock.At(founded)),
	}, clock.At(at))
}
