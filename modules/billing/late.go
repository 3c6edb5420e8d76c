package billing

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
)

// LateDocument is one that SUNAT has not taken, or whose voiding it has not answered, although it should have by now.
type LateDocument struct {
	ID       uuid.UUID
	Name     Name
	State    Status
	Pending  bool        // the provider holds it, SUNAT has not answered
	IssuedOn agenda.Date // the day that it bears
	Reason   string
}

// SendBy is the last day on which SUNAT takes it, or its voiding.
func (d LateDocument) SendBy() agenda.Date {
	if d.State == InVoiding {
		return VoidBy(d.IssuedOn)
	}
	return SendBy(d.IssuedOn)
}

// Over reports whether that day is past.
func (d LateDocument) Over(today agenda.Date) bool { return d.SendBy().Before(today) }

// lateSince are the moments before which what is still on its way is late: for series of facturas, and for those of boletas.
func lateSince(now time.Time) (facturas, boletas time.Time) {
	return now.Add(-AlertAfter(Factura)), now.Add(-AlertAfter(Boleta))
}
