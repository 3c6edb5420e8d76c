package permissions_test

import (
	"net/http"
	"net/url"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the books", func() {
	It("open for the administration, page by page", func() {
		v := shared.signIn("duena@demo.pe")
		for address, words := range map[string]string{
			"/reportes/ventas": "Registro de ventas", "/reportes/ventas?mes=2020-02": "No hay ventas", "/reportes/ventas?dia=2020-02-29": "Todo el mes",
			"/reportes/ventas?mes=ayer": "Registro de ventas", "/comprobantes/conciliacion": "Cada noche se compara", "/comprobantes": "/comprobantes/conciliacion",
		} {
			page := v.send(http.MethodGet, address, nil)
			Expect(page.Code).To(Equal(http.StatusOK), address)
			Expect(page.Body.String()).To(ContainSubstring(words), address)
		}
		for format, name := range map[string]string{"sire": `\.zip"`, "xlsx": `registro-de-ventas-2020-02\.xlsx"`} {
			file := v.send(http.MethodPost, "/reportes/ventas/registro", url.Values{"mes": {"2020-02"}, "formato": {format}})
			Expect(file.Code).To(Equal(http.StatusOK), file.Body.String())
			Expect(file.Header().Get("Content-Disposition")).To(MatchRegexp(name))
		}
		Expect(v.send(http.MethodPost, "/reportes/ventas/registro", url.Values{"mes": {"2020"}}).Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(v.send(http.MethodPost, "/comprobantes/conciliacion", url.Values{}).Code).To(Equal(http.StatusSeeOther))
	})

	It("are none of the desk's", func() {
		v := shared.signIn("recepcion@demo.pe")
		for _, address := range []string{"/reportes", "/reportes/ventas", "/comprobantes/conciliacion"} {
			Expect(v.send(http.MethodGet, address, nil).Code).To(Equal(http.StatusNotFound), address)
		}
		Expect(v.send(http.MethodPost, "/reportes/ventas/registro", url.Values{"mes": {"2020-02"}}).Code).To(Equal(http.StatusNotFound))
		Expect(v.send(http.MethodGet, "/comprobantes", nil).Body.String()).NotTo(ContainSubstring("/comprobantes/conciliacion"))
	})
})
