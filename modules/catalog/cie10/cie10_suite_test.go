package cie10_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/catalog/cie10"
	"hampi/modules/catalog/cie10/cie10test"
)

func TestCIE10(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "CIE-10")
}

// builtIn is the table that go generate makes; all specs read the one index.
var (
	builtIn cie10.Table
	index   *cie10.CIE10
)

var _ = BeforeSuite(func() {
	var err error
	builtIn, err = cie10test.BuiltIn("../codes/cie10.txt")
	Expect(err).NotTo(HaveOccurred())
	index = cie10.New(builtIn)
})

// codesOf are the bare codes.
func codesOf(found []cie10.Code) (codes []string) {
	for _, c := range found {
		codes = append(codes, c.Code)
	}
	return codes
}
