package sync_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

func TestSync(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Sync")
}
