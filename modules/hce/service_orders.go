package hce

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// OrderRequest is what somebody asks a laboratory for. The form makes the id: the same one again is the same order.
type OrderRequest struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	Codes     []string // LOINC
	Diagnosis string
	Note      string
}

const (
	longDiagnosis = 200 // letters of an order's diagnosis
	shortAction   = 5   // letters of what was done about a critical value, and of why an order is cancelled
)

// PlaceOrder writes a laboratory order for a patient of whoever asks, with the clinic's next number. It belongs to the
// attention that is going on, if there is one.
func (s *Service) PlaceOrder(ctx context.Context, r OrderRequest) (Order, error) {
	look, err := s.writing(ctx, r.PatientID)
	if err != nil {
		return Order{}, err
	}
	author, _, err := s.author(ctx)
	if err != nil {
		return Order{}, err
	}
	o := Order{
		ID: r.ID, PatientID: look.Patient(), OrderedBy: author.MembershipID, Codes: eachOnce(r.Codes),
		Diagnosis: strings.TrimSpace(r.Diagnosis), Note: strings.TrimSpace(r.Note), OrderedAt: s.now(),
	}
	if err := o.problems().Err(); err != nil {
		return Order{}, err
	}
	kept, err := s.store.Order(ctx, o.ID)
	switch {
	case err == nil:
		return kept, kept.sameAs(o)
	case !fault.IsNotFound(err):
		return Order{}, err
	}
	if o.EncounterID, err = s.going(ctx, look); err != nil {
		return Order{}, err
	}
	if o.Number, err = s.store.NextNumber(ctx, "orden"); err != nil {
		return Order{}, err
	}
	return o, s.store.AddOrder(ctx, o)
}

// writing opens the record of a person to whoever may write in it.
func (s *Service) writing(ctx context.Context, patient uuid.UUID) (Look, error) {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return Look{}, fault.ErrForbidden
	}
	return s.Open(ctx, patient)
}

func eachOnce(codes []string) []string {
	var once []string
	for _, code := range codes {
		if !slices.Contains(once, code) {
			once = append(once, code)
		}
	}
	return once
}

func (o Order) problems() fault.Problems {
	problems := fault.Problems{}
	if len(o.Codes) == 0 {
		problems["codigo"] = "Elija al menos una prueba."
	}
	if slices.ContainsFunc(o.Codes, func(code string) bool { return !orderable(code) }) {
		problems["codigo"] = "Una de las pruebas no está en la lista."
	}
	if len([]rune(o.Diagnosis)) > longDiagnosis {
		problems["diagnostico"] = "El diagnóstico es demasiado largo: 200 letras como máximo."
	}
	if len([]rune(o.Note)) > longReason {
		problems["nota"] = "La indicación es demasiado larga: 500 letras como máximo."
	}
	return problems
}

// sameAs refuses an order under an id that is another one's.
func (o Order) sameAs(other Order) error {
	if o.PatientID != other.PatientID || o.OrderedBy != other.OrderedBy || !slices.Equal(o.Codes, other.Codes) {
		return ErrSameID
	}
	return nil
}

// going is the attention of the person that whoever asks has begun and not ended; nil without one.
func (s *Service) going(ctx context.Context, look Look) (*uuid.UUID, error) {
	open, err := s.store.OpenEncounters(ctx, access.Who(ctx).MembershipID)
	for _, e := range open {
		if slices.Contains(look.Family, e.PatientID) {
			return &e.ID, err
		}
	}
	return nil, err
}

// OrderOf is one order with its results, for who may read the person's record. The reading is written down.
func (s *Service) OrderOf(ctx context.Context, id uuid.UUID) (Look, Order, error) {
	o, err := s.store.Order(ctx, id)
	if err != nil {
		return Look{}, Order{}, err
	}
	look, err := s.Open(ctx, o.PatientID)
	if err != nil {
		return Look{}, o, err
	}
	return look, o, s.Reads.Read(ctx, look.Patient(), "orden de laboratorio N.º "+strconv.FormatInt(o.Number, 10))
}

// writingOrder is an order that nobody else changes until the transaction ends, for who may write in the record.
func (s *Service) writingOrder(ctx context.Context, id uuid.UUID) (Order, error) {
	if err := s.store.LockOrder(ctx, id); err != nil {
		return Order{}, err
	}
	o, err := s.store.Order(ctx, id)
	if err != nil {
		return o, err
	}
	_, err = s.writing(ctx, o.PatientID)
	return o, err
}

// ReviewOrder notes that whoever asks has read the order's results: all of the seen ones. It is refused when more have
// come since. event is made by the form.
func (s *Service) ReviewOrder(ctx context.Context, event, order uuid.UUID, seen int) error {
	o, err := s.writingOrder(ctx, order)
	if err != nil {
		return err
	}
	switch {
	case len(o.Results) != seen:
		return errNewerResults
	case !o.Fresh():
		return nil
	}
	return s.store.AddOrderEvent(ctx, OrderEvent{ID: event, OrderID: order, What: OrderReviewed, By: access.Who(ctx).MembershipID, At: s.now()})
}

// CancelOrder says that what the order still lacks will not come, and why. What came stays.
func (s *Service) CancelOrder(ctx context.Context, event, order uuid.UUID, reason string) error {
	o, err := s.writingOrder(ctx, order)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if problem := shortText(reason, "Falta el motivo"); problem != "" {
		return fault.InvalidField("motivo", problem)
	}
	switch {
	case o.Cancelled() != nil:
		return nil
	case !o.Waiting():
		return fault.Conflicted("complete", "La orden ya tiene todos sus resultados.")
	}
	return s.store.AddOrderEvent(ctx, OrderEvent{
		ID: event, OrderID: order, What: OrderCancelled, By: access.Who(ctx).MembershipID, Reason: reason, At: s.now(),
	})
}

// Acknowledge notes what was done about a critical value of a patient of whoever asks. id is made by the form.
func (s *Service) Acknowledge(ctx context.Context, id, observation uuid.UUID, action string) error {
	o, err := s.store.ObservedByID(ctx, observation)
	if err != nil {
		return err
	}
	if _, err := s.writing(ctx, o.PatientID); err != nil {
		return err
	}
	action = strings.TrimSpace(action)
	if problem := shortText(action, "Escriba qué se hizo"); problem != "" {
		return fault.InvalidField("accion", problem)
	}
	if !o.Critical {
		return fault.Conflicted("not_critical", "Este valor no es crítico.")
	}
	return s.store.Acknowledge(ctx, Acknowledgement{ID: id, ObservationID: o.ID, By: access.Who(ctx).MembershipID, Action: action, At: s.now()})
}

// shortText objects to what is too short to say anything, or too long; asking begins the sentence.
func shortText(text, asking string) string {
	switch n := len([]rune(text)); {
	case n < shortAction:
		return asking + ", con al menos 5 letras."
	case n > longReason:
		return "El texto es demasiado largo: 500 letras como máximo."
	}
	return ""
}
