package journeys_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// findDiagnosis asks as a note's field does and tells who answered, the device or the server, and the first two codes.
const findDiagnosis = `fetch("/diagnosticos/buscar", { method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams({ q: %q }) }).then(async (answer) => {
	const codes = [...(await answer.text()).matchAll(/data-valor="([^"]+)"/g)].map((m) => m[1])
	return [answer.headers.has("X-Hampi-Equipo") ? "device" : "server", ...codes.slice(0, 2)].join(" ")
})`

var _ = Describe("diagnoses without internet", func() {
	It("are found on the device as on the server", func() {
		program := StartDemo()
		device := NewDevice(program)
		w := device.Desk()
		signInByHand(w, "recepcion@demo.pe")
		w.Go("/agenda")
		w.upToDate()
		first := map[string]string{"muela pic": "K02.1", "bronkitis": "J20.9", "k021": "K02.1", "preclampsia severa": "O14.1"}
		ask := func(typed string) string { return evalOr(w, fmt.Sprintf(findDiagnosis, typed), "") }
		online := map[string]string{}
		for typed, code := range first {
			online[typed] = ask(typed)
			Expect(online[typed]).To(HavePrefix("server "+code), typed)
		}
		program.Stop()
		for typed := range first {
			Eventually(func() string { return ask(typed) }).WithTimeout(prepareLimit).WithPolling(pollOften).
				Should(Equal(strings.Replace(online[typed], "server", "device", 1)), typed)
		}
	})
})
