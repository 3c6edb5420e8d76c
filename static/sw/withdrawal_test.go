package sw_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A withdrawn device that is only opened", func() {
	It("hands in and forgets everything without a password, and tells who looks at it", func() {
		server, folder := startServer(), GinkgoT().TempDir()
		server.set(func() { server.busy = true }) // what is queued stays
		browser, end := openBrowser(folder)
		tab := browser.first()
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		eval[any](tab, `trial.store('commit', {queue: [[0,'pending','uno']], strict: true})`)
		end()
		server.set(func() { server.revoked = true })
		browser, end = openBrowser(folder)
		DeferCleanup(func() { end() })
		tab = browser.first()
		tab.open(server.at("/ingresar"))
		tab.taken()
		Eventually(func() int { return server.seen("/api/v1/devices/handin") }).WithTimeout(stepLimit).Should(Equal(1))
		Expect(server.list("/api/v1/devices/handin")[0].Body).To(HavePrefix(`{"device":"d1"`))
		Expect(server.list("/api/v1/devices/handin")[0].Body).To(ContainSubstring(`"iv"`))
		Eventually(func() string {
			return eval[string](tab, `indexedDB.databases().then(l => l.map(d => d.name).join())`)
		}).WithTimeout(stepLimit).Should(Equal("hampi"))
		Expect(eval[int](tab, `trial.ask('profiles').then(l => l.length)`)).To(BeZero())
		Eventually(func() bool { return eval[bool](tab, `trial.withdrawn === true`) }).WithTimeout(stepLimit).Should(BeTrue(), "the page tells its person")
	})

	It("is told of at the log-in that discovers it, before the page that comes next", func() {
		server := startServer()
		browser, end := openBrowser(GinkgoT().TempDir())
		DeferCleanup(func() { end() })
		tab := browser.first()
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		eval[any](tab, `trial.ask('profile.save', {profile: {id: 'norte.rosa', email: 'rosa@norte.pe'}})`)
		eval[any](tab, `trial.ask('lock')`)
		server.set(func() { server.revoked = true })
		eval[any](tab, `(() => {
			document.body.insertAdjacentHTML('beforeend', '<div id="ingreso"><form id="i"><input name="email" value="rosa@norte.pe"><input name="password" value="una clave larga"></form></div>')
			const elt = document.getElementById('i'), xhr = { getResponseHeader: () => '/agenda' }
			elt.dispatchEvent(new CustomEvent('htmx:configRequest', { bubbles: true, detail: { elt } }))
			elt.dispatchEvent(new CustomEvent('htmx:beforeOnLoad', { bubbles: true, cancelable: true, detail: { elt, xhr } }))
		})()`)
		Eventually(func() string {
			return eval[string](tab, `document.querySelector('dialog[data-equipo-retirado][open] a')?.getAttribute('href') ?? ''`)
		}).WithTimeout(stepLimit).Should(Equal("/agenda"))
		Expect(eval[string](tab, `document.querySelector('[data-equipo-retirado]').textContent`)).To(And(
			ContainSubstring("La administración retiró este equipo"), ContainSubstring("fue entregado para revisión"), ContainSubstring("Continuar")))
		Expect(server.seen("/api/v1/devices/handin")).To(Equal(1))
		Expect(eval[int](tab, `trial.ask('profiles').then(l => l.length)`)).To(BeZero())
	})
})
