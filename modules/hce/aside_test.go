//go:build !js

package hce_test

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

var _ = Describe("what a window wrote of a note that went on elsewhere", func() {
	It("is kept when that note was closed meanwhile, beside the document, until an addendum says it; and it is signed once", func() {
		c := norte()
		v := c.visit(c.Salas, accounts.Doctor)
		address, opened := c.begin(v)
		note := with(opened.note("a"), "f.motivo", "Dolor", "f.relato", "Desde ayer por la noche", "dx", "J02.9", "dx.tipo.J02.9", "P")
		asked := v.post(address+"/revision", note)
		signing := url.Values{"version": {asked.hidden("version")}, "ventana": {"a"}, "prueba": {"123 456"}}
		second := with(url.Values{}, "version", signing.Get("version"), "ventana", "a", "prueba", "123 456")
		Expect(v.post(address+"/firma", with(signing, "op_id", newID().String())).Header.Get("HX-Redirect")).To(Equal(address))
		twice := v.post(address+"/firma", with(second, "op_id", newID().String()))
		Expect(twice.Header.Get("HX-Redirect")).To(Equal(address), "the other window is led to what was signed")
		Expect(c.rowsOf("select count(*) from record_signatures where clinic_id = $1", c.ID)).To(Equal(1))

		note.Set("f.relato", "Desde ayer por la noche. Vomitó dos veces")
		Expect(v.post(address+"/borrador", note).Header.Get("HX-Redirect")).To(Equal(address))
		read := v.get(address)
		Expect(read.Body).To(And(ContainSubstring("Lo que usted escribió y no está en la nota"), ContainSubstring("Vomitó dos veces"), ContainSubstring("Añada como adenda")))
		colleague := c.as(c.Rojas, accounts.Doctor)
		Expect(c.record.Asides(colleague, c.attend(c.as(c.Salas, accounts.Doctor)).ID)).To(BeEmpty(), "it is nobody else's")
		doctor := c.as(c.Salas, accounts.Doctor)
		records, err := hce.NewPostgres().RecordsOf(doctor, hce.RecordRange{Patients: []uuid.UUID{c.Ana}, Types: []hce.RecordType{hce.Note}})
		Expect(err).NotTo(HaveOccurred())
		added := v.post("/documentos/"+records[0].ID.String()+"/adenda", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "texto": {"Desde ayer por la noche. Vomitó dos veces, y durmió mal."}})
		Expect(added.Status).To(Equal(http.StatusOK))
		Expect(v.get(address).Body).NotTo(ContainSubstring("no está en la nota"))
	})

	It("is told of before the signature of who did not type it", func() {
		c := norte()
		v := c.visit(c.Salas, accounts.Doctor)
		address, opened := c.begin(v)
		note := func(p page, window, relato string) url.Values {
			return with(p.note(window), "f.motivo", "Dolor", "f.relato", relato, "dx", "J02.9", "dx.tipo.J02.9", "P")
		}
		v.post(address+"/borrador", note(opened, "a", "Desde ayer"))
		v.post(address+"/ventana", url.Values{"ventana": {"b"}})
		holder := note(v.get(address), "b", "Desde ayer")
		asked := v.post(address+"/revision", holder)
		Expect(asked.Body).To(And(ContainSubstring("Lo que se firma"), Not(ContainSubstring("no está en la nota"))))
		v.post(address+"/borrador", note(opened, "a", "Desde ayer, con fiebre de 39"))
		holder.Set("version", asked.hidden("version"))
		Expect(v.post(address+"/revision", holder).Body).To(ContainSubstring("Hay texto suyo que no está en la nota."))
	})

	It("is set aside on a device without the server, stands beside the note there, and arrives", func() {
		c := norte()
		a, server := c.away(true), c.as(c.Salas, accounts.Doctor)
		var e hce.Encounter
		a.do(func(ctx context.Context) (err error) {
			e, err = a.record.Attend(ctx, newID(), c.Visit, uuid.Nil)
			return err
		})
		draft := newID()
		save := func(window, relato string, seen int64) (d hce.Draft, err error) {
			body := written()
			body.Values["relato"] = form.OfText(relato)
			in := hce.Saving{EncounterID: e.ID, DraftID: draft, Seen: seen, Holder: window, TemplateID: "consulta-general", Version: 1, Body: body}
			a.do(func(ctx context.Context) error {
				if d, err = a.record.SaveDraft(ctx, in); err != nil {
					return a.record.SetAside(ctx, in)
				}
				return nil
			})
			return d, err
		}
		first, err := save("ventana-1", "De la primera", 0)
		Expect(err).NotTo(HaveOccurred())
		a.do(func(ctx context.Context) error { return a.record.TakeOver(ctx, e.ID, "ventana-2") })
		_, err = save("ventana-2", "De la segunda", first.Version)
		Expect(err).NotTo(HaveOccurred())
		for _, relato := range []string{"De la primera, y", "De la primera, y más"} {
			_, err = save("ventana-1", relato, first.Version)
			Expect(err).To(MatchError(hce.ErrStaleDraft))
		}
		here := a.device.Read(access.With(context.Background(), a.who))
		aside := HaveExactElements(HaveField("Parts", ConsistOf(HaveField("Value", "De la primera, y más"))))
		Expect(a.record.Asides(here, e.ID)).To(aside)

		entities := map[string]func(context.Context, offline.Received) (offline.Outcome, error){
			"record_draft": hce.SyncDrafts(c.record).Apply, "record_aside": hce.SyncAsides(c.record).Apply,
		}
		ops := a.waiting(now)
		Expect(ops).To(HaveLen(2))
		for range 2 {
			for _, op := range ops {
				_, err := entities[op.Entity](server, op)
				Expect(err).NotTo(HaveOccurred())
			}
		}
		there, err := c.record.Attention(server, e.ID, "ventana-2")
		Expect(err).NotTo(HaveOccurred())
		Expect(there.Draft.Body.Values["relato"].Text).To(Equal("De la segunda"))
		Expect(c.record.Asides(server, e.ID)).To(aside)
	})
})
