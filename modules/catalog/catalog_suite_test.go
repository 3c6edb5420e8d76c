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

// colleagues are the professionals of a spec.
type colleagues []accounts.Member

func (c colleagues) Doctors(context.Context) ([]accounts.Member, error) { return c, nil }

// sites are the sites of a spec.
type sites []accounts.Site

func (s sites) Sites(context.Context) ([]accounts.Site, error) { return s, nil }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func soles(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// cleaning is a service as a form would send it.
func cleaning() catalog.Service {
	return catalog.Service{ID: newID(), Name: "Profilaxis dental", Specialty: "odontologia", DurationMin: 30, Price: soles("80.50"), Resource: catalog.Chair}
}
