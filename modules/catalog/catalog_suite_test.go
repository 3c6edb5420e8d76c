package catalog_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/database/dbtest"
)

func TestCatalog(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Catalog")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

// house is the clinic of a spec: its own professionals, sites and specialties.
type house struct {
	doctors     []accounts.Member
	sites       []accounts.Site
	specialties []string
}

func (h house) Doctors(context.Context) ([]accounts.Member, error) { return h.doctors, nil }

func (h house) Sites(context.Context) ([]accounts.Site, error) { return h.sites, nil }

func (h house) Clinic(context.Context) (accounts.Clinic, error) {
	return accounts.Clinic{Specialties: h.specialties}, nil
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func soles(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// cleaning is a service as a form would send it.
func cleaning() catalog.Service {
	return catalog.Service{ID: newID(), Name: "Profilaxis dental", Specialty: "odontologia", DurationMin: 30, Price: soles("80.50"), Resource: catalog.Chair}
}
