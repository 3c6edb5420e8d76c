package prescribing_test

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
	"hampi/modules/hce/prescribing"
)

var _ = Describe("what speaks against a medicine", func() {
	check := func(p prescribing.Patient, items ...prescribing.Item) (all []string) {
		for _, f := range prescribing.Check(items, p) {
			Expect(f.Source).NotTo(BeEmpty())
			Expect(f.Why).To(HaveSuffix("."))
			all = append(all, string(f.Severity)+" "+string(f.Kind)+": "+f.Why)
		}
		return all
	}
	says := func(query string, p prescribing.Patient, expected ...string) {
		GinkgoHelper()
		found := check(p, line(query))
		if len(expected) == 0 {
			Expect(found).To(BeEmpty())
			return
		}
		for _, e := range expected {
			Expect(found).To(ContainElement(HavePrefix(e)))
		}
	}

	It("is nothing, for most people and medicines", func() {
		says("parac tab 500", adult())
		says("amox tab 500", adult())
		says("losartan 50", adult())
		Expect(prescribing.Check(nil, adult())).To(BeEmpty())
	})

	DescribeTable("is an allergy", func(told, query, expected string) {
		says(query, allergic(false, told), expected)
	},
		Entry("by its class", "Penicilina", "amox tab 500", "stop class: Amoxicilina 500 mg es una penicilina: hay registrada alergia a «Penicilina»."),
		Entry("of the same class by another name", "amoxicilina", "ampicilina", "stop class: Ampicilina 1 g es una penicilina"),
		Entry("of the ingredient", "IBUPROFENO", "ibup 400", "stop allergy: Ibuprofeno 400 mg contiene ibuprofeno: hay registrada alergia a «IBUPROFENO»."),
		Entry("with a slip", "ibuprofen", "ibup 400", "stop allergy: "),
		Entry("as it sounds", "amoxisilyna", "amox tab 500", "stop allergy: "),
		Entry("in English", "Amoxicillin", "amox tab 500", "stop allergy: "),
		Entry("inside a sentence", "reacción a la penicilina de niña", "dicloxa", "stop class: "),
		Entry("of the second ingredient", "ácido clavulánico", "amox clav tab", "stop allergy: "),
		Entry("by another name of the ingredient", "aspirina", "acetilsal 500", "stop allergy: Ácido acetilsalicílico 500 mg contiene ácido acetilsalicílico"),
		Entry("aspirin against another anti-inflammatory", "aspirina", "naproxeno 550", "stop class: Naproxeno sódico 550 mg es un antiinflamatorio (AINE)"),
		Entry("an anti-inflammatory against another", "ibuprofeno", "diclo 50", "stop class: "),
		Entry("all anti-inflammatories", "AINEs", "ketorolaco tab", "stop class: "),
		Entry("a coxib is for care", "aspirina", "celecoxib 200", "warn class: Celecoxib 200 mg puede cruzar con los AINE"),
		Entry("sulfa", "sulfas", "sulfameto tab", "stop class: "),
		Entry("sulfa against a carbonic anhydrase inhibitor", "sulfas", "acetazolamida", "warn class: "),
		Entry("silver sulfadiazine", "sulfa", "sulfadiazina", "stop class: "),
		Entry("macrolides", "eritromicina", "azitro tab", "stop class: "),
		Entry("quinolones in the eye", "ciprofloxacino", "moxiflox oft", "stop class: "),
		Entry("a local anaesthetic of the same group", "lidocaína", "articaina", "stop class: Articaína + epinefrina 4 % + 1:100 000 es un anestésico local del grupo amida"),
		Entry("of the other group is another thing", "novocaína", "tetracaina", "stop class: "),
		Entry("local anaesthetics altogether", "anestesia dental", "mepivacaina 3", "stop class: "),
		Entry("adrenaline in a cartridge", "adrenalina", "lidocaina epinefrina", "stop allergy: "),
		Entry("iodine", "yodo", "povidona 10", "stop class: "),
		Entry("dipyrone", "dipirona", "metamizol tab", "stop allergy: "),
		Entry("metronidazole against its like", "metronidazol", "tinidazol", "stop class: "),
		Entry("a sartan after an ACE inhibitor", "enalapril", "losartan 50", "warn class: "),
	)

	It("does not make an allergy of what only sounds alike", func() {
		for told, query := range map[string]string{
			"sulfato ferroso": "sulfameto tab", "azitromicina": "vancomicina", "nafazolina": "cefazolina", "polen": "polietilen", "látex": "lactulosa", "ninguna": "nistatina tab",
			"no conocidas": "codeina", "lidocaína": "proparacaina", "clotrimazol": "sulfameto tab", "calcio carbonato": "gluconato", "": "amox tab 500", "mariscos": "ibup 400",
		} {
			for _, found := range check(allergic(true, told), line(query)) {
				Expect(found).NotTo(ContainSubstring(" allergy: "), "%s: %s", told, query)
				if told != "lidocaína" {
					Expect(found).NotTo(ContainSubstring(" class: "), "%s: %s", told, query)
				}
			}
		}
	})

	It("reads what was written freely, slips included", func() {
		Expect(check(allergic(false, "penicilina"), freely("Amoxisilina + acido clabulanico"))).To(ContainElement(HavePrefix("stop class: ")))
		Expect(check(taking("warf"), freely("ibuprofen"))).To(ContainElement(HavePrefix("stop interaction: ")))
		Expect(check(pregnant(12), freely("Isotretinoina"))).To(ContainElement(HavePrefix("stop pregnancy: ")))
		Expect(check(adult(), freely("Codeina"))).To(ContainElement(HavePrefix("block controlled: ")))
		Expect(check(allergic(true, "penicilina"), freely("Pasta al agua"))).To(BeEmpty())
	})

	It("weighs a cross-reaction by what happened", func() {
		says("cefalexina 500", allergic(false, "penicilina"), "warn class: Cefalexina 500 mg puede cruzar con las penicilinas: hay registrada alergia a «penicilina».")
		says("cefalexina 500", allergic(true, "penicilina"), "stop class: Cefalexina 500 mg puede cruzar con las penicilinas: hay registrada alergia a «penicilina», grave.")
	})

	It("never misses an ingredient of the catalogue, however it is written", func() {
		all := medicines.All()
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			m := rapid.SampledFrom(all).Draw(t, "medicine")
			ingredient := rapid.SampledFrom(catalog.Ingredients(m.DCI)).Draw(t, "ingredient")
			var told strings.Builder
			told.WriteString(rapid.SampledFrom([]string{"", "alergia a ", "RASH con "}).Draw(t, "before"))
			for _, r := range ingredient {
				if rapid.Bool().Draw(t, "capital") {
					r = unicode.ToUpper(r)
				}
				plain := map[rune]rune{'á': 'a', 'é': 'e', 'í': 'i', 'ó': 'o', 'ú': 'u', 'Á': 'A', 'É': 'E', 'Í': 'I', 'Ó': 'O', 'Ú': 'U'}[r]
				if plain != 0 && rapid.Bool().Draw(t, "no accent") {
					r = plain
				}
				told.WriteRune(r)
			}
			for _, item := range []prescribing.Item{prescribing.FromCatalog(m), {DCI: strings.ToLower(m.DCI)}} {
				stops := slices.ContainsFunc(prescribing.Check([]prescribing.Item{item}, allergic(false, told.String())), func(f prescribing.Finding) bool {
					return f.Kind == prescribing.AllergyTo && f.Severity == prescribing.Stop
				})
				if !stops {
					t.Fatalf("%q does not stop %s", told.String(), m.Label())
				}
			}
		})
	})

	DescribeTable("is pregnancy", func(query string, weeks int, expected string) {
		found := check(pregnant(weeks), line(query))
		if expected == "" {
			Expect(found).NotTo(ContainElement(ContainSubstring("pregnancy")))
			return
		}
		Expect(found).To(ContainElement(HavePrefix(expected)))
	},
		Entry("an anti-inflammatory at the end", "ibup 400", 30, "stop pregnancy: Ibuprofeno 400 mg puede cerrar el ductus"),
		Entry("from week 20", "naproxeno 500", 20, "stop pregnancy: "),
		Entry("before", "ibup 400", 10, "warn pregnancy: "),
		Entry("in an unknown week", "ibup 400", 0, "stop pregnancy: "),
		Entry("paracetamol", "parac tab 500", 30, ""),
		Entry("low aspirin protects", "acetilsal 100", 30, ""),
		Entry("tetracycline", "doxi", 8, "stop pregnancy: "),
		Entry("an ACE inhibitor", "enalapril 10", 8, "stop pregnancy: "),
		Entry("a sartan in a combination", "losartan hidroclo", 8, "stop pregnancy: "),
		Entry("methyldopa", "metildopa", 8, ""),
		Entry("warfarin", "warf", 12, "stop pregnancy: "),
		Entry("misoprostol, swallowed or not", "misoprostol", 12, "stop pregnancy: "),
		Entry("isotretinoin", "isotretinoina", 12, "stop pregnancy: "),
		Entry("a quinolone", "ciproflox tab", 12, "warn pregnancy: "),
		Entry("a quinolone in the eye", "ciproflox oft", 12, ""),
		Entry("methotrexate", "metotrexato", 12, "stop pregnancy: "),
		Entry("valproate", "valproico tab", 12, "stop pregnancy: "),
		Entry("a statin", "atorvastatina 20", 12, "stop pregnancy: "),
		Entry("nitrofurantoin near the end", "nitrofurantoina tab", 38, "stop pregnancy: "),
		Entry("nitrofurantoin before", "nitrofurantoina tab", 20, ""),
		Entry("albendazole first", "albendazol 400", 9, "stop pregnancy: "),
		Entry("albendazole later", "albendazol 400", 20, ""),
		Entry("amoxicillin", "amox tab 500", 20, ""),
		Entry("folic acid", "folico 0.5", 6, ""),
	)

	It("is not pregnancy for who is not pregnant", func() { says("enalapril 10", adult()) })

	It("is breast-feeding", func() {
		p := adult()
		p.Lactating = true
		says("tramadol cap", p, "stop lactation: ")
		says("cabergolina", p, "stop lactation: ")
		says("brimonidina", p, "warn lactation: ")
		says("amox tab 500", p)
	})

	DescribeTable("is age", func(query string, p prescribing.Patient, expected string) {
		found := check(p, line(query))
		if expected == "" {
			Expect(found).NotTo(ContainElement(ContainSubstring(" age: ")))
			return
		}
		Expect(found).To(ContainElement(HavePrefix(expected)))
	},
		Entry("tetracycline at seven", "doxi", child(7*365, "22"), "stop age: "),
		Entry("tetracycline at nine", "doxi", child(9*366, "28"), ""),
		Entry("aspirin at fifteen", "acetilsal 500", child(15*365, "50"), "stop age: "),
		Entry("tramadol at eleven", "tramadol gotas", child(11*365, "35"), "stop age: "),
		Entry("tramadol at fourteen", "tramadol cap", child(14*366, "50"), "warn age: "),
		Entry("a quinolone at ten", "ciproflox tab", child(10*365, "30"), "warn age: "),
		Entry("ibuprofen at two months", "ibup gotas", child(60, "5"), "stop age: "),
		Entry("ibuprofen at two years", "ibup gotas", child(800, "12"), ""),
		Entry("metoclopramide at eleven months", "metoclopramida tab", child(330, "9"), "stop age: "),
		Entry("brimonidine in a baby", "brimonidina", child(300, "9"), "stop age: "),
		Entry("nobody knows the age", "doxi", prescribing.Patient{}, ""),
		Entry("a benzodiazepine at seventy", "glibenclamida", prescribing.Patient{Age: observation.AgeAt(today.AddDate(-70, 0, 0), today)}, "warn age: "),
	)

	DescribeTable("is the dose", func(make func() prescribing.Item, p prescribing.Patient, expected string) {
		found := check(p, make())
		if expected == "" {
			Expect(found).To(BeEmpty())
			return
		}
		Expect(found).To(ContainElement(HavePrefix(expected)))
	},
		Entry("amoxicillin for 12 kg", func() prescribing.Item { return dose(line("amox 250 susp"), "5", "mL") }, child(800, "12"), ""),
		Entry("five times too much", func() prescribing.Item { return dose(line("amox 250 susp"), "25", "mL") }, child(800, "12"),
			"stop dose: Amoxicilina 250 mg/5 mL: 312.5 mg/kg al día es más de 100 mg/kg."),
		Entry("too little", func() prescribing.Item { return dose(line("amox 250 susp"), "1", "mL") }, child(800, "12"), "warn dose: "),
		Entry("paracetamol drops for a baby", func() prescribing.Item { return dose(line("parac gotas"), "16", "gota") }, child(200, "8"), ""),
		Entry("paracetamol at once", func() prescribing.Item { return dose(line("parac jarabe 160"), "10", "mL") }, child(800, "12"), "stop dose: Paracetamol 160 mg/5 mL: 26.7 mg/kg por toma es más de 15 mg/kg."),
		Entry("ibuprofen, a little over", func() prescribing.Item { return dose(line("ibup susp"), "6.5", "mL") }, child(800, "12"), "warn dose: Ibuprofeno 100 mg/5 mL: 10.8 mg/kg por toma es más de 10 mg/kg."),
		Entry("trimethoprim of the combination", func() prescribing.Item { return dose(line("sulfameto susp"), "20", "mL") }, child(800, "12"), "stop dose: Sulfametoxazol + trimetoprima 200 mg + 40 mg/5 mL (trimetoprima): 40 mg/kg al día"),
		Entry("paracetamol of a combination", func() prescribing.Item { return dose(line("paracetamol tramadol"), "5", "tableta") }, adult(), "stop dose: Paracetamol + tramadol 325 mg + 37.5 mg (paracetamol): 4875 mg al día es más del máximo de 4000 mg."),
		Entry("grams for an adult", func() prescribing.Item { return dose(line("parac tab 1"), "2", "tableta") }, adult(), "stop dose: Paracetamol 1 g: 6000 mg al día es más del máximo de 4000 mg."),
		Entry("no weight", func() prescribing.Item { return dose(line("amox 250 susp"), "5", "mL") }, child(800, ""), "warn dose: Amoxicilina 250 mg/5 mL: falta el peso"),
		Entry("a heavy girl of fifteen", func() prescribing.Item { return line("amox tab 500") }, child(15*365, "55"), ""),
		Entry("a dose it cannot tell", func() prescribing.Item { return dose(line("amox clav tab"), "500", "mL") }, child(800, "12"), ""),
	)

	It("is what is taken already", func() {
		says("ibup 400", taking("ibup 600"), "stop duplicate: Ibuprofeno ya lo toma: Ibuprofeno 600 mg.")
		says("ibup 400", taking("naproxeno 500"), "stop duplicate: Ibuprofeno 400 mg y Naproxeno 500 mg son dos antiinflamatorios (AINE).")
		says("diclo gel", taking("diclo 50"), "warn duplicate: ")
		says("insulina cristalina", taking("insulina nph"))
		Expect(check(adult(), line("parac tab 500"), line("paracetamol tramadol"))).To(ContainElement(HavePrefix("stop duplicate: Paracetamol está también en esta receta: Paracetamol 500 mg.")))
	})

	DescribeTable("is another medicine", func(query, taken, expected string) {
		says(query, taking(taken), expected)
		says(taken, taking(query), expected)
	},
		Entry(nil, "ibup 400", "warf", "stop interaction: "), Entry(nil, "metronidazol tab 500", "warf", "stop interaction: "), Entry(nil, "tramadol cap", "sertralina 50", "stop interaction: "),
		Entry(nil, "sildenafilo 50", "isosorbida mono", "stop interaction: "), Entry(nil, "claritro tab", "simvastatina", "stop interaction: "), Entry(nil, "timolol", "verapamilo", "stop interaction: "),
		Entry(nil, "lidocaina epinefrina", "propranolol", "warn interaction: "), Entry(nil, "ibup 400", "losartan 50", "warn interaction: "), Entry(nil, "carbamazepina", "levonorgestrel etinil", "stop interaction: "),
	)

	It("is an illness", func() {
		says("timolol", ill("J45.9"), "stop condition: ")
		says("ibup 400", ill("N18.3"), "stop condition: ")
		says("primaquina 15", ill("D55.0"), "stop condition: ")
		says("tropicamida", ill("H40.2"), "stop condition: ")
		says("ibup 400", ill("A97.0"), "stop condition: ")
		says("parac tab 500", ill("A97.0", "I10.X", ""))
	})

	DescribeTable("is the law, which no reason lifts", func(query string) {
		c := prescribing.Record([]prescribing.Item{line(query)}, adult(), map[string]string{})
		Expect(c.Unanswered()).To(ContainElement(And(HaveField("Severity", prescribing.Block), HaveField("Kind", prescribing.Controlled))))
		reasons := map[string]string{}
		for _, f := range c.Unanswered() {
			reasons[f.Key()] = "dolor oncológico"
		}
		Expect(prescribing.Record([]prescribing.Item{line(query)}, adult(), reasons).Unanswered()).NotTo(BeEmpty())
	}, Entry(nil, "morfina tab"), Entry(nil, "codeina"), Entry(nil, "metilfenidato"), Entry(nil, "clonazepam 2"), Entry(nil, "zolpidem"), Entry(nil, "fenobarbital"), Entry(nil, "ketamina"))

	It("blocks everything whose prescription pharmacies keep", func() {
		for _, m := range medicines.All() {
			blocked := slices.ContainsFunc(prescribing.Check([]prescribing.Item{prescribing.FromCatalog(m)}, adult()), func(f prescribing.Finding) bool { return f.Severity == prescribing.Block })
			Expect(blocked).To(Equal(m.Sale == catalog.Retained), m.Label())
		}
	})

	It("is kept with the reason, always as the same document", func() {
		items := []prescribing.Item{line("amox tab 500"), line("ibup 400")}
		p := allergic(true, "penicilina", "polvo")
		p.Active = []prescribing.Item{line("warf"), line("enalapril 10")}
		first := prescribing.Record(items, p, nil)
		Expect(first.Unanswered()).To(HaveLen(2))
		reasons := map[string]string{}
		for _, f := range first.Unanswered() {
			reasons[f.Key()] = " tolera desde 2024 "
		}
		answered := prescribing.Record(items, p, reasons)
		Expect(answered.Unanswered()).To(BeEmpty())
		Expect(answered.Of(0).Findings).To(HaveLen(1))
		Expect(answered.Of(0).Findings[0].Reason).To(Equal("tolera desde 2024"))
		slices.Reverse(p.Allergies)
		slices.Reverse(p.Active)
		one, err := json.Marshal(answered)
		Expect(err).NotTo(HaveOccurred())
		other, err := json.Marshal(prescribing.Record(items, p, reasons))
		Expect(err).NotTo(HaveOccurred())
		Expect(one).To(MatchJSON(other))
		Expect(string(one)).To(And(ContainSubstring(`"active":["Enalapril 10 mg","Warfarina 5 mg"]`), ContainSubstring(`"rules":"`+prescribing.RulesVersion), ContainSubstring(`"unchecked":[]`)))
	})

	It("says what it could not look at", func() {
		c := prescribing.Record([]prescribing.Item{line("timolol"), line("losartan 50")}, prescribing.Patient{Pregnant: true}, nil)
		Expect(c.Unchecked).To(Equal([]string{
			"Edad: no está registrada.", "Gestación: la semana no está registrada; se revisó como toda la gestación.",
			"Timolol 0.5 %: la dosis por esta vía no se compara.", "Losartán 50 mg: sin rango en la tabla para comparar la dosis.",
		}))
	})

	It("never falls over, and says the same twice", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			items := rapid.SliceOfN(rapid.Custom(anything), 0, 4).Draw(t, "items")
			p := allergic(rapid.Bool().Draw(t, "severe"), rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"penicilina", "AINE", "sulfa"})), 0, 3).Draw(t, "allergies")...)
			p.Active = rapid.SliceOfN(rapid.Custom(anything), 0, 3).Draw(t, "active")
			p.Pregnant, p.Lactating, p.Weeks = rapid.Bool().Draw(t, "pregnant"), rapid.Bool().Draw(t, "lactating"), rapid.Int().Draw(t, "weeks")
			if rapid.Bool().Draw(t, "child") {
				p.Age, p.Weight = observation.AgeAt(today.AddDate(0, 0, -rapid.IntRange(0, 6000).Draw(t, "days")), today), child(1, rapid.SampledFrom([]string{"0", "-3", "12"}).Draw(t, "weight")).Weight
			}
			first := prescribing.Check(items, p)
			if again := prescribing.Check(items, p); !slices.Equal(first, again) {
				t.Fatalf("%v, then %v", first, again)
			}
		})
	})
})
