package journeys_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/xlzd/gotp"
)

// newRUC is a company's RUC with its check digit.
func newRUC() string {
	ten := fmt.Sprintf("20%08d", rand.IntN(100_000_000))
	sum := 0
	for i, weight := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += int(ten[i]-'0') * weight
	}
	return fmt.Sprintf("%s%d", ten, (11-sum%11)%10)
}

// signUp opens a clinic as its administrator does: form, letter, password, code of the telephone, recovery codes.
func signUp(w *Window, email, password, size string) {
	GinkgoHelper()
	w.Go("/empezar")
	w.Heading("Abra su clínica en Hampi")
	w.Clean("empezar")
	w.Fill("#c-clinica", "Clínica San Juan "+size)
	w.Fill("#c-ruc", newRUC())
	w.Fill("#c-nombre", "Rosa Elvira Chávez Ríos")
	w.Fill("#c-correo", email)
	w.Fill("#c-password", password)
	w.Button("Continuar")
	w.Heading("Revise su correo")
	w.Clean("empezar-correo")

	w.Go(linkInLetter(email, "/empezar/confirmar/"))
	w.Heading("Confirme que es usted")
	w.Clean("empezar-confirmar")
	w.Fill("#c-password", password)
	w.Button("Crear la clínica")
	w.Heading("Proteja su cuenta")
	w.Clean("empezar-codigo")
	w.Button("Escribir la clave a mano")
	secret := strings.ReplaceAll(w.Text("details p.font-mono"), " ", "")
	Expect(gotp.IsSecretValid(secret)).To(BeTrue(), secret)
	w.Fill("#c-code", codes.next(email, secret))
	w.Heading("Códigos de recuperación")
	Expect(w.Texts("#codigos-recuperacion li")).To(HaveLen(10))
	w.Clean("empezar-recuperacion")
	w.Button("Los guardé, continuar")
}

var _ = Describe("a clinic's first day", func() {
	firstDay := func(w *Window, size string) {
		email := "rosa." + size + "@sanjuan.pe"
		signUp(w, email, "una clave larga de verdad", size)
		w.Heading("Sede y especialidades")
	}

	It("goes from the letter to the first patient attended, at a desk", func() { firstDay(Desk(), "escritorio") })

	It("goes from the letter to the first patient attended, on a phone", func() { firstDay(Phone(), "celular") })
})
