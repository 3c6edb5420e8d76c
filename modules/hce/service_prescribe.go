package hce

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// medicinesLooked is how many of a person's latest medicines are looked at for what is still taken.
const medicinesLooked = 60

// Medications are what was prescribed to a person lately, the newest first.
func (s *Service) Medications(ctx context.Context, look Look) ([]Medication, error) {
	return s.store.MedicationsOf(ctx, look.Family, medicinesLooked)
}

// active are the medicines that are taken today.
func (s *Service) active(ctx context.Context, look Look) ([]prescribing.Item, error) {
	list, err := s.Medications(ctx, look)
	if err != nil {
		return nil, err
	}
	var items []prescribing.Item
	for _, m := range list {
		if m.ActiveOn(s.Now(ctx)) {
			items = append(items, m.Item)
		}
	}
	return items, nil
}

// Contraindications looks at the lines of a draft against the patient. The reasons that stand at the lines answer what
// speaks against them.
func (s *Service) Contraindications(ctx context.Context, a Attention) (prescribing.Checked, error) {
	list := a.Draft.Body.Items
	if len(list) == 0 {
		return prescribing.Checked{}, nil
	}
	taken, err := s.active(ctx, a.Look)
	if err != nil {
		return prescribing.Checked{}, err
	}
	patient, items := treated(a, taken), itemsOf(list)
	reasons := map[string]string{}
	for _, f := range prescribing.Check(items, patient) {
		reasons[f.Key()] = list[f.Item].Reason
	}
	return prescribing.Record(items, patient, reasons), nil
}

// checkItems adds what keeps a prescription from being signed to the problems, under the names of its inputs.
func (s *Service) checkItems(ctx context.Context, r Review) (prescribing.Checked, error) {
	for i, p := range r.Draft.Body.Items {
		for field, problem := range p.Problems() {
			r.Problems.Add(itemField(i, field), problem)
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(p.Reason)); n > 0 && n < shortestReason {
			r.Problems.Add(itemField(i, "reason"), "El motivo dice por qué se receta a pesar del aviso, en unas palabras.")
		}
	}
	checked, err := s.Contraindications(ctx, r.Attention)
	for _, f := range checked.Unanswered() {
		if f.Severity == prescribing.Block {
			r.Problems.Add(itemField(f.Item, "block"), f.Why)
			continue
		}
		r.Problems.Add(itemField(f.Item, "reason"), "Escriba el motivo para recetarlo, o quítelo.")
	}
	return checked, err
}

// shortestReason keeps out a letter typed to get past a warning.
const shortestReason = 5

// itemField is the name of an input of a line.
func itemField(place int, field string) string { return "rx." + strconv.Itoa(place) + "." + field }

// treated is whom it is prescribed to, as far as the file and the draft tell.
func treated(a Attention, taken []prescribing.Item) prescribing.Patient {
	p := prescribing.Patient{
		Age: observation.AgeAt(a.Patient.BirthDate, a.Context.Today), Sex: observation.Sex(a.Patient.Sex), Active: taken, Weight: weightOf(a),
		Unknown: a.Frame.Alerts,
	}
	if c := a.Frame.Clinical; c != nil {
		for _, x := range c.Allergies {
			if !x.Known() {
				continue
			}
			p.Allergies = append(p.Allergies, prescribing.Allergy{Substance: x.Substance, Severe: x.Severity == patients.Severe})
		}
	}
	p.Conditions = conditionsOf(a)
	p.Pregnant, p.Weeks = pregnancyOf(a, p.Conditions)
	p.Lactating = slices.ContainsFunc(p.Conditions, func(c prescribing.Condition) bool { return c.Code == "Z39.1" })
	return p
}

// conditionsOf are the diseases of the file and the diagnoses of the note.
func conditionsOf(a Attention) (list []prescribing.Condition) {
	if c := a.Frame.Clinical; c != nil {
		for _, x := range c.Conditions {
			list = append(list, prescribing.Condition{Code: x.Code, Name: x.Name})
		}
	}
	for _, d := range a.Draft.Body.Diagnoses {
		list = append(list, prescribing.Condition{Code: d.Code, Name: d.Title})
	}
	return list
}

// weightOf is the weight of the note, in kilograms.
func weightOf(a Attention) decimal.NullDecimal {
	for _, m := range form.Measures(a.Template, a.Draft.Body.Values) {
		if m.LOINC == observation.Weight {
			if d, err := decimal.NewFromString(m.Value); err == nil {
				return decimal.NewNullDecimal(d)
			}
		}
	}
	return decimal.NullDecimal{}
}

// pregnantCodes are the chapters of CIE-10 that only a pregnant woman has: states of pregnancy, its supervision, its
// complications before birth (O85 to O92 are the puerperium's).
var pregnantCodes = []string{"Z32.1", "Z33", "Z34", "Z35", "O1", "O2", "O3", "O4", "O60", "O61", "O62", "O98", "O99"}

// The fields by which the notes of obstetrics tell of a pregnancy.
const (
	pregnantField  = "gestante"
	gestationField = "eg" // "28+3"
)

// pregnancyOf reports whether she is pregnant and, if the note tells, in which completed week; 0: not known.
func pregnancyOf(a Attention, conditions []prescribing.Condition) (bool, int) {
	if a.Patient.Sex != patients.Female {
		return false, 0
	}
	values := a.Draft.Body.Values
	weeks, _, _ := strings.Cut(values[gestationField].Text, "+")
	n, err := strconv.Atoi(weeks)
	if err != nil {
		n = 0
	}
	coded := slices.ContainsFunc(conditions, func(c prescribing.Condition) bool {
		return slices.ContainsFunc(pregnantCodes, func(code string) bool { return strings.HasPrefix(c.Code, code) })
	})
	return values[pregnantField].Yes || n > 0 || coded, n
}

// Prescribe begins a line with a presentation: as its professional likes to give it, as the patient had it last, or
// with nothing but what the table says.
func (s *Service) Prescribe(ctx context.Context, a Attention, medicine string) (Prescribed, error) {
	m, known := s.medicine(medicine)
	if !known {
		return Prescribed{}, fault.InvalidField("medicamento", "Elija un medicamento de la lista.")
	}
	item, err := s.store.FavouriteOf(ctx, access.Who(ctx).MembershipID, m.ID)
	if err == nil {
		return Prescribed{Item: item}, nil
	}
	if !fault.IsNotFound(err) {
		return Prescribed{}, err
	}
	before, err := s.Medications(ctx, a.Look)
	if err != nil {
		return Prescribed{}, err
	}
	if i := slices.IndexFunc(before, func(b Medication) bool { return b.Item.MedicineID == m.ID }); i >= 0 {
		return Prescribed{Item: before[i].Item}, nil
	}
	return Prescribed{Item: prescribing.FromCatalog(m)}, nil
}

func (s *Service) medicine(id string) (catalog.Medicine, bool) {
	if s.Medicines == nil {
		return catalog.Medicine{}, false
	}
	return s.Medicines.Find(id)
}

// Favourite keeps how whoever asks gives a medicine.
func (s *Service) Favourite(ctx context.Context, item prescribing.Item) error {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return fault.ErrForbidden
	}
	return s.store.SaveFavourite(ctx, access.Who(ctx).MembershipID, item)
}

// Repeat are the lines of the patient's last prescription, and those that were stopped since, which are not repeated.
func (s *Service) Repeat(ctx context.Context, look Look) ([]Prescribed, []Medication, error) {
	before, err := s.Medications(ctx, look)
	if err != nil || len(before) == 0 {
		return nil, nil, err
	}
	last := slices.DeleteFunc(slices.Clone(before), func(m Medication) bool { return m.RecordID != before[0].RecordID })
	lines, stopped := repeated(last)
	return lines, stopped, nil
}

// repeated parts medicines into lines to prescribe again and those that were stopped, for a reason that still holds until
// somebody prescribes them anew.
func repeated(list []Medication) (lines []Prescribed, stopped []Medication) {
	for _, m := range list {
		if m.Stopped != nil {
			stopped = append(stopped, m)
			continue
		}
		lines = append(lines, Prescribed{Item: m.Item})
	}
	return lines, stopped
}

// stoppedWords tells of medicines that were not repeated; "" for none.
func stoppedWords(stopped []Medication) string {
	var words []string
	for _, m := range stopped {
		words = append(words, m.Item.Name()+" no se repitió. Suspendido: "+strings.TrimRight(m.Stopped.Reason, ". ")+".")
	}
	return strings.Join(words, " ")
}

// Prescribed are the medicines of a person, the newest first, for who looks at their page; the reading is written down.
func (s *Service) Prescribed(ctx context.Context, patient uuid.UUID) (Look, []Medication, error) {
	look, err := s.Open(ctx, patient)
	if err != nil {
		return look, nil, err
	}
	if err := s.Reads.Read(ctx, look.Patient(), "recetas"); err != nil {
		return look, nil, err
	}
	list, err := s.Medications(ctx, look)
	return look, list, err
}

// ErrWrittenElsewhere keeps a prescription from being repeated under the hands of who writes the note.
var ErrWrittenElsewhere = fault.Conflicted("held", "La nota de esta atención está abierta en otra ventana. Repita la receta allí, en Tratamiento.")

// RepeatIn adds the lines of a prescription to the note of its patient's attention, which begins if none goes on: id is
// made by the form. Those that were stopped are left out and told. It is refused with ErrWrittenElsewhere while a window
// writes the note.
func (s *Service) RepeatIn(ctx context.Context, id, prescription uuid.UUID) (e Encounter, stopped []Medication, err error) {
	r, err := s.store.Record(ctx, prescription)
	if err == nil && r.Type != Prescription {
		err = fault.ErrNotFound
	}
	if err != nil {
		return e, nil, err
	}
	look, err := s.Open(ctx, r.PatientID)
	if err != nil {
		return e, nil, err
	}
	lines, stopped, err := s.linesOf(ctx, r)
	if err != nil {
		return e, nil, err
	}
	e, err = s.Attend(ctx, id, uuid.Nil, look.Patient())
	if err != nil {
		return e, nil, err
	}
	a, err := s.attention(ctx, e.ID, "")
	if err != nil {
		return e, nil, err
	}
	if a.Elsewhere {
		return e, nil, ErrWrittenElsewhere
	}
	body := a.Draft.Body
	body.Items = append(body.Items, lines...)
	if len(body.Items) > mostItems {
		return e, nil, fault.InvalidField("", "Una receta lleva como máximo 30 medicamentos.")
	}
	_, err = s.SaveDraft(ctx, Saving{
		EncounterID: e.ID, DraftID: a.Draft.ID, Seen: a.Draft.Version, TemplateID: a.Template.ID, Version: a.Template.Version, Body: body,
	})
	return e, stopped, err
}

// linesOf are the lines of a prescription as they stand today.
func (s *Service) linesOf(ctx context.Context, prescription Record) (lines []Prescribed, stopped []Medication, err error) {
	list, err := medicationsIn(prescription)
	if err != nil {
		return nil, nil, err
	}
	for i, m := range list {
		kept, err := s.store.Medication(ctx, m.ID)
		if err != nil && !fault.IsNotFound(err) {
			return nil, nil, err
		}
		list[i].Stopped = kept.Stopped
	}
	lines, stopped = repeated(list)
	return lines, stopped, nil
}

// prescriptionNumbers is the series of prescriptions.
const prescriptionNumbers = "receta"

// prescribe keeps the prescription of a note as a record of its own, and its lines as medicines.
func (s *Service) prescribe(ctx context.Context, r Review, note Record) (Record, error) {
	today := r.Context.Today
	content := PrescriptionContent{
		Items: r.Draft.Body.Items, Diagnoses: r.Draft.Body.Diagnoses, Checked: r.Checked,
		ExpiresOn: prescribing.Expires(today, prescribing.ExpiryDays).Format(time.DateOnly),
	}
	var err error
	if !s.Away() {
		if content.Number, err = s.store.NextNumber(ctx, prescriptionNumbers); err != nil {
			return Record{}, err
		}
	}
	text, err := jsonOf(content)
	if err != nil {
		return Record{}, err
	}
	kept, err := s.keep(ctx, Record{
		ID: newID(), PatientID: note.PatientID, EncounterID: note.EncounterID, Type: Prescription, Author: note.Author, Content: text,
	})
	if err != nil {
		return kept, err
	}
	return kept, s.keepMedications(ctx, kept)
}

// keepMedications keeps the lines of a prescription as medicines.
func (s *Service) keepMedications(ctx context.Context, prescription Record) error {
	list, err := medicationsIn(prescription)
	if err != nil {
		return err
	}
	return s.store.AddMedications(ctx, list)
}

// acceptablePrescription refuses a prescription that a device should have refused: a line that says too little, or one
// that speaks against the file without a reason.
func acceptablePrescription(r Record) error {
	list, err := medicationsIn(r)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.InvalidField("content", "La receta está vacía.")
	}
	for _, m := range list {
		if err := m.Item.Problems().Err(); err != nil {
			return err
		}
		if open := m.Checked.Unanswered(); len(open) > 0 {
			return fault.InvalidField("content", open[0].Why)
		}
	}
	return nil
}

// StopMedication ends a medicine of a patient of whoever asks, for a reason.
func (s *Service) StopMedication(ctx context.Context, id, request uuid.UUID, reason string) (Medication, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return Medication{}, fault.ErrForbidden
	}
	m, err := s.store.Medication(ctx, request)
	if err != nil {
		return m, err
	}
	if _, err := s.Open(ctx, m.PatientID); err != nil {
		return m, err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return m, fault.InvalidField("motivo", "Falta el motivo.")
	case len([]rune(reason)) > longReason:
		return m, fault.InvalidField("motivo", "El motivo es demasiado largo: 500 letras como máximo.")
	}
	stop := Stop{ID: id, RequestID: m.ID, By: who.MembershipID, Reason: reason, At: s.now()}
	m.Stopped = &stop
	return m, s.store.AddStop(ctx, stop)
}
