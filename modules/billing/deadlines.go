package billing

import (
	"time"

	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
)

// Days that SUNAT leaves, counted on the calendar of Lima.
const (
	sendingDays = 3 // facturas and their notes: R.S. 000003-2023; of boletas sources say 3, 5 or 7, and the shortest holds
	voidingDays = 7 // facturas and boletas (SUNAT 2957)
)

// SendBy is the last day on which SUNAT takes a document issued on a day.
func SendBy(issued agenda.Date) agenda.Date { return issued.Add(sendingDays) }

// VoidBy is the last day on which a document of that day may be voided; afterwards a credit note does it.
func VoidBy(issued agenda.Date) agenda.Date { return issued.Add(voidingDays) }

// AlertAfter is how long a document may wait for SUNAT's answer before a person hears of it.
func AlertAfter(kind Kind) time.Duration {
	if kind == Factura {
		return 24 * time.Hour
	}
	return 48 * time.Hour
}

// PollAfter is how long to wait before asking again about a document that SUNAT has not answered; asked counts the
// times so far: after 5 s, then 1, 5, 30 minutes, every hour of a day, then once a day.
func PollAfter(asked int) time.Duration {
	first := []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute}
	switch {
	case asked < len(first):
		return first[max(asked, 0)]
	case asked < len(first)+24:
		return time.Hour
	}
	return 24 * time.Hour
}

// RetryAfter is how long to wait before trying again when nobody answered; tried counts the times so far: 10 s, twice
// that each time, at most half an hour, for days.
func RetryAfter(tried int) time.Duration {
	const longest = 30 * time.Minute
	wait := 10 * time.Second
	for ; tried > 1 && wait < longest; tried-- {
		wait *= 2
	}
	return min(wait, longest)
}

// Voiding is the wish to void a document.
type Voiding struct {
	Document Name
	Status   Status
	IssuedOn agenda.Date
	Credited bool // a credit note over it is in force
	Reason   string
}

// Lengths of the reason to void.
const (
	shortestVoidReason = 3
	longestVoidReason  = 100
)

// Check refuses a voiding: as invalid without a reason, as a conflict when SUNAT has not accepted the document yet,
// when a credit note stands on it, or when its days are over. A document that the customer already holds is corrected
// with a credit note instead; that only a person knows.
func (v Voiding) Check(today agenda.Date) error {
	problems := fault.Problems{}
	problems.Add("reason", textProblem(v.Reason, shortestVoidReason, longestVoidReason, "Falta el motivo de la anulación."))
	if err := problems.Err(); err != nil {
		return err
	}
	if err := Move(v.Status, InVoiding); err != nil {
		return err
	}
	if v.Credited {
		return fault.Conflicted("credited", "Tiene una nota de crédito, o es un adelanto que otro comprobante descuenta; ya no se anula.")
	}
	if VoidBy(v.IssuedOn).Before(today) {
		return fault.Conflicted("void_too_late", "Se anula hasta 7 días después de la emisión, el "+day(VoidBy(v.IssuedOn))+". Haga una nota de crédito.")
	}
	return nil
}
