//go:build !js

package hce_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
)

var _ = Describe("the templates of a clinic", func() {
	var (
		c     *clinic
		admin visitor
		text  string
	)
	BeforeEach(func() {
		c = norte()
		admin = c.visit(c.Rojas, accounts.ClinicAdmin)
		text, _ = form.Source("consulta-general")
	})
	edited := func() string {
		return strings.Replace(text, `"label": "Relato cronológico"`, `"label": "Relato"`, 1)
	}
	sent := func(document string, seen string) url.Values {
		return url.Values{"op_id": {newID().String()}, "documento": {document}, "visto": {seen}}
	}
	const address = "/configuracion/plantillas/consulta-general"

	It("are published as versions, and a note is read by the one it was written with", func() {
		ctx := c.as(c.Salas, accounts.Doctor)
		before := c.closed(ctx)
		Expect(before.TemplateVersion).To(Equal(1))

		boss := c.as(c.Rojas, accounts.ClinicAdmin)
		t, err := c.record.SaveTemplate(boss, "consulta-general", 1, edited())
		Expect(err).NotTo(HaveOccurred())
		Expect(t.Version).To(Equal(hce.FirstRevision))
		editions, err := c.record.TemplateEditions(boss, "consulta-general")
		Expect(err).NotTo(HaveOccurred())
		Expect(editions).To(HaveLen(2))
		Expect(editions[0].Document).To(ContainSubstring(`"version": 1001`))
		Expect(editions[1].Own).To(BeFalse())

		_, err = c.record.SaveTemplate(boss, "consulta-general", 1, text)
		Expect(err).To(Equal(hce.ErrStaleTemplate), "the second of two administrators is told")
		_, err = c.record.SaveTemplate(boss, "consulta-general", 1001, edited())
		Expect(err).To(Equal(hce.ErrTemplateSame))
		back, err := c.record.SaveTemplate(boss, "consulta-general", 1001, editions[1].Document)
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Version).To(Equal(1002), "going back is one more version")

		old, err := c.record.Template(boss, "consulta-general", 1001)
		Expect(err).NotTo(HaveOccurred())
		f, _ := old.Field("relato")
		Expect(f.Label).To(Equal("Relato"))
	})

	It("are retired and offered again, but not the last one, nor what triage works with", func() {
		boss := c.as(c.Rojas, accounts.ClinicAdmin)
		notes, err := c.record.NoteTemplates(boss)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.record.OfferTemplate(boss, hce.TriageTemplate, 1, false)).To(MatchError(ContainSubstring("triaje")))
		for i, o := range notes {
			err := c.record.OfferTemplate(boss, o.ID, 1, false)
			if i < len(notes)-1 {
				Expect(err).NotTo(HaveOccurred())
			} else {
				Expect(err).To(MatchError(ContainSubstring("última")))
			}
		}
		Expect(c.record.OfferTemplate(boss, notes[0].ID, 1, true)).To(Equal(hce.ErrStaleTemplate))
		Expect(c.record.OfferTemplate(boss, notes[0].ID, 1001, true)).To(Succeed())
		left, err := c.record.NoteTemplates(boss)
		Expect(err).NotTo(HaveOccurred())
		Expect(left).To(HaveLen(2))
		Expect(fault.KindOf(c.record.OfferTemplate(c.as(c.Salas, accounts.Doctor), notes[0].ID, 1002, false))).To(Equal(fault.Forbidden))
	})

	It("show what a document becomes while it is typed: the note, what changes, or what is wrong and where", func() {
		look := func(document string, pairs ...string) page {
			in := with(url.Values{"documento": {document}, "plantilla": {"consulta-general"}, "visto": {"1"}}, pairs...)
			p := admin.post("/configuracion/plantillas/vista", in)
			Expect(p.Status).To(Equal(http.StatusOK), p.Body)
			return p
		}
		Expect(look(text).Body).To(And(ContainSubstring("Igual que la versión vigente"), ContainSubstring(`name="f.motivo"`), Not(ContainSubstring("<textarea id=\"c-documento\""))))
		Expect(html.UnescapeString(look(edited()).Body)).To(ContainSubstring("Sección «relato», campo «relato»: el rótulo, antes «Relato cronológico», ahora «Relato»"))

		wrong := look(strings.Replace(text, `"type": "duration"`, `"type": "durazno"`, 1))
		Expect(wrong.Body).To(And(ContainSubstring(`data-linea="8"`), ContainSubstring("$.sections[0].fields[1].type"), ContainSubstring("campo «tiempo»")))
		Expect(wrong.Body).NotTo(ContainSubstring(`id="plantilla-vista"`), "the last preview stays")
		Expect(look(`{"id"`).Body).To(ContainSubstring("no es JSON"))

		woman, child := look(text, "ejemplo", "mujer"), look(text, "ejemplo", "nino")
		Expect(woman.Body).To(ContainSubstring("Fecha de última regla"))
		Expect(child.Body).NotTo(ContainSubstring(">Fecha de última regla"))
		filled := admin.post("/configuracion/plantillas/campos", url.Values{"documento": {text}, "f.orina": {"Alterada"}, "f._oculto": {"orina_detalle"}})
		Expect(filled.Body).To(ContainSubstring("Cómo es la orina"), "the example may be tried")
	})

	It("are changed by their parts, and the document follows", func() {
		act := func(pairs ...string) string {
			return admin.post("/configuracion/plantillas/vista", with(url.Values{"documento": {text}, "plantilla": {"consulta-general"}}, pairs...)).Body
		}
		Expect(act("hacer", "subir:1")).To(And(ContainSubstring(`id="c-documento"`), ContainSubstring("el orden")))
		added := html.UnescapeString(act("hacer", "campo:1", "nuevo.1.rotulo", "Tos desde cuándo", "nuevo.1.tipo", "duration"))
		Expect(added).To(ContainSubstring(`{"key": "tos_desde_cuando", "label": "Tos desde cuándo", "type": "duration"}`))
		changed := func(name, value string) string {
			p := admin.trigger(name).post("/configuracion/plantillas/vista", with(url.Values{"documento": {text}, "plantilla": {"consulta-general"}}, name, value))
			return html.UnescapeString(p.Body)
		}
		Expect(changed("e.0.1.show_if", "not empty(motivo)")).To(ContainSubstring(`"type": "duration", "show_if": "not empty(motivo)"`))
		Expect(changed("e.0.1.show_if", "no se entiende")).To(And(ContainSubstring("No se puede"), ContainSubstring("campo «tiempo»"), Not(ContainSubstring(`id="plantilla-partes"`))))
		Expect(changed("e.4.4.max", "44,5")).To(ContainSubstring(`"max": 44.5`))
		Expect(changed("e.4.4.max", "")).NotTo(ContainSubstring(`"decimals": 1, "min": 25, "max"`))
		Expect(changed("e.1.layout", "columns")).To(ContainSubstring(`"title": "Relato", "layout": "columns"`))
		computed := html.UnescapeString(act("hacer", "campo:4", "nuevo.4.rotulo", "Superficie", "nuevo.4.tipo", "computed"))
		Expect(computed).To(ContainSubstring(`"type": "computed", "compute": "0"`))
		refused := html.UnescapeString(act("hacer", "quitar:4.7"))
		Expect(refused).To(And(ContainSubstring("No se puede"), ContainSubstring("talla"), Not(ContainSubstring(`id="c-documento"`))))
	})

	It("lose nothing that was typed: not to a fault, not to somebody who was faster", func() {
		broken := strings.Replace(edited(), `"title": "Motivo",`, `"title": "Motivo"`, 1)
		admin.plain = true
		p := admin.post(address, sent(broken, "1"))
		Expect(p.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(html.UnescapeString(p.Body)).To(ContainSubstring(broken))

		Expect(admin.post(address, sent(edited(), "1")).Status).To(Equal(http.StatusSeeOther))
		mine := strings.Replace(text, `"title": "Relato"`, `"title": "Historia"`, 1)
		p = admin.post(address, sent(mine, "1"))
		Expect(p.Status).To(Equal(http.StatusConflict))
		Expect(html.UnescapeString(p.Body)).To(And(ContainSubstring("publicó la versión 1 de la clínica mientras usted editaba"), ContainSubstring(mine), ContainSubstring("el título, antes «Relato», ahora «Historia»")))
		Expect(admin.post(address, sent(mine, p.hidden("visto"))).Status).To(Equal(http.StatusSeeOther), "having seen it, it is a decision")

		other := admin.get("/configuracion/plantillas/nueva?de=consulta-general")
		Expect(html.UnescapeString(other.Body)).To(ContainSubstring(`"id": "consulta-general-copia"`))
		p = admin.post("/configuracion/plantillas/nueva", sent(text, "0"))
		Expect(html.UnescapeString(p.Body)).To(ContainSubstring("Ya hay una plantilla con el «id» «consulta-general»"))
		Expect(admin.post(address, sent(strings.Replace(text, "consulta-general", "otra", 1), "1002")).Body).To(ContainSubstring("no cambia"))
		Expect(admin.get(address + "?version=1").Body).To(ContainSubstring("versión 1 del programa</span>"))
		Expect(c.visit(c.Salas, accounts.Doctor).get(address).Status).To(BeNumerically(">=", 403))
	})
})
