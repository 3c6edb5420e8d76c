//go:build !js

package patients_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/patients"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
)

func TestPatients(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Patients")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

// now is a Tuesday morning in Lima.
var now = time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func serviceOf(world *dbtest.World, neighbours patients.Neighbours) *patients.Service {
	return patients.New(patients.NewPostgres(world.Vault, clock.System), neighbours, clock.At(now))
}

func day(text string) time.Time {
	GinkgoHelper()
	d, problem := patients.ParseBirth(text, now)
	Expect(problem).To(BeEmpty())
	return d
}

// edith is somebody without anything unusual.
func edith() patients.Registration {
	return patients.Registration{ID: newID(), Demographics: patients.Demographics{
		FirstName: "Edith Maribel", LastName: "Huamán", SecondLastName: "Ponce",
		Document: patients.Document{Type: patients.DNI, Number: "99012345"}, Sex: patients.Female, BirthDate: day("24/01/1992"),
		Phone: "962 555 014", Email: "Edith@Correo.pe", Address: patients.Address{Text: "Jr. Abtao 640", Ubigeo: "100101"},
		Guardian:  patients.Guardian{Name: "Elva Ponce Lino", Relationship: "madre", Phone: "962 555 087"},
		Insurance: patients.Insurance{Insurer: "SIS", Number: "2-99012345"}, Tags: []string{"quechua", "VIP"},
	}}
}

// named is somebody with a name and no document.
func named(given, paternal, maternal string) patients.Registration {
	return patients.Registration{ID: newID(), Sure: true, Demographics: patients.Demographics{
		FirstName: given, LastName: paternal, SecondLastName: maternal, Document: patients.Document{Type: patients.None}}}
}
