package journeys_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the help page", func() {
	It("is answered by the browser's own app when the server is stopped; what it has no page for says that it needs the server", func() {
		program := StartDemo()
		window := Desk()
		window.Go(program.URL + "/ayuda")
		window.See("h1", "Ayuda")
		Eventually(func() bool {
			return Eval[bool](window, `navigator.serviceWorker.ready.then(r => r.active?.state === "activated" && !!navigator.serviceWorker.controller)`)
		}).WithTimeout(pageLimit).Should(BeTrue())
		window.Clean("ayuda")

		program.Stop()
		window.Go(program.URL + "/ayuda")
		window.See("h1", "Ayuda")
		window.Shot("ayuda-sin-servidor")
		window.Refused(503)
		window.Go(program.URL + "/healthz")
		window.See("body", "requiere conexión")

		program.Start()
		window.Go(program.URL + "/ayuda")
		window.See("h1", "Ayuda")
	})
})
