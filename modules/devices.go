//go:build !js

package modules

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/hce"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
)

// joinDevices offers what the modules keep to devices, in the order of a first download: what others refer to first.
func (h *house) joinDevices(register *patients.Sync, metrics *web.Metrics) {
	var entities []sync.Entity
	for _, reference := range (accounts.Colleagues{}).SyncEntities() {
		entities = append(entities, reference)
	}
	for _, reference := range catalog.SyncEntities(catalog.NewPostgres()) {
		entities = append(entities, reference)
	}
	for _, reference := range prices.SyncEntities() {
		entities = append(entities, reference)
	}
	visits := held{agenda.ForPatients{Service: h.agenda}, h.record}
	appointments, records := agenda.SyncAppointments(h.agenda, h.patients), hce.SyncRecords(h.record, visits)
	alerts := patients.SyncClinical(h.patients, patients.NewPostgres(h.Vault, h.Now), visits)
	triage := hce.SyncTriage(h.record, visits)
	appointments.Beside = beside(visits, patients.ClinicalBeside(alerts), records.Beside, triage.Beside)
	entities = append(entities, agenda.SyncSchedules(h.agenda), hce.SyncTemplates(), hce.SyncHead(), hce.SyncFavourites(),
		hce.SyncLogo(accounts.House{}.Logo, accounts.Colleagues{}), register, appointments)
	for _, one := range alerts {
		entities = append(entities, one)
	}
	entities = append(entities, records, hce.SyncDrafts(h.record), hce.SyncAsides(h.record), triage)
	money := h.billing
	entities = append(entities, billing.SyncSettings(money.Ledger), billing.SyncSessions(money.Ledger, money.Till, money.House, h.Now),
		billing.SyncReceipts(money.Ledger, money.Made, money.Insurers, money.Front))

	h.devices = sync.NewDeviceRegister(sync.RegisterParts{DB: h.DB, Vault: h.Vault, Logins: h.signIn, Words: h.describers(), Now: h.Now})
	h.sync = sync.New(sync.Config{
		Store: sync.NewPostgres(h.DB, h.Vault), Entities: entities, Devices: h.devices, Profile: h.deviceProfile,
		Jobs: sync.NewJobs(h.queue), Metrics: sync.NewMetrics(metrics), Now: h.Now, Log: h.Log,
	})
	h.devices.Carry = h.sync
	h.billing.Unsent = h.devices.Unsent
	h.signIn.ShowKept(h.devices)
}

// beside joins what modules keep of the patients of an appointment: alerts and triage of who may come before whoever asks,
// and records of their own.
func beside(
	visits held,
	alerts func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error),
	records func(ctx context.Context, own []uuid.UUID) (map[uuid.UUID][]offline.Ref, error),
	triage func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error),
) func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
	return func(ctx context.Context, own, all []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
		own, err := visits.of(ctx, access.Who(ctx).MembershipID, own)
		if err != nil {
			return nil, err
		}
		needed, err := alerts(ctx, own, all)
		if err != nil {
			return needed, err
		}
		taken, err := triage(ctx, own, all)
		if err != nil {
			return needed, err
		}
		written := map[uuid.UUID][]offline.Ref{}
		if len(own) > 0 {
			if written, err = records(ctx, own); err != nil {
				return needed, err
			}
		}
		for _, more := range []map[uuid.UUID][]offline.Ref{taken, written} {
			for id, refs := range more {
				needed[id] = append(needed[id], refs...)
			}
		}
		return needed, nil
	}
}

// deviceProfile is what the device of whoever asks must know of them and their clinic.
func (h *house) deviceProfile(ctx context.Context) (sync.Profile, error) {
	profile, err := accounts.ProfileOf(ctx, h.DB, access.Who(ctx))
	if err != nil {
		return sync.Profile{}, err
	}
	hash, data, err := profile.Packed()
	return sync.Profile{Hash: hash, Data: data}, err
}

// describers tell people of what devices hold and did.
func (h *house) describers() []offline.Describer {
	return append([]offline.Describer{h.patients.Describer(), h.agenda.Describer()}, billing.Describers()...)
}

// held chooses the people of whom a device may hold what is clinical.
type held struct {
	agenda.ForPatients
	record *hce.Service
}

var _ hce.OwnPatients = held{}

// PatientsOf are the people with an appointment in [from, to) that was not cancelled: those of whoever asks for a
// professional are of the professional's, as for a record that is opened.
func (h held) PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error) {
	people, err := h.ForPatients.PatientsOf(ctx, doctor, from, to)
	if err != nil || doctor == uuid.Nil {
		return people, err
	}
	return h.of(ctx, doctor, people)
}

// of leaves out whoever a professional only gave an hour to and who has not come, but for those known from before.
func (h held) of(ctx context.Context, doctor uuid.UUID, people []uuid.UUID) ([]uuid.UUID, error) {
	ties, err := h.Ties(ctx, doctor, people)
	if err != nil {
		return nil, err
	}
	untied := slices.DeleteFunc(slices.Clone(people), func(id uuid.UUID) bool { return ties[id].Holds() })
	if len(untied) == 0 {
		return people, nil
	}
	known, err := h.record.Knows(ctx, doctor, untied)
	return slices.DeleteFunc(people, func(id uuid.UUID) bool { return slices.Contains(untied, id) && !slices.Contains(known, id) }), err
}
