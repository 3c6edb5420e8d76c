package catalog

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// Offline reads the catalogue from the device of the current unit. It changes nothing: prices and rooms are settled
// online.
type Offline struct{}

// NewOffline is the catalogue's store on a device.
func NewOffline() Offline { return Offline{} }

var _ Store = Offline{}

func (Offline) Services(ctx context.Context) ([]Service, error) {
	return offline.Once(ctx, "services", func() ([]Service, error) {
		list, err := offline.List(ctx, serviceEntity, func(id uuid.UUID, version int64, d serviceData) (Service, error) {
			return d.service(id, version)
		})
		sortByName(list, func(s Service) (string, uuid.UUID) { return s.Name, s.ID })
		return list, err
	})
}

func (o Offline) Service(ctx context.Context, id uuid.UUID) (Service, error) {
	all, err := o.Services(ctx)
	return among(all, err, func(s Service) bool { return s.ID == id })
}

func (Offline) Resources(ctx context.Context) ([]Resource, error) {
	return offline.Once(ctx, "resources", func() ([]Resource, error) {
		list, err := offline.List(ctx, resourceEntity, func(id uuid.UUID, version int64, d resourceData) (Resource, error) {
			return d.resource(id, version)
		})
		sortByName(list, func(r Resource) (string, uuid.UUID) { return r.Name, r.ID })
		return list, err
	})
}

func (o Offline) Resource(ctx context.Context, id uuid.UUID) (Resource, error) {
	all, err := o.Resources(ctx)
	return among(all, err, func(r Resource) bool { return r.ID == id })
}

// sortByName puts a list in the order that the server reads it in.
func sortByName[T any](list []T, of func(T) (string, uuid.UUID)) {
	sorting.By(list, func(a, b T) int {
		nameA, idA := of(a)
		nameB, idB := of(b)
		return cmp.Or(cmp.Compare(nameKey(nameA), nameKey(nameB)), bytes.Compare(idA[:], idB[:]))
	})
}

func among[T any](all []T, err error, wanted func(T) bool) (one T, _ error) {
	if err != nil {
		return one, err
	}
	i := slices.IndexFunc(all, wanted)
	if i < 0 {
		return one, fault.ErrNotFound
	}
	return all[i], nil
}

func (Offline) AddService(context.Context, Service) error { return offline.ErrNeedsConnection }

func (Offline) ChangeService(context.Context, Service) error { return offline.ErrNeedsConnection }

func (Offline) OfferService(context.Context, uuid.UUID, bool) error {
	return offline.ErrNeedsConnection
}

func (Offline) AddResource(context.Context, Resource) error { return offline.ErrNeedsConnection }

func (Offline) ChangeResource(context.Context, Resource) error { return offline.ErrNeedsConnection }

func (Offline) UseResource(context.Context, uuid.UUID, bool) error { return offline.ErrNeedsConnection }

// LastChange is not known here: the audit stays on the server.
func (Offline) LastChange(context.Context, uuid.UUID) (Change, error) { return Change{}, nil }
