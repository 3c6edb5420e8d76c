//go:build !js

package hce_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

var _ = Describe("what devices prescribe and print with", func() {
	It("is one's own favourites in their order, and the clinic's picture if it is small", func() {
		c := norte()
		ctx := c.as(c.Salas, accounts.Doctor)
		Expect(c.record.Favourite(ctx, amoxicillin().Item)).To(Succeed())
		other := amoxicillin().Item
		other.DCI, other.MedicineID = "Ibuprofeno", "ibu"
		Expect(c.record.Favourite(ctx, other)).To(Succeed())
		kept, err := c.record.Favourites(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.record.MoveFavourite(ctx, kept[0].ID, true)).To(Succeed())
		kept, err = c.record.Favourites(ctx)
		Expect(err).NotTo(HaveOccurred())

		favourites := hce.SyncFavourites()
		for _, who := range []context.Context{c.turned(ctx, c.Rojas, accounts.Doctor), c.turned(ctx, c.Salas, accounts.Assistant)} {
			Expect(favourites.Count(who, offline.Window{})).To(BeZero(), "somebody else's device")
		}
		picture := []byte("png")
		logo := func(context.Context) ([]byte, string, error) { return picture, "image/png", nil }
		a := c.away(true)
		for _, reference := range []offline.Reference{favourites, hce.SyncLogo(logo, accounts.Colleagues{})} {
			page, _, err := reference.Page(ctx, offline.Window{}, "", 10)
			Expect(err).NotTo(HaveOccurred())
			for _, change := range page {
				a.arrive(change.Entity, change.ID, change.Version, string(change.Data))
			}
		}
		here := a.device.Read(access.With(context.Background(), a.who))
		held, err := a.record.Favourites(here)
		Expect(err).NotTo(HaveOccurred())
		Expect(held).To(HaveLen(2))
		Expect([]string{held[0].Name, held[1].Name}).To(Equal([]string{kept[0].Name, kept[1].Name}))
		taken, err := a.record.TakeFavourite(here, held[1].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(taken.Item).To(Equal(held[1].Item))
		item, err := hce.NewOffline(a).FavouriteOf(here, c.Salas.Membership, "ibu")
		Expect(err).NotTo(HaveOccurred())
		Expect(item.DCI).To(Equal("Ibuprofeno"))

		Expect(hce.LetterLogo(here, a.record, c.Site)).To(BeEmpty(), "nobody lent it the picture")
		a.record.Logo = hce.NewOffline(a).Logo
		Expect(hce.LetterLogo(here, a.record, c.Site)).To(Equal("data:image/png;base64,cG5n"))
		picture = make([]byte, hce.LogoOnDevices+1)
		Expect(hce.SyncLogo(logo, accounts.Colleagues{}).Count(ctx, offline.Window{})).To(BeZero())
	})
})
