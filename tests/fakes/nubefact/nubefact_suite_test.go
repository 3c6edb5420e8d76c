package nubefact_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/tests/fakes/nubefact"
)

func TestNubeFactStandIn(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "NubeFact's stand-in")
}

type object = map[string]any

var account = nubefact.Account{Route: "ruta", Token: "clave", RUC: "20000000001", Series: []string{"B001", "F001", "BC01", "FC01", "BD01"}}

// world is the stand-in with a clock that specs move: the day of the reference's examples, ten in the morning in Lima.
type world struct {
	*nubefact.Service
	*httptest.Server
	now atomic.Pointer[time.Time]
}

func start(o nubefact.Options) *world {
	GinkgoHelper()
	w, begin := &world{}, time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	w.now.Store(&begin)
	o.Accounts, o.Now = []nubefact.Account{account}, func() time.Time { return *w.now.Load() }
	service, err := nubefact.New(o)
	Expect(err).NotTo(HaveOccurred())
	w.Service, w.Server = service, httptest.NewServer(service)
	DeferCleanup(w.Server.Close)
	return w
}

func (w *world) later(d time.Duration) {
	next := w.now.Load().Add(d)
	w.now.Store(&next)
}

// ask posts a request and reads the answer; body is JSON or anything that becomes it.
func (w *world) ask(body any, headers ...string) (int, object) {
	GinkgoHelper()
	text, ok := body.([]byte)
	if !ok {
		var err error
		text, err = json.Marshal(body)
		Expect(err).NotTo(HaveOccurred())
	}
	req, err := http.NewRequest(http.MethodPost, w.URL+"/api/v1/ruta", bytes.NewReader(text))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", `Token token="clave"`)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	received, err := io.ReadAll(resp.Body)
	Expect(err).NotTo(HaveOccurred())
	var answer object
	Expect(json.Unmarshal(received, &answer)).To(Succeed(), string(received))
	return resp.StatusCode, answer
}

// examples are the exchanges of a file of the reference.
type exchange struct {
	Request, Response object
	Status            *int `json:"http_status"`
}

func example(name string) []exchange {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("../../../modules/billing/nubefact/testdata", name+".json"))
	Expect(err).NotTo(HaveOccurred())
	var e struct{ Exchanges []exchange }
	Expect(json.Unmarshal(text, &e)).To(Succeed())
	return e.Exchanges
}

// changed is the request of an example with something changed; dots lead into lists: "items.0.igv". nil drops a field.
func changed(name string, changes object) object {
	GinkgoHelper()
	body := example(name)[0].Request
	for path, value := range changes {
		set(body, path, value)
	}
	return body
}
