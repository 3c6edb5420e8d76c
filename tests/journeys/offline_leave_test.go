package journeys_test

import (
	"encoding/json"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// stored is what a browser keeps of the program: the databases of people, whoever has one, and the caches.
type stored struct {
	Databases, People, Caches []string
}

func (w *Window) stored() stored {
	GinkgoHelper()
	var found stored
	text := Eval[string](w, `(async () => {
		const names = (await indexedDB.databases()).map((d) => d.name)
		const people = names.includes("hampi") ? await new Promise((ok) => {
			const open = indexedDB.open("hampi")
			open.onsuccess = () => {
				const all = open.result.transaction("profiles").objectStore("profiles").getAllKeys()
				all.onsuccess = () => { open.result.close(); ok(all.result) }
			}
		}) : []
		return JSON.stringify({Databases: names.filter((n) => n !== "hampi"), People: people, Caches: (await caches.keys()).filter((n) => !n.startsWith("shell-"))})
	})()`)
	Expect(json.Unmarshal([]byte(text), &found)).To(Succeed())
	return found
}

// offered are the words of the buttons of the question at leaving.
func (w *Window) offered() []string { return w.Texts("#salida button") }

// out presses Salir.
func (w *Window) out() {
	GinkgoHelper()
	w.PressOn(".lado-persona", "")
	w.PressOn("#menu-persona button", "Salir")
}

// noticed waits until the window knows that its line works again.
func (w *Window) noticed(words string) {
	GinkgoHelper()
	Eventually(func() string {
		_ = evalOr(w, `fetch("/pacientes", {headers: {"HX-Request": "true"}}).then((r) => r.ok)`, false)
		return w.Text("[data-red]")
	}).WithTimeout(pageLimit).WithPolling(pollOften).Should(ContainSubstring(words))
}

var _ = Describe("leaving a device", func() {
	It("names what is unsent, offers ways that keep it, and forgets everything once it is sent", func() {
		line := NewLine(demo)
		w := NewDevice(line.through(demo)).Desk()
		signInByHand(w, "ortodoncia@demo.pe")
		w.upToDate()
		Expect(w.stored().Databases).To(HaveLen(1))
		Expect(w.stored().People).To(HaveLen(1))
		line.Cut()
		who := somebody{freshDNI(), "Pendiente", "Antesdesalir", "Mia", "240188", "Femenino", freshPhone()}
		registerPatient(w, who)
		w.out()
		w.See("#salida", "Hay 1 cambio sin enviar.")
		w.See("#salida", who.listed())
		Expect(w.offered()).To(Equal([]string{"Solo bloquear", "Guardar archivo cifrado y salir", "Volver"}))
		w.PressOn("#salida button", "Volver")
		w.Gone("#salida")

		release := line.Hold("/api/v1/sync")
		line.Mend()
		w.noticed("Enviando 1")
		w.out()
		w.See("#salida", "Hay 1 cambio sin enviar.")
		Expect(w.offered()).To(Equal([]string{"Enviar ahora y salir", "Solo bloquear", "Guardar archivo cifrado y salir", "Volver"}))
		w.Clean("salir-sin-enviar")
		w.Turn(func() {
			w.PressOn("#salida button", "Enviar ahora y salir")
			w.See("#salida", "Enviando")
			release()
		})
		w.Heading("Ingresar")
		Expect(w.stored()).To(Equal(stored{Databases: []string{}, People: []string{}, Caches: []string{}}))
		w.Go("/pacientes")
		w.Heading("Ingresar")
		Expect(foundOnServer(who.Paternal)).To(Equal(1))
	})

	It("that the clinic withdrew hands in what it had not sent, and is empty", func() {
		line := NewLine(demo)
		w := NewDevice(line.through(demo)).Desk()
		signInByHand(w, "ortodoncia@demo.pe")
		w.upToDate()
		id := Eval[string](w, `new Promise((ok) => {
			const open = indexedDB.open("hampi")
			open.onsuccess = () => {
				const all = open.result.transaction("profiles").objectStore("profiles").getAll()
				all.onsuccess = () => { open.result.close(); ok(all.result[0].device.id) }
			}
		})`)
		line.Cut()
		who := somebody{freshDNI(), "Rescatada", "Delequiporobado", "Mia", "240188", "Femenino", freshPhone()}
		registerPatient(w, who)

		admin := Desk()
		signIn(admin, "admin@demo.pe")
		admin.Go("/configuracion/equipos/" + id)
		admin.PressOn("summary", "Retirar equipo")
		admin.Follow("button", "Sí, retirar equipo")
		line.Mend()
		Eventually(func() []string {
			_ = evalOr(w, `fetch("/pacientes", {headers: {"HX-Request": "true"}}).then((r) => r.ok)`, false)
			return w.stored().People
		}).WithTimeout(pageLimit).WithPolling(pollOften).Should(BeEmpty())
		Expect(w.stored().Databases).To(BeEmpty())
		Expect(foundOnServer(who.Paternal)).To(BeZero())

		admin.Go("/configuracion/equipos/" + id)
		admin.See(".lista > li", who.Paternal)
		admin.Clean("equipo-entregado")
		admin.Follow(".lista button", "Aplicar")
		admin.Gone(".lista button")
		Expect(foundOnServer(who.Paternal)).To(Equal(1))
	})
})

var _ = Describe("two tabs of a device that may not keep its store for good", func() {
	It("lose nothing of a form that was open when the server went, nor with the browser closed", func() {
		line := NewLine(demo)
		device := NewDevice(line.through(demo))
		w := device.Desk()
		_, err := chromedp.CallBrowser(w.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: "persistent-storage"}, Setting: cdpbrowser.PermissionSettingDenied,
		})
		Expect(err).NotTo(HaveOccurred())
		signInByHand(w, "admin@demo.pe")
		w.upToDate()
		Expect(Eval[bool](w, `navigator.storage.persist()`)).To(BeFalse())
		second := device.Desk()
		second.Go("/pacientes")
		who := somebody{freshDNI(), "Media Hoja", "Escritaamedias", "Firme", "240188", "Femenino", freshPhone()}
		w.Go("/pacientes/nuevo")
		w.Fill("[name=last_name]", who.Paternal)
		line.Cut()
		fillPatient(w, who)
		w.Follow("button[type=submit]", "Registrar")
		w.See("h2", who.listed())
		second.See("[data-red]", "1 por enviar")
		look(second, who.Paternal)
		second.See("#buscador-lista [data-fila]", who.listed())
		stopLooking(second)

		device.Close()
		device.Reopen()
		w = device.Desk()
		w.Go("/pacientes")
		w.unlock()
		w.See("[data-red]", "1 por enviar")
		line.Mend()
		signInByHand(w, "admin@demo.pe") // the log-in ended with the browser
		w.upToDate()
		Expect(foundOnServer(who.Paternal)).To(Equal(1))
	})
})
