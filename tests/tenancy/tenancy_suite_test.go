// Package tenancy reads the catalogue of a migrated database and tries every table across two clinics: a table that
// forgets its wall fails here, whoever wrote it and whatever it is called.
package tenancy_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

func TestTenancy(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Tenancy")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })
