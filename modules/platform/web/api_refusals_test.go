package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

type visitInput struct {
	ID   uuid.UUID `path:"id"`
	From string    `query:"from" required:"true"`
	Max  int       `query:"max" maximum:"100"`
	Body struct {
		Phone   string    `json:"phone"`
		Doctor  uuid.UUID `json:"doctor" format:"uuid"`
		Contact struct {
			Email string `json:"email" format:"email"`
		} `json:"contact"`
	}
}

type visitList struct {
	From string `query:"from"`
}

var _ = Describe("what the API refuses", func() {
	var o *office
	BeforeEach(func() {
		o = newOffice(cluster.World(), 1000)
		api := web.NewAPI(o.router, "spec")
		web.Operation(api, huma.Operation{OperationID: "visit", Method: http.MethodPost, Path: "/api/v1/visits/{id}"},
			func(context.Context, *visitInput) (*struct{}, error) {
				return nil, fault.InvalidField("", "El texto trae un carácter que no se puede guardar.")
			}, web.Needs(mayWrite))
		web.Operation(api, huma.Operation{OperationID: "visits", Method: http.MethodGet, Path: "/api/v1/visits"},
			func(_ context.Context, in *visitList) (*struct{}, error) {
				return nil, fault.InvalidField("from", "La fecha no se entiende.")
			}, web.Needs(mayWrite))
	})

	ask := func(method, address, body string) web.ProblemDetails {
		GinkgoHelper()
		r := httptest.NewRequest(method, address, strings.NewReader(body))
		r.Header.Set(whoHeader, "norte")
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
		answer := o.ask(r)
		var p web.ProblemDetails
		Expect(json.Unmarshal(answer.Body.Bytes(), &p)).To(Succeed(), answer.Body.String())
		return p
	}
	const id = "0192f0c1-2d3e-7a4b-8c5d-6e7f80910213"
	const whole = `{"phone":"962555014","doctor":"` + id + `","contact":{"email":"luz@correo.pe"}}`

	DescribeTable("points at its place, in Spanish", func(path, body, pointer, words string) {
		p := ask(http.MethodPost, "/api/v1/visits/"+path, body)
		Expect(p.Errors).To(ContainElement(web.ProblemError{Pointer: pointer, Detail: words}))
	},
		Entry("a missing member", id+"?from=hoy", strings.Replace(whole, `"phone":"962555014",`, "", 1), "/phone", "Falta el dato phone."),
		Entry("a missing member further in", id+"?from=hoy", strings.Replace(whole, `"email":"luz@correo.pe"`, "", 1), "/contact/email", "Falta el dato email."),
		Entry("a member nobody expects", id+"?from=hoy", strings.Replace(whole, `"phone"`, `"extra":1,"phone"`, 1), "/extra", "No se espera este dato."),
		Entry("a wrong UUID", id+"?from=hoy", strings.Replace(whole, id, "x1", 1), "/doctor", "Se espera un identificador UUID."),
		Entry("a wrong e-mail", id+"?from=hoy", strings.Replace(whole, "luz@", "", 1), "/contact/email", "Se espera un correo electrónico."),
		Entry("a wrong UUID in the address", "x1?from=hoy", whole, "path.id", "Se espera un identificador UUID."),
		Entry("a missing parameter", id, whole, "query.from", "Falta este dato."),
		Entry("a parameter that is no number", id+"?from=hoy&max=diez", whole, "query.max", "Se espera un número entero."),
		Entry("a number too large", id+"?from=hoy&max=101", whole, "query.max", "Se espera un número de 100 o menos."),
		Entry("half a JSON", id+"?from=hoy", `{"phone":`, "", "El JSON está incompleto: termina antes de cerrar."),
		Entry("no JSON", id+"?from=hoy", `phone=1`, "", "El cuerpo no es JSON válido."),
		Entry("a list in place of an object", id+"?from=hoy", `[]`, "", "Se espera un objeto."),
		Entry("no body", id+"?from=hoy", "", "", "Falta el cuerpo del pedido, en JSON."),
	)

	It("names a parameter that a service refuses as the checks before it do", func() {
		Expect(ask(http.MethodGet, "/api/v1/visits?from=x", "").Errors).To(ConsistOf(web.ProblemError{Pointer: "query.from", Detail: "La fecha no se entiende."}))
	})

	It("says what is wrong with the whole without a name before it", func() {
		Expect(ask(http.MethodPost, "/api/v1/visits/"+id+"?from=hoy", whole).Detail).To(Equal("El texto trae un carácter que no se puede guardar."))
	})
})
