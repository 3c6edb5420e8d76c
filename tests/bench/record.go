//go:build !js

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/pii"
)

const (
	attentions    = 500 // of the patient with the longest record
	historyTarget = 60 * time.Millisecond
	recetaTarget  = sheetTarget
	perBatch      = 50 // attentions written in one transaction
)

// longRecord is a patient with a record of years, written by the clinic's first professional.
type longRecord struct{ patient, receta uuid.UUID }

// lines are what opens it.
func (l longRecord) lines(chair *desk) []line {
	always := func(address string) func(int) *http.Request { return func(int) *http.Request { return get(address) } }
	return []line{
		{name: fmt.Sprintf("history of %d attentions", attentions), target: historyTarget, desk: chair, request: always("/pacientes/" + l.patient.String() + "/historia")},
		{name: "prescription, PDF", target: recetaTarget, desk: chair, request: always("/recetas/" + l.receta.String() + "/pdf")},
	}
}

// longRecord finds the record of an earlier run, or writes it.
func (h *house) longRecord(ctx context.Context, c *clinic) (longRecord, error) {
	l := longRecord{patient: c.patientID(7)}
	doctor := c.staff[0]
	if _, err := h.admin.Exec(ctx, "update users set college = 'CMP', college_number = '54321' where id = $1", doctor.user); err != nil {
		return l, fmt.Errorf("give a professional a number: %w", err)
	}
	who := access.Identity{
		UserID: doctor.user, ClinicID: c.id, MembershipID: doctor.member, SiteID: doctor.site, TimeZone: lima.String(), Roles: []string{string(accounts.Doctor)},
		Permissions: accounts.PermissionsOf([]accounts.Role{accounts.Doctor}),
	}
	ctx = access.With(ctx, who)
	for n := 0; n < attentions; n += perBatch {
		err := h.db.InClinic(ctx, database.Scope{ClinicID: c.id, UserID: who.UserID}, func(ctx context.Context) error { return h.transcribe(ctx, c, l.patient, n) })
		if err != nil {
			return l, fmt.Errorf("write a long record: %w", err)
		}
	}
	err := h.db.InClinic(ctx, database.Scope{ClinicID: c.id, UserID: who.UserID}, func(ctx context.Context) (err error) {
		l.receta, err = h.prescribe(ctx, l.patient)
		return err
	})
	return l, err
}

// recordAt is the clinical record's service at a moment, with what it needs to be written here.
func (h *house) recordAt(at time.Time) *hce.Service {
	people := patients.New(patients.NewPostgres(h.vault, clock.At(at)), patients.Neighbours{}, clock.At(at))
	return hce.New(hce.NewPostgres(), hce.Neighbours{
		Patients: people, Colleagues: accounts.Colleagues{}, Visits: noVisits{}, Proofs: proven{}, Reads: hce.ReadLog{},
		Keys: accounts.NewSigningKeys(h.db, h.vault, clock.At(moment.AddDate(-20, 0, 0))),
	}, clock.At(at))
}

// noVisits is an agenda in which nobody has an appointment.
type noVisits struct{ hce.Visits }

func (noVisits) Cares(context.Context, uuid.UUID, uuid.UUID) (bool, error)       { return false, nil }
func (noVisits) ComingOf(context.Context, []uuid.UUID) ([]patients.Visit, error) { return nil, nil }
func (noVisits) TodayWith(context.Context, uuid.UUID, uuid.UUID) (uuid.UUID, error) {
	return uuid.Nil, fault.ErrNotFound
}

// proven is somebody who has just shown who they are.
type proven struct{}

func (proven) Fresh(context.Context) (bool, error)    { return true, nil }
func (proven) Prove(context.Context, hce.Proof) error { return nil }

// transcribe writes some attentions that are not there yet.
func (h *house) transcribe(ctx context.Context, c *clinic, patient uuid.UUID, from int) error {
	for n := from; n < from+perBatch; n++ {
		id := uuid.NewSHA1(patient, []byte(fmt.Sprint("attention", n)))
		var there bool
		if err := database.From(ctx).Raw("select exists (select 1 from encounters where id = ?)", id).Scan(&there).Error; err != nil || there {
			return err
		}
		at := moment.AddDate(0, 0, -3*(attentions-n)).UTC()
		ended := at.Add(20 * time.Minute)
		e := hce.Encounter{ID: id, PatientID: patient, SiteID: c.sites[0], StartedAt: &at, EndedAt: &ended}
		r := hce.Record{
			ID: uuid.NewSHA1(id, []byte("note")), TemplateID: "consulta-general", TemplateVersion: 1, WrittenAt: ended,
			Diagnoses: []hce.Diagnosis{{Code: "M54.5", Title: "Lumbago no especificado", Kind: hce.Repeated}},
		}
		if _, err := h.recordAt(ended).Transcribe(ctx, e, r, someNote(n)); err != nil {
			return err
		}
	}
	return nil
}

// someNote says as much as a note of a careful professional.
func someNote(n int) hce.Values {
	return hce.Values{
		"motivo": hce.TextValue(fmt.Sprintf("Control %d por dolor lumbar", n+1)),
		"relato": hce.TextValue(strings.TrimSpace(strings.Repeat("Refiere dolor de moderada intensidad en región lumbar, sin irradiación. ", 18))),
		"pa":     hce.PressureValue(110+n%30, 70+n%15), "fc": hce.TextValue(fmt.Sprint(64 + n%30)), "temp": hce.TextValue("36.8"), "peso": hce.TextValue("68.4"),
	}
}

// prescribe finds the prescription of an earlier run, or writes one of five medicines.
func (h *house) prescribe(ctx context.Context, patient uuid.UUID) (id uuid.UUID, err error) {
	const find = "select id from medical_records where patient_id = ? and record_type = 'prescription' limit 1"
	var found []uuid.UUID
	if err := database.From(ctx).Raw(find, patient).Scan(&found).Error; err != nil || len(found) > 0 {
		return append(found, uuid.Nil)[0], err
	}
	note := hce.Values{"motivo": hce.TextValue("Control"), "relato": hce.TextValue("Sigue con dolor.")} // no figures: their age might make us ask again
	body := hce.DraftBody{Values: note, Diagnoses: []hce.Diagnosis{{Code: "M54.5", Title: "Lumbago no especificado", Kind: hce.Repeated}}}
	for n := range 5 {
		body.Items = append(body.Items, hce.Prescribed{Item: prescribing.Item{
			DCI: fmt.Sprintf("Preparado %d", n+1), Form: "jarabe", Route: "oral", Dose: prescribing.Amount{Value: decimal.NewFromInt(5), Unit: "mL"},
			Frequency: prescribing.Frequency{Kind: prescribing.TimesADay, Number: 2}, Duration: prescribing.Duration{Value: 5, Unit: prescribing.Days},
			Quantity: prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "frasco"},
		}})
	}
	record := h.recordAt(moment)
	e, err := record.Attend(ctx, uuid.Must(uuid.NewV7()), uuid.Nil, patient)
	if err != nil {
		return id, err
	}
	d, err := record.SaveDraft(ctx, hce.Saving{EncounterID: e.ID, DraftID: uuid.Must(uuid.NewV7()), Holder: "bench", TemplateID: "consulta-general", Version: 1, Body: body})
	if err != nil {
		return id, err
	}
	done, err := record.Close(ctx, e.ID, d.Version, "bench", hce.Proof{})
	for _, r := range done.Records {
		if r.Type == hce.Prescription {
			id = r.ID
		}
	}
	return id, err
}

// measureCopy makes the copy of the longest record of the large clinic, PDF and ZIP, as the job does.
func (h *house) measureCopy(ctx context.Context, to io.Writer) error {
	c := clinics()[0]
	l, err := h.longRecord(ctx, c)
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7())
	const ask = `insert into record_copies (clinic_id, id, patient_id, requested_by, purpose, detail, state, requested_at)
		values ($1, $2, $3, $4, 'patient', 'medida de tiempos', 'waiting', $5)`
	if _, err := h.admin.Exec(ctx, "delete from record_copies where clinic_id = $1", c.id); err != nil {
		return fmt.Errorf("forget earlier copies: %w", err)
	}
	if _, err := h.admin.Exec(ctx, ask, c.id, id, l.patient, c.staff[0].member, h.now()); err != nil {
		return fmt.Errorf("ask for a copy: %w", err)
	}
	began := time.Now()
	if err := h.app.Copies.Make(ctx, c.id, id); err != nil {
		return err
	}
	took := time.Since(began)
	pages, size, err := h.pages(ctx, c.id, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "Copy of a whole record of %d attentions, PDF of %d pages and ZIP, as its job makes it: %.1f s, PDF %.1f MB. Target: %.0f s%s.\n",
		attentions, pages, took.Seconds(), float64(size)/1e6, volumeTarget.Seconds(), missedIf(took > volumeTarget))
	return nil
}

// pages counts those of a copy's PDF.
func (h *house) pages(ctx context.Context, clinic, id uuid.UUID) (pages, size int, err error) {
	ref := files.Ref{Clinic: clinic, ID: id, At: pii.Place{Clinic: clinic, Table: "record_copies", Column: "pdf_key", Row: id}}
	if err := h.admin.QueryRow(ctx, "select pdf_object, pdf_key from record_copies where clinic_id = $1 and id = $2", clinic, id).Scan(&ref.Object, &ref.SealedKey); err != nil {
		return 0, 0, fmt.Errorf("find a copy: %w", err)
	}
	content, err := h.app.Copies.Storage.Open(ctx, ref)
	if err != nil {
		return 0, 0, err
	}
	defer content.Close() //nolint:errcheck // it was only read
	all, err := io.ReadAll(content)
	return bytes.Count(all, []byte("/Type /Page\n")), len(all), err
}
