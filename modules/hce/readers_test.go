//go:build !js

package hce_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce"
)

var _ = Describe("who has read a record", func() {
	It("tells which document, and marks what somebody read through the emergency door with its reason", func() {
		c := norte()
		var note hce.Record
		var list []hce.Reader
		c.committed(c.Salas, func(ctx context.Context) {
			note = c.closed(ctx)
			_, _, _, err := c.record.History(ctx, c.Ana, hce.Filter{})
			Expect(err).NotTo(HaveOccurred())
		})
		c.moment = time.Now()
		c.committed(c.Rojas, func(ctx context.Context) {
			Expect(c.record.BreakGlass(ctx, newID(), c.Ana, "Llegó inconsciente a emergencia")).To(Succeed())
		})
		c.committed(c.Rojas, func(ctx context.Context) {
			_, _, err := c.record.Entry(ctx, note.ID)
			Expect(err).NotTo(HaveOccurred())
			_, list, err = c.record.Readers(ctx, c.Ana)
			Expect(err).NotTo(HaveOccurred())
		})
		Expect(list).To(ContainElement(And(
			HaveField("Name", "Dr. Juan Rojas"), HaveField("What", "nota de atención del 24/11/2026 9:00"), HaveField("Emergency", "Llegó inconsciente a emergencia"),
		)))
		Expect(list).To(ContainElement(And(
			HaveField("Name", "Dr. Rosa Salas"), HaveField("What", "historia, 1 documento del 24/11/2026"), HaveField("Emergency", ""),
		)))
	})
})
