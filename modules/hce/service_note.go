package hce

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/hce/form"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Attention is an attention as its professional writes it: the patient, the template and the draft.
type Attention struct {
	Encounter Encounter
	Patient   patients.Patient
	Frame     patients.Frame // allergies and conditions
	Look      Look
	Template  form.Template
	Context   form.Context
	Draft     Draft      // Version 0 before anything was written
	Triaged   []Observed // what an assistant took, as it stands
	Elsewhere bool       // another window writes: this one reads
}

// Attention opens an attention for writing, and writes down that its patient's record was read. holder names the
// window; another one that wrote in the last minutes keeps the draft, and this one reads. Only who attends opens it.
func (s *Service) Attention(ctx context.Context, id uuid.UUID, holder string) (Attention, error) {
	a, err := s.attention(ctx, id, holder)
	if err != nil {
		return a, err
	}
	return a, s.Reads.Read(ctx, a.Look.Patient(), "atención"+s.ofDay(ctx, a.Encounter.At()))
}

func (s *Service) attention(ctx context.Context, id uuid.UUID, holder string) (Attention, error) {
	a, err := s.facing(ctx, id)
	if err != nil {
		return a, err
	}
	return s.drafted(ctx, a, holder)
}

// facing is an attention of whoever asks, with what is known before anything is written in it.
func (s *Service) facing(ctx context.Context, id uuid.UUID) (Attention, error) {
	e, err := s.attended(ctx, id)
	if err != nil {
		return Attention{}, err
	}
	a := Attention{Encounter: e}
	if a.Look, err = s.Open(ctx, e.PatientID); err != nil {
		return a, err
	}
	if a.Frame, err = s.Patients.Frame(ctx, a.Look.Patient(), ""); err != nil {
		return a, err
	}
	a.Patient = a.Frame.Patient
	if a.Context, err = s.contextOf(ctx, a.Patient, s.now(), e.SiteID); err != nil {
		return a, err
	}
	observed, err := s.store.ObservedIn(ctx, []uuid.UUID{e.ID})
	if err != nil {
		return a, err
	}
	a.Triaged = standing(observed)
	return a, nil
}

// attended is an attention of whoever asks.
func (s *Service) attended(ctx context.Context, id uuid.UUID) (Encounter, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return Encounter{}, fault.ErrForbidden
	}
	e, err := s.store.Encounter(ctx, id)
	if err != nil {
		return e, err
	}
	if e.DoctorID != who.MembershipID {
		return e, fault.ErrForbidden
	}
	return e, nil
}

// drafted finds or begins the draft.
func (s *Service) drafted(ctx context.Context, a Attention, holder string) (Attention, error) {
	draft, err := s.store.Draft(ctx, a.Encounter.ID, a.Encounter.DoctorID)
	switch {
	case fault.IsNotFound(err):
		return s.fresh(ctx, a, holder)
	case err != nil:
		return a, err
	}
	a.Draft = draft
	a.Elsewhere = draft.HeldByOther(holder, s.now())
	a.Template, err = s.Template(ctx, draft.TemplateID, draft.TemplateVersion)
	return a, err
}

// fresh is a note in which nothing is written but what triage took.
func (s *Service) fresh(ctx context.Context, a Attention, holder string) (Attention, error) {
	t, err := s.templateFor(ctx, a.Encounter.Specialty)
	if err != nil {
		return a, err
	}
	a.Template = t
	a.Draft = Draft{
		ID: newID(), EncounterID: a.Encounter.ID, PatientID: a.Encounter.PatientID, AuthorID: a.Encounter.DoctorID,
		TemplateID: t.ID, TemplateVersion: t.Version, Holder: holder, HeldAt: s.now(), CreatedAt: s.now(),
		Body: DraftBody{Values: filled(t, a.Triaged)},
	}
	a.Draft.Body.Values = form.Compute(t, a.Draft.Body.Values, a.Context)
	return a, nil
}

// Saving is what a window sends of its draft.
type Saving struct {
	EncounterID uuid.UUID
	DraftID     uuid.UUID
	Seen        int64 // the version that the window has
	Holder      string
	Takeover    bool // writes although another window held it
	TemplateID  string
	Version     int // of the template
	Body        DraftBody
}

// SaveDraft keeps what was written so far. ErrStaleDraft tells that another window saved in between: nothing is lost of
// either, the person chooses.
func (s *Service) SaveDraft(ctx context.Context, in Saving) (Draft, error) {
	e, err := s.attended(ctx, in.EncounterID)
	if err != nil {
		return Draft{}, err
	}
	if e.Closed() {
		return Draft{}, errClosed
	}
	t, err := s.Template(ctx, in.TemplateID, in.Version)
	if err != nil {
		return Draft{}, err
	}
	person, err := s.Patients.Active(ctx, e.PatientID)
	if err != nil {
		return Draft{}, err
	}
	d, err := s.store.Draft(ctx, e.ID, e.DoctorID)
	switch {
	case fault.IsNotFound(err):
		d = Draft{ID: in.DraftID, EncounterID: e.ID, PatientID: e.PatientID, AuthorID: e.DoctorID, CreatedAt: s.now()}
	case err != nil:
		return Draft{}, err
	case d.HeldByOther(in.Holder, s.now()) && !in.Takeover, d.Version != in.Seen && !d.answerLost(in) && !d.behind(in) && !s.sameWindow(d, in):
		return d, ErrStaleDraft
	}
	if s.Away() && d.Version < in.Seen { // the window goes on from what the server kept last
		d.Version = in.Seen
	}
	known, err := s.contextOf(ctx, person, s.now(), e.SiteID)
	if err != nil {
		return Draft{}, err
	}
	in.Body.Values = form.Compute(t, in.Body.Values, known)
	d.TemplateID, d.TemplateVersion, d.Body = t.ID, t.Version, in.Body
	d.Holder, d.HeldAt, d.UpdatedAt = in.Holder, s.now(), s.now()
	if d, err = s.store.SaveDraft(ctx, d); err != nil {
		return d, err
	}
	return d, s.settleAsides(ctx, d, t)
}

// answerLost reports whether the window saved before and never heard of it: it is one version behind itself.
func (d Draft) answerLost(in Saving) bool {
	return in.Holder != "" && d.Holder == in.Holder && d.Version == in.Seen+1
}

// behind reports whether the window wrote on where this draft does not reach: on the device while the line was away, or
// on the server before it went.
func (d Draft) behind(in Saving) bool {
	return in.Holder != "" && d.Holder == in.Holder && d.Version < in.Seen
}

// sameWindow reports whether the window that writes on a device is the one that wrote there last: it alone does, and may
// carry an edition of the server's while the device's own waits to be sent.
func (s *Service) sameWindow(d Draft, in Saving) bool {
	return s.Away() && in.Holder != "" && d.Holder == in.Holder
}

// copier is a store that keeps copies of what the server has: a device's.
type copier interface {
	CopyDraft(ctx context.Context, d Draft) error
}

// CopyDraft keeps on this device the draft that the server has just kept as an edition.
func (s *Service) CopyDraft(ctx context.Context, in Saving, version int64) error {
	store, device := s.store.(copier)
	e, err := s.attended(ctx, in.EncounterID)
	if err != nil || !device {
		return err
	}
	return store.CopyDraft(ctx, Draft{
		ID: in.DraftID, EncounterID: e.ID, PatientID: e.PatientID, AuthorID: e.DoctorID, TemplateID: in.TemplateID, TemplateVersion: in.Version,
		Body: in.Body, Holder: in.Holder, Version: version, CreatedAt: s.now(), UpdatedAt: s.now(),
	})
}

// TakeOver lets a window write in a draft that another one held.
func (s *Service) TakeOver(ctx context.Context, encounter uuid.UUID, holder string) error {
	e, err := s.attended(ctx, encounter)
	if err != nil {
		return err
	}
	d, err := s.store.Draft(ctx, e.ID, e.DoctorID)
	if fault.IsNotFound(err) {
		return nil // nothing was written yet: whoever saves first has it
	}
	if err != nil {
		return err
	}
	return s.store.HoldDraft(ctx, d.ID, holder, s.now())
}

// LetGo lets other windows write at once in a draft that holder held: it has been closed. Of whom it was stays known. On a
// device nothing is noted: its windows see of each other which are open.
func (s *Service) LetGo(ctx context.Context, encounter uuid.UUID, holder string) error {
	e, err := s.attended(ctx, encounter)
	if err != nil || s.Away() {
		return err
	}
	d, err := s.store.Draft(ctx, e.ID, e.DoctorID)
	if fault.IsNotFound(err) {
		return nil
	}
	if err != nil || d.Holder != holder {
		return err
	}
	return s.store.HoldDraft(ctx, d.ID, holder, s.now().Add(-holdMinutes*time.Minute))
}

var errClosed = fault.Conflicted("closed", "Esta atención ya se cerró. Lo que falte se escribe como adenda.")

// Review is what stands between a draft and its signature.
type Review struct {
	Attention
	Checked  prescribing.Checked // what speaks against the prescription
	Problems fault.Problems
	Doubts   []form.Doubt
}

// Ready reports whether the note may be signed.
func (r Review) Ready() bool { return len(r.Problems) == 0 && len(r.Doubts) == 0 }

// Review looks at the draft as it would be signed: what is missing, impossible or improbable.
func (s *Service) Review(ctx context.Context, encounter uuid.UUID, holder string) (Review, error) {
	a, err := s.attention(ctx, encounter, holder)
	if err != nil {
		return Review{}, err
	}
	if a.Encounter.Closed() {
		return Review{}, errClosed
	}
	return s.reviewed(ctx, a)
}

// reviewed looks at what is written, wherever it comes from.
func (s *Service) reviewed(ctx context.Context, a Attention) (Review, error) {
	r := Review{Attention: a}
	r.Problems, r.Doubts = form.Check(a.Template, a.Draft.Body.Values, a.Context)
	if form.Empty(a.Template, a.Draft.Body.Values) {
		r.Problems.Add("", "La nota está vacía: no hay nada que firmar.")
	}
	demandActions(r)
	err := s.checkDiagnoses(ctx, r)
	if err != nil {
		return r, err
	}
	r.Checked, err = s.checkItems(ctx, r)
	return r, err
}

// The most letters of a diagnosis, more than any of the table has.
const (
	longCode  = 10
	longTitle = 400
)

// checkDiagnoses also gives each the code and title of the table in force.
func (s *Service) checkDiagnoses(ctx context.Context, r Review) error {
	list := r.Draft.Body.Diagnoses
	if len(list) == 0 {
		r.Problems.Add("diagnosticos", "Falta al menos un diagnóstico.")
	}
	seen := map[string]bool{}
	for _, d := range list {
		switch {
		case strings.TrimSpace(d.Code) == "" || len(d.Code) > longCode || len([]rune(d.Title)) > longTitle:
			r.Problems.Add("diagnosticos", "Un diagnóstico lleva su código CIE-10.")
		case d.Kind.Label() == "":
			r.Problems.Add("diagnosticos", d.Code+": elija presuntivo (P), definitivo (D) o repetitivo (R).")
		case seen[d.Code]:
			r.Problems.Add("diagnosticos", d.Code+" está dos veces.")
		}
		seen[d.Code] = true
	}
	return s.lookUp(ctx, r, list)
}

// lookUp asks the table of diagnoses for each, and whether it may be noted of this patient.
func (s *Service) lookUp(ctx context.Context, r Review, list []Diagnosis) error {
	table, err := s.codeTable(ctx)
	if err != nil || table == nil {
		return err
	}
	for i, d := range list {
		code, err := table.Check("diagnosticos", catalog.Noted{Code: d.Code, Sex: catalog.Sex(r.Patient.Sex), First: i == 0})
		if problems, refused := fault.Fields(err); refused {
			r.Problems.Add("diagnosticos", problems["diagnosticos"])
			continue
		}
		if err != nil {
			return err
		}
		list[i].Code, list[i].Title = code.Code, code.Title
	}
	return nil
}

// Closed is an attention that ended, with what was written in it.
type Closed struct {
	Encounter Encounter
	Records   []Record
	Signed    bool // false on a device: it waits in "por firmar"
}

// Close ends an attention: the draft becomes a record, its values observations; it is signed, and the appointment is
// complete. On a device nothing is signed: the record waits for its author.
//
// It is refused as invalid while something is missing or impossible, or improbable and not confirmed; with
// ErrStaleDraft when another window wrote after seen; and at "code" or "password" when the proof is wrong.
func (s *Service) Close(ctx context.Context, encounter uuid.UUID, seen int64, holder string, proof Proof) (Closed, error) {
	r, err := s.Review(ctx, encounter, holder)
	if err != nil {
		return Closed{}, err
	}
	if r.Draft.Version != seen || r.Draft.Version == 0 {
		return Closed{}, ErrStaleDraft
	}
	if !r.Ready() {
		return Closed{}, unready(r)
	}
	if err := s.prove(ctx, proof); err != nil {
		return Closed{}, err
	}
	e, err := s.store.LockEncounter(ctx, encounter)
	if err != nil {
		return Closed{}, err
	}
	if e.Closed() {
		return Closed{}, errClosed
	}
	records, err := s.write(ctx, r)
	if err != nil {
		return Closed{}, err
	}
	if e, err = s.end(ctx, e, r.Draft.ID); err != nil {
		return Closed{}, err
	}
	if s.Away() {
		return Closed{Encounter: e, Records: records}, nil
	}
	records, err = s.sign(ctx, records)
	return Closed{Encounter: e, Records: records, Signed: true}, err
}

// unready puts doubts beside the problems: both stand at their field until somebody answers.
func unready(r Review) error {
	problems := fault.Problems{}
	for name, text := range r.Problems {
		problems.Add(name, text)
	}
	for _, d := range r.Doubts {
		problems.Add(d.Name, d.Question)
	}
	return problems.Err()
}

// write keeps what the draft says, for ever.
func (s *Service) write(ctx context.Context, r Review) ([]Record, error) {
	note, err := s.noteOf(ctx, r)
	if err != nil {
		return nil, err
	}
	if note, err = s.keep(ctx, note); err != nil {
		return nil, err
	}
	if err := s.observe(ctx, r, note); err != nil || len(r.Draft.Body.Items) == 0 {
		return []Record{note}, err
	}
	prescription, err := s.prescribe(ctx, r, note)
	return []Record{note, prescription}, err
}

// noteOf is what was reviewed as a record of whoever asks, not kept yet.
func (s *Service) noteOf(ctx context.Context, r Review) (Record, error) {
	author, _, err := s.author(ctx)
	if err != nil {
		return Record{}, err
	}
	content, err := jsonOf(r.Draft.Body.Values)
	return Record{
		ID: r.Draft.ID, PatientID: r.Encounter.PatientID, EncounterID: r.Encounter.ID, Type: Note,
		TemplateID: r.Template.ID, TemplateVersion: r.Template.Version, Author: author, Diagnoses: r.Draft.Body.Diagnoses, Content: content,
	}, err
}

// keep writes a record now.
func (s *Service) keep(ctx context.Context, r Record) (Record, error) {
	now := s.now()
	r.Offline = s.Away()
	if r.WrittenAt.IsZero() {
		r.WrittenAt = now
	}
	if r.ReceivedAt = now; r.Offline {
		r.ReceivedAt = time.Time{}
	}
	r, err := r.sealed()
	if err != nil {
		return r, err
	}
	return r, s.store.AddRecord(ctx, r)
}

// end closes the attention and completes its appointment.
func (s *Service) end(ctx context.Context, e Encounter, draft uuid.UUID) (Encounter, error) {
	if err := s.store.DropDraft(ctx, draft); err != nil {
		return e, err
	}
	now := s.now()
	e.EndedAt, e.UpdatedAt = &now, now
	e, err := s.store.SaveEncounter(ctx, e)
	if err != nil || e.AppointmentID == nil {
		return e, err
	}
	return e, s.Visits.Complete(ctx, *e.AppointmentID)
}
