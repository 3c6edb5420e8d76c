package sw_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const quick = time.Second

var _ = Describe("The service worker", Ordered, func() {
	var (
		server  *Server
		browser Browser
		tab     Tab
		folder  string
	)

	BeforeAll(func() {
		server = startServer()
		folder = GinkgoT().TempDir()
		var end func()
		browser, end = openBrowser(folder)
		DeferCleanup(func() { end() })
		tab = browser.first()
		tab.open(server.at("/"))
		tab.taken()
	})

	// offline stops the server; online starts it and waits until the worker has noticed.
	offline := func() { server.stop() }
	online := func() {
		GinkgoHelper()
		server.start()
		Eventually(func() bool { return eval[bool](tab, `trial.ask('probe')`) }).WithTimeout(stepLimit).Should(BeTrue())
	}

	Describe("the store", func() {
		BeforeAll(func() {
			eval[any](tab, `trial.unlock()`)
			server.set(func() { server.busy = true })
			DeferCleanup(func() { server.set(func() { server.busy = false }) })
		})

		It("keeps rows by id, key and group", func() {
			eval[any](tab, `trial.store('commit', {put: [['cita','c','3','ana','tres'],['cita','a','1','ana','uno'],['cita','b','2','luis','dos'],['otra','a','1','ana','x']], strict: true})`)
			Expect(eval[string](tab, `trial.store('byKey','cita','1','3').then(JSON.stringify)`)).To(Equal(`[["a","1","ana","uno"],["b","2","luis","dos"]]`))
			Expect(eval[string](tab, `trial.store('byGroup','cita','ana').then(JSON.stringify)`)).To(Equal(`[["a","1","ana","uno"],["c","3","ana","tres"]]`))
			Expect(eval[string](tab, `trial.store('get','cita',['b','nadie']).then(JSON.stringify)`)).To(Equal(`[["b","2","luis","dos"]]`))
			Expect(eval[string](tab, `Promise.all(['cita','otra','nada'].map(k => trial.store('count',k))).then(JSON.stringify)`)).To(Equal(`[3,1,0]`))
			eval[any](tab, `trial.store('commit', {delete: [['cita','b']], meta: [['cursor','7']]})`)
			Expect(eval[string](tab, `trial.store('get','cita',['b']).then(JSON.stringify)`)).To(Equal(`[]`))
			Expect(eval[string](tab, `trial.store('meta','cursor')`)).To(Equal("7"))
			Expect(eval[string](tab, `trial.store('meta','nada')`)).To(BeEmpty())
			Expect(eval[string](tab, `trial.store('meta','device')`)).To(Equal("d1"), "by which the server knows the device")
		})

		It("counts the queue without reading it, and keeps when an operation was queued", func() {
			eval[any](tab, `trial.store('commit', {queue: [[0,'pending','uno'],[0,'attention','dos']]})`)
			Expect(eval[string](tab, `trial.store('queue',['pending','attention']).then(l => JSON.stringify(l.map(e => e.slice(1))))`)).To(Equal(`[["pending","uno"],["attention","dos"]]`))
			oldest := eval[int](tab, `trial.ask('state').then(s => s.oldest)`)
			n := eval[int](tab, `trial.store('queue',['pending']).then(l => l[0][0])`)
			eval[any](tab, `trial.store('commit', {queue: [[`+itoa(n)+`,'inflight','uno mas']]})`)
			Expect(eval[string](tab, `trial.ask('state').then(s => [s.pending, s.attention, s.conflicts, s.oldest].join())`)).To(Equal("1,1,0," + itoa(oldest)))
			eval[any](tab, `trial.store('commit', {put: [['conflict','c','2026','',''],['conflict','decidido','','','']]})`)
			Expect(eval[int](tab, `trial.ask('state').then(s => s.conflicts)`)).To(Equal(1), "one was decided here")
			eval[any](tab, `trial.store('commit', {delete: [['conflict','c'],['conflict','decidido']], unqueue: [`+itoa(n)+`,`+itoa(n+1)+`]})`)
			Expect(eval[string](tab, `trial.ask('state').then(s => [s.pending, s.attention].join())`)).To(Equal("0,0"))
		})

		It("F18: goes on with an empty store when the browser has thrown this one away, and keeps what comes after", func() {
			eval[any](tab, `trial.store('commit', {queue: [[0,'pending','uno']], strict: true})`)
			Expect(eval[string](tab, `new Promise((done) => { const r = indexedDB.deleteDatabase('hampi-norte-rosa'); r.onsuccess = () => done('gone'); r.onerror = () => done('error') })`)).To(Equal("gone"))
			Expect(eval[string](tab, `trial.ask('state').then(s => [s.pending, s.attention].join())`)).To(Equal("0,0"), "nobody is told that something waits which is not there")
			eval[any](tab, `trial.store('commit', {put: [['cita','a','1','ana','uno']], queue: [[0,'pending','dos']], strict: true})`)
			Expect(eval[string](tab, `trial.store('queue',['pending']).then(l => l[0][2])`)).To(Equal("dos"))
			n := eval[int](tab, `trial.store('queue',['pending']).then(l => l[0][0])`)
			eval[any](tab, `trial.store('commit', {unqueue: [`+itoa(n)+`]})`)
		})

		It("does not open a value that was moved to another place", func() {
			Expect(eval[string](tab, `new Promise((done) => { const r = indexedDB.open('hampi-norte-rosa'); r.onsuccess = () => { const db = r.result, t = db.transaction('rows','readwrite'), s = t.objectStore('rows');
				s.get(['cita','a']).onsuccess = (e) => s.put({...e.target.result, id: 'z'}); t.oncomplete = () => { db.close(); done('moved') } } })`)).To(Equal("moved"))
			Expect(eval[string](tab, `trial.store('get','cita',['z']).then(e => e.name)`)).To(Equal("OperationError"))
			eval[any](tab, `trial.store('commit', {delete: [['cita','z'],['cita','a'],['cita','c'],['otra','a']]})`)
		})

		It("gives the app the shell's table of codes, and the server's once that is here whole", func() {
			table := func(have string) string {
				return eval[string](tab, `trial.store('tabla','cie10','`+have+`').then(JSON.stringify)`)
			}
			loaded := func(url string) {
				server.set(func() { server.table = url })
				eval[any](tab, `trial.ask('sync', {hasty: true})`)
			}
			Expect(table("")).To(Equal(`["/static/cie10.txt","of the shell"]`))
			loaded("/catalogo/cie10/2")
			Expect(table("/static/cie10.txt")).To(Equal(`["/catalogo/cie10/2","loaded /catalogo/cie10/2"]`))
			Expect(table("/catalogo/cie10/2")).To(Equal(`["/catalogo/cie10/2",null]`))
			loaded("/catalogo/cie10/3")
			Expect(table("/catalogo/cie10/2")).To(Equal(`["/catalogo/cie10/3","loaded /catalogo/cie10/3"]`))
			Expect(eval[int](tab, `caches.open('tablas').then(c => c.keys()).then(l => l.length)`)).To(Equal(1), "the one before has gone")
			loaded("")
			Expect(table("/catalogo/cie10/3")).To(Equal(`["/static/cie10.txt","of the shell"]`))
		})

		It("gives out what is unsent only as it lies on the disk", func() {
			eval[any](tab, `trial.store('commit', {queue: [[0,'pending','Huamán secreto'],[0,'done','viejo']]})`)
			file := eval[string](tab, `trial.ask('export')`)
			Expect(file).To(HavePrefix(`{"device":"d1","wrappedByDevice":"wd","rows":[{"n":`))
			Expect(strings.Count(file, `"iv"`)).To(Equal(1))
			Expect(file).NotTo(ContainSubstring("secreto"))
			eval[any](tab, `trial.store('queue',['pending','done']).then(l => trial.store('commit',{unqueue: l.map(e => e[0])}))`)
		})
	})

	Describe("the key", func() {
		BeforeAll(func() { eval[any](tab, `trial.unlock()`) })

		It("comes back from the page when the worker was stopped, over links, reloads and second tabs", func() {
			offline()
			DeferCleanup(online)
			tab.stopWorkers()
			tab.open(server.at("/lista"))
			Eventually(tab.text("equipo")).WithTimeout(stepLimit).ShouldNot(BeNil())
			Expect(eval[bool](tab, `document.getElementById('equipo') !== null`)).To(BeTrue())
			Eventually(func() string { v, _ := evaluate[string](tab, `trial.holding()`); return v }).WithTimeout(stepLimit).Should(Equal("norte.rosa"))
			tab.stopWorkers()
			tab.open(server.at("/lista?otra=1"))
			Expect(eval[bool](tab, `document.getElementById('equipo') !== null`)).To(BeTrue())
			Eventually(func() string { v, _ := evaluate[string](tab, `trial.holding()`); return v }).WithTimeout(stepLimit).Should(Equal("norte.rosa"))
			tab.stopWorkers()
			second := browser.tab()
			second.open(server.at("/lista"))
			Expect(eval[bool](second, `document.getElementById('equipo') !== null`)).To(BeTrue())
		})

		It("is gone everywhere after the lock", func() {
			second := browser.tab()
			second.open(server.at("/"))
			second.taken()
			Eventually(func() string { return eval[string](second, `trial.holding()`) }).WithTimeout(stepLimit).Should(Equal("norte.rosa"))
			eval[any](tab, `trial.ask('lock')`)
			Eventually(func() string { return eval[string](second, `trial.holding()`) }).WithTimeout(stepLimit).Should(BeEmpty())
			Expect(eval[bool](tab, `trial.ask('state').then(s => s.key)`)).To(BeFalse())
			Expect(eval[string](tab, `trial.store('get','cita',['a'])`)).To(Equal("locked"))
			offline()
			tab.open(server.at("/lista"))
			tab.shows("bloqueado", "Escriba su contraseña")
			online()
			tab.open(server.at("/"))
			tab.taken()
		})

		It("ends at its time, whoever still holds a copy", func() {
			eval[any](tab, `trial.unlock('norte.rosa', 400)`)
			Eventually(func() bool { return eval[bool](tab, `trial.ask('state').then(s => s.key)`) }).WithTimeout(stepLimit).Should(BeFalse())
			Expect(eval[string](tab, `trial.holding()`)).To(BeEmpty())
		})

		It("does not open what another person kept, and a new person's page locks", func() {
			eval[any](tab, `trial.unlock()`)
			eval[any](tab, `trial.store('commit', {put: [['cita','a','1','ana','uno']]})`)
			eval[any](tab, `trial.unlock('norte.luis')`)
			Expect(eval[string](tab, `trial.store('get','cita',['a']).then(JSON.stringify)`)).To(Equal("[]"))
			Expect(eval[any](tab, `trial.ask('hello', {profile: 'norte.otra'}).then(a => a.key)`)).To(BeNil())
			Expect(eval[bool](tab, `trial.ask('state').then(s => s.key)`)).To(BeFalse())
			eval[any](tab, `trial.ask('wipe', {profile: 'norte.luis'})`)
			Expect(eval[string](tab, `trial.ask('profiles').then(l => l.map(p => p.id).join())`)).To(Equal("norte.rosa"))
			Expect(eval[string](tab, `indexedDB.databases().then(l => l.map(d => d.name).sort().join())`)).To(Equal("hampi,hampi-norte-rosa"))
		})

		It("refuses a key that could be read out", func() {
			Expect(eval[string](tab, `crypto.subtle.generateKey({name:'AES-GCM',length:256}, true, ['encrypt','decrypt']).then(key => trial.ask('key', {profile:'norte.rosa', key, lockAt: Date.now()+1e6})).then(() => 'taken', e => e.name)`)).To(Equal("TypeError"))
		})
	})

	Describe("the network", func() {
		BeforeAll(func() { eval[any](tab, `trial.unlock()`) })

		It("answers while it can, and the device at once when it is refused, remembering so", func() {
			tab.open(server.at("/lista"))
			tab.shows("red", "GET /lista")
			offline()
			DeferCleanup(online)
			tab.open(server.at("/lista"))
			Expect(eval[bool](tab, `document.getElementById('equipo') !== null`)).To(BeTrue())
			tab.taken()
			Expect(eval[bool](tab, `trial.ask('state').then(s => s.online)`)).To(BeFalse())
			Expect(eval[bool](tab, `trial.get('/lista').then(a => a.here)`)).To(BeTrue())
		})

		It("waits two seconds for a silent server, then not again, also after the worker was stopped", func() {
			server.behave(Silent)
			begun := time.Now()
			Expect(eval[bool](tab, `trial.get('/lista').then(a => a.here)`)).To(BeTrue())
			Expect(time.Since(begun)).To(And(BeNumerically(">=", 1900*time.Millisecond), BeNumerically("<", 3500*time.Millisecond)))
			begun = time.Now()
			Expect(eval[bool](tab, `trial.get('/lista').then(a => a.here)`)).To(BeTrue())
			Expect(time.Since(begun)).To(BeNumerically("<", quick))
			tab.stopWorkers()
			begun = time.Now()
			tab.open(server.at("/lista"))
			Expect(eval[bool](tab, `document.getElementById('equipo') !== null`)).To(BeTrue())
			Expect(time.Since(begun)).To(BeNumerically("<", 1800*time.Millisecond))
			server.behave(Answers)
			tab.taken()
			Eventually(func() bool { return eval[bool](tab, `trial.ask('probe')`) }).WithTimeout(stepLimit).Should(BeTrue())
			Expect(eval[bool](tab, `trial.get('/lista').then(a => a.here)`)).To(BeFalse())
			server.behave(Silent)
			begun = time.Now()
			Expect(eval[bool](tab, `trial.get('/cuantos', {method: 'POST', body: new URLSearchParams({q: 'hua'})}).then(a => a.here)`)).To(BeTrue(), "a search")
			Expect(time.Since(begun)).To(And(BeNumerically(">=", 1900*time.Millisecond), BeNumerically("<", 3500*time.Millisecond)))
			server.behave(Answers)
			Eventually(func() bool { return eval[bool](tab, `trial.ask('probe')`) }).WithTimeout(stepLimit).Should(BeTrue())
		})

		It("opens the way in after as long, where somebody's store lies here", func() {
			server.behave(Silent)
			begun := time.Now()
			Expect(eval[bool](tab, `trial.get('/ingresar').then(a => a.here)`)).To(BeTrue())
			Expect(time.Since(begun)).To(BeNumerically("<", 6*time.Second), "not the eight of a write")
			server.behave(Answers)
			Eventually(func() bool { return eval[bool](tab, `trial.ask('probe')`) }).WithTimeout(stepLimit).Should(BeTrue())
		})

		It("takes a proxy's 502 for no server, and the server's own 500 for its answer", func() {
			Expect(eval[int](tab, `trial.get('/fallo').then(a => a.status)`)).To(Equal(500))
			server.behave(Proxied)
			Expect(eval[bool](tab, `trial.get('/lista').then(a => a.here)`)).To(BeTrue())
			server.behave(Answers)
			Expect(eval[bool](tab, `trial.ask('probe')`)).To(BeTrue())
		})

		It("lets the network's failure stand for what the app has no page for, however long it takes", func() {
			server.behave(Proxied)
			Expect(eval[int](tab, `trial.get('/solo-red').then(a => a.status)`)).To(Equal(502))
			Expect(eval[int](tab, `trial.get('/no-esta').then(a => a.status)`)).To(Equal(502))
			server.behave(Silent)
			Expect(eval[string](tab, `Promise.race([trial.get('/solo-red'), new Promise(r => setTimeout(r, 3000, 'waits'))])`)).To(Equal("waits"))
			server.behave(Answers)
			Eventually(func() bool { return eval[bool](tab, `trial.ask('probe')`) }).WithTimeout(stepLimit).Should(BeTrue())
		})

		It("never lets the device answer a log-in or the API", func() {
			offline()
			DeferCleanup(online)
			for _, path := range []string{"/ingresar", "/salir", "/api/v1/lista"} {
				Expect(eval[string](tab, `trial.get('`+path+`', {method: 'POST', body: 'x=1'}).then(() => 'answered', e => e.name)`)).To(Equal("TypeError"), path)
			}
			Expect(eval[bool](tab, `trial.get('/ingresar').then(a => a.here)`)).To(BeTrue(), "the page that unlocks")
		})

		It("keeps a write made without network, and sends it when the server is back", func() {
			tab.open(server.at("/"))
			tab.taken()
			offline()
			eval[any](tab, `setTimeout(() => document.getElementById('f').submit())`)
			tab.shows("equipo", "Edith")
			tab.taken()
			Expect(eval[int](tab, `trial.ask('state').then(s => s.pending)`)).To(Equal(1))
			online()
			Eventually(func() int { return eval[int](tab, `trial.ask('sync', {hasty: true}).then(s => s.pending)`) }).WithTimeout(stepLimit).Should(Equal(0))
			Expect(server.list("/api/v1/sync")).To(ContainElement(HaveField("Body", "1")))
			eval[any](tab, `trial.store('commit', {delete: [['patient','op-1']]})`)
		})
	})

	It("lets the device go of what was refused once the server has taken the form that puts it right", func() {
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		gone := func(op string) func() string {
			return func() string {
				return eval[string](tab, `trial.store('get','corregido',['`+op+`']).then(JSON.stringify)`)
			}
		}
		post := func(path, op string) int {
			return eval[int](tab, `trial.get('`+path+`', {method: 'POST', body: new URLSearchParams({nombre: 'Luz', corrige: '`+op+`'})}).then(a => a.status)`)
		}
		Expect(post("/fallo", "op-8")).To(Equal(500))
		Expect(post("/lista", "op-7")).To(Equal(200))
		Eventually(gone("op-7")).WithTimeout(stepLimit).Should(ContainSubstring("op-7"))
		Expect(gone("op-8")()).To(Equal(`[]`), "it was not taken")
		eval[any](tab, `trial.store('commit', {delete: [['corregido','op-7']]})`)
	})

	It("sends another site's form on as that site's", func() {
		tab.open(server.at("/"))
		tab.taken()
		before := server.seen("/ajeno")
		foreign := startServer()
		other := browser.tab()
		other.open(strings.Replace(foreign.at("/"), "127.0.0.1", "localhost", 1))
		eval[any](other, `(() => { const f = document.getElementById('f'); f.action = '`+server.at("/ajeno")+`'; setTimeout(() => f.submit()) })()`)
		Eventually(func() int { return server.seen("/ajeno") }).WithTimeout(stepLimit).Should(Equal(before + 1))
		post := server.list("/ajeno")[before]
		Expect(post.Origin).NotTo(Equal(server.at("")))
		Expect(post.Site).To(Equal("cross-site"))
		other.open(server.at("/"))
		other.taken()
		eval[any](other, `(() => { const f = document.getElementById('f'); f.action = '/propio'; setTimeout(() => f.submit()) })()`)
		Eventually(func() int { return server.seen("/propio") }).WithTimeout(stepLimit).Should(Equal(1))
		Expect(server.list("/propio")[0].Origin).To(Equal(server.at("")))
	})

	It("starts the app anew after it ended or broke, and lets nobody hang", func() {
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		count := func() string {
			return eval[string](tab, `trial.get('/cuantos', {headers: {'X-Equipo': '1'}}).then(a => a.text)`)
		}
		for _, path := range []string{"/morir", "/romper"} {
			before := count()
			Expect(eval[int](tab, `trial.get('`+path+`', {headers: {'X-Equipo': '1'}}).then(a => a.status)`)).To(Equal(503))
			Expect(count()).NotTo(Equal(before))
		}
	})

	It("asks the app again what the lock came in the middle of, but never to write", func() {
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		eval[any](tab, `(() => { const ask = (how) => trial.get('/espera', {headers: {'X-Equipo': '1'}, ...how}).then(a => [a.status, a.text].join(' '));
			window.both = Promise.all([ask(), ask({method: 'POST', body: 'x'})]) })()`)
		Eventually(func() string {
			return eval[string](tab, `trial.get('/esperan', {headers: {'X-Equipo': '1'}}).then(a => a.text)`)
		}).WithTimeout(stepLimit).Should(Equal("2"))
		eval[any](tab, `trial.ask('lock')`)
		Expect(eval[string](tab, `window.both.then(l => l.join('|'))`)).To(Equal("200 bloqueado|503 No se pudo abrir en este equipo. Nada se perdió: intente otra vez. Código Error"))
		eval[any](tab, `trial.unlock()`)
	})

	It("waits with a new version while something is typed, takes over when nothing is, and keeps the key", func() {
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		eval[any](tab, `document.querySelector('[name=nombre]').value = 'a medio escribir'`)
		was := eval[string](tab, `trial.ask('state').then(s => s.version)`)
		server.set(func() { server.worker = "sw-broken.js" })
		Expect(eval[string](tab, `navigator.serviceWorker.getRegistration().then(r => r.update()).then(r => new Promise(done => { const w = r.installing; w.onstatechange = () => done(w.state) }))`)).To(Equal("redundant"))
		server.set(func() { server.worker = "sw-2.js" })
		eval[any](tab, `navigator.serviceWorker.getRegistration().then(r => r.update()).catch(() => {})`)
		Eventually(func() bool { return eval[bool](tab, `trial.ask('state').then(s => s.waiting)`) }).WithTimeout(stepLimit).Should(BeTrue())
		Expect(eval[string](tab, `trial.ask('state').then(s => s.version)`)).To(Equal(was))
		Expect(eval[bool](tab, `trial.ask('calm')`)).To(BeFalse())
		eval[any](tab, `navigator.serviceWorker.getRegistration().then(r => new Promise(done => { navigator.serviceWorker.oncontrollerchange = done; r.waiting.postMessage({type: 'SKIP'}) })).then(() => null)`)
		Expect(eval[string](tab, `trial.ask('state').then(s => s.version)`)).NotTo(Equal(was))
		Expect(eval[string](tab, `document.querySelector('[name=nombre]').value`)).To(Equal("a medio escribir"))
		Eventually(func() bool { return eval[bool](tab, `trial.ask('state').then(s => s.key)`) }).WithTimeout(stepLimit).Should(BeTrue())
	})

	It("hands in what is unsent and forgets everything when the clinic withdrew the device", func() {
		eval[any](tab, `trial.unlock()`)
		eval[any](tab, `void document.addEventListener('equipo:retirado', (e) => { window.retirado = e.detail.done })`)
		server.set(func() { server.revoked = true })
		eval[any](tab, `trial.store('commit', {queue: [[0,'pending','uno']]})`) // which may ask the server at once
		eval[any](tab, `trial.ask('sync', {hasty: true})`)
		Eventually(func() bool { return eval[bool](tab, `window.retirado === true`) }).WithTimeout(stepLimit).Should(BeTrue(), "the page tells its person")
		Expect(server.list("/api/v1/devices/handin")).To(HaveLen(1))
		Expect(server.list("/api/v1/devices/handin")[0].Body).To(HavePrefix(`{"device":"d1"`))
		Expect(eval[string](tab, `trial.ask('profiles').then(l => l.length + ' ' + trial.holding())`)).To(Equal("0 "))
		Expect(eval[string](tab, `indexedDB.databases().then(l => l.map(d => d.name).join())`)).To(Equal("hampi"))
		server.set(func() { server.revoked = false })
	})

	It("leaves when the server says so, and what people entered stays", func() {
		eval[any](tab, `trial.unlock()`)
		server.set(func() { server.leave = true })
		_, _ = evaluate[any](tab, `trial.ask('probe').catch(() => {})`) // the page goes while it asks
		Eventually(func() int {
			n, err := evaluate[int](tab, `navigator.serviceWorker.getRegistrations().then(async l => l.length + (await caches.keys()).length)`)
			if err != nil {
				return -1
			}
			return n
		}).WithTimeout(stepLimit).Should(Equal(0))
		Expect(eval[string](tab, `indexedDB.databases().then(l => l.map(d => d.name).sort().join())`)).To(Equal("hampi,hampi-norte-rosa"))
		server.set(func() { server.leave = false })
	})
})

var _ = Describe("The closed profile", func() {
	It("holds no word of what was kept and nothing of the key, and opens without network after a restart", func() {
		server, folder := startServer(), GinkgoT().TempDir()
		server.set(func() { server.busy = true }) // what is queued stays
		browser, end := openBrowser(folder)
		tab := browser.first()
		tab.open(server.at("/"))
		tab.taken()
		eval[any](tab, `trial.unlock()`)
		eval[any](tab, `trial.store('commit', {put: [['patient','id-a-la-vista','','','Quispe Planted 45218907']], queue: [[0,'pending','Quispe Planted 45218907']], strict: true})`)
		server.stop()
		end()
		disk := bytesOf(folder)
		Expect(disk).To(ContainSubstring("id-a-la-vista"), "the search finds what lies there in clear")
		for _, planted := range []string{"Quispe Planted", "45218907", utf16("Quispe Planted"), utf16("45218907"), strings.Repeat("\x07", 32)} {
			Expect(strings.Contains(disk, planted)).To(BeFalse(), "%q lies on the disk", planted)
		}
		browser, end = openBrowser(folder)
		DeferCleanup(func() { end() })
		tab = browser.first()
		tab.open(server.at("/lista"))
		tab.shows("bloqueado", "Escriba su contraseña")
		tab.taken()
		Expect(eval[string](tab, `trial.ask('profiles').then(l => [l[0].person, l[0].pending].join())`)).To(Equal("Rosa,1"))
		eval[any](tab, `trial.unlock()`)
		tab.open(server.at("/lista"))
		tab.shows("equipo", "Quispe Planted 45218907")
	})
})

func utf16(text string) string {
	var wide strings.Builder
	for _, r := range text {
		wide.WriteRune(r)
		wide.WriteByte(0)
	}
	return wide.String()
}

// bytesOf reads every file below a folder.
func bytesOf(folder string) string {
	GinkgoHelper()
	var all strings.Builder
	Expect(filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		var content []byte
		if err == nil && entry.Type().IsRegular() {
			content, err = os.ReadFile(path)
			all.Write(content)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the browser took it away meanwhile
		}
		return err
	})).To(Succeed())
	return all.String()
}

func itoa(n int) string { return strconv.Itoa(n) }
