//go:build !js

package nubefact_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/billing"
	"hampi/modules/billing/nubefact"
)

const secretRoute, secretToken = "/api/v1/ruta-secreta", "clave-secreta"

// ours is an answer about the boleta of the examples, with more in it.
func ours(more string) string {
	return `{"tipo_de_comprobante":2,"serie":"B001","numero":1,"enlace":"https://x","aceptada_por_sunat":false` + more + `}`
}

func serve(handler http.HandlerFunc) string {
	s := httptest.NewServer(handler)
	DeferCleanup(s.Close)
	return s.URL + secretRoute
}

func writes(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// emit hands the boleta of the examples to a route.
func emit(route string) billing.Answer {
	account := nubefact.Account{Route: route, Token: secretToken}
	return nubefact.New(nil).Impatient(500*time.Millisecond).For(account).Emit(context.Background(), boletaDNI())
}

var _ = Describe("an answer", func() {
	DescribeTable("that is understood", func(status int, body string, outcome billing.Outcome, message string) {
		a := emit(serve(writes(status, body)))
		Expect(a.Outcome).To(Equal(outcome))
		Expect(a.Message).To(ContainSubstring(message))
		Expect(string(a.Raw)).To(Equal(body))
	},
		Entry("accepted", 200, strings.Replace(ours(`,"sunat_responsecode":"0"`), "false", "true", 1), billing.TakenAndAccepted, ""),
		Entry("accepted, with remarks, as texts", 200, `{"aceptada_por_sunat":"true","sunat_responsecode":0,"sunat_note":"4207 - observado"}`, billing.TakenAndAccepted, "4207 - observado"),
		Entry("SUNAT has not answered", 200, ours(`,"sunat_responsecode":null,"sunat_soap_error":""`), billing.TakenAndPending, ""),
		Entry("SUNAT cannot be reached", 200, ours(`,"sunat_soap_error":"timeout"`), billing.TakenAndPending, "SUNAT no responde: timeout"),
		Entry("SUNAT did not look", 200, ours(`,"sunat_responsecode":"0109","sunat_description":"sin servicio"`), billing.TakenAndPending, "SUNAT aún no lo evaluó (0109): sin servicio"),
		Entry("rejected", 200, ours(`,"sunat_responsecode":"2335","sunat_description":"alterado"`), billing.TakenAndRejected, "SUNAT no lo aceptó (2335): alterado"),
		Entry("duplicate", 400, `{"errors":"Este documento ya existe en NubeFacT","codigo":23}`, billing.AlreadyThere, "ya existe"),
		Entry("wrong token", 401, `{"errors":"No se pudo autenticar","codigo":10}`, billing.NotAuthorised, "no reconoce la clave"),
		Entry("wrong route", 400, `{"errors":"La ruta no existe","codigo":11}`, billing.NotAuthorised, "no conoce esa ruta"),
		Entry("suspended", 400, `{"errors":"Cuenta suspendida por falta de pago","codigo":"51"}`, billing.NotAuthorised, "suspendida"),
		Entry("not the format", 400, `{"errors":"El archivo no cumple con el formato","codigo":20}`, billing.NotValid, "formato"),
		Entry("refused, in several sentences", 400, `{"errors":["El RUC está mal.","La serie no existe."],"codigo":21}`, billing.NotValid, "El RUC está mal. La serie no existe."),
		Entry("too late", 400, `{"error":"Fuera de plazo","codigo":22}`, billing.NotValid, "Fuera de plazo"),
		Entry("an error with a status of success", 200, `{"errors":"mal","codigo":21}`, billing.NotValid, "mal"),
		Entry("an error without code", 400, `{"errors":"mal"}`, billing.NotValid, "mal"),
		Entry("an amended document that is not there", 400, `{"errors":"no existe","codigo":24}`, billing.NotValid, "no existe"),
		Entry("internal error", 500, `{"errors":"Error interno","codigo":40}`, billing.NotUnderstood, "Error interno"),
		Entry("an unknown code", 500, `{"errors":"?","codigo":99}`, billing.NotUnderstood, "?"),
		Entry("too many", 429, `slow down`, billing.NotReached, "esperar"),
		Entry("a page where the token is refused", 401, `<html>`, billing.NotAuthorised, "no reconoce la clave"),
		Entry("a page where nobody lives", 404, `<html>`, billing.NotAuthorised, "no responde NubeFact"),
	)

	DescribeTable("that nobody understands has to be asked for again", func(handler http.HandlerFunc) {
		a := emit(serve(handler))
		Expect(a.Outcome).To(Equal(billing.NotUnderstood))
		Expect(billing.AfterEmit(a, false)).To(Equal(billing.Consult))
		Expect(a.Message).NotTo(BeEmpty())
		Expect(len(a.Raw)).To(BeNumerically("<=", 64<<10))
	},
		Entry("a page of HTML", writes(200, "<html><body>Mantenimiento</body></html>")),
		Entry("nothing", writes(200, "")),
		Entry("half a JSON", writes(200, ours("")[:40])),
		Entry("JSON of something else", writes(200, `{"ok":true}`)),
		Entry("a list", writes(200, `[{"aceptada_por_sunat":true}]`)),
		Entry("null", writes(200, `null`)),
		Entry("another document", writes(200, strings.Replace(ours(""), "B001", "B002", 1))),
		Entry("another number", writes(200, strings.Replace(ours(""), `"numero":1`, `"numero":2`, 1))),
		Entry("a gateway that gave up", writes(502, "<html>Bad Gateway</html>")),
		Entry("a service that is down", writes(503, "")),
		Entry("somewhere else to go", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.invalid/", http.StatusTemporaryRedirect)
		}),
		Entry("200 MB", func(w http.ResponseWriter, _ *http.Request) {
			megabyte := []byte(strings.Repeat(" ", 1<<20))
			for range 200 {
				if _, err := w.Write(megabyte); err != nil {
					return
				}
			}
		}),
		Entry("a line cut after the question", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
		}),
		Entry("a body cut in the middle", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, ours(""))
		}),
		Entry("silence", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}),
	)

	It("never comes from where nobody listens: nothing has left", func() {
		nobody, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		Expect(nobody.Close()).To(Succeed())
		a := emit("http://" + nobody.Addr().String() + secretRoute)
		Expect(a.Outcome).To(Equal(billing.NotReached))
		Expect(billing.AfterEmit(a, false)).To(Equal(billing.Wait))
		for _, said := range []string{a.Message, a.Code} {
			Expect(said).NotTo(ContainSubstring("secreta"))
		}
	})

	It("leaves nothing behind when somebody stops waiting first", func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		a := nubefact.New(nil).For(nubefact.Account{Route: serve(writes(200, "")), Token: secretToken}).Emit(ctx, boletaDNI())
		Expect(a.Outcome).To(Equal(billing.NotReached))
	})

	It("tells of a voiding, refused by SUNAT or unknown", func() {
		e := func(status int, body string) billing.Emitter {
			return nubefact.New(nil).For(nubefact.Account{Route: serve(writes(status, body)), Token: secretToken})
		}
		n := boletaDNI().Name
		Expect(e(200, `{"numero":1,"aceptada_por_sunat":false,"sunat_ticket_numero":"17","sunat_responsecode":"2957"}`).ConsultVoid(context.Background(), n)).
			To(SatisfyAll(HaveField("Outcome", billing.TakenAndRejected), HaveField("Sunat.Ticket", "17")))
		Expect(e(400, `{"errors":"no existe","codigo":24}`).ConsultVoid(context.Background(), n).Outcome).To(Equal(billing.NotThere))
		Expect(e(400, `{"errors":"no existe","codigo":24}`).Consult(context.Background(), n).Outcome).To(Equal(billing.NotThere))
	})

	DescribeTable("points at the field it complains about", func(complaint, field string) {
		Expect(nubefact.FieldIn(complaint)).To(Equal(field))
	},
		Entry(nil, "El RUC del cliente es incorrecto, el último dígito debe ser 6", "customer.document_number"),
		Entry(nil, "cliente_denominacion no puede estar en blanco", "customer.name"),
		Entry(nil, "La serie B009 no está habilitada", "series"),
		Entry(nil, "Ítem 2: cantidad debe ser mayor que cero", "items.1.quantity"),
		Entry(nil, "Línea 1: el subtotal no coincide", "items.0.unit_price"),
		Entry(nil, "total_gravada no coincide con la suma", "items"),
		Entry(nil, "La suma de las cuotas no es el total", "credit"),
		Entry(nil, "La fecha de emisión está fuera de plazo", "issued_on"),
		Entry(nil, "No se pudo", ""),
	)
})

var _ = Describe("an account", func() {
	DescribeTable("is checked when it is typed", func(route, token, field string) {
		problems := nubefact.Account{Route: route, Token: token}.Problems()
		if field == "" {
			Expect(problems).To(BeEmpty())
		} else {
			Expect(problems).To(HaveKey(field))
		}
	},
		Entry("well", "https://api.nubefact.com/api/v1/11111111-aaaa", "abc", ""),
		Entry("the offline edition", "http://localhost:8000/api/v1/x", "abc", ""),
		Entry("in clear over the net", "http://api.nubefact.com/api/v1/x", "abc", "route"),
		Entry("no route", "", "abc", "route"), Entry("no address", "nubefact", "abc", "route"), Entry("with a password", "https://a:b@x/y", "abc", "route"),
		Entry("no token", "https://x/y", "", "token"), Entry("a token of two lines", "https://x/y", "a\nb", "token"),
	)

	It("is tested without issuing anything", func() {
		test := func(status int, body string) billing.Answer {
			return nubefact.New(nil).For(nubefact.Account{Route: serve(writes(status, body)), Token: secretToken}).Test(context.Background())
		}
		Expect(test(400, `{"errors":"no existe","codigo":24}`)).To(HaveField("Outcome", billing.TakenAndAccepted))
		Expect(test(401, `{"errors":"no","codigo":10}`)).To(SatisfyAll(HaveField("Outcome", billing.NotAuthorised), HaveField("Field", "token")))
		Expect(test(200, `<html>`)).To(HaveField("Outcome", billing.NotUnderstood))
		bad := nubefact.New(nil).For(nubefact.Account{Route: "ftp://x", Token: "t"}).Test(context.Background())
		Expect(bad).To(SatisfyAll(HaveField("Outcome", billing.NotAuthorised), HaveField("Field", "route")))
	})

	It("fetches files over https or from its own host, of a decent size", func() {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				w.WriteHeader(http.StatusTeapot) // the token is for the route alone
			}
			if r.URL.Path == "/a.pdf" {
				_, _ = io.WriteString(w, "%PDF-1.4")
				return
			}
			w.WriteHeader(http.StatusNotFound)
		}))
		DeferCleanup(s.Close)
		e := nubefact.New(nil).For(nubefact.Account{Route: s.URL + secretRoute, Token: secretToken})
		Expect(e.Fetch(context.Background(), s.URL+"/a.pdf")).To(Equal([]byte("%PDF-1.4")))
		for _, link := range []string{s.URL + "/b.pdf", "http://10.0.0.1/a.pdf", "file:///etc/passwd", "", "https://", strings.Replace(s.URL, "://", "://a:b@", 1)} {
			_, err := e.Fetch(context.Background(), link)
			Expect(err).To(MatchError(billing.ErrNoFile), link)
		}
	})
})
