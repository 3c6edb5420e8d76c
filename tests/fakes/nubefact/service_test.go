package nubefact_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/tests/fakes/nubefact"
)

var _ = Describe("the stand-in as a service", func() {
	It("knows addresses, tokens and kinds of content", func() {
		w := start(nubefact.Options{})
		body := example(boletaDNI)[0].Request
		status, answer := w.ask(body, "Authorization", `Token token="otra"`)
		Expect([]any{status, answer["codigo"]}).To(Equal([]any{401, 10.0}))
		status, answer = w.ask(body, "Content-Type", "application/json; charset=utf-8")
		Expect([]any{status, answer["codigo"]}).To(Equal([]any{400, 12.0}))
		for _, text := range []string{"", "[]", "null", `{"operacion":`, "\ufeff{}", "{}{}"} {
			_, answer = w.ask([]byte(text))
			Expect(answer["codigo"]).To(Equal(20.0), text)
		}
		resp, err := http.Post(w.URL+"/api/v1/otra", "application/json", strings.NewReader("{}"))
		Expect(err).NotTo(HaveOccurred())
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		Expect(string(text)).To(ContainSubstring(`"codigo":11`))
		w.Register(nubefact.Account{Route: "ruta", Token: "otra", RUC: account.RUC})
		status, _ = w.ask(body, "Authorization", "clave")
		Expect(status).To(Equal(401))
		w.Register(account)
		status, _ = w.ask(body, "Authorization", "clave")
		Expect(status).To(Equal(200), "the bare token does too")
	})

	It("refuses voidings that SUNAT would refuse", func() {
		w := start(nubefact.Options{})
		void := func(kind int, series string, number int, reason string) any {
			_, answer := w.ask(object{"operacion": "generar_anulacion", "tipo_de_comprobante": kind, "serie": series, "numero": number, "motivo": reason})
			return answer["codigo"]
		}
		Expect(void(2, "B001", 1, "ERROR")).To(Equal(24.0), "what is not there")
		w.ask(example(boletaDNI)[0].Request)
		w.ask(example(factura)[0].Request)
		Expect(void(2, "B001", 1, "ERROR")).To(Equal(21.0), "what SUNAT has not accepted")
		Expect(void(1, "F001", 2, "NO")).To(Equal(20.0), "for no reason")
		_, answer := w.ask(object{"operacion": "consultar_anulacion", "tipo_de_comprobante": 1, "serie": "F001", "numero": 2})
		Expect(answer["codigo"]).To(Equal(24.0), "a voiding nobody asked for")

		w.later(time.Minute)
		w.ask(example(note)[0].Request)
		Expect(void(2, "B001", 1, "ERROR")).To(Equal(21.0), "what has a note")
		w.later(7 * 24 * time.Hour)
		Expect(void(1, "F001", 2, "ERROR")).To(BeNil(), "on the seventh day")
		w.later(5 * time.Second)
		Expect(w.Documents()[1].State).To(Equal(nubefact.Voided))
	})

	It("refuses one on the eighth day", func() {
		w := start(nubefact.Options{})
		w.ask(example(factura)[0].Request)
		w.later(8 * 24 * time.Hour)
		_, answer := w.ask(object{"operacion": "generar_anulacion", "tipo_de_comprobante": 1, "serie": "F001", "numero": 2, "motivo": "ERROR"})
		Expect(answer["codigo"]).To(Equal(22.0))
	})

	It("hands out files, the answer of SUNAT when there is one", func() {
		w := start(nubefact.Options{})
		_, answer := w.ask(example(boletaDNI)[0].Request)
		get := func(link string) (int, string) {
			resp, err := http.Get(link)
			Expect(err).NotTo(HaveOccurred())
			defer resp.Body.Close()
			text, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, string(text)
		}
		link := answer["enlace"].(string)
		_, pdf := get(answer["enlace_del_pdf"].(string))
		Expect(pdf).To(HavePrefix("%PDF-1.4"))
		Expect(pdf).To(ContainSubstring("Boleta B001-00000001"))
		_, xml := get(answer["enlace_del_xml"].(string))
		Expect(xml).To(ContainSubstring("<ID>B001-1</ID>"))
		status, _ := get(link + ".cdr")
		Expect(status).To(Equal(404))
		w.later(5 * time.Second)
		_, cdr := get(link + ".cdr")
		Expect(cdr).To(ContainSubstring("<ResponseCode>0</ResponseCode>"))
		status, _ = get(link + ".exe")
		Expect(status).To(Equal(404))
	})

	It("remembers its documents over a restart", func() {
		file := filepath.Join(GinkgoT().TempDir(), "nubefact", "documents.json")
		first := start(nubefact.Options{File: file})
		_, before := first.ask(example(factura)[0].Request)
		second := start(nubefact.Options{File: file, URL: first.URL})
		_, after := second.ask(object{"operacion": "consultar_comprobante", "tipo_de_comprobante": 1, "serie": "F001", "numero": 2})
		delete(after, "anulado")
		Expect(after).To(Equal(before))
		_, answer := second.ask(example(factura)[0].Request)
		Expect(answer["codigo"]).To(Equal(23.0))
		Expect(second.Forget()).To(Succeed())
		Expect(start(nubefact.Options{File: file}).Documents()).To(BeEmpty())
	})

	It("lets the same code stand under one number alone", func() {
		w := start(nubefact.Options{})
		w.ask(example(boletaDNI)[0].Request)
		_, answer := w.ask(changed(boletaDNI, object{"numero": 5}))
		Expect(answer["codigo"]).To(Equal(23.0))
	})

	It("is told over HTTP what goes wrong, and heals", func() {
		w := start(nubefact.Options{})
		control := httptest.NewServer(w.Control())
		DeferCleanup(control.Close)
		send := func(method, path, body string) (int, string) {
			req, err := http.NewRequest(method, control.URL+path, bytes.NewReader([]byte(body)))
			Expect(err).NotTo(HaveOccurred())
			resp, err := http.DefaultClient.Do(req)
			Expect(err).NotTo(HaveOccurred())
			defer resp.Body.Close()
			text, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, string(text)
		}
		status, _ := send("POST", "/faults", `[{"kind":"wrong_token","times":2},{"kind":"sunat_down"}]`)
		Expect(status).To(Equal(204))
		status, _ = send("POST", "/faults", `[{"kind":"rain"}]`)
		Expect(status).To(Equal(400))
		for range 2 {
			_, answer := w.ask(example(factura)[0].Request)
			Expect(answer["codigo"]).To(Equal(10.0))
		}
		_, answer := w.ask(example(factura)[0].Request)
		Expect(answer["sunat_soap_error"]).NotTo(BeEmpty())
		_, faults := send("GET", "/faults", "")
		Expect(faults).To(MatchJSON(`[{"kind":"sunat_down"}]`))
		send("DELETE", "/faults", "")
		w.later(5 * time.Second)
		_, documents := send("GET", "/documents", "")
		var held []nubefact.Held
		Expect(json.Unmarshal([]byte(documents), &held)).To(Succeed())
		Expect(held).To(HaveExactElements(HaveField("State", nubefact.Accepted)))
		send("DELETE", "/documents", "")
		Expect(w.Documents()).To(BeEmpty())
	})
})
