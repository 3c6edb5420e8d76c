//go:build !js

package hce_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

var _ = Describe("what stands on prescriptions", func() {
	var c *clinic
	var admin visitor
	const address = "/configuracion/recetas"
	BeforeEach(func() {
		c = norte()
		admin = c.visit(c.Rojas, accounts.ClinicAdmin)
	})

	It("is seen while it is typed, kept once, and printed on paper", func() {
		typed := url.Values{
			"version": {"0"}, "nombre": {"Consultorios Salas"}, "direccion": {"Jr. Dos de Mayo 840"}, "telefono": {"062 555 100"}, "pie": {"Lunes a sábado\r\n de 8 a 20"},
			"ipress." + c.Site.String(): {"6212"}, "logo": {"si"},
		}
		look := admin.post(address+"/vista", typed)
		Expect(html.UnescapeString(look.Body)).To(And(ContainSubstring("Consultorios Salas"), ContainSubstring("IPRESS 00006212"), ContainSubstring("Lunes a sábado\nde 8 a 20")))

		wrong := with(url.Values{"op_id": {newID().String()}, "version": {"0"}, "nombre": {"Otro"}}, "ipress."+c.Site.String(), "62-12")
		refused := admin.post(address, wrong)
		Expect(refused.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(html.UnescapeString(refused.Body)).To(And(ContainSubstring("tiene 8 dígitos; aquí dice «62-12»"), ContainSubstring(`value="Otro"`)))

		typed.Set("op_id", newID().String())
		Expect(admin.post(address, typed).Status).To(Equal(http.StatusSeeOther))
		stale := with(url.Values{"op_id": {newID().String()}, "version": {"0"}, "nombre": {"Del segundo"}})
		late := admin.post(address, stale)
		Expect(late.Status).To(Equal(http.StatusConflict))
		Expect(html.UnescapeString(late.Body)).To(And(ContainSubstring("Consultorios Salas"), ContainSubstring(`value="Del segundo"`)))
		Expect(late.hidden("version")).To(Equal("1"))

		doctor := c.visit(c.Salas, accounts.Doctor)
		attention, opened := c.begin(doctor)
		Expect(doctor.get(attention + "/receta").Status).To(Equal(http.StatusConflict))
		note := with(opened.note("a"), "rx", "0", "rx.0.dci", "Paracetamol", "rx.0.form", "tableta", "rx.0.strength", "500 mg")
		Expect(doctor.post(attention+"/borrador", note).Status).To(Equal(http.StatusOK))
		paper := doctor.get(attention + "/receta")
		Expect(html.UnescapeString(paper.Body)).To(And(
			ContainSubstring("Consultorios Salas"), ContainSubstring("IPRESS 00006212"), ContainSubstring("Paracetamol"), ContainSubstring("BORRADOR SIN FIRMA"),
		))
		Expect(doctor.get(address).Status).To(BeNumerically(">=", 403))
	})
})

var _ = Describe("the head of prescriptions on a device", func() {
	It("is as the clinic set it, once it did", func() {
		c := norte()
		ctx := c.as(c.Rojas, accounts.ClinicAdmin)
		Expect(hce.SyncHead().All(ctx)).To(BeEmpty(), "nobody has set anything")
		head := hce.PrescriptionHead{Name: "Consultorios Salas", Footer: "De 8 a 20", IPRESS: map[uuid.UUID]string{c.Site: "6212"}}
		Expect(c.record.SaveHead(ctx, head)).To(Succeed())
		changes, err := hce.SyncHead().All(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(changes).To(HaveLen(1))

		me := access.With(context.Background(), access.Who(ctx))
		device := offline.NewDevice(offline.NewMemory(), hce.DeviceKinds(nil), c.now)
		kept := hce.NewOffline(noColleagues{})
		usual, err := kept.PrescriptionHead(device.Read(me))
		Expect(err).NotTo(HaveOccurred())
		Expect(usual.Logo).To(BeTrue())
		pulled, unit := device.Begin(me, uuid.Nil)
		Expect(unit.Keep(pulled, offline.Object{Entity: changes[0].Entity, ID: changes[0].ID.String(), Version: changes[0].Version, Base: changes[0].Data})).To(Succeed())
		Expect(unit.Commit(pulled)).To(Succeed())
		there, err := kept.PrescriptionHead(device.Read(me))
		Expect(err).NotTo(HaveOccurred())
		Expect([]string{there.Name, there.Footer, there.IPRESS[c.Site]}).To(Equal([]string{"Consultorios Salas", "De 8 a 20", "00006212"}))
		Expect(kept.SavePrescriptionHead(device.Read(me), there)).NotTo(Succeed())
	})
})

var _ = Describe("a professional's favourites", func() {
	It("are named, ordered, taken out and brought back, and give a line to the attention; nobody else's are", func() {
		c := norte()
		ctx := c.as(c.Salas, accounts.Doctor)
		for _, strength := range []string{"250 mg", "500 mg"} {
			Expect(c.record.Favourite(ctx, prescribing.Item{DCI: "Amoxicilina", Strength: strength, Form: "tableta"})).To(Succeed())
		}
		names := func() (list []string) {
			GinkgoHelper()
			all, err := c.record.Favourites(ctx)
			Expect(err).NotTo(HaveOccurred())
			for _, f := range all {
				list = append(list, f.Name)
			}
			return list
		}
		all, err := c.record.Favourites(ctx)
		Expect(err).NotTo(HaveOccurred())
		first, second := all[0].ID, all[1].ID
		Expect(c.record.RenameFavourite(ctx, second, "  Otitis  ")).To(Succeed())
		_, refused := fault.Fields(c.record.RenameFavourite(ctx, first, "Otitis"))
		Expect(refused).To(BeTrue())
		Expect(c.record.MoveFavourite(ctx, second, false)).To(Succeed())
		Expect(names()).To(Equal([]string{"Otitis", "Amoxicilina 250 mg, tableta"}))
		Expect(c.record.RemoveFavourite(ctx, second)).To(Succeed())
		Expect(names()).To(HaveLen(1))
		Expect(c.record.RestoreFavourite(ctx, second)).To(Succeed())
		Expect(names()[0]).To(Equal("Otitis"))
		taken, err := c.record.TakeFavourite(ctx, second)
		Expect(err).NotTo(HaveOccurred())
		Expect(taken.Strength).To(Equal("500 mg"))

		rojas := c.as(c.Rojas, accounts.Doctor)
		Expect(c.record.RenameFavourite(rojas, second, "Mía")).To(MatchError(fault.ErrNotFound))
		Expect(c.record.RestoreFavourite(rojas, second)).To(MatchError(fault.ErrNotFound))
	})

	It("are one tap away in the attention, and ordered on their page", func() {
		c := norte()
		v := c.visit(c.Salas, accounts.Doctor)
		attention, opened := c.begin(v)
		note := with(opened.note("a"), "rx", "0", "rx.0.dci", "Paracetamol", "rx.0.form", "tableta", "rx.0.strength", "500 mg")
		v.post(attention+"/tratamiento", with(note, "hacer", "favorita:0"))
		again := v.get(attention)
		Expect(again.Body).To(ContainSubstring("Paracetamol 500 mg, tableta"))
		_, rest, _ := strings.Cut(again.Body, `value="favorito:`)
		id, _, _ := strings.Cut(rest, `"`)
		added := v.post(attention+"/tratamiento", with(again.note("a"), "hacer", "favorito:"+id))
		Expect(added.Body).To(ContainSubstring(`name="rx" value="0"`))
		gone := v.post("/configuracion/favoritas/"+id+"/retiro", url.Values{})
		Expect(gone.Body).To(And(ContainSubstring("Deshacer"), ContainSubstring("Aún no hay favoritas")))
		Expect(v.post("/configuracion/favoritas/"+id+"/reposicion", url.Values{}).Body).To(ContainSubstring("Paracetamol"))
		Expect(v.post("/configuracion/favoritas/"+id, url.Values{"nombre": {""}}).Body).To(ContainSubstring("Falta el nombre"))
	})
})

// albumOfSpec names the attention whose files are asked for.
type albumOfSpec struct{}

func (albumOfSpec) Gallery(_ context.Context, _, encounter uuid.UUID, address string, _ bool) (whole, list templ.Component, err error) {
	return templ.Raw("archivos de " + encounter.String() + ", otra vez en " + address), templ.Raw("la lista"), nil
}

var _ = Describe("beside the note", func() {
	It("stand the files of the attention, where somebody keeps any", func() {
		c := norte()
		v := c.visit(c.Salas, accounts.Doctor)
		attention, opened := c.begin(v)
		Expect(opened.Body).NotTo(ContainSubstring("Archivos"))
		c.record.Files = albumOfSpec{}
		Expect(v.get(attention + "/historia?vista=archivos").Body).To(And(ContainSubstring("archivos de "), ContainSubstring(attention+"/archivos")))
		Expect(v.get(attention + "/archivos").Body).To(Equal("la lista"))
		c.exec("update encounters set ended_at = started_at where clinic_id = $1", c.ID)
		Expect(v.get(attention).Body).To(And(ContainSubstring("Archivos de la atención"), ContainSubstring("archivos de ")))
		Expect(c.visit(c.Rojas, accounts.Doctor).get(attention + "/archivos").Status).To(BeNumerically(">=", 403))
	})

	It("knows what its author notes often, and tells nobody who notes nothing", func() {
		c := norte()
		ctx := c.as(c.Salas, accounts.Doctor)
		c.closed(ctx)
		own, shared, err := hce.NewHabits(c.record).Uses(ctx, c.Salas.Membership, "medicina_general")
		Expect(err).NotTo(HaveOccurred())
		Expect([]int{own["J02.9"], shared["J02.9"]}).To(Equal([]int{1, 1}))
		own, _, err = hce.NewHabits(c.record).Uses(c.as(c.Rojas, accounts.Receptionist), c.Salas.Membership, "medicina_general")
		Expect(err).NotTo(HaveOccurred())
		Expect(own).To(BeEmpty())
	})
})
