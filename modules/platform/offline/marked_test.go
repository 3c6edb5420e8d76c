package offline_test

import (
	"context"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
)

var _ = Describe("a marked list", func() {
	It("is read again only when there is another edition, whoever wrote it, and shows a unit its own", func(ctx SpecContext) {
		d := newDesk()
		parsed := 0
		words := func(ctx context.Context) []string {
			GinkgoHelper()
			list, err := offline.Marked(ctx, "words", func(value []byte) ([]string, error) {
				parsed++
				return strings.Fields(string(value)), nil
			})
			Expect(err).NotTo(HaveOccurred())
			return list
		}
		Expect(words(d.Read(ctx))).To(BeEmpty())
		d.write(func(_ context.Context, u *offline.Unit) error { u.KeepMarked("words", []byte("ana")); return nil })
		parsed = 0
		for range 3 {
			Expect(words(d.Read(ctx))).To(Equal([]string{"ana"}))
		}
		Expect(parsed).To(Equal(1))

		inside, u := d.Begin(ctx, uuid.Nil)
		Expect(words(inside)).To(Equal([]string{"ana"}))
		u.KeepMarked("words", []byte("ana beto"))
		Expect(words(inside)).To(Equal([]string{"ana", "beto"}))
		Expect(words(d.Read(ctx))).To(Equal([]string{"ana"}), "nothing is kept yet")
		u.Close()
		Expect(words(d.Read(ctx))).To(Equal([]string{"ana"}), "and nothing was")

		d.again().write(func(_ context.Context, u *offline.Unit) error { u.KeepMarked("words", []byte("carla")); return nil })
		Expect(words(d.Read(ctx))).To(Equal([]string{"carla"}))
	})
})
