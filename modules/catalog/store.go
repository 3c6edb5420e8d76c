package catalog

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Store is what the catalogue needs from storage. What is not there is fault.ErrNotFound.
type Store interface {
	// Services are all services of the clinic with their professionals, by name.
	Services(ctx context.Context) ([]Service, error)
	Service(ctx context.Context, id uuid.UUID) (Service, error)
	// AddService answers ErrServiceName when the name is taken and ErrUnknownDoctor for a stranger.
	AddService(ctx context.Context, s Service) error
	// ChangeService saves over Version and counts it up; ErrStale when another version is there.
	ChangeService(ctx context.Context, s Service) error
	// OfferService switches a service on or off; one that already stands so is left alone.
	OfferService(ctx context.Context, id uuid.UUID, active bool) error

	// Resources are all resources of the clinic, by name.
	Resources(ctx context.Context) ([]Resource, error)
	Resource(ctx context.Context, id uuid.UUID) (Resource, error)
	// AddResource answers ErrResourceName when the site has the name and ErrUnknownSite for a foreign site.
	AddResource(ctx context.Context, r Resource) error
	ChangeResource(ctx context.Context, r Resource) error
	UseResource(ctx context.Context, id uuid.UUID, active bool) error

	// LastChange is who changed a service or a resource last; the zero Change when nobody knows.
	LastChange(ctx context.Context, id uuid.UUID) (Change, error)
}

// Change is who changed something, and when.
type Change struct {
	By string
	At time.Time
}

// What a store may have to refuse, beside the field it belongs to.
var (
	ErrServiceName   = fault.ConflictAt("nombre", "Ya hay un servicio con ese nombre.")
	ErrUnknownDoctor = fault.InvalidField("profesionales", "Uno de los profesionales ya no está en la clínica.")
	ErrResourceName  = fault.ConflictAt("nombre", "Esa sede ya tiene uno con ese nombre.")
	ErrUnknownSite   = fault.InvalidField("sede", "Esa sede no está en la clínica.")
)
