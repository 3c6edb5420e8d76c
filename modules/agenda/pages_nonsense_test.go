//go:build !js

package agenda_test

import (
	"net/url"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
)

var _ = Describe("nonsense", Ordered, func() {
	var c *clinic
	BeforeAll(func() { c = norte() })

	DescribeTable("is answered in words, never by a failure",
		func(method, path string, form url.Values) {
			answer := c.visitor(c.Desk, accounts.Receptionist).send(method, path, form)
			Expect(answer.Status).To(BeNumerically("<", 500), answer.Body)
		},
		Entry(nil, "GET", "/agenda?fecha=9999-99-99&vista=siglo&prof=x&zoom=999", nil),
		Entry(nil, "GET", "/agenda?vista=semana&prof="+uuid.NewString(), nil),
		Entry(nil, "GET", "/agenda?vista=mes&fecha=0001-01-01", nil),
		Entry(nil, "GET", "/agenda?fecha=9999-12-31", nil),
		Entry(nil, "GET", "/agenda/horas-libres?servicio=x&fecha=9999-12-31&parte=noche", nil),
		Entry(nil, "GET", "/agenda/imprimir?fecha=x", nil),
		Entry(nil, "GET", "/citas/nueva?paciente=x&servicio=y&hora=%00&fecha=z", nil),
		Entry(nil, "GET", "/citas/x", nil),
		Entry(nil, "POST", "/citas", url.Values{"duracion": {"-5"}, "hora": {strings.Repeat("9", 400)}, "paciente": {"x"}}),
		Entry(nil, "POST", "/citas", url.Values{"hora": {"31/02 25:61"}, "nota": {strings.Repeat("a", 3000)}}),
		Entry(nil, "POST", "/citas/"+uuid.NewString()+"/mover", url.Values{"a": {"x y z w"}, "version": {"x"}}),
		Entry(nil, "POST", "/agenda/bloqueos", url.Values{"deshacer": {"closed x y"}}),
		Entry(nil, "POST", "/citas/pacientes", url.Values{"q": {"%%%'\x00"}}),
	)
})
