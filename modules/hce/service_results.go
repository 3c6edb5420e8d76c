package hce

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Results is what has been measured of a person, and what a laboratory was asked for.
type Results struct {
	Look   Look
	Values []Observed // latest first, corrected ones among them
	Orders []Order    // latest first
}

// mostValues is how many values the section reads: years of a chronic patient's.
const mostValues = 3000

// Results reads the vital signs, results and orders of a person. The reading is written down.
func (s *Service) Results(ctx context.Context, patient uuid.UUID) (Results, error) {
	look, err := s.Open(ctx, patient)
	if err != nil {
		return Results{}, err
	}
	if err := s.Reads.Read(ctx, look.Patient(), "resultados"); err != nil {
		return Results{}, err
	}
	r := Results{Look: look}
	if r.Values, err = s.store.ObservedOf(ctx, ObservedRange{Patients: look.Family, Limit: mostValues}); err != nil {
		return r, err
	}
	r.Orders, err = s.store.OrdersOf(ctx, look.Family)
	return r, err
}

// Sheet is what a laboratory answered, as somebody copies it. The form makes the id: the same sheet again changes
// nothing.
type Sheet struct {
	ID         uuid.UUID
	Laboratory string
	TakenAt    time.Time // when the sample was taken; zero when it could not be read
	Lines      []SheetLine
}

// SheetLine is one result as it was typed, with the range that stands beside it on the paper.
type SheetLine struct {
	Code      string
	Value     string // empty: not there yet, or left as it is
	Low, High string // empty: the laboratory printed none
	Confirmed string // the improbable value that somebody said is right
}

const longLaboratory = 100 // letters

// EnterResults keeps what a laboratory answered to an order: some of the tests, or all. What cannot be is refused, at
// "v.<code>"; what is improbable is asked, at "ok.<code>". Another value of a test that has one is its correction.
func (s *Service) EnterResults(ctx context.Context, order uuid.UUID, sheet Sheet) error {
	o, err := s.writingOrder(ctx, order)
	if err != nil {
		return err
	}
	if o.Cancelled() != nil {
		return errOrderCancelled
	}
	person, err := s.Patients.Active(ctx, o.PatientID)
	if err != nil {
		return err
	}
	sheet.Laboratory = strings.TrimSpace(sheet.Laboratory)
	problems := sheet.problems(s.now())
	known, err := s.contextIn(ctx, person, sheet.TakenAt, o.EncounterID)
	if err != nil {
		return err
	}
	subject := subjectOf(person, known)
	if words := s.tooOld(person, sheet.TakenAt.In(s.Zone(ctx))); words != "" && problems["fecha"] == "" {
		problems["fecha"] = words
	}
	read := sheet.read(o, subject, problems)
	if err := problems.Err(); err != nil {
		return err
	}
	var list []Observed
	for _, line := range read {
		if line.kept {
			continue
		}
		list = append(list, judged(Observed{
			ID: line.id, PatientID: person.ID, OrderID: &o.ID, Code: line.kind.Code, Unit: line.kind.UCUM, Value: line.value.Number, ValueText: line.value.Text,
			Category: Lab, Source: sheet.Laboratory, TakenAt: sheet.TakenAt, TakenBy: access.Who(ctx).MembershipID, CorrectsID: line.corrects, KeptAt: s.now(),
		}, subject, line.lab))
	}
	return s.store.AddObserved(ctx, list)
}

// oldestResult is how many years back a value may have been taken: further back a year was mistyped.
const oldestResult = 10

// tooOld says in words why a value cannot be of that moment: before the person was born, or long gone; "" of one that may.
func (s *Service) tooOld(p patients.Patient, at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case !p.BirthDate.IsZero() && at.Format(time.DateOnly) < p.BirthDate.String():
		return "Es de antes del nacimiento del paciente."
	case at.Before(s.now().AddDate(-oldestResult, 0, 0)):
		return "Es de hace más de 10 años. Revise el año."
	}
	return ""
}

func (sheet Sheet) problems(now time.Time) fault.Problems {
	problems := fault.Problems{}
	switch n := len([]rune(sheet.Laboratory)); {
	case n == 0:
		problems["laboratorio"] = "Falta el nombre del laboratorio."
	case n > longLaboratory:
		problems["laboratorio"] = "El nombre es demasiado largo: 100 letras como máximo."
	}
	switch {
	case sheet.TakenAt.IsZero():
		problems["fecha"] = "Falta la fecha de la toma, como 24/11/2026."
	case sheet.TakenAt.After(now):
		problems["fecha"] = "La fecha de la toma está en el futuro."
	}
	return problems
}

// readLine is a typed result, understood.
type readLine struct {
	id       uuid.UUID
	kind     observation.Kind
	value    observation.Value
	lab      *observation.Range
	corrects *uuid.UUID
	kept     bool // it is there already, from this sheet or as the same value
}

// read understands the lines in which something is typed; what is wrong with them goes into problems.
func (sheet Sheet) read(o Order, subject observation.Subject, problems fault.Problems) []readLine {
	var lines []readLine
	set := observation.Set{}
	for _, typed := range sheet.Lines {
		kind, known := observation.KindOf(typed.Code)
		if strings.TrimSpace(typed.Value) == "" || !known || !slices.Contains(o.Asked(), typed.Code) {
			continue
		}
		line := readLine{id: uuid.NewSHA1(sheet.ID, []byte(typed.Code)), kind: kind, value: typedValue(kind, typed.Value), lab: typed.printed(problems)}
		line.settle(o, sheet)
		set[typed.Code] = line.value
		lines = append(lines, line)
	}
	if len(lines) == 0 && len(problems) == 0 {
		problems[""] = "Escriba al menos un resultado."
	}
	for _, p := range observation.Problems(set, subject) {
		sheet.object(p, set, problems)
	}
	return lines
}

// object notes what is wrong with a value, unless somebody said of this very value that it is right.
func (sheet Sheet) object(p observation.Problem, set observation.Set, problems fault.Problems) {
	if p.Refused {
		problems["v."+p.Code] = p.Words
		return
	}
	i := slices.IndexFunc(sheet.Lines, func(l SheetLine) bool { return l.Code == p.Code })
	if i < 0 || !sameValue(typedValue(kindOf(p.Code), sheet.Lines[i].Confirmed), set[p.Code]) {
		problems["ok."+p.Code] = p.Words
	}
}

func kindOf(code string) observation.Kind {
	kind, _ := observation.KindOf(code)
	return kind
}

// settle finds what the line corrects, and whether it is there already.
func (line *readLine) settle(o Order, sheet Sheet) {
	for _, r := range o.Results {
		line.kept = line.kept || r.ID == line.id
	}
	before, there := o.Standing(line.kind.Code)
	if line.kept || !there {
		return
	}
	line.corrects = &before.ID
	line.kept = sameValue(before.value(), line.value) && before.Source == sheet.Laboratory && before.TakenAt.Equal(sheet.TakenAt) &&
		(line.lab == nil || sameEnd(before.RefLow, line.lab.Low) && sameEnd(before.RefHigh, line.lab.High))
}

// typedValue is a value as the rules take it: a number with a point or a comma, or one beyond what the apparatus reads
// (<0.01), else words.
func typedValue(kind observation.Kind, typed string) observation.Value {
	typed = strings.TrimSpace(typed)
	if kind.Type == catalog.Quantity {
		if number, valid := typedNumber(typed); valid {
			return observation.Of(kind.Round(number))
		}
		if bound, read := observation.ReadBound(typed); read {
			return observation.Value{Text: bound.String()}
		}
	}
	return observation.Value{Text: typed}
}

func typedNumber(typed string) (decimal.Decimal, bool) {
	typed = strings.Replace(strings.TrimSpace(typed), ",", ".", 1)
	if len(typed) > 12 || strings.ContainsAny(typed, "eE") {
		return decimal.Decimal{}, false
	}
	number, err := decimal.NewFromString(typed)
	return number, err == nil
}

// printed is the range that the laboratory printed; nil without one.
func (l SheetLine) printed(problems fault.Problems) *observation.Range {
	low, lowRead := typedEnd(l.Low)
	high, highRead := typedEnd(l.High)
	switch {
	case !lowRead || !highRead:
		problems["v."+l.Code] = "El rango del laboratorio se escribe en números, como 3.5 y 5."
	case low.Valid && high.Valid && low.Decimal.GreaterThan(high.Decimal):
		problems["v."+l.Code] = "El rango va de menor a mayor; aquí dice " + l.Low + " a " + l.High + "."
	case low.Valid || high.Valid:
		lab := observation.Laboratory(low, high)
		return &lab
	}
	return nil
}

func typedEnd(typed string) (end decimal.NullDecimal, read bool) {
	if strings.TrimSpace(typed) == "" {
		return end, true
	}
	number, valid := typedNumber(typed)
	return decimal.NullDecimal{Decimal: number, Valid: valid}, valid
}

func sameEnd(a, b decimal.NullDecimal) bool {
	return a.Valid == b.Valid && a.Decimal.Equal(b.Decimal)
}

// WorkList is what waits for a professional about results.
type WorkList struct {
	Critical []Observed // nobody has said what was done; oldest first
	Fresh    []Order    // with results that nobody has reviewed
	Waiting  []Order    // without some result
	Names    map[uuid.UUID]string
	Shut     map[uuid.UUID]bool // whose record is closed to whoever asks: nothing of theirs is shown
}

// mostOrders is how many open orders the list shows, the oldest first.
const mostOrders = 200

// WorkList reads what waits for whoever asks. The reading of each person's values is written down.
func (s *Service) WorkList(ctx context.Context) (WorkList, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return WorkList{}, fault.ErrForbidden
	}
	w := WorkList{Shut: map[uuid.UUID]bool{}}
	var err error
	if w.Critical, err = s.store.Unacknowledged(ctx, who.MembershipID); err != nil {
		return w, err
	}
	orders, err := s.store.OpenOrders(ctx, who.MembershipID, mostOrders)
	if err != nil {
		return w, err
	}
	for _, o := range orders {
		if o.Fresh() {
			w.Fresh = append(w.Fresh, o)
		}
		if o.Waiting() {
			w.Waiting = append(w.Waiting, o)
		}
	}
	if w.Names, err = s.Patients.NamesByID(ctx, w.people()); err != nil {
		return w, err
	}
	return w, s.openList(ctx, w)
}

func (w WorkList) people() []uuid.UUID {
	var people []uuid.UUID
	add := func(id uuid.UUID) {
		if !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	for _, v := range w.Critical {
		add(v.PatientID)
	}
	for _, o := range slices.Concat(w.Fresh, w.Waiting) {
		add(o.PatientID)
	}
	return people
}

// openList asks of each person whether the record is open, and writes down that it was read.
func (s *Service) openList(ctx context.Context, w WorkList) error {
	for _, id := range w.people() {
		look, err := s.Open(ctx, id)
		switch {
		case errors.Is(err, ErrNotYours):
			w.Shut[id] = true
		case err != nil:
			return err
		default:
			if err := s.Reads.Read(ctx, look.Patient(), "lista de resultados"); err != nil {
				return err
			}
		}
	}
	return nil
}

// CountResults is how much waits for whoever asks about results; late when a critical value does.
func (s *Service) CountResults(ctx context.Context) (n int, late bool, err error) {
	critical, fresh, err := s.store.CountResults(ctx, access.Who(ctx).MembershipID)
	return critical + fresh, critical > 0, err
}

// Alarms are the critical values of a person about which nobody has said what was done, in words, for who reads records.
func (s *Service) Alarms(ctx context.Context, family []uuid.UUID) ([]string, error) {
	if !access.Who(ctx).Can(accounts.HCERead) {
		return nil, nil
	}
	list, err := s.store.UnacknowledgedOf(ctx, family)
	var words []string
	for _, o := range list {
		words = append(words, "Valor crítico: "+kindOf(o.Code).Short+" "+o.Words()+" sin revisar")
	}
	return words, err
}
