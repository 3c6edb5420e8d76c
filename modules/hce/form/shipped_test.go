package form_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
)

func shipped(id string) form.Template {
	GinkgoHelper()
	templates, err := form.Shipped()
	Expect(err).NotTo(HaveOccurred())
	for _, t := range templates {
		if t.ID == id {
			return t
		}
	}
	Fail("no template " + id)
	return form.Template{}
}

func must(text []byte, err error) []byte {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	return text
}

// vitals are those of a woman in good health.
var vitals = []string{"pa", "118/74", "fc", "72", "fr", "16", "temp", "36,6", "spo2", "95", "peso", "58,4", "talla", "156"}

func child() form.Context {
	c := edith()
	c.Birth = today.AddDate(0, -8, 0)
	c.Sex = "M"
	return c
}

var _ = Describe("the shipped templates", func() {
	It("are found by their id alone", func() {
		templates, err := form.Shipped()
		Expect(err).NotTo(HaveOccurred())
		for _, t := range templates {
			alone, there, err := form.ShippedAs(t.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(there).To(BeTrue(), t.ID)
			Expect(alone.Title).To(Equal(t.Title))
			Expect(alone.Version).To(Equal(t.Version))
		}
		_, there, err := form.ShippedAs("../shipped")
		Expect(err).NotTo(HaveOccurred())
		Expect(there).To(BeFalse())
	})

	It("are those of the clinic's specialties, with the same vital signs in all of them", func() {
		templates, err := form.Shipped()
		Expect(err).NotTo(HaveOccurred())
		var ids []string
		general := shipped("consulta-general")
		known := map[string]bool{"": true}
		for _, s := range accounts.Specialties() {
			known[s.Key] = true
		}
		for _, t := range templates {
			ids = append(ids, t.ID)
			Expect(known).To(HaveKey(t.Specialty))
			for _, key := range []string{"pa", "pam", "fc", "fr", "temp", "spo2", "peso", "talla", "imc"} {
				here, found := t.Field(key)
				there, _ := general.Field(key)
				Expect(found).To(BeTrue(), "%s has no %s", t.ID, key)
				Expect(json.Marshal(here)).To(MatchJSON(must(json.Marshal(there))), "%s of %s", key, t.ID)
				Expect(here.LOINC).NotTo(BeEmpty())
				Expect(here.UCUM).NotTo(BeEmpty())
			}
		}
		Expect(ids).To(Equal([]string{"consulta-general", "obstetricia", "odontologia", "oftalmologia", "pediatria", "triaje"}))
	})

	DescribeTable("take a note as it is written there", func(id string, ctx form.Context, said []string, computed map[string]string) {
		t := shipped(id)
		values, unread := form.Read(t, sent(said...), ctx)
		Expect(unread).To(BeEmpty())
		problems, doubts := form.Check(t, values, ctx)
		Expect(problems).To(BeEmpty())
		Expect(doubts).To(BeEmpty())
		kept := form.Compute(t, values, ctx)
		for key := range values {
			Expect(kept).To(HaveKey(key), "was said and is not kept")
		}
		for key, want := range computed {
			Expect(kept[key].Text).To(Equal(want), key)
		}
		Expect(form.Summary(t, kept)).To(HaveLen(len(kept)))
		Expect(form.Empty(t, kept)).To(BeFalse())
		Expect(form.Empty(t, form.Compute(t, form.Values{}, ctx))).To(BeTrue())
	},
		Entry("a consultation", "consulta-general", edith(), append([]string{
			"motivo", "Dolor de cabeza", "tiempo", "3", "tiempo.unidad", "dia", "inicio", "Insidioso", "curso", "Progresivo", "relato", "Refiere cefalea holocraneana.",
			"apetito", "Conservado", "sed", "Conservada", "sueno", "Disminuido", "orina", "Alterada", "orina_detalle", "Disuria", "deposiciones", "Normales",
			"ant_personales", "Apendicectomía 2010", "habitos", "Tabaco", "habitos_detalle", "5 al día", "fur", "10/11/2026", "estado_general", "Bueno", "ex_general", "Hidratada",
			"ex_regional", "Sin focalización", "apreciacion", "Cefalea tensional", "plan", "Control", "medidas", "Higiene del sueño", "descanso", "si", "descanso_dias", "1",
		}, vitals...), map[string]string{"imc": "24", "pam": "89"}),
		Entry("a dental note", "odontologia", edith(), append([]string{
			"motivo", "Endodoncia pieza 36", "riesgos", "Válvula cardíaca o endocarditis previa", "riesgos_detalle", "Prótesis mitral 2019", "cepillado", "3",
			"extraoral", "Simétrico", "intraoral", "Encías sanas", "oclusion", "Clase I", "overjet", "-2,5", "higiene", "Buena", "dolor", "0", "procedimiento", "Apertura cameral",
			"anestesia", "Lidocaína 2 % con epinefrina 1:80 000", "cartuchos", "1,5", "complicacion", "no", "apreciacion", "Necrosis pulpar",
		}, vitals...), map[string]string{"imc": "24"}),
		Entry("a prenatal control", "obstetricia", edith(), append([]string{
			"motivo", "Control prenatal", "gestante", "si", "fum", "08/05/2026", "fum_duda", "no", "gestas", "2", "termino", "1", "pretermino", "0", "abortos", "1", "vivos", "1", "cesareas", "0",
			"alarma", "Cefalea intensa", "alarma_detalle", "Cede con reposo", "au", "27", "situacion", "Longitudinal", "presentacion", "Cefálica", "posicion", "Izquierda", "fcf", "142",
			"movimientos", "++", "edema", "+", "reflejos", "++", "proteinuria", "Negativa", "orientacion", "Nutrición y suplementos",
		}, vitals...), map[string]string{"eg": "28+4", "fpp": "2027-02-12", "formula": "G3 P1011"}),
		Entry("a prenatal control dated by ultrasound", "obstetricia", edith(), []string{"motivo", "Control", "gestante", "si", "fum", "08/05/2026", "fpp_eco", "01/03/2027"},
			map[string]string{"eg": "26+1", "fpp": "2027-03-01"}),
		Entry("a puerperal control", "obstetricia", edith(), []string{"motivo", "Control", "gestante", "no", "semanas_puerperio", "40", "gestas", "1", "termino", "1", "pretermino", "0", "abortos", "0", "vivos", "1"},
			map[string]string{"formula": "G1 P1001", "eg": ""}),
		Entry("an eye exam", "oftalmologia", edith(), append([]string{
			"motivo", "Visión borrosa", "ant_oculares", "Usa lentes", "ant_oculares_detalle", "Desde 2015", "av_sc_od", "20/100", "av_sc_oi", "20/80", "av_cc_od", "20/20", "av_cc_oi", "20/25",
			"av_cerca_od", "J1", "pupilas", "Isocóricas y normorreactivas", "dpar", "Ausente", "pio_od", "14", "pio_oi", "17", "pio_metodo", "Goldmann", "pio_hora", "9:30",
			"bio_od", "Sin alteraciones", "bio_oi", "Pterigión grado I nasal", "dilatado", "si", "dilatacion", "Tropicamida 1 % 9:40", "fo_od", "Papila rosada", "cd_od", "0,3", "cd_oi", "0.35",
		}, vitals...), map[string]string{"pio_diferencia": "3"}),
		Entry("a child of eight months", "pediatria", child(), []string{
			"informante", "Madre", "confiable", "si", "motivo", "Fiebre", "tiempo", "2", "tiempo.unidad", "dia", "peso_nacer", "3200", "eg_nacer", "39", "parto", "Eutócico",
			"lactancia", "Mixta", "vacunas", "Incompletas", "vacunas_faltan", "Influenza", "desarrollo", "Normal para la edad", "pa", "85/50", "fc", "130", "fr", "34", "temp", "38,4", "spo2", "94",
			"peso", "8,35", "talla", "70.5", "pc", "44", "estado_general", "Regular", "hidratacion", "Hidratado", "alarma", "si", "consejeria", "Hierro y anemia",
		}, map[string]string{"imc": "16.8"}),
		Entry("a triage", "triaje", edith(), append([]string{
			"motivo", "Mareo", "prioridad", "3", "glucosa", "92", "dolor", "4", "glasgow", "15", "ayuno", "si", "ayuno_horas", "10", "fur", "01/11/2026", "medicinas_hoy", "Losartán 50 mg", "observaciones", "Acompañada",
		}, vitals...), map[string]string{"pam": "89"}),
	)

	It("ask about a child's figures by its age and about saturation by altitude", func() {
		t := shipped("pediatria")
		asked := func(ctx form.Context, pairs ...string) (keys []string) {
			values, _ := form.Read(t, sent(pairs...), ctx)
			_, doubts := form.Check(t, values, ctx)
			for _, d := range doubts {
				keys = append(keys, d.Key)
			}
			return keys
		}
		Expect(asked(child(), "fc", "170", "peso", "30", "fr", "50")).To(Equal([]string{"peso"}))
		Expect(asked(edith(), "fc", "170", "peso", "30", "fr", "50")).To(Equal([]string{"fc", "fr"}))
		high := child()
		altitude := 4300
		high.Altitude = &altitude
		Expect(asked(child(), "spo2", "84")).To(Equal([]string{"spo2"}))
		Expect(asked(high, "spo2", "84")).To(BeEmpty())
	})

	It("reckon no mean pressure from one that cannot be", func() {
		for _, t := range []string{"triaje", "consulta-general", "obstetricia"} {
			values, _ := form.Read(shipped(t), sent("pa", "80/120"), edith())
			Expect(form.Compute(shipped(t), values, edith())).NotTo(HaveKey("pam"), t)
			Expect(form.Measures(shipped(t), form.Compute(shipped(t), values, edith()))).To(HaveLen(2), t)
		}
	})

	It("refuse vital signs beyond the hard limits of the norm's table", func() {
		t := shipped("triaje")
		for key, typed := range map[string][]string{
			"pa": {"29/20", "301/90", "120/19", "250/201", "90/120"}, "fc": {"19", "301"}, "fr": {"3", "81"}, "temp": {"24.9", "45.1", "73"}, "spo2": {"39", "101"},
			"peso": {"0.29", "350.1"}, "talla": {"19.9", "250.1"}, "glasgow": {"2", "16"}, "dolor": {"11"}, "glucosa": {"9", "901"},
		} {
			for _, text := range typed {
				values, _ := form.Read(t, sent("motivo", "x", key, text), edith())
				problems, _ := form.Check(t, values, edith())
				Expect(problems).To(HaveLen(1), key+" "+text)
				Expect(problems).To(HaveKey("f." + key))
			}
		}
	})
})
