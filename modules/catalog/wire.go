package catalog

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/platform/offline"
)

// The entities of the catalogue on devices.
const (
	serviceEntity  = "service"
	resourceEntity = "resource"
)

// DeviceKinds are the entities that a device keeps of the catalogue.
func DeviceKinds() []offline.Kind {
	return []offline.Kind{{Entity: serviceEntity}, {Entity: resourceEntity}}
}

// serviceData is a service on a device. A device that holds no prices gets none, which is not a price of zero.
type serviceData struct {
	Name         string      `json:"name"`
	Specialty    string      `json:"specialty"`
	DurationMin  int         `json:"duration_min"`
	Price        *string     `json:"price,omitempty"`
	ResourceKind string      `json:"resource_kind"`
	DoctorIDs    []uuid.UUID `json:"doctor_ids"`
	SunatUnit    string      `json:"sunat_unit"`
	IGVCode      string      `json:"igv_code"`
	Active       bool        `json:"active"`
}

func (d serviceData) service(id uuid.UUID, version int64) (Service, error) {
	s := Service{
		ID: id, Version: version, Name: d.Name, Specialty: d.Specialty, DurationMin: d.DurationMin, NoPrice: d.Price == nil,
		Resource: ResourceKind(d.ResourceKind), Doctors: append([]uuid.UUID(nil), d.DoctorIDs...), SunatUnit: d.SunatUnit, IGVCode: d.IGVCode, Active: d.Active,
	}
	if d.Price == nil {
		return s, nil
	}
	var err error
	if s.Price, err = decimal.NewFromString(*d.Price); err != nil {
		return s, fmt.Errorf("read the price %q: %w", *d.Price, err)
	}
	return s, nil
}

// resourceData is a resource on a device.
type resourceData struct {
	SiteID uuid.UUID `json:"site_id"`
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	Active bool      `json:"active"`
}

func (d resourceData) resource(id uuid.UUID, version int64) (Resource, error) {
	return Resource{ID: id, Version: version, SiteID: d.SiteID, Name: d.Name, Kind: ResourceKind(d.Kind), Active: d.Active}, nil
}
