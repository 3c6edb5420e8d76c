package sync_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

var (
	cluster  *dbtest.Cluster
	labWorld *dbtest.World // emptied for each spec that asks for a lab
)

var _ = BeforeSuite(func() {
	cluster = dbtest.Start()
	labWorld = cluster.World()
	makeThings(labWorld)
})

func TestSync(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Sync")
}
