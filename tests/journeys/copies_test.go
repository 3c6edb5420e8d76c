package journeys_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("a copy of a record", func() {
	It("is asked for with a reason, made while one works on, and downloaded", func() {
		w := Desk()
		signIn(w, "doctor@demo.pe")
		patient := mayAttend(w)
		w.Go(patient + "/historia")
		w.Follow("a", "Copia de toda la historia")
		w.Clean("copias")
		w.Follow("button", "Preparar la copia")
		w.See("main", "Marque para qué es la copia")
		w.Refused(422)
		w.PressOn("label", "Solicitud del paciente")
		w.Fill("[name=detalle]", "Carta de la paciente del 24/11/2026")
		w.Follow("button", "Preparar la copia")
		w.See("main", "Lista hasta el")
		w.Clean("copias-lista")
		w.CleanInDark("copias-lista")
		for format, beginning := range map[string]string{"pdf": "%PDF-", "zip": "PK"} {
			Expect(Eval[string](w, `(async () => (await (await fetch(document.querySelector("a[href^='/copias/'][href$='/`+format+`']").href)).text()).slice(0, 5))()`)).
				To(HavePrefix(beginning))
		}
		phone := Phone()
		signIn(phone, "doctor@demo.pe")
		phone.Go(patient + "/copias")
		phone.Clean("copias")
		w.Go(patient + "/lecturas")
		w.See("main", "copia de toda la historia: Solicitud del paciente")
	})
})
