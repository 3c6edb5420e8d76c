package form_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"github.com/a-h/templ"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce/form"
)

func draw(c templ.Component) string {
	GinkgoHelper()
	var out strings.Builder
	Expect(c.Render(context.Background(), &out)).To(Succeed())
	return out.String()
}

// tag is the one element of a page that a pattern finds, from "<" to ">".
func tag(html, pattern string) string {
	GinkgoHelper()
	found := regexp.MustCompile(`<[^<>]*`+pattern+`[^<>]*>`).FindAllString(html, -1)
	Expect(found).To(HaveLen(1), pattern+" in "+html)
	return found[0]
}

// inputs are what a browser would send of a page: every named input with its value, ticked or chosen ones only.
func inputs(html string) url.Values {
	in := url.Values{}
	name, value := regexp.MustCompile(` name="([^"]*)"`), regexp.MustCompile(` value="([^"]*)"`)
	text := func(pattern *regexp.Regexp, tag string) string {
		if m := pattern.FindStringSubmatch(tag); m != nil {
			return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&", "&#43;", "+").Replace(m[1])
		}
		return ""
	}
	for _, tag := range regexp.MustCompile(`<input[^>]*>`).FindAllString(html, -1) {
		chosen := strings.Contains(tag, " checked")
		if !chosen && (strings.Contains(tag, `type="checkbox"`) || strings.Contains(tag, `type="radio"`)) {
			continue
		}
		in.Add(text(name, tag), text(value, tag))
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea([^>]*)>(.*?)</textarea>`).FindAllStringSubmatch(html, -1) {
		in.Add(text(name, m[1]), m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<select([^>]*)>(.*?)</select>`).FindAllStringSubmatch(html, -1) {
		if option := regexp.MustCompile(`<option[^>]* selected[^>]*>`).FindString(m[2]); option != "" {
			in.Add(text(name, m[1]), text(value, option))
		}
	}
	return in
}

var _ = Describe("the fields of a note", func() {
	view := func(pairs ...string) form.View {
		values, _ := form.Read(parsed(small), sent(pairs...), edith())
		return form.Draft(parsed(small), values, edith())
	}

	It("hold what was typed, so that sending them again says the same", func() {
		pairs := []string{"motivo", `Dolor "fuerte" <b>`, "tiempo", "2.5", "tiempo.unidad", "semana", "relato", "uno\ndos", "fum", "08/05/2026", "inicio", "lento",
			"signos", "Fiebre", "signos", "Disnea", "fuma", "no", "pa", "148/92", "temp", "36x", "peso", "68,4", "talla", "156", "tos_desde", "9"}
		values, _ := form.Read(parsed(small), sent(pairs...), edith())
		again, _ := form.Read(parsed(small), inputs(draw(form.AllFields(form.Draft(parsed(small), values, edith())))), edith())
		Expect(again).To(Equal(values), "tos_desde too, which is not shown")
	})

	It("stand beside their section's title, each with its label", func() {
		html := draw(form.Fields(view("motivo", "Control"), "motivo"))
		Expect(html).To(ContainSubstring(`<h3 id="h-motivo">Motivo`))
		for _, id := range []string{"c-f.motivo", "c-f.relato", "c-f.fum", "c-f.inicio"} {
			Expect(html).To(ContainSubstring(`for="` + id + `"`))
			tag(html, ` id="`+id+`"`)
		}
		Expect(html).NotTo(ContainSubstring("(opcional)"), "in a note most is")
		Expect(html).NotTo(ContainSubstring("Aconseje"), "not asked")
		Expect(html).NotTo(ContainSubstring("hx-"), "a plain form")
		Expect(draw(form.Fields(view(), "ninguna"))).NotTo(ContainSubstring("input"))
	})

	It("draw vital signs as tiles, the computed ones with nothing to type", func() {
		html := draw(form.Fields(view("pa", "148/92", "peso", "68.4", "talla", "156"), "vitales"))
		Expect(tag(html, `id="c-f.pa"`)).To(ContainSubstring(`value="148/92"`))
		Expect(html).To(MatchRegexp(`(?s)<div id="w-imc" class="vital"[^>]*data-calc[^>]*>.*?<output[^>]*>28.1</output>`))
		Expect(html).NotTo(ContainSubstring(`name="f.imc"`))
		Expect(html).To(MatchRegexp(`<output[^>]*id="c-f.eg"[^>]*>–</output>`))
	})

	It("say what is wrong at the field, and what is missing only when the note is refused", func() {
		html := draw(form.AllFields(view("temp", "73", "fum", "mañana")))
		temp := tag(html, `id="c-f.temp"`)
		Expect(temp).To(ContainSubstring(`aria-invalid="true"`))
		Expect(temp).To(ContainSubstring(`aria-describedby="n-temp"`))
		Expect(html).To(MatchRegexp(`(?s)id="n-temp".*Temperatura: 73 °C no es posible`))
		Expect(tag(html, `id="c-f.fum"`)).To(And(ContainSubstring(`aria-describedby="c-f.fum-nota"`), ContainSubstring(`value="mañana"`)))
		Expect(html).NotTo(ContainSubstring("Falta este dato"))
		refused := form.Refused(parsed(small), form.Values{}, edith())
		Expect(draw(form.AllFields(refused))).To(ContainSubstring("Falta este dato"))
	})

	It("ask about what is improbable, with a tick that confirms it and goes along", func() {
		html := draw(form.AllFields(view("temp", "41,8")))
		Expect(html).To(ContainSubstring("Temperatura 41.8 °C. ¿Es correcta?"))
		yes := tag(html, `name="f._confirmado"`)
		Expect(yes).To(And(ContainSubstring(`type="checkbox"`), ContainSubstring(`value="temp=41.8"`), Not(ContainSubstring("checked"))))
		Expect(html).NotTo(ContainSubstring(`type="submit"`), "Enter in a field would press it")
		html = draw(form.AllFields(view("temp", "41,8", "_confirmado", "temp=41.8")))
		Expect(html).NotTo(ContainSubstring("¿Es correcta?"))
		Expect(tag(html, `name="f._confirmado"`)).To(ContainSubstring("checked"))
	})

	It("show an alert of the page's beside a figure that is in order", func() {
		v := view("pa", "148/92")
		v.Alerts = map[string]string{"pa": "Presión alta. Repita la toma."}
		html := draw(form.Fields(v, "vitales"))
		Expect(tag(html, `id="w-pa"`)).To(ContainSubstring("data-alerta"))
		Expect(html).To(ContainSubstring("Presión alta. Repita la toma."))
	})

	It("tick the rows that are filled", func() {
		ticked := func(v form.View) bool { return strings.Contains(draw(form.Fields(v, "motivo")), "completo") }
		Expect(ticked(view())).To(BeFalse())
		Expect(ticked(view("relato", "algo"))).To(BeFalse(), "the motive is missing")
		Expect(ticked(view("motivo", "algo"))).To(BeTrue())
		Expect(ticked(view("motivo", "algo", "fum", "x"))).To(BeFalse())
	})

	It("are drawn again in pieces after a change: what came, what went, results, the changed one", func() {
		in := sent("motivo", "Tos", "signos", "Tos", "fuma", "si", "pa", "148/92", "temp", "41.8")
		in["f._oculto"] = []string{"tos_desde", "aviso"}
		values, _ := form.Read(parsed(small), in, edith())
		v := form.Draft(parsed(small), values, edith())
		v.Redraw = "/atenciones/1/campos"
		html := draw(form.Redraw(v, in, "f.temp"))
		ids := regexp.MustCompile(`id="([a-z]-[^"]*)"[^>]*hx-swap-oob="true"`).FindAllStringSubmatch(html, -1)
		var drawn []string
		for _, m := range ids {
			drawn = append(drawn, m[1])
		}
		Expect(drawn).To(ConsistOf("w-tos_desde", "w-aviso", "w-temp", "n-temp", "t-motivo", "t-vitales", "c-f.pam", "c-f.imc", "c-f.eg", "c-f.fpp"))
		Expect(html).To(ContainSubstring("¿Es correcta?"))
		Expect(tag(html, ` id="c-f.temp"`)).To(ContainSubstring(`hx-post="/atenciones/1/campos"`))
		Expect(draw(form.Redraw(v, in, "f._confirmado"))).To(ContainSubstring(`id="n-temp"`))

		Expect(draw(form.Redraw(v, in, "f.signos"))).NotTo(ContainSubstring(`id="w-signos"`), "chips keep the focus")

		gone := draw(form.Redraw(v, url.Values{}, ""))
		Expect(gone).NotTo(ContainSubstring("w-tos_desde"), "it was shown and is")
		values["signos"] = form.OfList("Fiebre")
		gone = draw(form.Redraw(form.Draft(parsed(small), values, edith()), url.Values{"f._oculto": {"aviso"}}, ""))
		Expect(gone).To(MatchRegexp(`(?s)id="w-tos_desde" hidden.*name="f._oculto" value="tos_desde"`))
	})

	It("draw a template that nobody answered, for its settings page", func() {
		templates, err := form.Shipped()
		Expect(err).NotTo(HaveOccurred())
		for _, t := range templates {
			html := draw(form.AllFields(form.Preview(t)))
			ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1)
			seen := map[string]bool{}
			for _, m := range ids {
				Expect(seen).NotTo(HaveKey(m[1]), t.ID)
				seen[m[1]] = true
			}
			Expect(html).NotTo(ContainSubstring("aria-invalid"))
		}
	})

	It("are read section by section, with units and confirmations", func() {
		values, _ := form.Read(parsed(small), sent("motivo", "<Tos>", "relato", "a\nb", "temp", "41.8", "_confirmado", "temp=41.8"), edith())
		html := draw(form.Reading(form.Summary(parsed(small), form.Compute(parsed(small), values, edith()))))
		Expect(strings.Count(html, "<h3>")).To(Equal(2))
		Expect(html).To(ContainSubstring("&lt;Tos&gt;"))
		Expect(html).To(MatchRegexp(`(?s)41\.8.*<small>°C</small>.*\(confirmado\)`))
	})
})
