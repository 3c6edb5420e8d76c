package hce

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/modules/platform/fault"
)

// Order is what a laboratory was asked for. It stays as it was asked; results and what became of it stand beside it.
type Order struct {
	ID          uuid.UUID
	Number      int64 // of the clinic, without gaps
	PatientID   uuid.UUID
	EncounterID *uuid.UUID // the attention in which it was written; nil outside one
	OrderedBy   uuid.UUID  // membership
	Codes       []string   // LOINC, panels among them
	Diagnosis   string
	Note        string
	OrderedAt   time.Time

	Events  []OrderEvent // oldest first
	Results []Observed   // in the order in which they were taken, corrected ones among them
}

// OrderStep is what somebody did about an order.
type OrderStep string

// The steps of an order.
const (
	OrderReviewed  OrderStep = "reviewed"  // somebody has read the results that are there
	OrderCancelled OrderStep = "cancelled" // what is missing will not come
)

// OrderEvent is a step that was taken, by whom and why.
type OrderEvent struct {
	ID      uuid.UUID
	OrderID uuid.UUID
	What    OrderStep
	By      uuid.UUID // membership
	Reason  string    // of a cancellation
	At      time.Time
}

// Acknowledgement says what somebody did about a critical value.
type Acknowledgement struct {
	ID            uuid.UUID
	ObservationID uuid.UUID
	By            uuid.UUID // membership
	Action        string
	At            time.Time
}

// What a store answers about orders and critical values when somebody was first.
var (
	ErrAcknowledged   = fault.Conflicted("acknowledged", "Alguien ya anotó qué se hizo con este valor.")
	errOrderCancelled = fault.Conflicted("cancelled", "La orden está anulada: ya no recibe resultados.")
	errNewerResults   = fault.Conflicted("stale", "Llegaron más resultados mientras los leía. Vuelva a abrir la página para verlos.")
)

// Orders is the part of the store that keeps laboratory orders, and what was done about critical values.
type Orders interface {
	// AddOrder keeps a new one. ErrSameID leaves the transaction usable.
	AddOrder(ctx context.Context, o Order) error
	// Order finds one with its events and results; fault.ErrNotFound when there is none.
	Order(ctx context.Context, id uuid.UUID) (Order, error)
	// LockOrder lets nobody else write results or events of the order until the transaction ends.
	LockOrder(ctx context.Context, id uuid.UUID) error
	// OrdersOf are those of a person, latest first, with events and results.
	OrdersOf(ctx context.Context, family []uuid.UUID) ([]Order, error)
	// OpenOrders are those of a professional that are Fresh or Waiting, oldest first, with events and results.
	OpenOrders(ctx context.Context, doctor uuid.UUID, limit int) ([]Order, error)
	AddOrderEvent(ctx context.Context, e OrderEvent) error
	// ObservedByID finds a value; fault.ErrNotFound when there is none.
	ObservedByID(ctx context.Context, id uuid.UUID) (Observed, error)
	// Unacknowledged are the critical values in force of a professional's patients, attentions and orders about which
	// nobody has said what was done, oldest first.
	Unacknowledged(ctx context.Context, doctor uuid.UUID) ([]Observed, error)
	// UnacknowledgedOf are those of a person, oldest first.
	UnacknowledgedOf(ctx context.Context, family []uuid.UUID) ([]Observed, error)
	// Acknowledge keeps what was done. ErrAcknowledged, when it is not the same one again, leaves the transaction usable.
	Acknowledge(ctx context.Context, a Acknowledgement) error
	// CountResults is how many values Unacknowledged lists, and how many orders of the professional's have results
	// that came after the last review.
	CountResults(ctx context.Context, doctor uuid.UUID) (critical, fresh int, err error)
}

// panels are the codes that stand for several, with those that results are written under.
func panels() map[string][]string {
	return map[string][]string{
		"58410-2": { // complete blood count
			"718-7", "4544-3", "789-8", "6690-2", "777-3", "787-2", "785-6", "786-4", "788-0", "770-8", "736-9", "5905-5", "713-8", "706-2",
		},
		"24356-8": { // urine, complete
			"5803-2", "5811-5", "5792-7", "5804-0", "5797-6", "5802-4", "5799-2", "5794-3", "5821-4", "13945-1",
		},
	}
}

// partsOf are the codes whose values answer an ordered code: those of a panel, else itself.
func partsOf(code string) []string {
	if parts, panel := panels()[code]; panel {
		return parts
	}
	return []string{code}
}

// Asked are the codes that results are written under, each once, in the order of the request.
func (o Order) Asked() []string {
	var codes []string
	for _, code := range o.Codes {
		for _, part := range partsOf(code) {
			if !slices.Contains(codes, part) {
				codes = append(codes, part)
			}
		}
	}
	return codes
}

// Missing are the ordered codes without any result; a panel is answered by any of its parts, as laboratories print
// some of them only.
func (o Order) Missing() []string {
	answered := func(part string) bool {
		return slices.ContainsFunc(o.Results, func(r Observed) bool { return r.Code == part })
	}
	return slices.DeleteFunc(slices.Clone(o.Codes), func(code string) bool { return slices.ContainsFunc(partsOf(code), answered) })
}

// Whole reports whether every value that can be written is there, also those of a panel that laboratories leave out.
func (o Order) Whole() bool {
	return !slices.ContainsFunc(o.Asked(), func(code string) bool {
		_, there := o.Standing(code)
		return !there
	})
}

// Standing is the value of a code that no later one corrects; false when there is none.
func (o Order) Standing(code string) (Observed, bool) {
	for _, r := range standing(o.Results) {
		if r.Code == code {
			return r, true
		}
	}
	return Observed{}, false
}

// Cancelled is the event that cancelled the order; nil while it is in force.
func (o Order) Cancelled() *OrderEvent {
	i := slices.IndexFunc(o.Events, func(e OrderEvent) bool { return e.What == OrderCancelled })
	if i < 0 {
		return nil
	}
	return &o.Events[i]
}

// Fresh reports whether results came that nobody has reviewed.
func (o Order) Fresh() bool {
	var reviewed time.Time
	for _, e := range o.Events {
		if e.What == OrderReviewed {
			reviewed = e.At
		}
	}
	return slices.ContainsFunc(o.Results, func(r Observed) bool { return r.KeptAt.After(reviewed) })
}

// Waiting reports whether a result is still to come.
func (o Order) Waiting() bool { return o.Cancelled() == nil && len(o.Missing()) > 0 }

// LabNames are the names of codes as they are printed.
func LabNames(codes []string) []string {
	names := make([]string, 0, len(codes))
	for _, code := range codes {
		lab, known := catalog.LOINC(code)
		if !known {
			lab.Name = code
		}
		names = append(names, lab.Name)
	}
	return names
}

// orderable reports whether a laboratory can be asked for the code.
func orderable(code string) bool {
	return slices.ContainsFunc(catalog.LabGroups(), func(g catalog.LabGroup) bool {
		return slices.ContainsFunc(g.Labs, func(l catalog.Lab) bool { return l.Code == code })
	})
}
