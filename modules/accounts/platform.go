package accounts

import (
	"time"

	"github.com/google/uuid"
)

// Tenant is a clinic as the platform's people see it: what it is called and whether it is open, and none of its data.
type Tenant struct {
	ID          uuid.UUID
	Name        string
	RUC         string
	CreatedAt   time.Time
	People      int
	SuspendedAt *time.Time
	Reason      string // of the suspension
}
